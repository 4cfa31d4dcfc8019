// Links in messages, on both sides.
import { expect, openInbox, reply, test } from '../support/porchlight.ts'

test('links can be followed in chat and inbox, and nothing else becomes one', async ({ porchlight, agent, visitor }) => {
  await visitor.page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  await visitor.say('see (https://example.com/a_(b)), or javascript:alert(1)')
  await openInbox(agent, porchlight)
  await agent.locator('.row').click()
  await reply(agent, 'write to help@example.com.')
  const chat = await visitor.frame()
  for (const side of [agent, chat]) {
    const links = side.locator('.bubble a')
    await expect(links).toHaveText(['https://example.com/a_(b)', 'help@example.com'])
    await expect(links.first()).toHaveAttribute('href', 'https://example.com/a_(b)')
    await expect(links.last()).toHaveAttribute('href', 'mailto:help@example.com')
    for (const link of await links.all()) {
      await expect(link).toHaveAttribute('target', '_blank')
      await expect(link).toHaveAttribute('rel', /noopener noreferrer nofollow/)
    }
    await expect(side.locator('.bubble').first()).toHaveText('see (https://example.com/a_(b)), or javascript:alert(1)')
  }
})
