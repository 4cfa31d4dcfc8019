// Settings forms: each keeps its own input, whatever happens to the forms beside it.
import { confirm, expect, openPage, test } from '../support/porchlight.ts'

test('text typed into a form stays there when rows are added and removed', async ({ porchlight, agent }) => {
  await openPage(agent, porchlight, '/team')
  const teams = agent.locator('section', { has: agent.getByRole('heading', { name: 'Teams' }) })
  const form = (title: string) => teams.locator('details', { has: agent.locator('summary', { hasText: title }) })
  const add = async (name: string) => {
    const last = form('Add a team')
    if ((await last.getAttribute('open')) === null) await last.locator('summary').click()
    await last.getByLabel('Name').fill(name)
    await last.getByRole('button', { name: 'Save' }).click()
    await expect(form(`${name} ·`)).toBeAttached()
  }
  await add('Accounts')
  await add('Sales')
  await form('Sales ·').locator('summary').click()
  await form('Sales ·').getByLabel('Name').fill('Sales and')
  // Sorted by name, it comes between the two.
  await add('Beta')
  await expect(form('Sales ·').getByLabel('Name')).toHaveValue('Sales and')
  await expect(form('Beta ·').getByLabel('Name')).toHaveValue('Beta')
  await form('Accounts ·').locator('summary').click()
  // Cancel and Escape change nothing, and the focus returns to the button.
  const ask = form('Accounts ·').getByRole('button', { name: 'Delete team…' })
  const dialog = form('Accounts ·').getByRole('dialog', { name: 'Delete the team “Accounts”?' })
  await ask.click()
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(dialog).toBeHidden()
  await ask.press('Enter')
  await expect(dialog).toBeVisible()
  await agent.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(ask).toBeFocused()
  await confirm(form('Accounts ·'), 'Delete team…', 'Delete team')
  await expect(form('Accounts ·')).toHaveCount(0)
  await expect(form('Sales ·').getByLabel('Name')).toHaveValue('Sales and')
  await expect(form('Sales ·')).toHaveAttribute('open', '')
  await expect(form('Beta ·')).not.toHaveAttribute('open', '')
})

test('sites typed into one inbox stay there when another inbox is saved', async ({ porchlight, agent }) => {
  porchlight.command(['inbox', 'create', '--name', 'Shop', '--site', 'https://shop.example'])
  await openPage(agent, porchlight, '/inboxes')
  const card = (name: string) => agent.locator('.inbox-card', { has: agent.getByRole('heading', { name, exact: true }) })
  const sites = (name: string) => card(name).locator('textarea[name=sites]')
  await sites('Shop').fill('https://shop.example\nhttps://typed.example')
  await sites('Support').fill('https://saved.example')
  await card('Support').getByRole('button', { name: 'Save' }).first().click()
  await expect(card('Support').getByText('Saved')).toBeVisible()
  await expect(sites('Shop')).toHaveValue('https://shop.example\nhttps://typed.example')
})

test('an error about one agent appears beside that agent', async ({ porchlight, agent }) => {
  porchlight.command(['agent', 'create', '--email', 'tom@example.com', '--name', 'Tom Ode', '--role', 'agent'], 'correct horse\n')
  await openPage(agent, porchlight, '/team')
  const row = (name: string) => agent.locator('.agent-row', { hasText: name })
  for (const name of ['Mia Berg', 'Tom Ode']) await row(name).locator('summary').click()
  await confirm(row('Mia Berg'), 'Deactivate…', 'Deactivate')
  await expect(row('Mia Berg').getByRole('alert')).toHaveText(/last owner/)
  await expect(row('Tom Ode').getByRole('alert')).toHaveCount(0)
  await row('Tom Ode').getByRole('button', { name: 'Create password-reset link' }).click()
  await expect(row('Tom Ode').getByRole('status').filter({ hasText: '/password/' })).toBeVisible()
  await expect(row('Mia Berg').getByRole('status').filter({ hasText: '/password/' })).toHaveCount(0)
})

test('a form is cleared after it has added something, and keeps refused input', async ({ porchlight, agent }) => {
  await openPage(agent, porchlight, '/team')
  const form = agent.locator('details.more-form', { hasText: 'Add a team' })
  const add = async (name: string) => {
    await form.locator('summary').click()
    await form.getByLabel('Name').fill(name)
    await form.getByRole('button', { name: 'Save' }).click()
  }
  await add('Sales')
  await expect(agent.locator('details.more-form summary', { hasText: 'Sales' })).toBeVisible()
  await expect(form).not.toHaveAttribute('open')
  await expect(form.locator('input[name=name]')).toHaveValue('')
  await add('Sales')
  await expect(form).toContainText('Another team already has this name.')
  await expect(form.getByLabel('Name')).toHaveValue('Sales')

  const invite = agent.locator('details.more-form', { hasText: 'Invite an agent' })
  await invite.locator('summary').click()
  await invite.getByLabel('Name').fill('Tom')
  await invite.getByLabel('Email address').fill('tom@example.com')
  await invite.getByRole('button', { name: 'Invite' }).click()
  await expect(agent.locator('.made')).toBeVisible()
  await expect(invite).not.toHaveAttribute('open')
  await expect(invite.locator('input[name=email]')).toHaveValue('')

  const long = 'a label of more than forty characters, which is too long'
  await agent.getByLabel('New label').fill(long)
  await agent.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(agent.locator('main')).toContainText('Label names must be unique and 1 to 40 characters long.')
})
