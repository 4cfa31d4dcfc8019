// @ts-check
// Files: those that the visitor picks, which are uploaded at once and sent with the next message, and those
// attached to entries. Loaded with the first of either, so that a chat without files does not pay.
import { element, resized, style } from './part.js'

const MOST = 10
const MOST_BYTES = 20 * 1024 * 1024
const texts = {
  big: 'Too large (20 MB max)',
  empty: 'This file is empty',
  many: 'Up to 10 files at a time',
  remove: 'Remove',
  close: 'Close',
  download: 'Download',
  waiting: 'Waiting for connection…',
  missing: 'Couldn’t load. Try again.',
}

const { inbox } = document.documentElement.dataset
const form = document.querySelector('.composer')
const area = form.querySelector('textarea')

await style('files.css')

const size = (bytes) => {
  const [unit, number] = bytes < 1e6 ? ['kilobyte', Math.ceil(bytes / 1e3)] : ['megabyte', bytes / 1e6]
  return new Intl.NumberFormat('en', { style: 'unit', unit, maximumFractionDigits: 1 }).format(number)
}

// Waits, but no longer than until the browser reports that the network is back.
const pause = (ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
    addEventListener('online', resolve, { once: true })
  })

// Retries until there is an outcome or the result is no longer wanted.
async function persist(act, isWanted) {
  for (let wait = 1e3; isWanted(); wait = Math.min(2 * wait, 3e4)) {
    const outcome = await act().catch(() => {})
    if (outcome !== undefined) return outcome
    await pause(wait)
  }
}

// The files that were picked and not sent yet: `{ id, file, item, note, bar, done, error }`.
let picked = []
const list = element('ul', 'picked')
list.setAttribute('aria-live', 'polite')
form.before(list)

// Returns the files to send as JSON, or nothing while one is uploading; `take` says that they are sent now.
self.porchlightPicked = (take) => {
  const good = picked.filter((one) => !one.error)
  if (good.some((one) => !one.done)) return
  if (take) good.forEach(drop)
  return JSON.stringify(good.map((one) => one.done))
}

// Makes the chat check again what can be sent, and how much room is left.
const changed = () => {
  area.dispatchEvent(new Event('input'))
  resized()
}

function drop(one) {
  one.request?.abort()
  one.item.remove()
  picked = picked.filter((other) => other !== one)
}

export function pick(files, token) {
  for (const file of files) {
    const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0'))
    const one = { id: id.join(''), file, item: element('li', 'pick') }
    one.note = element('small', '', size(file.size))
    one.bar = element('progress', '')
    one.bar.max = 1
    one.bar.value = 0
    one.bar.setAttribute('aria-label', file.name)
    const remove = element('button', '', '×')
    remove.type = 'button'
    remove.title = texts.remove
    remove.setAttribute('aria-label', `${texts.remove} ${file.name}`)
    remove.onclick = () => {
      drop(one)
      changed()
      area.focus()
    }
    one.item.append(element('span', 'file-name', file.name), one.note, one.bar, remove)
    list.append(one.item)
    if (picked.filter((other) => !other.error).length >= MOST) refuse(one, texts.many)
    else if (file.size > MOST_BYTES) refuse(one, texts.big)
    else if (!file.size) refuse(one, texts.empty)
    else upload(one, token)
    picked.push(one)
  }
  changed()
  area.focus()
}

function refuse(one, why) {
  one.error = why
  one.note.textContent = why
  one.item.classList.add('refused')
  one.bar.remove()
}

async function upload(one, token) {
  const outcome = await persist(
    () => put(one, token()),
    () => !one.error && (picked.includes(one) || !one.request),
  )
  if (!outcome) return
  if (outcome.code) refuse(one, outcome.title)
  else {
    one.done = outcome
    one.bar.remove()
    one.note.textContent = size(one.file.size)
  }
  changed()
}

// Resolves to the file as the server has it, or to a permanent refusal, or to nothing if the upload must be
// repeated under the same id.
/** @returns {Promise<any>} the server's answer; nothing if the same request may succeed later */
const put = (one, token) =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest()
    one.request = request
    request.open('PUT', `/files/visitor/${one.id}?name=${encodeURIComponent(one.file.name)}`)
    request.setRequestHeader('authorization', `Bearer ${token}`)
    request.setRequestHeader('porchlight-inbox', inbox)
    request.responseType = 'json'
    request.upload.onprogress = ({ loaded, total }) => {
      one.bar.value = loaded / total
      one.note.textContent = size(one.file.size)
    }
    request.onloadend = () => {
      const said = request.response
      // A proxy's own refusal has no code of ours.
      if (request.status === 413) return resolve({ code: 'file_too_big', title: texts.big })
      // Without a token there was no `welcome` yet.
      if (token && said && (said.id || (said.code && !said.temporary))) return resolve(said)
      one.note.textContent = texts.waiting
      resolve(undefined)
    }
    if (token) request.send(one.file)
    else request.onloadend(undefined)
  })

const get = async (path, token) => {
  const headers = { authorization: `Bearer ${token()}`, 'porchlight-inbox': inbox }
  const answer = await fetch(`/files/visitor/${path}`, { headers })
  if (answer.ok) return URL.createObjectURL(await answer.blob())
  // A file that is not there now will not be there later.
  return answer.status === 404 ? null : undefined
}

function download(file, url) {
  const link = element('a', '', texts.download)
  link.href = url
  link.download = file.name
  return link
}

// Shows a picture as large as there is room.
function look(file, url) {
  const dialog = element('dialog', 'look')
  dialog.setAttribute('aria-label', file.name)
  const image = element('img', '')
  image.src = url
  image.alt = file.name
  const close = element('button', '', texts.close)
  close.onclick = () => dialog.close()
  dialog.append(image, download(file, url), close)
  dialog.onclose = () => {
    dialog.remove()
    URL.revokeObjectURL(url)
  }
  // Escape closes the picture, not the chat.
  dialog.onkeydown = (event) => event.stopPropagation()
  document.body.append(dialog)
  dialog.showModal()
}

export function show(place, files, token) {
  for (const file of files) {
    const button = element('button', 'file')
    button.type = 'button'
    button.title = `${texts.download} ${file.name}`
    if (file.width) {
      const image = element('img', '')
      const scale = Math.min(1, 260 / file.width, 260 / file.height)
      image.width = file.width * scale
      image.height = file.height * scale
      image.alt = file.name
      button.classList.add('picture')
      button.append(image)
      persist(() => get(`${file.id}/thumbnail`, token), () => place.isConnected).then((url) => {
        if (!url) return
        image.onload = () => URL.revokeObjectURL(url)
        image.src = url
      })
    } else button.append(element('span', 'file-name', file.name), element('small', '', size(file.bytes)))
    button.onclick = async () => {
      const url = await get(file.id, token).catch(() => {})
      button.parentElement.querySelector('.missing')?.remove()
      if (!url) {
        const missing = element('small', 'missing', texts.missing)
        missing.setAttribute('role', 'alert')
        return button.after(missing)
      }
      if (file.width) look(file, url)
      else {
        download(file, url).click()
        setTimeout(() => URL.revokeObjectURL(url), 6e4)
      }
    }
    place.append(button)
  }
  resized()
}
