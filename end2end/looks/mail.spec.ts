// Every kind of email, the preferences page, and where the team sees outgoing email.
import { logIn, expect, openPage, Porchlight, test as base, Visitor } from '../support/porchlight.ts'
import { Post } from '../support/post.ts'

const test = base.extend({
  porchlight: async ({}, use) => {
    const post = await Post.start()
    const porchlight = await Porchlight.start(post.settings)
    await use(porchlight)
    await porchlight.clear()
    await post.stop()
  },
})

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [390, 1440]) {
    test(`${colorScheme}-${width}`, async ({ porchlight, browser }) => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, deviceScaleFactor: width < 500 ? 2 : 1 })
      const page = await context.newPage()
      await logIn(page)
      const shot = (name: string) => page.screenshot({ path: `shots/${name}-${colorScheme}-${width}.png`, fullPage: true })
      await openPage(page, porchlight, '/inboxes')
      await page.getByText('Preview emails').click()
      await page.getByRole('heading', { name: 'Email', exact: true }).scrollIntoViewIfNeeded()
      await page.screenshot({ path: `shots/mail-settings-${colorScheme}-${width}.png` })
      await openPage(page, porchlight, '/outbox')
      await shot('mail-outbox-empty')
      await page.goto(`${porchlight.url}/team`)
      for (const [name, address] of [['Tom Ode', 'tom@example.com'], ['Nobody', 'nobody@example.com']]) {
        await openPage(page, porchlight, '/team')
        await page.getByText('Invite an agent').click()
        const form = page.locator('form', { hasText: 'choose a password themselves' })
        await form.getByLabel('Name').fill(name)
        await form.getByLabel('Email address').fill(address)
        await form.getByRole('button', { name: 'Invite' }).click()
        await expect(page.locator('.agent-row', { hasText: address })).toBeVisible()
      }
      await shot('team-invited')
      await page.goto('about:blank')
      const size = { width, height: width < 500 ? 844 : 900 }
      const visitor = new Visitor(await (await browser.newContext({ colorScheme, viewport: size, deviceScaleFactor: width < 500 ? 2 : 1 })).newPage())
      await visitor.page.goto(`${porchlight.url}/demo`)
      await visitor.open()
      await visitor.say('Is anybody there?')
      const card = (await visitor.frame()).locator('.ask')
      await expect(card).toBeVisible()
      const chat = (name: string) => visitor.page.screenshot({ path: `shots/${name}-${colorScheme}-${width}.png` })
      await chat('chat-ask')
      await card.getByRole('textbox').fill('ann.miller@example.org')
      await card.getByRole('button', { name: 'Save' }).click()
      await expect(card).toContainText('ann.miller')
      await chat('chat-ask-saved')
      await expect.poll(() => porchlight.command(['mail', 'status'])).toMatchObject({ failed: 1 })
      await openPage(page, porchlight, '/outbox')
      await expect(page.locator('.mail')).toHaveCount(3)
      await shot('mail-outbox')
      await openPage(page, porchlight, '/team')
      await expect(page.getByText('Emails bounce')).toBeVisible()
      await shot('team-bounced')
      for (const kind of ['nobody_available', 'received', 'unread_reply', 'transcript', 'assigned', 'mentioned', 'waiting', 'escalation', 'summary', 'invitation', 'password']) {
        await page.goto(`${porchlight.url}/mail/preview/${kind}`)
        await expect(page.getByRole('heading')).toBeVisible()
        await shot(`mail-${kind}`)
      }
      await openPage(page, porchlight, '/account')
      await shot('account')
      await page.goto(`${porchlight.url}/mail/preferences/x.y`)
      await expect(page.getByRole('heading')).toBeVisible()
      await shot('mail-preferences')
      await page.goto(`${porchlight.url}/password`)
      await expect(page.getByRole('heading')).toBeVisible()
      await shot('password-forgotten')
      const { link } = porchlight.command(['agent', 'link', '--email', 'mia@example.com'])
      await page.goto(link)
      await expect(page.getByLabel('Password')).toBeVisible()
      await shot('password-set')
    })
  }
}
