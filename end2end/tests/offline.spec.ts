// What agents see while they are offline, and how they continue afterwards.
import { expect, newcomer, openInbox, test } from '../support/porchlight.ts'

test('an agent sees at once that they are offline, and what could not be loaded loads when they are back', async ({ porchlight, agent, browser }) => {
  await newcomer(browser, porchlight, 'from the first')
  await newcomer(browser, porchlight, 'from the second')
  await openInbox(agent, porchlight)
  await agent.locator('.row', { hasText: 'from the first' }).click()
  await expect(agent.locator('.bubble', { hasText: 'from the first' })).toBeVisible()

  const began = Date.now()
  await agent.context().setOffline(true)
  await expect(agent.getByRole('status', { name: 'Connected' })).toHaveCount(0)
  expect(Date.now() - began, 'nobody waits for a heartbeat of half a minute').toBeLessThan(10_000)
  await agent.locator('.row', { hasText: 'from the second' }).click()
  await expect(agent.getByRole('button', { name: 'Try again' })).toBeVisible()
  await agent.getByRole('button', { name: 'Try again' }).click()
  await expect(agent.getByRole('button', { name: 'Try again' })).toBeVisible()

  await agent.context().setOffline(false)
  await expect(agent.locator('.bubble', { hasText: 'from the second' })).toBeVisible()
  await expect(agent.getByRole('status', { name: 'Connected' })).toBeAttached()
})
