// Runs axe on every page in both themes, with its rules for WCAG and best practices.
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, openPage, reply, test } from '../support/porchlight.ts'

/** Axe's findings, one per line. */
async function found(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, html }) => `${id}: ${target.join(' ')} ${html.slice(0, 160)}`))
}

const PAGES = ['/conversations', '/review', '/inboxes', '/team', '/team/logins', '/outbox', '/access', '/account', '/audit', '/people']

for (const theme of ['light', 'dark'] as const) {
  test(`every page of the dashboard is accessible (${theme})`, async ({ porchlight, agent, visitor, browser }) => {
    test.setTimeout(120_000)
    await agent.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await visitor.page.goto(`${porchlight.url}/demo`)
    await visitor.open()
    await visitor.say('see https://example.com')
    const faults: string[] = []
    const look = async (what: string, page: Page = agent) => {
      faults.push(...(await found(page)).map((fault) => `${what}: ${fault}`))
    }
    for (const path of PAGES) {
      await openPage(agent, porchlight, path)
      await expect(agent.locator('h1, .row').first()).toBeVisible()
      await look(path)
    }
    await openPage(agent, porchlight, '/conversations')
    await agent.locator('.row').click()
    await reply(agent, 'hello there')
    await expect(agent.locator('.bubble')).toHaveCount(2)
    await expect(agent.locator('.pending')).toHaveCount(0)
    await look('a conversation')
    for (const menu of await agent.locator('details > summary').all()) {
      if (!(await menu.isVisible())) continue
      await menu.click()
      await look(`menu ${await menu.getAttribute('aria-label')}`)
      await menu.click()
    }
    await agent.setViewportSize({ width: 390, height: 844 })
    await look('a conversation on a phone')
    const stranger = await (await browser.newContext({ colorScheme: theme })).newPage()
    await stranger.goto(`${porchlight.url}/login`)
    await look('/login', stranger)
    expect([...new Set(faults)].join('\n')).toBe('')
  })
}

test('on narrow screens everything can be reached, and nothing overflows', async ({ porchlight, agent, visitor }) => {
  await visitor.page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  await visitor.say('hello')
  for (const width of [390, 768]) {
    await agent.setViewportSize({ width, height: 844 })
    await openPage(agent, porchlight, '/conversations')
    const inView = async (what: string) => {
      const box = (await agent.locator(what).boundingBox())!
      expect(box.x, what).toBeGreaterThanOrEqual(0)
      expect(box.x + box.width, what).toBeLessThanOrEqual(width)
    }
    await agent.locator('summary[title="Your status"]').click()
    await inView('.me .menu-items')
    await agent.keyboard.press('Escape')
    await agent.locator('.row').click()
    for (const title of ['Assignee', 'Snooze', 'Labels']) {
      await agent.locator(`.actions summary[title="${title}"]`).click()
      await inView('.actions .menu[open] .menu-items')
      await agent.keyboard.press('Escape')
    }
    await inView('.actions [title=Archive]')
    await agent.getByRole('button', { name: 'Visitor details' }).click()
    await inView('.side')
    await expect(agent.getByRole('complementary', { name: 'Visitor' })).toContainText('Browser')
    expect(await agent.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
  }
})
