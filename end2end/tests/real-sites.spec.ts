// What real sites do to the chat, and how it copes.
import type { Page } from '@playwright/test'
import { expect, openInbox, test, Visitor } from '../support/porchlight.ts'
import { serveSite } from '../support/site.ts'

/** Collects the console messages that begin with the product's name. */
function warnings(page: Page): string[] {
  const said: string[] = []
  page.on('console', (message) => { if (message.text().startsWith('Porchlight:')) said.push(message.text()) })
  return said
}

test('user data that cannot be stored is left out, and the rest and the chat work', async ({ porchlight, agent, visitor }) => {
  const said = warnings(visitor.page)
  const site = await serveSite(porchlight, (tag) => `<script>
    const circle = {}; circle.self = circle
    window.SupportChat = window.SupportChat || []
    SupportChat.push(['init', { user: {
      name: 'Ann \\ud83d', tags: ['a', 'b'], address: { city: 'Bern' }, big: 10n, circle,
      long: 'x'.repeat(2000), save() {}, plan: 'pro', nothing: undefined,
    } }])
  </script>${tag}<h1>Page</h1>`)
  await visitor.page.goto(site.origin)
  await visitor.open()
  await visitor.say('hello')
  await expect((await visitor.frame()).locator('.entry.own:not(.pending)')).toHaveCount(1)
  expect(said.map((text) => text.match(/"(\w+)"/)?.[1])).toEqual(['big', 'circle', 'long', 'save'])
  await openInbox(agent, porchlight)
  await agent.locator('.row', { hasText: 'Ann \ufffd' }).click()
  const side = agent.locator('.side')
  await expect(side).toContainText('["a","b"]')
  await expect(side).toContainText('{"city":"Bern"}')
  await expect(side).toContainText('pro')
  site.close()
})

test('the launcher and its conversation come back when scripts replace the body', async ({ porchlight, visitor }) => {
  const site = await serveSite(porchlight, (tag) => `<body><main>one</main>${tag}</body>`)
  await visitor.page.goto(site.origin)
  await visitor.open()
  await visitor.say('hello')
  await expect((await visitor.frame()).locator('.entry.own:not(.pending)')).toHaveCount(1)
  const swaps = [
    // Turbo and Astro replace the body, htmx its content.
    () => { const body = document.createElement('body'); body.textContent = 'two'; document.documentElement.replaceChild(body, document.body) },
    () => { document.body.innerHTML = '<main>three</main>' },
  ]
  const said = ['hello']
  for (const swap of swaps) {
    await visitor.page.evaluate(swap)
    await expect(visitor.launcher).toHaveCount(1)
    await expect(visitor.launcher).toHaveAttribute('open', '')
    // The frame is loaded again, with the same conversation.
    await expect.poll(() => visitor.bubbles().catch(() => [])).toEqual(said)
    said.push(`after ${said.length}`)
    await visitor.say(said.at(-1)!)
    await expect((await visitor.frame()).locator('.entry.own:not(.pending)')).toHaveCount(said.length)
    for (const [call, isOpen] of [['close', false], ['open', true], ['init', true]] as const) {
      await visitor.page.evaluate((call) => (window as any).SupportChat[call](), call)
      await expect(visitor.launcher).toHaveCount(1)
      expect(await visitor.launcher.evaluate((launcher) => launcher.hasAttribute('open'))).toBe(isOpen)
    }
  }
  // The new page also has the tag.
  await visitor.page.addScriptTag({ url: await visitor.page.evaluate(() => performance.getEntriesByType('resource').map((one) => one.name).find((name) => name.includes('/widget.js'))!) })
  await expect(visitor.launcher).toHaveCount(1)
  expect(await visitor.bubbles()).toEqual(said)
  site.close()
})

test('agents see the page that a visitor is on now', async ({ porchlight, agent, visitor }) => {
  const site = await serveSite(porchlight, (tag) => `<h1>One page</h1>${tag}`)
  await visitor.page.goto(site.origin)
  await visitor.open()
  await visitor.say('hello')
  await openInbox(agent, porchlight)
  await agent.locator('.row').click()
  const nowOn = agent.locator('.side dt', { hasText: 'Viewing' }).locator('xpath=following-sibling::dd[1]')
  await expect(nowOn).toContainText(new URL(site.origin).host)
  for (const [path, go] of [
    ['/second-page', () => history.pushState({}, '', '/second-page')],
    ['/third-page', () => history.replaceState({}, '', '/third-page')],
    ['/fourth-page', () => history.pushState({}, '', '/fourth-page?token=secret#part')],
  ] as const) {
    await visitor.page.evaluate(go)
    await expect(nowOn).toContainText(path)
  }
  await agent.reload()
  await expect(nowOn).toContainText('/fourth-page')
  // The query and the fragment may hold a key to the visitor's account.
  await expect(nowOn).not.toContainText('secret')
  site.close()
})

for (const policy of ['require-corp', 'credentialless']) {
  test(`the chat opens on a cross-origin isolated page (${policy})`, async ({ porchlight, visitor }) => {
    const site = await serveSite(porchlight, (tag) => `<h1>Isolated</h1>${tag}`, {
      'cross-origin-embedder-policy': policy,
      'cross-origin-opener-policy': 'same-origin',
    })
    await visitor.page.goto(site.origin)
    expect(await visitor.page.evaluate(() => crossOriginIsolated)).toBe(true)
    await visitor.open()
    await visitor.say('hello')
    await expect((await visitor.frame()).locator('.entry.own:not(.pending)')).toHaveCount(1)
    site.close()
  })
}

test('the launcher works without constructable style sheets, and is not printed', async ({ porchlight, visitor }) => {
  const site = await serveSite(porchlight, (tag) => `<script>window.CSSStyleSheet = function () { throw new TypeError('Illegal constructor') }</script>${tag}<h1>Old</h1>`)
  await visitor.page.goto(site.origin)
  await expect(visitor.launcher).toBeAttached()
  await expect(visitor.launcher).toHaveCSS('position', 'fixed')
  await visitor.open()
  await visitor.page.emulateMedia({ media: 'print' })
  await expect(visitor.launcher).toHaveCSS('display', 'none')
  site.close()
})

test('Enter in an input method in Safari sends nothing', async ({ porchlight, agent, visitor }) => {
  await visitor.page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  await visitor.say('hello')
  await openInbox(agent, porchlight)
  await agent.locator('.row').click()
  const chat = await visitor.frame()
  for (const area of [chat.locator('textarea'), agent.locator('.composer textarea')]) {
    await area.fill('にほんご')
    await area.evaluate((area) => area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, which: 229, bubbles: true, cancelable: true })))
    await expect(area).toHaveValue('にほんご')
    await area.press('Enter')
    await expect(area).toHaveValue('')
  }
  await expect(chat.locator('.bubble')).toHaveText(['hello', 'にほんご', 'にほんご'])
})

test('opening the chat opens one socket, even if the page identifies its visitor', async ({ porchlight, visitor }) => {
  const sockets: string[] = []
  visitor.page.on('websocket', (socket) => sockets.push(socket.url()))
  const site = await serveSite(porchlight, (tag) => `<script>window.SupportChat = [['init', { user: { name: 'Ann' } }]]</script>${tag}<h1>Page</h1>`)
  await visitor.page.goto(site.origin)
  await visitor.open()
  await visitor.say('hello')
  await expect((await visitor.frame()).locator('.entry.own:not(.pending)')).toHaveCount(1)
  expect(sockets).toHaveLength(1)
  site.close()
})

test('a chat that is opened while the server is down loads by itself once it is up', async ({ porchlight, browser }) => {
  const page = await browser.newPage()
  const visitor = new Visitor(page)
  await page.goto(`${porchlight.url}/demo`)
  await expect(visitor.launcher).toBeAttached()
  await porchlight.stop()
  await visitor.press()
  await expect(visitor.launcher).toHaveAttribute('open', '')
  await porchlight.start()
  await expect.poll(() => page.frames().some((frame) => frame.url().startsWith(`${porchlight.url}/chat`)), { timeout: 30_000 }).toBe(true)
  await expect((await visitor.frame()).locator('.dot')).toHaveAttribute('data-state', 'online')
  await visitor.say('here at last')
  await expect((await visitor.frame()).locator('.entry.own:not(.pending)')).toHaveCount(1)
  await page.close()
})

test('unsent text and the open chat are still there on the next page', async ({ porchlight, visitor }) => {
  const site = await serveSite(porchlight, (tag) => `<h1>Page</h1>${tag}`)
  await visitor.page.goto(site.origin)
  await visitor.open()
  await (await visitor.frame()).locator('textarea').fill('half a sentence')
  await visitor.page.goto(`${site.origin}/next`)
  await expect(visitor.launcher).toHaveAttribute('open', '')
  await expect((await visitor.frame()).locator('textarea')).toHaveValue('half a sentence')
  // The next person at this device sees none of it.
  await visitor.page.evaluate('SupportChat.logout()')
  await expect((await visitor.frame()).locator('.dot')).toHaveAttribute('data-state', 'online')
  await expect((await visitor.frame()).locator('textarea')).toHaveValue('')
  // Nor on the next page, where most sites go after a logout.
  await (await visitor.frame()).locator('textarea').fill('another sentence')
  await visitor.page.evaluate('SupportChat.logout()')
  await visitor.page.goto(`${site.origin}/goodbye`)
  await expect((await visitor.frame()).locator('.dot')).toHaveAttribute('data-state', 'online')
  await expect((await visitor.frame()).locator('textarea')).toHaveValue('')
  await visitor.page.evaluate('SupportChat.close()')
  await visitor.page.goto(site.origin)
  await expect(visitor.launcher).toBeAttached()
  await expect(visitor.launcher).not.toHaveAttribute('open')
  site.close()
})

for (const language of ['en-US@posix', 'xx', '']) {
  test(`the chat works in a browser with the language "${language}"`, async ({ porchlight, visitor }) => {
    await visitor.page.addInitScript((value) => Object.defineProperty(navigator, 'language', { value }), language)
    await visitor.page.goto(`${porchlight.url}/demo`)
    await visitor.open()
    await visitor.say('hello')
    await expect((await visitor.frame()).locator('.day')).toHaveCount(1)
    await expect((await visitor.frame()).locator('.entry.own:not(.pending)')).toHaveCount(1)
  })
}

for (const [what, css] of [
  ['moves', 'html { transform: scale(1); height: 3000px }'],
  ['cuts off', 'body { contain: paint; height: 20px }'],
  ['covers', '.bar { position: fixed; inset: auto 0 0 0; height: 120px; z-index: 2147483647; background: #ccc }'],
  ['fades', '* { opacity: 0.3 !important; filter: blur(2px) !important; display: inline !important }'],
  ['enlarges', 'html { zoom: 2 }'],
]) {
  test(`no rule of the page ${what} the launcher`, async ({ porchlight, visitor }) => {
    await visitor.page.setViewportSize({ width: 1000, height: 700 })
    const site = await serveSite(porchlight, (tag) => `<style>${css}</style><h1>Page</h1><div class="bar"></div>${tag}`)
    await visitor.page.goto(site.origin)
    await expect(visitor.launcher).toBeAttached()
    const [found, opacity, filter] = await visitor.page.evaluate(() => {
      const host = document.querySelector('porchlight-chat') as HTMLElement
      const style = getComputedStyle(host)
      return [document.elementFromPoint(950, 650) === host, style.opacity, style.filter]
    })
    expect([found, opacity, filter]).toEqual([true, '1', 'none'])
    await visitor.open()
    // The whole panel is in view.
    const box = await (await (await visitor.frame()).frameElement()).boundingBox()
    expect(box?.x).toBeGreaterThanOrEqual(0)
    expect(box?.y).toBeGreaterThanOrEqual(0)
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(700)
    site.close()
  })
}
