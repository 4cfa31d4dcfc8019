// @ts-check
// The stand-alone page: what the loader does for a frame, as far as it applies; and the links of mails, which
// log their reader in.
import { element, style } from './part.js'

const texts = {
  whose: 'This link opens the conversation of ',
  somebody: 'somebody',
  other: ' You have one of your own in this browser: it stays as it is.',
  open: 'Open it',
  mine: 'Go to mine',
  not: 'That is not me',
}

/**
 * Asks before somebody becomes who the link says. Whoever sent it may have made it for themselves.
 * @returns {Promise<boolean>} whether it is to be opened
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
  // What the link lacks, the chat itself says. Who can't be told whose it is, is asked all the same.
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

/** Starts the chat with what this browser keeps. */
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
  // Who came by a link, and has a conversation of their own in this browser, is the other in this tab alone.
  let storage = read(ofTab).token ? ofTab : ofBrowser
  let kept = read(storage)
  // It is taken out of the address, so that no copy of that logs anybody in.
  const [, login] = location.hash.split('#login=')
  if (login) history.replaceState(null, '', location.search)
  // Who is that visitor already needs no login.
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
