// A conversation continues by email when nobody is available.
import { logIn, expect, openPage, Porchlight, test as base, Visitor, watch } from '../support/porchlight.ts'
import { Post } from '../support/post.ts'

const test = base.extend<{ post: Post }>({
  post: async ({}, use) => {
    const post = await Post.start()
    await use(post)
    await post.stop()
  },
  porchlight: async ({ post }, use) => {
    const porchlight = await Porchlight.start(Porchlight.movable(post.settings))
    await use(porchlight)
    await porchlight.clear()
  },
})

test('a visitor who wrote while nobody was available comes back by a link in an email', async ({ post, porchlight, browser, faults }) => {
  porchlight.command(['inbox', 'mail', '--team-address', 'team@example.com'])
  const here = await (await browser.newContext({ locale: 'de-DE' })).newPage()
  watch(here, faults)
  await here.addInitScript(() => {
    (window as any).SupportChat = [['init', { user: { name: 'Ann', email: 'ann@example.org' } }]]
  })
  await here.goto(`${porchlight.url}/demo`)
  const ann = new Visitor(here)
  await ann.open()
  await ann.say('Haben Sie am Sonntag offen?')
  await expect((await ann.frame()).locator('.pending')).toHaveCount(0)
  await here.close()

  // The email that says nobody is available is sent after half a minute.
  porchlight.pass(31)
  const team = await post.to('team@example.com')
  expect(team.subject).toBe('New message from Ann')
  expect(team.text).toContain('Haben Sie am Sonntag offen?')
  const received = await post.to('ann@example.org')
  expect(received.subject).toBe('Support: Wir haben Ihre Nachricht erhalten')
  expect(received.text).not.toContain('Sonntag')

  // On another device, which does not know her.
  const link = received.text!.match(/http:\S+#login=\S+/)![0]
  const phone = await (await browser.newContext()).newPage()
  watch(phone, faults)
  await phone.goto(link)
  await expect(phone.locator('.ask')).toContainText('This link opens the conversation of a•••@example.org.')
  await phone.getByRole('button', { name: 'Open conversation' }).click()
  await expect(phone.locator('.bubble')).toHaveText(['Haben Sie am Sonntag offen?'])
  expect(phone.url(), 'the address can be shown around').not.toContain('login')
  await phone.locator('textarea').fill('Ich bin wieder da')
  await phone.locator('textarea').press('Enter')
  await expect(phone.locator('.pending')).toHaveCount(0)
  await phone.reload()
  await expect(phone.locator('.bubble')).toHaveText(['Haben Sie am Sonntag offen?', 'Ich bin wieder da'])

  // An incomplete link says so, and does not replace the visitor who opens it.
  const other = await (await browser.newContext()).newPage()
  const [chat] = link.split('#')
  await other.goto(chat)
  await other.locator('textarea').fill('I am somebody else')
  await other.locator('textarea').press('Enter')
  await expect(other.locator('.pending')).toHaveCount(0)
  await other.goto('about:blank')
  await other.goto(link.slice(0, -2) + '00')
  await expect(other.getByText('link_invalid')).toBeVisible()
  await other.reload()
  await expect(other.locator('.bubble')).toHaveText(['I am somebody else'])

  // The sender of a link may have made it for themselves, so a visitor with a conversation may keep it.
  await other.goto('about:blank')
  await other.goto(link)
  await expect(other.locator('.ask')).toContainText('Your own conversation in this browser')
  await other.getByRole('button', { name: 'Keep mine' }).click()
  await expect(other.locator('.bubble')).toHaveText(['I am somebody else'])
  await other.goto('about:blank')
  await other.goto(link)
  await other.getByRole('button', { name: 'Open conversation' }).click()
  await expect(other.locator('.bubble')).toHaveText(['Haben Sie am Sonntag offen?', 'Ich bin wieder da'])
  const tab = await other.context().newPage()
  await tab.goto(chat)
  await expect(tab.locator('.bubble'), 'it is so in one tab alone').toHaveText(['I am somebody else'])

  // Unsubscribing takes one click, and can be undone.
  const preferences = received.text!.match(/http:\S+\/mail\/preferences\/\S+/)![0]
  await other.goto(preferences)
  await other.getByRole('button', { name: 'Unsubscribe' }).click()
  await expect(other.getByRole('status')).toHaveText('ann@example.org no longer gets emails from the Support chat.')

  // The team sees what was sent by email, and that she has unsubscribed.
  const agent = await (await browser.newContext()).newPage()
  watch(agent, faults)
  await logIn(agent)
  await openPage(agent, porchlight, '/outbox')
  await expect(agent.locator('.mail.sent')).toHaveCount(2)
  await agent.locator('.mail', { hasText: 'team@example.com' }).getByRole('link').click()
  const first = agent.locator('.entry', { hasText: 'Haben Sie am Sonntag offen?' })
  await expect(first.locator('.by-mail')).toHaveAttribute('title', /^Emailed /)
  await expect(agent.getByRole('complementary', { name: 'Visitor' })).toContainText('Unsubscribed')
  // She subscribes again, and an agent sends her a transcript.
  await other.getByRole('button', { name: 'Subscribe again' }).click()
  await expect(other.getByRole('status')).toContainText('gets an email')
  post.mails.length = 0
  await agent.reload()
  await agent.getByRole('button', { name: 'Email transcript' }).click()
  await expect(agent.getByText('Transcript emailed to the visitor')).toBeVisible()
  const transcript = await post.to('ann@example.org')
  expect(transcript.subject).toBe('Ihre Unterhaltung mit Support')
  expect(transcript.text).toContain('Ich bin wieder da')
  await expect(agent.getByRole('region', { name: 'Verified', exact: true })).toContainText('ann@example.org')
})

test('a visitor without an answer can leave an email address, or decline', async ({ porchlight, browser, visitor, faults }) => {
  const { page } = visitor
  await page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  const frame = await visitor.frame()
  const card = frame.locator('.ask')
  await visitor.say('Do you ship to Norway?')
  const address = card.getByLabel('Want the reply by email')
  await expect(address).toBeVisible()
  await expect(frame.locator('textarea'), 'one can go on writing').toBeFocused()

  // A lost connection does not lose what was typed.
  await address.fill('ann@example.org')
  await page.context().setOffline(true)
  await address.press('Enter')
  await expect(card.getByRole('alert')).toHaveText('No connection. Try again.')
  await page.context().setOffline(false)
  await card.getByRole('button', { name: 'Save' }).click()
  await expect(card).toContainText('our reply to ann@example.org')
  await card.getByRole('button', { name: 'Change' }).click()
  await expect(address).toBeFocused()
  await address.fill('ann@example.com')
  await address.press('Enter')
  await expect(card).toContainText('our reply to ann@example.com')

  // The team sees the address, and she is not asked again.
  const agent = await (await browser.newContext()).newPage()
  watch(agent, faults)
  await logIn(agent)
  await openPage(agent, porchlight, '/conversations')
  await agent.getByRole('link', { name: /Do you ship/ }).click()
  await expect(agent.getByRole('complementary', { name: 'Visitor' })).toContainText('ann@example.com')
  await agent.close()
  const asked = page.waitForResponse(/visitor\/address/)
  await page.reload()
  await visitor.open()
  await asked
  await expect((await visitor.frame()).locator('.bubble')).toHaveCount(1)
  await expect((await visitor.frame()).locator('.ask')).toHaveCount(0)

  // Another visitor declines.
  const other = new Visitor(await (await browser.newContext()).newPage())
  await other.page.goto(`${porchlight.url}/demo`)
  await other.open()
  await other.say('Just looking')
  await (await other.frame()).getByRole('button', { name: 'No, thanks' }).click()
  await expect((await other.frame()).locator('textarea')).toBeFocused()
  await expect((await other.frame()).locator('.ask')).toHaveCount(0)
})

test('an agent is invited by email, and resets a forgotten password', async ({ post, porchlight, browser, faults }) => {
  const owner = await (await browser.newContext()).newPage()
  watch(owner, faults)
  await logIn(owner)
  await openPage(owner, porchlight, '/team')
  await owner.getByText('Invite an agent').click()
  const form = owner.locator('form', { hasText: 'choose a password themselves' })
  await form.getByLabel('Name').fill('Tom Ode')
  await form.getByLabel('Email address').fill('tom@example.com')
  await form.getByRole('button', { name: 'Invite' }).click()

  const linkOf = (text: string) => text.match(/http:\S+\/password\/\S+/)![0]
  const invitation = await post.to('tom@example.com')
  expect(invitation.subject).toBe('Your invitation to Porchlight')
  const tom = await (await browser.newContext()).newPage()
  watch(tom, faults)
  await tom.goto(linkOf(invitation.text!))
  await tom.getByLabel('Password').fill('correct horse')
  await tom.getByRole('button', { name: 'Set password and log in' }).click()
  await expect(tom.getByRole('status', { name: 'Connected' })).toBeAttached()

  // He forgets it, and uses another device.
  post.mails.length = 0
  const phone = await (await browser.newContext()).newPage()
  watch(phone, faults)
  await phone.goto(`${porchlight.url}/login`)
  await phone.getByRole('link', { name: 'Forgot password?' }).click()
  await phone.getByLabel('Email address').fill('tom@example.com')
  await phone.getByRole('button', { name: 'Send reset link' }).click()
  await expect(phone.getByRole('status')).toContainText('sent them a reset link')
  const forgotten = await post.to('tom@example.com')
  expect(forgotten.subject).toBe('Reset your password')
  const link = linkOf(forgotten.text!)
  await phone.goto(link)
  await phone.getByLabel('Password').fill('another horse')
  await phone.getByRole('button', { name: 'Set password and log in' }).click()
  await expect(phone.getByRole('status', { name: 'Connected' })).toBeAttached()
  // His login with the old password has ended, and the link works only once.
  await tom.reload()
  await expect(tom.getByRole('heading', { name: 'Log in' })).toBeVisible()
  await tom.goto(link)
  await expect(tom.getByText('This link doesn’t work')).toBeVisible()
})

test('an inbox’s page has its email settings, and previews of the emails', async ({ porchlight, browser, faults }) => {
  const agent = await (await browser.newContext()).newPage()
  watch(agent, faults)
  await logIn(agent)
  await openPage(agent, porchlight, '/inboxes')
  await agent.getByLabel('Team email address').fill('team@example.com')
  await agent.getByLabel('Email unread replies after').fill('15')
  await agent.locator('form', { hasText: 'Team email address' }).getByRole('button', { name: 'Save' }).click()
  await expect(agent.getByText('Saved')).toBeVisible()
  await agent.reload()
  await expect(agent.getByLabel('Team email address')).toHaveValue('team@example.com')
  await expect(agent.getByLabel('Email unread replies after')).toHaveValue('15')
  await agent.getByText('Preview emails').click()
  for (const [link, words] of [['Deutsch', 'Sie haben 2 neue Antworten'], ['Français', 'Vous avez 2 nouvelles réponses']]) {
    const [shown] = await Promise.all([
      agent.waitForEvent('popup'),
      agent.locator('.previews li', { hasText: 'Unread reply' }).getByRole('link', { name: link }).click(),
    ])
    await expect(shown.getByRole('heading', { name: words })).toBeVisible()
    await shown.close()
  }
})
