// @ts-check
// The standalone page: does what the loader does for a frame, as far as it applies, and handles links from
// emails, which log their reader in.
import { element, style } from './part.js'

const texts = {
  whose: 'This link opens the conversation of ',
  somebody: 'someone else',
  other: ' Your own conversation in this browser stays as it is.',
  open: 'Open conversation',
  mine: 'Keep mine',
  not: 'That’s not me',
}

/**
 * Asks before the visitor becomes the one in the link: its sender may have made it for themselves.
 * @returns {Promise<boolean>} whether to open it
 */
async function ask(login, inbox, hasOwn) {
  const [answer] = await Promise.all([
    fetch('/visitor/login', {
      method: 'POST',
      body: JSON.stringify({ login }),
      headers: { 'porchlight-inbox': inbox, 'content-type': 'application/json' },
    }).catch(() => undefined),
    style('address.css'),
  ])
  // The chat itself reports an invalid link. If the address can't be fetched, the question does without it.
  if (answer?.status === 404) return true
  const { address } = answer?.ok ? await answer.json() : { address: texts.somebody }
  const card = element('form', 'ask alone-ask')
  const whose = element('p', '', texts.whose)
  whose.append(element('b', '', address), '.', hasOwn ? texts.other : '')
  const open = element('button', 'save', texts.open)
  const not = element('button', '', hasOwn ? texts.mine : texts.not)
  not.type = 'button'
  const buttons = element('div', '')
  buttons.append(open, not)
  card.append(whose, buttons)
  document.querySelector('.log').prepend(card)
  open.focus()
  const answered = await new Promise((resolve) => {
    card.onsubmit = (event) => {
      event.preventDefault()
      resolve(true)
    }
    not.onclick = () => resolve(false)
  })
  card.remove()
  return answered
}

/** Starts the chat with what this browser has stored. */
export async function begin(start, inbox, area) {
  const prefix = 'porchlight:' + inbox + ':'
  const read = (storage) => {
    /** @type {Record<string, string>} */
    const kept = {}
    try {
      for (const key of Object.keys(storage())) {
        if (key.startsWith(prefix)) kept[key.slice(prefix.length)] = storage().getItem(key)
      }
    } catch {}
    return kept
  }
  const ofTab = () => sessionStorage
  const ofBrowser = () => localStorage
  // A visitor who came by a link and has another conversation in this browser switches in this tab only.
  let storage = read(ofTab).token ? ofTab : ofBrowser
  let kept = read(storage)
  // Removed from the address, so that a copy of the address logs nobody in.
  const [, login] = location.hash.split('#login=')
  if (login) history.replaceState(null, '', location.search)
  // A browser that already is this visitor needs no login.
  if (login && String(kept.token).split('.')[0] !== login.split('.')[0]) {
    const hasOwn = !!read(ofBrowser).token
    if (await ask(login, inbox, hasOwn)) {
      storage = hasOwn ? ofTab : ofBrowser
      kept = { token: login }
    } else if (!hasOwn) {
      kept = {}
    }
  }
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = ({ data }) => {
    if (data.store === undefined) return
    try {
      for (const [name, text] of Object.entries(JSON.parse(data.store))) {
        if (text === null) storage().removeItem(prefix + name)
        else storage().setItem(prefix + name, text)
      }
    } catch {}
  }
  document.documentElement.classList.add('alone')
  start(port2, undefined, JSON.stringify(kept), location.href, true)
  area.focus()
}
