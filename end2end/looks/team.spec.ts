import type { Browser, Page } from '@playwright/test'
import { logIn, expect, openInbox, openPage, reply, test, Visitor } from '../support/porchlight.ts'

const looks = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [390, 1440].map((width) => ({ name: `${colorScheme}-${width}`, colorScheme, width })))

async function pageOf(browser: Browser, look: (typeof looks)[number]): Promise<Page> {
  const viewport = { width: look.width, height: look.width < 500 ? 844 : 900 }
  const context = await browser.newContext({ colorScheme: look.colorScheme, viewport, deviceScaleFactor: look.width < 500 ? 2 : 1, reducedMotion: 'reduce' })
  return context.newPage()
}

for (const look of looks) {
  test(`team ${look.name}`, async ({ porchlight, browser }) => {
    const agent = await pageOf(browser, look)
    const page = await pageOf(browser, look)
    const visitor = new Visitor(page)
    const shot = (of: Page, name: string) => of.screenshot({ path: `shots/${name}-${look.name}.png` })
    await logIn(agent)
    await openPage(agent, porchlight, '/team')
    for (const [name, color] of [['VIP', '#b8860b'], ['Billing', '#3b6ea8']]) {
      await agent.getByLabel('New label').fill(name)
      await agent.getByLabel('Color').fill(color)
      await agent.getByRole('button', { name: 'Add', exact: true }).click()
      await expect(agent.locator('.label-list')).toContainText(name)
    }
    await agent.getByText('mia@example.com').click()
    await shot(agent, 'team')
    await agent.getByRole('button', { name: 'Delete label Billing' }).click()
    await shot(agent, 'dialog')
    await agent.keyboard.press('Escape')
    await openPage(agent, porchlight, '/access')
    await agent.getByRole('textbox', { name: 'Name' }).fill('Billing')
    await agent.getByLabel('List conversations').check()
    await agent.getByRole('button', { name: 'Create token' }).click()
    await expect(agent.locator('.made')).toBeVisible()
    await shot(agent, 'access')
    await openPage(agent, porchlight, '/inboxes')
    await agent.getByLabel('Time zone').scrollIntoViewIfNeeded()
    await shot(agent, 'inbox-work')
    await openInbox(agent, porchlight)
    await page.goto(`${porchlight.url}/demo`)
    await visitor.open()
    await visitor.say('Hello! I lost my phone in the meadows. Are my notes gone?')
    await expect(agent.locator('.row')).toHaveCount(1)
    await agent.locator('.row').click()
    await agent.getByRole('button', { name: 'Assign to me' }).click()
    await agent.locator('.actions summary[title="Labels"]').click()
    await shot(agent, 'menu')
    await agent.locator('.actions').getByRole('button', { name: 'VIP' }).click()
    await agent.getByRole('button', { name: 'Note', exact: true }).click()
    const area = agent.getByRole('textbox', { name: 'Write an internal note' })
    await area.fill('She is on the yearly plan, be generous.')
    await shot(agent, 'noting')
    await area.press('Enter')
    await agent.getByRole('button', { name: 'Reply', exact: true }).click()
    await reply(agent, 'Your notes are safe up to the last sync.')
    await (await visitor.frame()).locator('textarea').pressSequentially('Oh g')
    await agent.getByRole('textbox', { name: 'Reply' }).pressSequentially('And')
    await shot(page, 'chat-together')
    await shot(agent, 'together')
    if (look.width > 500) {
      await agent.getByRole('searchbox').fill('meadows phone')
      await agent.getByRole('searchbox').press('Enter')
      await expect(agent.locator('.row mark')).toHaveCount(2)
      await agent.locator('.row').click()
      await expect(agent.locator('.entry.found')).toBeVisible()
      await shot(agent, 'search')
      await agent.getByRole('link', { name: 'Clear' }).click()
      await openPage(agent, porchlight, '/conversations')
      await agent.locator('.row').click()
    } else {
      await openPage(agent, porchlight, '/conversations?q=phone')
      await expect(agent.locator('.row mark')).toHaveCount(1)
      await shot(agent, 'search')
      await openPage(agent, porchlight, '/conversations')
      await agent.locator('.row').click()
    }
    await agent.getByRole('button', { name: 'Resolve' }).click()
    await expect((await visitor.frame()).getByText('Marked as resolved')).toBeVisible()
    await shot(page, 'chat-resolved')
    await shot(agent, 'resolved')
  })
}
