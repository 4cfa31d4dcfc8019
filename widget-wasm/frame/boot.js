// Starts the chat in its frame. The listener is there before the page has loaded, so that the
// loader's greeting can't come too early; the chat itself is WASM.
import init, { start } from './chat.js'

const embedded = window.parent !== window
const greeting = new Promise((resolve) => {
  if (!embedded) return resolve(null)
  addEventListener('message', function listen(event) {
    if (event.source !== window.parent || !event.data || event.data.porchlight !== 1 || !event.ports[0]) return
    removeEventListener('message', listen)
    resolve(event)
  })
})

const [, event] = await Promise.all([init({ module_or_path: new URL('chat_bg.wasm', import.meta.url) }), greeting])
if (event) {
  const { stored, page, open } = event.data
  start(event.ports[0], event.origin, stored || undefined, page, open)
} else {
  const key = 'porchlight:' + document.documentElement.dataset.inbox
  let stored
  try { stored = localStorage.getItem(key) || undefined } catch {}
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = ({ data }) => {
    if (data.store !== undefined) { try { localStorage.setItem(key, data.store) } catch {} }
  }
  document.documentElement.classList.add('alone')
  start(port2, undefined, stored, location.href, true)
}
