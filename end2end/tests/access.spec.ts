// Access tokens: created and revoked in the dashboard, and used by a program.
import { confirm, expect, openPage, test, watch } from '../support/porchlight.ts'

test('an access token is shown once, allows only its scopes, and can be revoked', async ({ porchlight, agent, request }) => {
  const ask = async (token: string, call: string) =>
    (await request.get(`${porchlight.url}/api/v1/${call}`, { headers: { authorization: `Bearer ${token}` } })).status()
  await openPage(agent, porchlight, '/access')
  await agent.getByRole('textbox', { name: 'Name' }).fill('Billing')
  await agent.getByRole('button', { name: 'Create token' }).click()
  await expect(agent.getByRole('alert')).toContainText('at least one scope')
  await agent.getByRole('textbox', { name: 'Name' }).fill('Billing')
  await agent.getByLabel('List conversations').check()
  await agent.getByRole('button', { name: 'Create token' }).click()
  await expect(agent.locator('.made')).toContainText('pl_')
  const token = await agent.locator('.made code').innerText()
  expect(await ask(token, 'conversations')).toBe(200)
  expect(await ask(token, 'agents')).toBe(403)

  await openPage(agent, porchlight, '/access')
  await expect(agent.locator('.token-list')).toContainText('Billing')
  await expect(agent.locator('body')).not.toContainText(token)
  await confirm(agent, 'Revoke access token Billing', 'Revoke')
  await expect(agent.locator('.token-list li')).toHaveCount(0)
  expect(await ask(token, 'conversations')).toBe(401)
})

test('the API documentation works under its own content security policy', async ({ porchlight, page }) => {
  const trouble: string[] = []
  watch(page, trouble)
  await page.goto(`${porchlight.url}/api/docs`)
  await expect(page.getByText('List conversations, most recent first.')).toBeVisible()
  await page.getByText('List conversations, most recent first.').click()
  await expect(page.getByRole('button', { name: 'Execute' })).toBeVisible()
  await page.getByRole('button', { name: 'Execute' }).click()
  await expect(page.getByText('access_token_invalid').first()).toBeVisible()
  expect(trouble).toEqual([])
})
