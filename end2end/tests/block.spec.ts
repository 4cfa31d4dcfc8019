// Blocking visitors.
import { expect, newcomer, openInbox, openPage, test } from '../support/porchlight.ts'

test('spam disappears, stays away when its visitor writes again, and is restored from its own view', async ({ porchlight, agent, browser }) => {
  const eve = await newcomer(browser, porchlight, 'cheap watches')
  await newcomer(browser, porchlight, 'an honest question')
  await openInbox(agent, porchlight)
  await agent.locator('.row', { hasText: 'cheap watches' }).click()
  const spam = async (item: string) => {
    await agent.getByTitle('Spam', { exact: true }).click()
    await agent.getByRole('button', { name: item, exact: true }).click()
  }
  await spam('Mark as spam')
  await expect(agent.locator('.row')).toHaveCount(1)
  await expect(agent.getByText('You marked the conversation as spam')).toBeVisible()
  await eve.say('cheaper watches')
  await expect(agent.locator('.log')).toContainText('cheaper watches')
  await expect(agent.locator('.row')).toHaveCount(1)
  await agent.getByRole('link', { name: 'Spam', exact: true }).click()
  await agent.locator('.row', { hasText: 'cheaper watches' }).click()
  await spam('Not spam')
  await expect(agent.getByText('No spam.')).toBeVisible()

  await openInbox(agent, porchlight)
  await agent.locator('.row', { hasText: 'cheaper watches' }).click()
  await spam('Mark as spam and block visitor')
  await expect((await eve.frame()).getByText("This chat can't be shown")).toBeVisible()
})

test('blocking a visitor hides their conversation, and unblocking lets them chat again', async ({ porchlight, agent, browser }) => {
  const eve = await newcomer(browser, porchlight, 'from the spammer')
  await newcomer(browser, porchlight, 'from the innocent')
  await openInbox(agent, porchlight)
  await expect(agent.locator('.row')).toHaveCount(2)
  await agent.locator('.row', { hasText: 'spammer' }).click()
  await agent.getByText('Block…').click()
  await agent.getByRole('button', { name: 'Block this visitor' }).click()
  await expect(agent.locator('.row')).toHaveCount(1)
  await expect((await eve.frame()).getByText("This chat can't be shown")).toBeVisible()
  await openPage(agent, porchlight, '/inboxes')
  const card = agent.locator('section', { hasText: 'Blocked visitors' })
  await expect(card.locator('li')).toContainText('by Mia Berg')
  await card.getByRole('button', { name: 'Unblock' }).click()
  await expect(agent.getByText('Blocked visitors')).toHaveCount(0)
  await eve.page.reload()
  await eve.open()
  await expect.poll(() => eve.bubbles()).toEqual(['from the spammer'])
})
