// Personal data: found, exported and erased, and the retention settings of an inbox.
import { readFileSync } from 'node:fs'
import { confirm, expect, newcomer, openInbox, openPage, test } from '../support/porchlight.ts'

test('a visitor is found from their conversation, exported, and erased', async ({ porchlight, agent, browser }) => {
  await openInbox(agent, porchlight)
  await newcomer(browser, porchlight, 'Please forget me, I am Quxzarnoth')
  await agent.locator('.list a', { hasText: 'Quxzarnoth' }).click()
  await expect(agent.getByText('Please forget me').last()).toBeVisible()
  await agent.getByRole('link', { name: 'Export or erase…' }).click()
  await expect(agent.getByRole('heading', { level: 1, name: 'People' })).toBeVisible()
  const line = agent.locator('.person')
  await expect(line).toContainText('1 conversation')
  const [download] = await Promise.all([agent.waitForEvent('download'), line.getByRole('link', { name: 'Export' }).click()])
  expect(readFileSync(await download.path()).includes('Please forget me, I am Quxzarnoth')).toBe(true)

  await confirm(line, 'Erase…', 'Erase permanently')
  await expect(agent.getByRole('status').filter({ hasText: 'Erased conversations: 1' })).toBeVisible()
  await expect(line).toHaveCount(0)
  await agent.getByRole('link', { name: 'Conversations' }).click()
  await expect(agent.locator('.list a', { hasText: 'Quxzarnoth' })).toHaveCount(0)
  await agent.getByRole('link', { name: 'Audit log' }).click()
  await expect(agent.locator('.audit-list li').first()).toContainText('erased a visitor')
})

test('an inbox has retention settings', async ({ porchlight, agent }) => {
  await openPage(agent, porchlight, '/inboxes')
  const form = agent.locator('form', { hasText: 'after the last message' })
  await form.getByLabel('Conversations (after the last message)').fill('365')
  await form.getByLabel('Keep query strings').check()
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form.getByText('Saved')).toBeVisible()
  await agent.reload()
  await expect(form.getByLabel('Conversations (after the last message)')).toHaveValue('365')
  await expect(form.getByLabel('Files (after they were added)')).toHaveValue('')
  await expect(form.getByLabel('Keep query strings')).toBeChecked()
})
