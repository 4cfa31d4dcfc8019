// @ts-check
// How the chat reaches its server: over a WebSocket or, where none can be had, by long polling. Both look
// like a WebSocket to the chat. docs/PROTOCOL.md describes both.

const socket = () => new WebSocket(location.origin.replace('http', 'ws') + '/ws/visitor', 'porchlight.v1')

// How many sockets in a row ended before a message came.
let mute = 0
let Poll

self.porchlightConnect = () => {
  if (Poll && mute > 1) return new Poll(socket, () => { mute = 0 })
  const line = socket()
  let heard
  line.addEventListener('message', () => {
    heard = true
    mute = 0
  })
  line.addEventListener('close', () => {
    // Loaded in time for the next try, or for the one after.
    if (!heard && ++mute > 1) import('./poll.js').then((loaded) => { Poll = loaded.Poll }, () => {})
  })
  return line
}
