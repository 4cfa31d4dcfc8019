// The conversation goes on by mail when nobody is there.
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

test('a visitor who wrote while nobody was there comes back by the link of a mail', async ({ post, porchlight, browser, faults }) => {
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

  // It is waited for half a minute before a mail says that nobody is there.
  porchlight.pass(31)
  const team = await post.to('team@example.com')
  expect(team.subject).toBe('New message from Ann')
  expect(team.text).toContain('Haben Sie am Sonntag offen?')
  const received = await post.to('ann@example.org')
  expect(received.subject).toBe('Support: Ihre Nachricht ist da')
  expect(received.text).not.toContain('Sonntag')

  // On another device, which knows nothing of her.
  const link = received.text!.match(/http:\S+#login=\S+/)![0]
  const phone = await (await browser.newContext()).newPage()
  watch(phone, faults)
  await phone.goto(link)
  await expect(phone.locator('.ask')).toContainText('This link opens the conversation of a•••@example.org.')
  await phone.getByRole('button', { name: 'Open it' }).click()
  await expect(phone.locator('.bubble')).toHaveText(['Haben Sie am Sonntag offen?'])
  expect(phone.url(), 'the address can be shown around').not.toContain('login')
  await phone.locator('textarea').fill('Ich bin wieder da')
  await phone.locator('textarea').press('Enter')
  await expect(phone.locator('.pending')).toHaveCount(0)
  await phone.reload()
  await expect(phone.locator('.bubble')).toHaveText(['Haben Sie am Sonntag offen?', 'Ich bin wieder da'])

  // A link that is not whole says so, and takes nothing from whoever opens it.
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

  // Whoever sent a link may have made it for themselves: who has a conversation of their own keeps it.
  await other.goto('about:blank')
  await other.goto(link)
  await expect(other.locator('.ask')).toContainText('You have one of your own in this browser')
  await other.getByRole('button', { name: 'Go to mine' }).click()
  await expect(other.locator('.bubble')).toHaveText(['I am somebody else'])
  await other.goto('about:blank')
  await other.goto(link)
  await other.getByRole('button', { name: 'Open it' }).click()
  await expect(other.locator('.bubble')).toHaveText(['Haben Sie am Sonntag offen?', 'Ich bin wieder da'])
  const tab = await other.context().newPage()
  await tab.goto(chat)
  await expect(tab.locator('.bubble'), 'it is so in one tab alone').toHaveText(['I am somebody else'])

  // Who wants no mail says so with one press, and may think again.
  const preferences = received.text!.match(/http:\S+\/mail\/preferences\/\S+/)![0]
  await other.goto(preferences)
  await other.getByRole('button', { name: 'Unsubscribe' }).click()
  await expect(other.getByRole('status')).toHaveText('ann@example.org gets no more mail from the chat of Support.')

  // The team sees what went by mail, and that she wants none.
  const agent = await (await browser.newContext()).newPage()
  watch(agent, faults)
  await logIn(agent)
  await openPage(agent, porchlight, '/outbox')
  await expect(agent.locator('.mail.sent')).toHaveCount(2)
  await agent.locator('.mail', { hasText: 'team@example.com' }).getByRole('link').click()
  const first = agent.locator('.entry', { hasText: 'Haben Sie am Sonntag offen?' })
  await expect(first.locator('.by-mail')).toHaveAttribute('title', /Went by mail/)
  await expect(agent.getByRole('complementary', { name: 'Visitor' })).toContainText('It wants none')
  // She thinks again, and asks for a transcript.
  await other.getByRole('button', { name: 'Subscribe again' }).click()
  await expect(other.getByRole('status')).toContainText('gets a mail')
  post.mails.length = 0
  await agent.reload()
  await agent.getByRole('button', { name: 'Mail a transcript' }).click()
  await expect(agent.getByText('A transcript went to the visitor by mail')).toBeVisible()
  const transcript = await post.to('ann@example.org')
  expect(transcript.subject).toBe('Ihre Unterhaltung mit Support')
  expect(transcript.text).toContain('Ich bin wieder da')
  await expect(agent.getByRole('region', { name: 'Verified', exact: true })).toContainText('ann@example.org')
})

test('a visitor whom nobody answers leaves an address, or does not', async ({ porchlight, browser, visitor, faults }) => {
  const { page } = visitor
  await page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  const frame = await visitor.frame()
  const card = frame.locator('.ask')
  await visitor.say('Do you ship to Norway?')
  const address = card.getByLabel('Leave your mail address')
  await expect(address).toBeVisible()
  await expect(frame.locator('textarea'), 'one can go on writing').toBeFocused()

  // A lost connection keeps what was typed.
  await address.fill('ann@example.org')
  await page.context().setOffline(true)
  await address.press('Enter')
  await expect(card.getByRole('alert')).toHaveText('No connection. Try again.')
  await page.context().setOffline(false)
  await card.getByRole('button', { name: 'Save' }).click()
  await expect(card).toContainText('our answer comes to ann@example.org')
  await card.getByRole('button', { name: 'Change' }).click()
  await expect(address).toBeFocused()
  await address.fill('ann@example.com')
  await address.press('Enter')
  await expect(card).toContainText('our answer comes to ann@example.com')

  // The team knows it, and she is not asked again.
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

  // Somebody else does not want to be asked.
  const other = new Visitor(await (await browser.newContext()).newPage())
  await other.page.goto(`${porchlight.url}/demo`)
  await other.open()
  await other.say('Just looking')
  await (await other.frame()).getByRole('button', { name: 'No, thanks' }).click()
  await expect((await other.frame()).locator('textarea')).toBeFocused()
  await expect((await other.frame()).locator('.ask')).toHaveCount(0)
})

test('an agent is invited by mail, and sets a forgotten password anew', async ({ post, porchlight, browser, faults }) => {
  const owner = await (await browser.newContext()).newPage()
  watch(owner, faults)
  await logIn(owner)
  await openPage(owner, porchlight, '/team')
  await owner.getByText('Invite an agent').click()
  const form = owner.locator('form', { hasText: 'choose a password themselves' })
  await form.getByLabel('Name').fill('Tom Ode')
  await form.getByLabel('Mail address').fill('tom@example.com')
  await form.getByRole('button', { name: 'Invite' }).click()

  const linkOf = (text: string) => text.match(/http:\S+\/password\/\S+/)![0]
  const invitation = await post.to('tom@example.com')
  expect(invitation.subject).toBe('You are invited to Porchlight')
  const tom = await (await browser.newContext()).newPage()
  watch(tom, faults)
  await tom.goto(linkOf(invitation.text!))
  await tom.getByLabel('Password').fill('correct horse')
  await tom.getByRole('button', { name: 'Set it, and log in' }).click()
  await expect(tom.getByRole('status', { name: 'Connected' })).toBeAttached()

  // He forgets it, on another device.
  post.mails.length = 0
  const phone = await (await browser.newContext()).newPage()
  watch(phone, faults)
  await phone.goto(`${porchlight.url}/login`)
  await phone.getByRole('link', { name: 'Forgotten password' }).click()
  await phone.getByLabel('Mail address').fill('tom@example.com')
  await phone.getByRole('button', { name: 'Send the link' }).click()
  await expect(phone.getByRole('status')).toContainText('a mail is on its way')
  const forgotten = await post.to('tom@example.com')
  expect(forgotten.subject).toBe('Set a new password')
  const link = linkOf(forgotten.text!)
  await phone.goto(link)
  await phone.getByLabel('Password').fill('another horse')
  await phone.getByRole('button', { name: 'Set it, and log in' }).click()
  await expect(phone.getByRole('status', { name: 'Connected' })).toBeAttached()
  // Where he was logged in with the old one he is not any more, and the link is spent.
  await tom.reload()
  await expect(tom.getByRole('heading', { name: 'Log in' })).toBeVisible()
  await tom.goto(link)
  await expect(tom.getByText('This link does not work')).toBeVisible()
})

test('what an inbox sends is said on its page, and shown', async ({ porchlight, browser, faults }) => {
  const agent = await (await browser.newContext()).newPage()
  watch(agent, faults)
  await logIn(agent)
  await openPage(agent, porchlight, '/inboxes')
  await agent.getByLabel('The team’s address').fill('team@example.com')
  await agent.getByLabel('An answer goes by mail').fill('15')
  await agent.locator('form', { hasText: 'The team’s address' }).getByRole('button', { name: 'Save' }).click()
  await expect(agent.getByText('Saved')).toBeVisible()
  await agent.reload()
  await expect(agent.getByLabel('The team’s address')).toHaveValue('team@example.com')
  await expect(agent.getByLabel('An answer goes by mail')).toHaveValue('15')
  await agent.getByText('What they look like').click()
  for (const [link, words] of [['Deutsch', 'Sie haben 2 neue Antworten'], ['Français', 'Vous avez 2 nouvelles réponses']]) {
    const [shown] = await Promise.all([
      agent.waitForEvent('popup'),
      agent.locator('.previews li', { hasText: 'Unread answer' }).getByRole('link', { name: link }).click(),
    ])
    await expect(shown.getByRole('heading', { name: words })).toBeVisible()
    await shown.close()
  }
})
