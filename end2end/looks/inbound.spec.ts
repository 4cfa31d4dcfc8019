// Inbound email: what waits for review, and how a message that came by email looks.
import { logIn, expect, openInbox, openPage, type Porchlight, test } from '../support/porchlight.ts'

async function handIn(address: string, mail: string): Promise<void> {
  const { origin, pathname, password } = new URL(address)
  const headers = { authorization: `Bearer ${password}`, 'content-type': 'message/rfc822' }
  const answer = await fetch(origin + pathname, { method: 'POST', headers, body: mail.replaceAll('\n', '\r\n') })
  expect(answer.status).toBe(200)
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [390, 1440]) {
    test(`${colorScheme}-${width}`, async ({ porchlight, browser }: { porchlight: Porchlight; browser: any }) => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, deviceScaleFactor: width < 500 ? 2 : 1 })
      const page = await context.newPage()
      await logIn(page)
      const shot = (name: string) => page.screenshot({ path: `shots/${name}-${colorScheme}-${width}.png`, fullPage: true })
      await openPage(page, porchlight, '/review')
      await shot('review-off')
      const { webhook } = porchlight.command(['inbox', 'mail', '--inbound-address', 'help@example.org', '--webhook', 'true'])
      await openPage(page, porchlight, '/inboxes')
      await page.getByText('Use an inbound webhook', { exact: true }).click()
      await page.getByRole('heading', { name: 'Email replies' }).scrollIntoViewIfNeeded()
      await page.screenshot({ path: `shots/inbound-settings-${colorScheme}-${width}.png` })
      await openPage(page, porchlight, '/review')
      await shot('review-empty')
      await handIn(webhook, 'From: Carl Sommer <carl@example.net>\nTo: help@example.org\nSubject: My invoice of March\nMessage-ID: <1@x>\n\nHello,\n\nthe invoice of March is missing. Could you send it again, please? I need it for my accountant by Friday.\n\nSent from my iPhone\n')
      await handIn(webhook, 'From: Carl Sommer <carl@example.net>\nTo: help@example.org\nSubject: Re: My invoice of March\nReferences: <1@x>\nMessage-ID: <2@x>\nAuthentication-Results: mx.example.org; dmarc=fail\n\nPlease send it to my new address instead.\n')
      await handIn(webhook, 'From: mia@example.com\nTo: help@example.org\nSubject: Fwd: a question that came to me\nMessage-ID: <3@x>\n\nSee below.\n')
      await handIn(webhook, 'From: news@example.net\nTo: help@example.org\nSubject: Our offers of the week\nPrecedence: bulk\nMessage-ID: <4@x>\n\nBuy now!\n')
      await openInbox(page, porchlight)
      await page.getByRole('link', { name: /Carl/ }).click()
      await page.getByRole('button', { name: 'Show all' }).click()
      await expect(page.locator('.mail-whole')).toBeVisible()
      await page.screenshot({ path: `shots/by-mail-${colorScheme}-${width}.png` })
      const waiting = async () => {
        await openPage(page, porchlight, '/review')
        return page.locator('.mail').count()
      }
      await expect.poll(waiting).toBe(2)
      await page.locator('.mail-text summary').first().click()
      await shot('review')
      await openPage(page, porchlight, '/review?state=ignored')
      await shot('review-ignored')
    })
  }
}
