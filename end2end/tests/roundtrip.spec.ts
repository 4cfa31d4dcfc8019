// Out by SMTP, answered from a mailbox, back by IMAP, with a real Postfix and a real Dovecot.
import { logIn, expect, openInbox, openPage, Porchlight, test as base, Visitor, watch } from '../support/porchlight.ts'
import { imapUrl, Mailbox, send, settings } from '../support/mailbox.ts'

const test = base.extend<{ team: Mailbox }>({
  porchlight: async ({}, use) => {
    const porchlight = await Porchlight.start(Porchlight.movable(settings()))
    await use(porchlight)
    await porchlight.clear()
  },
  team: async ({}, use) => {
    const team = await Mailbox.open('team')
    await use(team)
    await team.close()
  },
})

test('a message goes out by email, is answered from a mailbox, and the answer appears in the widget', async ({ porchlight, team, browser, faults }) => {
  test.setTimeout(180_000)
  const context = await browser.newContext()
  const agent = await context.newPage()
  watch(agent, faults)
  await logIn(agent)
  porchlight.command(['inbox', 'mail', '--team-address', 'team@porchlight.test', '--inbound-address', 'help@porchlight.test', '--imap-url', imapUrl()])
  expect(porchlight.command(['doctor']).filter(({ is_well }: { is_well: boolean }) => !is_well), 'doctor finds all well').toEqual([])
  // Email that was in the mailbox before Porchlight watches it is not read.
  await expect.poll(() => porchlight.output).toContain('watching a mailbox')
  // Nobody is available.
  await agent.goto('about:blank')

  const page = await (await browser.newContext()).newPage()
  watch(page, faults)
  await page.addInitScript(() => {
    (window as any).SupportChat = [['init', { user: { name: 'Ann', email: 'nobody@porchlight.test' } }]]
  })
  await page.goto(`${porchlight.url}/demo`)
  const ann = new Visitor(page)
  await ann.open()
  await ann.say('Do you ship to Norway?')

  await expect((await ann.frame()).locator('.pending')).toHaveCount(0)

  // The email that says nobody is available is sent after half a minute.
  porchlight.pass(31)
  // The agent answers from a mail program, which quotes the original.
  const asked = await team.find('New message from Ann')
  expect(asked.text).toContain('> Do you ship to Norway?')
  const replyTo = asked.replyTo![0].address!
  expect(replyTo).toMatch(/^help\+[a-z2-7]{42}@porchlight\.test$/)
  await send({
    from: 'Mia Berg <mia@example.com>',
    to: replyTo,
    subject: 'Re: New message from Ann',
    inReplyTo: asked.messageId,
    references: asked.messageId,
    text: `Yes, we do, within a week.\n\n-- \nMia\n\nOn Mon, 3 Mar 2025 at 10:00, Support <help@porchlight.test> wrote:\n> ${asked.text!.trim().replaceAll('\n', '\n> ')}`,
  })
  const frame = await ann.frame()
  await expect(frame.locator('.bubble')).toHaveText(['Do you ship to Norway?', 'Yes, we do, within a week.'], { timeout: 60_000 })

  // A reply from a wrong sender is not posted, and a new sender starts a conversation.
  await send({ from: 'eve@example.net', to: replyTo, subject: 'Re: New message from Ann', text: 'Send it to me instead.' })
  await send({ from: 'Carl <carl@example.net>', to: 'help@porchlight.test', subject: 'My invoice', text: 'It is missing.\n\nSent from my iPhone', attachments: [{ filename: 'shot.txt', content: 'words' }] })
  await openInbox(agent, porchlight)
  await agent.getByRole('link', { name: /Carl/ }).click({ timeout: 60_000 })
  const message = agent.locator('.entry', { hasText: 'It is missing.' })
  await expect(message).toContainText('By email: My invoice')
  await expect(message).toContainText('shot.txt')
  await message.getByRole('button', { name: 'Show all' }).click()
  await expect(message.locator('.mail-whole')).toContainText('Sent from my iPhone')

  // Her address bounces, as the mail server reports.
  await agent.getByRole('link', { name: /Ann/ }).click()
  await expect(agent.getByText('Email to the visitor failed')).toBeVisible({ timeout: 60_000 })
  await expect(agent.getByRole('complementary', { name: 'Visitor' })).toContainText('Bounced')

  // Eve's email waits for review.
  await openPage(agent, porchlight, '/review')
  const eve = agent.locator('.mail', { hasText: 'eve@example.net' })
  await expect(eve).toContainText('from a different address')
  await eve.getByRole('button', { name: 'Dismiss' }).click()
  await expect(eve).toHaveCount(0)
  await agent.getByRole('link', { name: 'Dismissed' }).click()
  await expect(agent.locator('.mail', { hasText: 'eve@example.net' })).toBeVisible()
  await expect(frame.locator('.bubble')).toHaveCount(2)
})
