// Two agents at once: what one does must not disturb the other, whatever they have open.
import type { Browser, Page } from '@playwright/test'
import { expect, newcomer, openInbox, openPage, prepared, reply, test as base, watch, type Porchlight } from '../support/porchlight.ts'

/** A server with a second agent, Tom Ode. */
const test = base.extend({
  porchlight: async ({ porchlight }, use) => {
    porchlight.command(['agent', 'create', '--email', 'tom@example.com', '--name', 'Tom Ode', '--role', 'owner'], 'correct horse\n')
    await use(porchlight)
  },
})

/** Tom, logged in and looking at the inbox. */
async function colleague(browser: Browser, porchlight: Porchlight, faults: string[]): Promise<Page> {
  const page = await (await browser.newContext()).newPage()
  watch(page, faults)
  await page.goto(`${porchlight.url}/login`)
  await page.getByLabel('Email address').fill('tom@example.com')
  await page.getByLabel('Password').fill('correct horse')
  await page.getByRole('button', { name: 'Log in' }).click()
  await expect(page.getByRole('status', { name: 'Connected' })).toBeAttached()
  return page
}

async function appear(agent: Page, presence: 'Online' | 'Away' | 'Appear offline'): Promise<void> {
  await agent.locator('summary[title="Your status"]').click()
  await agent.getByRole('button', { name: presence, exact: true }).click()
}

/** Opens the conversation that began with "from the NAME", and waits until it is there. */
async function open(agent: Page, name: string): Promise<void> {
  await agent.locator('.row', { hasText: `the ${name}` }).click()
  await expect(agent.locator('.bubble', { hasText: `from the ${name}` })).toBeVisible()
}

/** Waits until an agent's menu "Assignee" shows a colleague's presence. */
async function seesThat(agent: Page, colleague: string, is: 'Online' | 'Away' | 'Offline'): Promise<void> {
  const item = agent.locator('.actions .menu-items button', { hasText: colleague })
  await expect(item.locator(`[title="${is}"]`)).toBeAttached()
}

test('a conversation can be opened and answered after a colleague’s presence changes', async ({ porchlight, agent, browser, faults }) => {
  const visitors = [await newcomer(browser, porchlight, 'from the first'), await newcomer(browser, porchlight, 'from the second')]
  await openInbox(agent, porchlight)
  await open(agent, 'first')
  const tom = await colleague(browser, porchlight, faults)
  for (const [choice, is] of [['Away', 'Away'], ['Appear offline', 'Offline'], ['Online', 'Online']] as const) {
    await appear(tom, choice)
    await seesThat(agent, 'Tom Ode', is)
    await open(agent, 'second')
    await reply(agent, `to the second, ${is}`)
    await expect(agent.locator('.entry.own:not(.pending) .bubble', { hasText: `to the second, ${is}` })).toBeVisible()
    await open(agent, 'first')
    await expect(agent.locator('.bubble', { hasText: 'from the second' })).toHaveCount(0)
    await reply(agent, `to the first, ${is}`)
    await expect(agent.locator('.entry.own:not(.pending) .bubble', { hasText: `to the first, ${is}` })).toBeVisible()
  }
  await expect.poll(() => visitors[0].bubbles()).toEqual(['from the first', ...['Away', 'Offline', 'Online'].map((is) => `to the first, ${is}`)])
  await expect.poll(() => visitors[1].bubbles()).toEqual(['from the second', ...['Away', 'Offline', 'Online'].map((is) => `to the second, ${is}`)])
})

test('every page and menu keeps working while a colleague changes presence and reassigns conversations', async ({ porchlight, agent, browser, faults }) => {
  test.setTimeout(180_000)
  await openPage(agent, porchlight, '/team')
  await agent.getByLabel('New label').fill('VIP')
  await agent.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(agent.locator('.label-list')).toContainText('VIP')
  await newcomer(browser, porchlight, 'from the first')
  await newcomer(browser, porchlight, 'from the second')
  const tom = await colleague(browser, porchlight, faults)
  await open(tom, 'first')

  let arrivals = 0
  const presences = ['Away', 'Appear offline', 'Online'] as const
  /** Does what a busy team does, and waits until it reaches the other agent's screen. */
  const disturb = async () => {
    await appear(tom, presences[arrivals % presences.length])
    const me = arrivals % 2 === 0 ? /Tom Ode/ : /Mia Berg/
    await tom.locator('.actions summary[title="Assignee"]').click()
    await tom.locator('.actions').getByRole('button', { name: me }).click()
    arrivals++
    await newcomer(browser, porchlight, `arrival ${arrivals}`)
    await expect(agent.locator('.rail .badge').first()).toHaveText(String(Math.min(arrivals + 1, 9)) + (arrivals > 8 ? '+' : ''))
  }

  // The pages, one after another, without a page load.
  await agent.getByRole('link', { name: 'Conversations' }).click()
  await open(agent, 'second')
  for (const page of ['Incoming email', 'Inboxes', 'Team', 'Outbox', 'API', 'Audit log']) {
    await disturb()
    await agent.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: page, exact: true }).click()
    await expect(agent.getByRole('heading', { level: 1, name: page })).toBeVisible()
  }
  await agent.locator('summary[title="Your status"]').click()
  await agent.getByRole('link', { name: 'Your account' }).click()
  await expect(agent.getByRole('heading', { name: 'Your account' })).toBeVisible()
  await disturb()

  // The menus of a conversation, each open while something happens.
  await agent.getByRole('link', { name: 'Conversations' }).click()
  for (const menu of ['Assignee', 'Snooze', 'Labels']) {
    await open(agent, 'second')
    await agent.locator('.actions').locator(`summary[title="${menu}"]`).click()
    await appear(tom, presences[arrivals++ % presences.length])
    await tom.getByRole('textbox', { name: 'Reply' }).pressSequentially('Hi')
    await expect(agent.locator('.actions .menu-items').first()).toBeAttached()
    await open(agent, 'first')
  }
  await agent.locator('.actions summary[title="Labels"]').click()
  await agent.locator('.actions').getByRole('button', { name: 'VIP' }).click()
  await expect(agent.locator('.row', { hasText: 'VIP' })).toHaveCount(1)

  // The views, and a search.
  for (const view of ['Mine', 'Unassigned', 'Snoozed', 'Resolved', 'Archived', 'Open']) {
    await agent.getByRole('link', { name: view, exact: true }).click()
    await expect(agent.getByRole('heading', { level: 1, name: view, exact: true })).toBeVisible()
    await appear(tom, presences[arrivals++ % presences.length])
  }
  await agent.getByRole('searchbox', { name: 'Search' }).fill('second')
  await agent.getByRole('searchbox', { name: 'Search' }).press('Enter')
  await expect(agent.locator('mark', { hasText: 'second' }).first()).toBeVisible()
  await agent.getByRole('link', { name: 'Clear' }).click()

  // It still works, and no page reported an error.
  await open(agent, 'second')
  await reply(agent, 'Still here.')
  await expect(tom.locator('.row', { hasText: 'Still here.' })).toBeVisible()
})

test('a dashboard that has stopped working says so', async ({ porchlight, browser }) => {
  const agent = await (await browser.newContext({ storageState: prepared.login })).newPage()
  // A page that the dashboard does not expect makes it stop.
  await agent.route('**/conversations', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, body: (await answer.text()).replace(/<aside[\s\S]*<\/aside>/, '') })
  })
  await agent.goto(`${porchlight.url}/conversations`)
  await expect(agent.getByRole('alert')).toContainText('Something went wrong')
  await expect(agent.getByRole('status', { name: 'Stopped. Reload the page.' })).toHaveClass(/offline/)
  await agent.unroute('**/conversations')
  await agent.getByRole('button', { name: 'Reload' }).click()
  await expect(agent.getByRole('status', { name: 'Connected' })).toBeAttached()
  await expect(agent.getByRole('alert')).toHaveCount(0)
})

test('a list offers more as long as there is more', async ({ porchlight, agent, faults }) => {
  // A token is rate limited; six together don't slow the test down.
  const tokens = Array.from({ length: 6 }, (_, at) => porchlight.command(['token', 'create', '--name', `${at}`, '--agent', 'mia@example.com']).token)
  let requests = 0
  const send = async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${tokens[requests++ % tokens.length]}`, 'content-type': 'application/json' }
    const answer = await fetch(`${porchlight.url}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) })
    expect(answer.ok, await answer.clone().text()).toBe(true)
    return answer.json()
  }
  const [inbox] = await send('GET', '/inboxes')
  const make = async (at: number) => {
    const visitor = await send('POST', '/visitors/identify', { inbox: inbox.id, user_id: `${at}` })
    await send('POST', '/conversations', { visitor: visitor.id })
  }
  // First more than one page of the list, but not more than the socket sends at once; then more than both.
  for (let at = 0; at < 60; at++) await make(at)
  await openInbox(agent, porchlight)
  await expect(agent.locator('.row')).toHaveCount(60)
  await expect(agent.getByRole('button', { name: 'Show more' })).toHaveCount(0)
  for (let at = 60; at < 260; at++) await make(at)
  await openInbox(agent, porchlight)
  await expect(async () => {
    await agent.getByRole('button', { name: 'Show more' }).click({ timeout: 1_000 })
    await expect(agent.locator('.row')).toHaveCount(260, { timeout: 1_000 })
  }).toPass()
  await expect(agent.getByRole('button', { name: 'Show more' })).toHaveCount(0)
  expect(faults).toEqual([])
})
