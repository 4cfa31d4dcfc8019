// What real sites do to the chat, and what it makes of it.
import { expect, openInbox, test } from '../support/porchlight.ts'
import { serveSite } from '../support/site.ts'

test('the launcher comes back, with its conversation, when scripts put another body in place', async ({ porchlight, visitor }) => {
  const site = await serveSite(porchlight, (tag) => `<body><main>one</main>${tag}</body>`)
  await visitor.page.goto(site.origin)
  await visitor.open()
  await visitor.say('hello')
  await expect((await visitor.frame()).locator('.entry.own:not(.pending)')).toHaveCount(1)
  const swaps = [
    // Turbo and Astro put another body in place, htmx other content.
    () => { const body = document.createElement('body'); body.textContent = 'two'; document.documentElement.replaceChild(body, document.body) },
    () => { document.body.innerHTML = '<main>three</main>' },
  ]
  const said = ['hello']
  for (const swap of swaps) {
    await visitor.page.evaluate(swap)
    await expect(visitor.launcher).toHaveCount(1)
    await expect(visitor.launcher).toHaveAttribute('open', '')
    // The frame starts anew, and what was said is there again.
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
  // The new page has the tag, too.
  await visitor.page.addScriptTag({ url: await visitor.page.evaluate(() => performance.getEntriesByType('resource').map((one) => one.name).find((name) => name.includes('/widget.js'))!) })
  await expect(visitor.launcher).toHaveCount(1)
  expect(await visitor.bubbles()).toEqual(said)
  site.close()
})

for (const policy of ['require-corp', 'credentialless']) {
  test(`the chat opens on a page that is isolated (${policy})`, async ({ porchlight, visitor }) => {
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

test('there is a launcher where style sheets can not be constructed, and none on paper', async ({ porchlight, visitor }) => {
  const site = await serveSite(porchlight, (tag) => `<script>window.CSSStyleSheet = function () { throw new TypeError('Illegal constructor') }</script>${tag}<h1>Old</h1>`)
  await visitor.page.goto(site.origin)
  await expect(visitor.launcher).toBeAttached()
  await expect(visitor.launcher).toHaveCSS('position', 'fixed')
  await visitor.open()
  await visitor.page.emulateMedia({ media: 'print' })
  await expect(visitor.launcher).toHaveCSS('display', 'none')
  site.close()
})

test('Enter in an input method of Safari sends nothing', async ({ porchlight, agent, visitor }) => {
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
