// What agents do with a conversation, and what both sides see of each other.
import type { Page } from '@playwright/test'
import { confirm, expect, openInbox, openPage, type Porchlight, reply, test, Visitor, watch } from '../support/porchlight.ts'

/** Opens the only conversation of a view. */
async function openOnly(agent: Page): Promise<void> {
  await agent.locator('.row').first().click()
  await expect(agent.locator('.composer')).toBeVisible()
}

async function begin(porchlight: Porchlight, agent: Page, visitor: Visitor): Promise<void> {
  await openInbox(agent, porchlight)
  await visitor.page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  await visitor.say('Is it open?')
  await openOnly(agent)
}

async function choose(agent: Page, menu: string, item: string | RegExp): Promise<void> {
  await agent.locator('.actions').locator(`summary[title="${menu}"]`).click()
  await agent.locator('.actions').getByRole('button', { name: item }).click()
}

test('both sides see that the other is typing', async ({ porchlight, agent, visitor }) => {
  await begin(porchlight, agent, visitor)
  const chat = await visitor.frame()
  // It is shown for two seconds. On a busy machine, one check may miss it.
  await expect(async () => {
    await chat.locator('textarea').pressSequentially('And')
    await expect(agent.getByText('The visitor is typing…')).toBeVisible({ timeout: 2_000 })
  }).toPass()
  await expect(agent.getByText('The visitor is typing…')).toBeHidden()
  await agent.getByRole('textbox', { name: 'Reply' }).pressSequentially('Yes')
  await expect(chat.getByText('Mia Berg is typing…')).toBeVisible()
  await expect(chat.getByText('Mia Berg is typing…')).toBeHidden()
})

test('only the team sees a note', async ({ porchlight, agent, visitor }) => {
  await begin(porchlight, agent, visitor)
  await agent.getByRole('button', { name: 'Note', exact: true }).click()
  const area = agent.getByRole('textbox', { name: 'Write an internal note' })
  await area.pressSequentially('Be careful')
  await area.press('Enter')
  await expect(agent.locator('.entry.note .bubble')).toHaveText('Be careful')
  await agent.getByRole('button', { name: 'Reply', exact: true }).click()
  await reply(agent, 'Until six.')
  await expect.poll(() => visitor.bubbles()).toEqual(['Is it open?', 'Until six.'])
})

test('a conversation is claimed, resolved, and reopened when the visitor writes', async ({ porchlight, agent, visitor }) => {
  await begin(porchlight, agent, visitor)
  const chat = await visitor.frame()
  await agent.getByRole('button', { name: 'Assign to me' }).click()
  await expect(agent.getByText('You self-assigned the conversation')).toBeVisible()
  await expect(chat.getByText('Mia Berg is here to help')).toBeVisible()
  await agent.getByRole('button', { name: 'Resolve' }).click()
  await expect(chat.getByText('Marked as resolved')).toBeVisible()
  await expect(agent.locator('.row')).toHaveCount(0)
  await agent.getByRole('link', { name: 'Resolved' }).click()
  await expect(agent.locator('.row')).toHaveCount(1)

  await visitor.say('One more thing')
  await expect(agent.locator('.row')).toHaveCount(0)
  await agent.getByRole('link', { name: 'Mine' }).click()
  await expect(agent.locator('.row')).toContainText('One more thing')
})

test('a conversation is labeled, snoozed and archived', async ({ porchlight, agent, visitor }) => {
  await openPage(agent, porchlight, '/team')
  await agent.getByLabel('New label').fill('VIP')
  await agent.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(agent.locator('.label-list')).toContainText('VIP')
  await begin(porchlight, agent, visitor)

  await choose(agent, 'Labels', 'VIP')
  await expect(agent.locator('.row')).toContainText('VIP')
  await agent.getByLabel('Label', { exact: true }).selectOption('VIP')
  await expect(agent.locator('.row')).toHaveCount(1)
  await openOnly(agent)
  await choose(agent, 'Snooze', 'For 1 hour')
  await expect(agent.locator('.row')).toHaveCount(0)
  await agent.getByRole('link', { name: 'Snoozed' }).click()
  await openOnly(agent)
  await choose(agent, 'Snooze', 'Unsnooze')
  await agent.getByRole('button', { name: 'Archive' }).click()
  await expect(agent.getByText('You archived the conversation')).toBeVisible()
  const toast = agent.getByRole('status').filter({ hasText: 'Conversation archived' })
  await toast.getByRole('button', { name: 'Undo' }).click()
  await expect(agent.getByText('You unarchived the conversation')).toBeVisible()
  await expect(toast).toHaveCount(0)
  await agent.getByRole('button', { name: 'Archive' }).click()
  await expect(toast).toBeVisible()
  await toast.getByRole('button', { name: 'Dismiss' }).click()
  await expect(toast).toHaveCount(0)
  await agent.getByRole('link', { name: 'Archived' }).click()
  await expect(agent.locator('.row')).toHaveCount(1)
  await openOnly(agent)
  await agent.getByRole('button', { name: 'Unarchive' }).click()
  await expect(agent.locator('.row')).toHaveCount(0)
})

test('a second agent is invited, and sees what is assigned to them', async ({ porchlight, agent, visitor, browser, faults }) => {
  await openPage(agent, porchlight, '/team')
  await agent.getByText('Invite an agent').click()
  const form = agent.locator('form', { hasText: 'choose a password themselves' })
  await form.getByLabel('Name').fill('Tom Ode')
  await form.getByLabel('Email address').fill('tom@example.com')
  await form.getByRole('button', { name: 'Invite' }).click()
  const row = agent.locator('.agent-row', { hasText: 'tom@example.com' })
  await expect(row).toContainText('invited')

  const link = await agent.getByRole('status').locator('code').innerText()
  const context = await browser.newContext()
  const tom = await context.newPage()
  watch(tom, faults)
  await tom.goto(link)
  await expect(tom.getByRole('heading')).toHaveText('Welcome, Tom Ode')
  await tom.getByLabel('Password').fill('correct horse')
  await tom.getByRole('button', { name: 'Set password and log in' }).click()
  await expect(tom.getByRole('status', { name: 'Connected' })).toBeAttached()

  await begin(porchlight, agent, visitor)
  await choose(agent, 'Assignee', /Tom Ode/)
  await expect(tom.locator('.row .mark')).toContainText('TO')
  await openOnly(tom)
  await expect(tom.getByText('Mia Berg assigned the conversation to Tom Ode')).toBeVisible()
  await context.close()
})

test('the visitor sees whether anyone is available, and their place in the queue', async ({ porchlight, agent, visitor, browser, faults }) => {
  await visitor.page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  const chat = await visitor.frame()
  await openInbox(agent, porchlight)
  await expect(chat.getByText("We're online")).toBeVisible()

  await openPage(agent, porchlight, '/inboxes')
  await agent.getByLabel(/^Routing/).selectOption('Least busy')
  await agent.locator('form', { hasText: 'Time zone' }).getByRole('button', { name: 'Save' }).click()
  await expect(agent.getByText('Saved')).toBeVisible()
  await openPage(agent, porchlight, '/team')
  await agent.getByText('mia@example.com').click()
  await agent.getByLabel('Conversations at a time').fill('1')
  // Leaving the page at once would cancel the response, and perhaps the request.
  await Promise.all([agent.waitForResponse(/set_agent/), agent.getByRole('button', { name: 'Save' }).click()])
  await openInbox(agent, porchlight)

  await visitor.say('First')
  await expect(agent.locator('.row .mark')).toContainText('MB')
  const context = await browser.newContext()
  const other = new Visitor(await context.newPage())
  watch(other.page, faults)
  await other.page.goto(`${porchlight.url}/demo`)
  await other.open()
  await other.say('Second')
  await expect((await other.frame()).getByText('Your place in line: 1')).toBeVisible()
  await agent.locator('.row', { hasText: 'First' }).click()
  await agent.getByRole('button', { name: 'Resolve' }).click()
  await expect((await other.frame()).getByText('Mia Berg is here to help')).toBeVisible()
  await context.close()
})

test('visitors see that an agent is away', async ({ porchlight, agent, visitor }) => {
  await openInbox(agent, porchlight)
  await visitor.page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  const chat = await visitor.frame()
  await expect(chat.getByText("We're online")).toBeVisible()
  await agent.locator('summary[title="Your status"]').click()
  await agent.getByRole('button', { name: 'Away' }).click()
  await expect(chat.getByText("We're away")).toBeVisible()
})

test('an invitation’s link disappears once nobody can use it', async ({ porchlight, agent }) => {
  await openPage(agent, porchlight, '/team')
  await agent.getByText('Invite an agent').click()
  const form = agent.locator('form', { hasText: 'choose a password themselves' })
  await form.getByLabel('Name').fill('Ann Lee')
  await form.getByLabel('Email address').fill('ann@example.com')
  await form.getByRole('button', { name: 'Invite' }).click()
  const made = agent.locator('.made')
  await expect(made).toContainText('/password/')
  const ann = agent.locator('.agent-row', { hasText: 'Ann Lee' })
  await ann.locator('summary').click()
  await confirm(ann, 'Deactivate…', 'Deactivate')
  await expect(ann).toContainText('deactivated')
  await expect(made).toHaveCount(0)
})

test('a snoozed conversation says so in its header', async ({ porchlight, agent, visitor }) => {
  await begin(porchlight, agent, visitor)
  await choose(agent, 'Snooze', 'For 1 hour')
  await agent.getByRole('link', { name: 'Snoozed' }).click()
  await openOnly(agent)
  await expect(agent.getByRole('main')).toContainText(/Snoozed until/)
})
