// What an agent writes belongs to its conversation: it goes nowhere else, and is not lost.
import type { Browser, Page } from '@playwright/test'
import { expect, openInbox, test, Visitor, type Porchlight } from '../support/porchlight.ts'

/** A visitor of their own, who says one thing. */
async function newcomer(browser: Browser, porchlight: Porchlight, text: string): Promise<Visitor> {
  const visitor = new Visitor(await (await browser.newContext()).newPage())
  await visitor.page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  await visitor.say(text)
  return visitor
}

const row = (agent: Page, name: string) => agent.locator('.row', { hasText: `from ${name}` })
const area = (agent: Page) => agent.locator('.composer textarea')
const mode = (agent: Page, name: 'Reply' | 'Note') => agent.getByRole('button', { name, exact: true })

async function open(agent: Page, name: string): Promise<void> {
  await row(agent, name).click()
  await expect(agent.locator('.bubble', { hasText: `from ${name}` })).toBeVisible()
}

test('a draft never follows into another conversation', async ({ porchlight, agent, browser }) => {
  const [anna, zoe] = [await newcomer(browser, porchlight, 'from Anna'), await newcomer(browser, porchlight, 'from Zoe')]
  await openInbox(agent, porchlight)
  await open(agent, 'Anna')
  await mode(agent, 'Note').click()
  await area(agent).fill('do not refund')
  await open(agent, 'Zoe')
  await expect(area(agent)).toHaveValue('')
  await expect(mode(agent, 'Reply')).toHaveAttribute('aria-pressed', 'true')
  await area(agent).fill('Hello Zoe')
  await expect(row(agent, 'Anna')).toContainText('Draft')
  await open(agent, 'Anna')
  await expect(area(agent)).toHaveValue('do not refund')
  await expect(mode(agent, 'Note')).toHaveAttribute('aria-pressed', 'true')
  // Back, a search, other pages, and a reload change nothing about it.
  await agent.goBack()
  await expect(area(agent)).toHaveValue('Hello Zoe')
  await agent.goForward()
  await expect(area(agent)).toHaveValue('do not refund')
  await agent.getByRole('searchbox').fill('Zoe')
  await expect(agent.locator('.hit, .row').first()).toBeVisible()
  await expect(area(agent)).toHaveValue('do not refund')
  await agent.getByRole('link', { name: 'Team', exact: true }).click()
  await expect(agent.getByRole('heading', { name: 'Team', level: 1 })).toBeVisible()
  await openInbox(agent, porchlight)
  await expect(row(agent, 'Zoe')).toContainText('Draft')
  await open(agent, 'Anna')
  await expect(area(agent)).toHaveValue('do not refund')
  await expect(mode(agent, 'Note')).toHaveAttribute('aria-pressed', 'true')
  await area(agent).press('Enter')
  await expect(agent.locator('.entry.note:not(.pending) .bubble')).toHaveText('do not refund')
  await expect(row(agent, 'Anna').locator('.row-draft')).toHaveCount(0)
  await open(agent, 'Zoe')
  await expect(area(agent)).toHaveValue('Hello Zoe')
  await area(agent).press('Enter')
  await expect.poll(() => zoe.bubbles()).toEqual(['from Zoe', 'Hello Zoe'])
  expect(await anna.bubbles()).toEqual(['from Anna'])
  await agent.reload()
  await expect(agent.getByRole('status', { name: 'Connected' })).toBeAttached()
  await expect(area(agent)).toHaveValue('')
})

test('what is attached stays with its draft, and goes on being uploaded', async ({ porchlight, agent, browser }) => {
  const anna = await newcomer(browser, porchlight, 'from Anna')
  await newcomer(browser, porchlight, 'from Zoe')
  await openInbox(agent, porchlight)
  await open(agent, 'Anna')
  let goOn = () => {}
  const held = new Promise<void>((resolve) => { goOn = resolve })
  await agent.route('**/files/agent/**', async (route) => { await held; await route.continue() })
  await agent.locator('.composer input[type=file]').setInputFiles({ name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('the plan') })
  await expect(agent.locator('.pick')).toContainText('Uploading')
  await open(agent, 'Zoe')
  await expect(agent.locator('.pick')).toHaveCount(0)
  const uploaded = agent.waitForResponse('**/files/agent/**')
  goOn()
  await (await uploaded).finished()
  // Its own conversation is not on screen, and says that something waits in it.
  await expect(row(agent, 'Anna')).toContainText('Draft')
  await agent.reload()
  await expect(agent.getByRole('status', { name: 'Connected' })).toBeAttached()
  await expect(agent.locator('.pick')).toHaveCount(0)
  await open(agent, 'Anna')
  await expect(agent.locator('.pick')).toHaveText(/plan\.txt/)
  await agent.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(agent.locator('.pick')).toHaveCount(0)
  await expect((await anna.frame()).locator('.file-name')).toHaveText('plan.txt')
})

test('what waits for the connection outlives a reload, and arrives once', async ({ porchlight, agent, browser }) => {
  const anna = await newcomer(browser, porchlight, 'from Anna')
  await openInbox(agent, porchlight)
  await open(agent, 'Anna')
  await porchlight.stop()
  await area(agent).fill('I am on my way')
  await area(agent).press('Enter')
  await expect(agent.locator('.entry.pending')).toContainText('Waiting for the connection')
  await agent.goto('about:blank')
  await porchlight.start()
  await openInbox(agent, porchlight)
  await expect.poll(() => anna.bubbles()).toEqual(['from Anna', 'I am on my way'])
  await agent.locator('.row').click()
  await expect(agent.locator('.entry.own:not(.pending) .bubble')).toHaveText('I am on my way')
  await agent.reload()
  await expect(agent.getByRole('status', { name: 'Connected' })).toBeAttached()
  await expect(agent.locator('.entry.own')).toHaveCount(1)
  expect(await anna.bubbles()).toEqual(['from Anna', 'I am on my way'])
})

test('nothing of an agent stays on the device once they have logged out', async ({ porchlight, agent, browser }) => {
  await newcomer(browser, porchlight, 'from Anna')
  await openInbox(agent, porchlight)
  await open(agent, 'Anna')
  await area(agent).fill('half a word')
  await expect(row(agent, 'Anna')).toContainText('Draft')
  await agent.getByRole('button', { name: 'Log out' }).click()
  await expect(agent.getByRole('button', { name: 'Log in' })).toBeVisible()
  expect(await agent.evaluate(() => JSON.stringify(localStorage))).not.toContain('half a word')
})
