// Each mail, the page of preferences, and where the team sees mail.
import { createOwner, expect, openPage, test } from '../support/porchlight.ts'

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [390, 1440]) {
    test(`${colorScheme}-${width}`, async ({ porchlight, browser }) => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, deviceScaleFactor: width < 500 ? 2 : 1 })
      const page = await context.newPage()
      await createOwner(page, porchlight)
      const shot = (name: string) => page.screenshot({ path: `shots/${name}-${colorScheme}-${width}.png`, fullPage: true })
      await openPage(page, porchlight, '/inboxes')
      await page.getByText('What they look like').click()
      await page.getByRole('heading', { name: 'Mail', exact: true }).scrollIntoViewIfNeeded()
      await page.screenshot({ path: `shots/mail-settings-${colorScheme}-${width}.png` })
      await openPage(page, porchlight, '/outbox')
      await shot('mail-outbox')
      for (const kind of ['nobody_available', 'received', 'unread_reply', 'invitation', 'password']) {
        await page.goto(`${porchlight.url}/mail/preview/${kind}`)
        await expect(page.getByRole('heading')).toBeVisible()
        await shot(`mail-${kind}`)
      }
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
