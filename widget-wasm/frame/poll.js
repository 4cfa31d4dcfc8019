// @ts-check
// Long polling, where no socket can be had. Looks like a WebSocket. Loaded after two sockets in a row failed.

// When to try a socket again, and how long to wait after that.
let probeAt = 0
let probeAfter = 5e3

export class Poll extends EventTarget {
  readyState = 0
  line = ''
  out = []
  running = 0
  sending = false

  constructor(socket, opened) {
    super()
    this.socket = socket
    this.opened = opened
    setTimeout(() => {
      this.readyState = 1
      this.dispatchEvent(new Event('open'))
    })
  }

  send(text) {
    this.out.push(text)
    // Only one request at a time carries frames: two could overtake each other. The one that waits for
    // events carries none.
    if (!this.sending) this.ask()
  }

  close(code = 1006, reason = '') {
    if (this.readyState > 1) return
    this.readyState = 3
    this.dispatchEvent(new CloseEvent('close', { code, reason }))
  }

  async ask() {
    // The first request carries only the `hello`: its answer names the connection.
    const frames = this.out.splice(0, this.line ? 16 : 1)
    this.running++
    if (frames[0]) this.sending = true
    try {
      const answer = await fetch('/poll/visitor', {
        method: 'POST',
        headers: this.line ? { 'porchlight-line': this.line } : {},
        body: frames.join('\n'),
      })
      if (!answer.ok) throw answer
      this.line ||= answer.headers.get('porchlight-line')
      const text = await answer.text()
      for (const data of text.split('\n')) {
        if (data && this.readyState === 1) this.dispatchEvent(new MessageEvent('message', { data }))
      }
      const [, code, reason] = /^(\d+) (.*)/.exec(answer.headers.get('porchlight-close')) || []
      if (code) this.close(+code, reason)
      this.probe()
    } catch {
      this.close()
    }
    this.running--
    if (frames[0]) this.sending = false
    // One request is always waiting.
    if (this.readyState === 1 && this.line && !this.sending && (this.out[0] || !this.running)) this.ask()
  }

  // Requests get through, so perhaps a socket does again.
  probe() {
    if (Date.now() < probeAt) return
    probeAt = Date.now() + probeAfter
    probeAfter = Math.min(2 * probeAfter, 6e4)
    const probe = this.socket()
    // A proxy in between may open it and close it at once.
    probe.onopen = () => setTimeout(() => {
      if (probe.readyState === 1 && this.readyState === 1) {
        this.opened()
        this.close()
      }
      probe.close()
    }, 1e3)
  }
}
