// @ts-check
// Starts the chat in its frame. The listener is registered before the page has loaded, so that the loader's
// greeting can't come too early. The chat itself is WASM.
import init, { start, token } from './chat.js'

const embedded = window.parent !== window
const greeting = new Promise((resolve) => {
  if (!embedded) return resolve(null)
  addEventListener('message', function listen(event) {
    if (event.source !== window.parent || !event.data || event.data.porchlight !== 1 || !event.ports[0]) return
    removeEventListener('message', listen)
    resolve(event)
  })
})

// Rarely used parts are loaded when they are needed.
const part = async (name, tries = 0) => {
  try {
    // A browser may cache a failed import under its URL, so each try uses another.
    return await import(name + '?' + tries)
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 3e3))
    return part(name, tries + 1)
  }
}
const files = () => part('./files.js')
let loading
const pick = (list) => {
  // The list is live: it empties when the input is cleared.
  const picked = [...(list || [])]
  if (!picked[0]) return
  loading = true
  files().then(({ pick }) => pick(picked, token))
}
// After a file was picked, nothing is sent until files.js has loaded and replaced this function.
self.porchlightPicked = () => loading ? undefined : '[]'
self.porchlightShow = (place, list) => {
  files().then(({ show }) => show(place, JSON.parse(list), token))
}
// Dates in English words, in the format of the visitor's region.
let locale = 'en'
try {
  const { region } = new Intl.Locale(navigator.language).maximize()
  if (region) locale += '-' + region
} catch {
  // Some browsers report a language that no standard knows: "en-US@posix".
}
/** @type {Intl.DateTimeFormatOptions} */
const day = { weekday: 'long' }
/** @type {Intl.DateTimeFormatOptions} */
const time = { hour: 'numeric', minute: '2-digit' }
/** @type {Intl.DateTimeFormatOptions[]} */
const whens = [{ ...day, day: 'numeric', month: 'long' }, time, { ...day, ...time }]
self.porchlightDate = (at, when) => new Date(at).toLocaleString(locale, whens[when])
self.porchlightAway = () => {
  part('./address.js').then(({ ask }) => ask(token)).catch(() => {})
}
addEventListener('change', (event) => {
  const target = /** @type {HTMLInputElement} */ (event.target)
  pick(target.files)
  if (target.files) target.value = ''
})
// A spreadsheet's table is pasted as text and as a picture of it: the text is wanted.
addEventListener('paste', ({ clipboardData: data }) => data.types.includes('text/plain') || pick(data.files))
for (const name of ['dragover', 'drop']) {
  addEventListener(name, (/** @type {DragEvent} */ event) => {
    if (!event.dataTransfer.types.includes('Files')) return
    event.preventDefault()
    pick(event.dataTransfer.files)
  })
}

// Unsent text stays in this tab, for the next page.
const { inbox } = document.documentElement.dataset
const area = document.querySelector('textarea')
try {
  area.value ||= sessionStorage.getItem(inbox) || ''
} catch {}
const keep = () => {
  try {
    sessionStorage.setItem(inbox, area.value)
  } catch {}
}
for (const name of ['pagehide', 'visibilitychange']) addEventListener(name, keep)

const [, event] = await Promise.all([init({ module_or_path: new URL('chat_bg.wasm', import.meta.url) }), greeting])
if (event) {
  const { kept, page, open, about, quiet, isNew } = event.data
  const [port] = event.ports
  // Tells the loader that the chat has started, whatever comes next.
  port.postMessage({})
  if (isNew) {
    area.value = ''
    keep()
  }
  start(port, event.origin, kept, page, open, about)
  if (open && !quiet) area.focus()
} else {
  // The standalone page, which emails link to.
  const { begin } = await part('./alone.js')
  await begin(start, inbox, area)
}
