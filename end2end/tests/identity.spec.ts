// Sites that identify their visitors.
import { createHmac } from 'node:crypto'
import type { Browser } from '@playwright/test'
import { expect, openInbox, openPage, test, Visitor, watch, type Porchlight } from '../support/porchlight.ts'

/** A new device, where the page identifies its user. */
async function device(browser: Browser, porchlight: Porchlight, faults: string[], user: object): Promise<Visitor> {
  const page = await (await browser.newContext()).newPage()
  watch(page, faults)
  await page.addInitScript((user) => { (window as any).SupportChat = [['init', { user }]] }, user)
  await page.goto(`${porchlight.url}/demo`)
  return new Visitor(page)
}

test('a user verified by the site finds the conversation on every device', async ({ porchlight, agent, browser, faults }) => {
  await openPage(agent, porchlight, '/inboxes')
  await agent.getByText('Show server secrets').click()
  const secret = await agent.locator('.secret').first().innerText()
  await agent.getByLabel('Reject unverified identities').check()
  await agent.locator('form', { hasText: 'Reject unverified identities' }).getByRole('button', { name: 'Save' }).click()
  await expect(agent.getByText('Saved')).toBeVisible()

  const hash = createHmac('sha256', secret).update('42').digest('hex')
  const user = { id: '42', hash, name: 'Ann Lee', email: 'ann@example.com', plan: 'pro' }
  const phone = await device(browser, porchlight, faults, user)
  await phone.open()
  await phone.say('I wrote this on my phone')
  await expect((await phone.frame()).locator('.pending')).toHaveCount(0)

  const laptop = await device(browser, porchlight, faults, user)
  await laptop.open()
  await expect.poll(() => laptop.bubbles()).toEqual(['I wrote this on my phone'])

  await openInbox(agent, porchlight)
  await agent.locator('.row', { hasText: 'Ann Lee' }).click()
  const side = agent.getByRole('complementary', { name: 'Visitor' })
  await expect(side).toContainText('ann@example.com')
  await expect(side).toContainText('pro')
  await expect(side).toContainText('42')

  // A claim without a proof is refused, and shows nothing.
  const eve = await device(browser, porchlight, faults, { id: '42' })
  await eve.press()
  await expect((await eve.frame()).getByText('identity_required')).toBeVisible()
  expect(await eve.bubbles()).toEqual([])

  // The next person at the laptop is another visitor.
  await laptop.page.evaluate(() => {
    const chat = (window as any).SupportChat
    chat.logout()
  })
  await expect.poll(() => laptop.bubbles()).toEqual([])
})

test('what a user wrote earlier on another device is above the current conversation', async ({ porchlight, agent, browser, faults }) => {
  await openPage(agent, porchlight, '/inboxes')
  await agent.getByText('Show server secrets').click()
  const secret = await agent.locator('.secret').first().innerText()
  const user = { id: '7', hash: createHmac('sha256', secret).update('7').digest('hex'), name: 'Ann Lee' }
  const phone = await device(browser, porchlight, faults, user)
  await phone.open()
  await phone.say('Long ago, on my phone')
  await expect((await phone.frame()).locator('.pending')).toHaveCount(0)

  const laptop = new Visitor(await (await browser.newContext()).newPage())
  watch(laptop.page, faults)
  await laptop.page.goto(`${porchlight.url}/demo`)
  await laptop.open()
  await laptop.say('Just now, before I logged in')
  const chat = await laptop.frame()
  await expect(chat.locator('.pending')).toHaveCount(0)
  await expect(chat.getByText('Show earlier messages')).toBeHidden()
  await laptop.page.evaluate((user) => (window as any).SupportChat.identify(user), user)
  await chat.getByText('Show earlier messages').click()
  await expect.poll(() => laptop.bubbles()).toEqual(['Long ago, on my phone', 'Just now, before I logged in'])
  await expect(chat.getByText('Show earlier messages')).toBeHidden()

  await openInbox(agent, porchlight)
  await agent.locator('.row', { hasText: 'Just now' }).click()
  const side = agent.getByRole('complementary', { name: 'Visitor' })
  await side.getByRole('link', { name: /Long ago/ }).click()
  await expect(agent.locator('.entry .bubble')).toHaveText('Long ago, on my phone')
})

test('when another conversation becomes current, the chat shows only that one, and earlier messages on request', async ({ porchlight, agent, visitor }) => {
  await openInbox(agent, porchlight)
  await visitor.page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  for (const text of ['one', 'two', 'three']) await visitor.say(text)
  const chat = await visitor.frame()
  await expect(chat.locator('.pending')).toHaveCount(0)

  const { token } = porchlight.command(['token', 'create', '--name', 'test', '--agent', 'mia@example.com'])
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const post = async (path: string, body: object = {}) =>
    (await fetch(`${porchlight.url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()
  const { conversations: [first] } = await (await fetch(`${porchlight.url}/api/v1/conversations`, { headers })).json()
  await post(`/conversations/${first.id}/resolve`)
  await post('/conversations', { visitor: first.visitor })
  await expect(chat.locator('.entry')).toHaveCount(0)
  await visitor.say('four')
  await expect(chat.locator('.pending')).toHaveCount(0)
  await expect.poll(() => visitor.bubbles()).toEqual(['four'])
  await chat.getByText('Show earlier messages').click()
  await expect.poll(() => visitor.bubbles()).toEqual(['one', 'two', 'three', 'four'])
})

test('claims in a token are shown as verified, and claims of the page never are', async ({ porchlight, agent, browser, faults }) => {
  await openPage(agent, porchlight, '/inboxes')
  await agent.getByText('Show server secrets').click()
  const secret = await agent.locator('.secret').nth(1).innerText()
  const inbox = (await agent.locator('.snippet').first().innerText()).match(/inbox=(\w+)/)![1]
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: '42', exp: Math.floor(Date.now() / 1000) + 300, aud: inbox, name: 'Ann Lee', plan: 'free' })}`
  const jwt = `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
  const ann = await device(browser, porchlight, faults, { jwt, name: 'The CEO', plan: 'Ultimate', 'User ID': '1', 'Email address': 'boss@example.com' })
  await ann.open()
  await ann.say('I am who the site says')
  await expect((await ann.frame()).locator('.pending')).toHaveCount(0)
  await openInbox(agent, porchlight)
  await agent.locator('.row', { hasText: 'Ann Lee' }).click()
  const verified = agent.getByRole('region', { name: 'Verified', exact: true })
  await expect(verified).toContainText('free')
  await expect(verified.locator('dt')).toHaveText(['Name', 'User ID', 'plan'])
  const unverified = agent.getByRole('region', { name: 'Unverified', exact: true })
  await expect(unverified).toContainText('Ultimate')
  await expect(unverified).toContainText('boss@example.com')
  await expect(unverified.locator('svg')).toHaveCount(0)
})
