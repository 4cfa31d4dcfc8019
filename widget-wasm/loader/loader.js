// @ts-check
// The script that sites embed: the launcher and `window.SupportChat`, and nothing else until it is needed.
// It runs on someone else's page: no global but its own, no inline style, no markup from strings, no
// cookie; storage and network only once the visitor acts or has acted before.
(() => {
  'use strict'
  const settings = PORCHLIGHT_SETTINGS
  const css = PORCHLIGHT_STYLE
  const prefix = 'porchlight:' + settings.inbox + ':'
  const queued = window.SupportChat
  // A second tag, or the same one after a script has replaced the body.
  if (queued?.loaded) return queued.init()

  let host, root, button, badge, panel, face, frame, port, loaded, user, page
  let wait = 4e3
  let quiet, isNew
  let isOpen = false
  let unread = 0

  const element = (name, attributes, ...children) => {
    const made = document.createElement(name)
    for (const key in attributes) made.setAttribute(key, attributes[key])
    made.append(...children)
    return made
  }

  const icon = (className, ...paths) => {
    const namespace = 'http://www.w3.org/2000/svg'
    const svg = document.createElementNS(namespace, 'svg')
    for (const [key, value] of Object.entries({ class: className, viewBox: '0 0 24 24', 'aria-hidden': 'true' })) {
      svg.setAttribute(key, value)
    }
    for (const d of paths) {
      const path = document.createElementNS(namespace, 'path')
      path.setAttribute('d', d)
      svg.append(path)
    }
    return svg
  }

  // A site may forbid storage, and a full one throws. The chat then works without it, on this page only.
  const recall = () => {
    const kept = {}
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(prefix)) kept[key.slice(prefix.length)] = localStorage.getItem(key)
      }
    } catch {}
    return kept
  }
  const remember = (changes) => {
    try {
      for (const [name, text] of Object.entries(changes)) {
        if (text === null) localStorage.removeItem(prefix + name)
        else localStorage.setItem(prefix + name, text)
      }
    } catch {}
  }

  // State of this tab that outlives the page: whether the chat is open, and whether its visitor is new.
  const inTab = (name, change) => {
    try {
      if (change !== undefined) sessionStorage.setItem(prefix + name, change)
      return sessionStorage.getItem(prefix + name) === 'true'
    } catch {}
  }

  const told = []

  // The part of the user's data that can be stored. The rest is left out, with a warning for developers.
  const fitting = (said) => {
    const kept = {}
    let room = 12e3
    let names = 55
    for (const name in said) {
      let json
      try {
        json = JSON.stringify(said[name])
      } catch {}
      const length = json?.length + name.length
      if (length < (name === 'jwt' ? 8e3 : 1e3) && name.length < 65 && length < room && names-- > 0) {
        kept[name] = said[name]
        room -= length
      } else if (said[name] !== undefined && !told.includes(name)) {
        told.push(name)
        console.warn(`Porchlight: user field "${name}" was ignored: it must be JSON of at most 1,000 characters, and all fields 12,000.`)
      }
    }
    return kept
  }

  // What the chat may know about the visitor: what the site says, and what every site sees.
  const about = () => JSON.stringify({
    user: user && fitting(user),
    referrer: document.referrer || undefined,
    language: navigator.language,
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  })

  const tell = (message) => port?.postMessage(message)

  const render = () => {
    button.setAttribute('aria-expanded', String(isOpen))
    button.setAttribute('aria-label', isOpen ? 'Close chat' : 'Open chat' + (unread ? `, ${unread} unread` : ''))
    host.toggleAttribute('open', isOpen)
    if (unread && !isOpen) host.setAttribute('data-unread', unread)
    else host.removeAttribute('data-unread')
    badge.hidden = !unread || isOpen
    badge.textContent = unread > 9 ? '9+' : String(unread)
  }

  // Draws the launcher. With a closed shadow root and an adopted style sheet, the page's styles don't reach
  // it, and no content security policy blocks it.
  const draw = () => {
    if (host) return settle()
    // Where browsers support popovers, it lies above everything that could cover or clip it.
    host = element('porchlight-chat', { popover: 'manual' })
    root = host.attachShadow({ mode: 'closed' })
    try {
      const sheet = new CSSStyleSheet()
      sheet.replaceSync(css)
      root.adoptedStyleSheets = [sheet]
    } catch {
      // Before Safari 16.4. A strict policy blocks this, but those browsers have no other way.
      root.append(element('style', {}, css))
    }
    host.style.setProperty('--brand', settings.color)
    badge = element('b', { class: 'badge', hidden: '' })
    button = element('button', { class: 'launcher', type: 'button', 'aria-haspopup': 'dialog' },
      icon('bubble', 'M21 11.5a8.4 8.4 0 0 1-8.5 8.5 8.9 8.9 0 0 1-3.8-.9L3 21l1.9-5.7a8.5 8.5 0 0 1 7.6-12.3 8.4 8.4 0 0 1 8.5 8.5z'),
      icon('cross', 'M18 6 6 18', 'M6 6l12 12'),
      badge)
    const press = (text, act) => {
      const pressed = element('button', { type: 'button' }, text)
      pressed.addEventListener('click', act)
      return pressed
    }
    face = element('div', { class: 'face', role: 'alert', hidden: '' },
      element('p', {}, 'The chat failed to load.'), press('Try again', () => load()), press('Close', () => api.close()))
    panel = element('div', { class: 'panel', role: 'dialog', 'aria-label': settings.name }, face)
    button.addEventListener('click', () => api.toggle())
    // A visitor who points at it will probably press it: a head start.
    button.addEventListener('pointerenter', load)
    button.addEventListener('focus', load)
    root.append(panel, button)
    settle()
    render()
    // The chat stays open on the site's next page, unless it would hide the page.
    if (inTab('open') && innerWidth > 480 && innerHeight > 500) {
      quiet = true
      show(true)
    }
    // A visitor who has written before may have an answer waiting.
    const idle = window.requestIdleCallback || ((run) => setTimeout(run, 200))
    idle(() => Object.keys(recall()).length && load())
  }

  // Turbo, Astro, htmx and others replace the body or its content. The launcher is put back, and the frame
  // in it starts again in the same conversation. After a delay, so that a page that keeps removing it is
  // not kept busy.
  const watch = new MutationObserver(() => host.isConnected || setTimeout(settle, 50))
  const settle = () => {
    const { body, documentElement } = document
    if (!body || host.parentNode === body) return
    loaded = undefined
    body.append(host)
    host.showPopover?.()
    host.style.setProperty('--zoom', String(1 / (body.currentCSSZoom || 1)))
    watch.disconnect()
    for (const node of [documentElement, body]) watch.observe(node, { childList: true })
  }

  // Loads the chat's frame, once. Only the chat's own origin gets the port.
  const load = () => {
    if (frame) return
    const query = new URLSearchParams({ inbox: settings.inbox })
    const mine = element('iframe', { class: 'frame', title: settings.name, allow: 'clipboard-write' })
    frame = mine
    frame.src = settings.origin + '/chat?' + query
    frame.addEventListener('load', () => {
      const channel = new MessageChannel()
      port = channel.port1
      port.onmessage = receive
      page = location.href
      const hello = { porchlight: 1, kept: JSON.stringify(recall()), page, open: isOpen, about: about(), quiet, isNew: isNew || inTab('new') }
      frame.contentWindow.postMessage(hello, settings.origin, [channel.port2])
      // An error page fires `load`, too.
      setTimeout(fail, 8e3, mine)
    })
    // A slow connection may take a while before that.
    setTimeout(fail, 3e4, mine)
    panel.append(frame)
  }

  // If the chat could not be loaded, the frame has the browser's error page, which sends no message. It is
  // removed, an explanation is shown instead, and loading is tried again.
  const fail = (mine) => {
    if (loaded || frame !== mine) return
    console.error('Porchlight: the chat failed to load. Is ' + location.origin + ' one of the inbox\'s allowed sites?')
    frame.remove()
    frame = port = undefined
    face.hidden = false
    setTimeout(() => isOpen && load(), wait)
    wait = Math.min(2 * wait, 6e4)
  }

  // Pages that scripts switch to without loading count as pages, too.
  const move = () => {
    if (!port || page === location.href) return
    page = location.href
    tell({ page })
  }
  for (const name of ['popstate', 'hashchange']) addEventListener(name, move)
  if (window.navigation) navigation.addEventListener('currententrychange', move)
  else setInterval(move, 2e3)

  const receive = ({ data }) => {
    if (!loaded) {
      loaded = face.hidden = true
      frame.classList.add('ready')
      if (isOpen && !quiet) frame.focus()
      quiet = isNew = false
      if (inTab('new')) inTab('new', false)
    }
    if (data.store !== undefined) remember(JSON.parse(data.store))
    if (data.unread !== undefined) unread = data.unread
    if (data.close) api.close()
    render()
  }

  const show = (open) => {
    if (!host || open === isOpen) return
    if (open) load()
    isOpen = open
    inTab('open', open)
    tell({ open })
    render()
    if (!open) button.focus()
    else if (loaded) frame.focus()
  }

  const api = {
    loaded: true,
    init(options) {
      if (options?.user) api.identify(options.user)
      whenReady(draw)
    },
    // Identifies the visitor: `id`, `name`, `email`, any attributes, and `hash` or `jwt` as proof.
    identify(who) {
      user = who
      tell({ about: about() })
    },
    // The next person at this device is another visitor.
    logout() {
      user = undefined
      isNew = true
      inTab('new', true)
      // What the old frame still reports must not be stored.
      if (port) port.onmessage = null
      for (const name of Object.keys(recall())) remember({ [name]: null })
      if (frame) frame.remove()
      frame = port = loaded = undefined
      unread = 0
      if (isOpen) load()
      if (host) render()
    },
    open() { whenReady(() => { draw(); show(true) }) },
    close() { whenReady(() => show(false)) },
    toggle() { whenReady(() => { draw(); show(!isOpen) }) },
    push(...calls) {
      for (const [name, ...rest] of calls) {
        if (typeof api[name] === 'function' && name !== 'push') api[name](...rest)
      }
      return 0
    },
  }

  const whenReady = (run) => {
    if (document.body) run()
    else document.addEventListener('DOMContentLoaded', run, { once: true })
  }

  // Another tab of the same site has the same visitor.
  addEventListener('storage', ({ key, newValue }) => {
    if (key?.startsWith(prefix)) tell({ kept: JSON.stringify({ [key.slice(prefix.length)]: newValue }) })
  })

  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && isOpen && !event.defaultPrevented) api.close()
  })

  window.SupportChat = api
  if (Array.isArray(queued)) api.push(...queued)
  // One tag is enough: a page that never calls `init` gets the launcher, too.
  whenReady(draw)
})()
