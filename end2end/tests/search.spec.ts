// Search in the dashboard.
import { expect, openInbox, openPage, test } from '../support/porchlight.ts'

test('a message is found, the results are filtered, and it opens in its place', async ({ porchlight, agent, visitor }) => {
  await openInbox(agent, porchlight)
  await visitor.page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  await visitor.say('Where is the parcel of last Tuesday?')
  await visitor.say('<b>It</b> has my keys in it')
  await expect(agent.locator('.row')).toHaveCount(1)

  const field = agent.getByRole('searchbox', { name: 'Search' })
  await field.fill('tuesd parcel')
  await field.press('Enter')
  await expect(agent.locator('.row mark')).toHaveText(['parcel', 'Tuesday'])
  await agent.locator('.row').click()
  await expect(agent.locator('.entry.found .bubble')).toHaveText('Where is the parcel of last Tuesday?')
  await expect(agent.locator('.entry.found')).toBeInViewport()
  // The search results stay beside it.
  await expect(agent.locator('.row mark')).toHaveCount(2)

  await agent.getByRole('combobox', { name: 'Status' }).selectOption('resolved')
  await expect(agent.getByText('No results')).toBeVisible()
  await agent.getByRole('link', { name: 'Clear' }).click()
  await expect(agent.locator('.tabs')).toBeVisible()
  await expect(field).toHaveValue('')

  await field.fill('<b>keys')
  await field.press('Enter')
  await expect(agent.locator('.row mark')).toHaveText(['b', 'b', 'keys'])
  expect(await agent.locator('.row-found b').count()).toBe(0)
})

test('a search works without scripts', async ({ porchlight, agent, visitor, browser }) => {
  await openInbox(agent, porchlight)
  await visitor.page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  await visitor.say('Is it open?')
  await expect(agent.locator('.row')).toHaveCount(1)
  const context = await browser.newContext({ javaScriptEnabled: false, storageState: await agent.context().storageState() })
  const page = await context.newPage()
  await page.goto(`${porchlight.url}/conversations`)
  await page.getByRole('searchbox').fill('open')
  await page.getByRole('searchbox').press('Enter')
  await expect(page.locator('.row mark')).toHaveText('open')
  await context.close()
  await openPage(agent, porchlight, '/conversations?q=nothing')
  await expect(agent.getByText('No results')).toBeVisible()
})
