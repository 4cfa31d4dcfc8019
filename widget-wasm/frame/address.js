// @ts-check
// Asks for an email address for answers, once the visitor has written and nobody is available. Loaded only
// then, so that a chat that is answered at once does not pay for it.
import { element, resized, style } from './part.js'

const texts = {
  ask: 'Want the reply by email, too?',
  address: 'Email address',
  save: 'Save',
  no: 'No, thanks',
  saving: 'Saving…',
  offline: 'No connection. Try again.',
  done: 'If you leave, we’ll email our reply to ',
  change: 'Change',
}

const { inbox } = document.documentElement.dataset
// A browser may block storage in a frame: then the question comes again on the next page.
const DECLINED = 'porchlight:' + inbox + ':no-address'
const area = document.querySelector('textarea')
const has = () => {
  try {
    return sessionStorage.getItem(DECLINED)
  } catch {}
}

export async function ask(token) {
  const call = (method, body) =>
    fetch('/visitor/address', {
      method,
      body: body && JSON.stringify(body),
      headers: {
        authorization: `Bearer ${token()}`,
        'porchlight-inbox': inbox,
        'content-type': 'application/json',
      },
    })
  if (has()) return
  const [answer] = await Promise.all([call('GET'), style('address.css')])
  if (!answer.ok || !(await answer.json()).asks) return

  const card = element('form', 'ask')
  const place = document.querySelector('.typing')

  const say = (address) => {
    const change = element('button', '', texts.change)
    change.type = 'button'
    change.onclick = () => {
      draw(address)
      card.querySelector('input').focus()
    }
    const said = element('p', '', texts.done)
    said.append(element('b', '', address), '. ', change)
    card.replaceChildren(said)
    area.focus()
    resized()
  }

  const draw = (address = '') => {
    const label = element('label', '', texts.ask)
    const input = element('input', '')
    Object.assign(input, { type: 'email', required: true, autocomplete: 'email', maxLength: 254, value: address })
    input.placeholder = texts.address
    label.append(input)
    const save = element('button', 'save', texts.save)
    const no = element('button', '', texts.no)
    no.type = 'button'
    no.onclick = () => {
      try {
        sessionStorage.setItem(DECLINED, '1')
      } catch {}
      card.remove()
      area.focus()
    }
    const wrong = element('small', '')
    wrong.setAttribute('role', 'alert')
    card.onsubmit = async (event) => {
      event.preventDefault()
      save.disabled = true
      save.textContent = texts.saving
      const answer = await call('PUT', { address: input.value }).catch(() => undefined)
      if (answer?.ok) return say(input.value.trim())
      const said = await answer?.json().catch(() => {})
      wrong.textContent = said?.title || texts.offline
      save.disabled = false
      save.textContent = texts.save
      input.focus()
      resized()
    }
    const buttons = element('div', '')
    buttons.append(save, no)
    card.replaceChildren(label, wrong, buttons)
  }

  draw()
  place.before(card)
  resized()
}
