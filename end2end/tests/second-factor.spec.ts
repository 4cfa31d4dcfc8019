// Authenticator apps, recovery codes and passkeys, and what owners require.
import { createHmac } from 'node:crypto'
import type { Page } from '@playwright/test'
import { confirm, expect, Porchlight, test, watch } from '../support/porchlight.ts'

/** The code that an authenticator app shows (RFC 6238). */
function codeOf(secret: string, at = Date.now()): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...secret.replaceAll(' ', '')].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)))
  const mac = createHmac('sha1', key).update(step).digest()
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff
  return String(number % 1_000_000).padStart(6, '0')
}

async function logIn(page: Page, porchlight: Porchlight, email = 'mia@example.com'): Promise<void> {
  await page.goto(`${porchlight.url}/login?to=/account`)
  await page.getByLabel('Email address').fill(email)
  await page.getByLabel('Password').fill('correct horse')
  await page.getByRole('button', { name: 'Log in', exact: true }).click()
}

/** Sets up an authenticator app on the current page. Returns its secret. */
async function setUp(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Set up an authenticator app' }).click()
  await expect(page.getByRole('img', { name: 'QR code' })).toBeVisible()
  const secret = (await page.locator('p', { hasText: 'Or enter this key' }).locator('code').textContent())!
  await page.getByLabel('Code', { exact: true }).fill('000000')
  await page.getByRole('button', { name: 'Confirm' }).click()
  await expect(page.getByText('This code is wrong')).toBeVisible()
  await page.getByLabel('Code', { exact: true }).fill(codeOf(secret))
  await page.getByRole('button', { name: 'Confirm' }).click()
  await expect(page.getByText('Save these recovery codes')).toBeVisible()
  return secret
}

test('an authenticator app is set up, required at login, and reset', async ({ porchlight, browser, faults }) => {
  const page = await (await browser.newContext()).newPage()
  watch(page, faults)
  await logIn(page, porchlight)
  const secret = await setUp(page)
  const spare = await page.locator('.codes code').first().textContent()
  await page.getByRole('button', { name: 'I’ve saved my codes' }).click()
  await expect(page.getByText('10 recovery codes left')).toBeVisible()

  const other = await (await browser.newContext()).newPage()
  watch(other, faults)
  await logIn(other, porchlight)
  await expect(other.getByRole('heading', { name: 'One more step, Mia Berg' })).toBeVisible()
  // A password alone gives access to no page.
  const inbox = await other.request.get(`${porchlight.url}/conversations`, { headers: { accept: 'text/html' } })
  expect(inbox.url()).toContain('/login')
  const code = other.getByLabel('Code from your authenticator app')
  await code.fill('123456')
  await other.getByRole('button', { name: 'Log in', exact: true }).click()
  await expect(other.getByText('This code is wrong')).toBeVisible()
  // The code of the next half minute is valid, too, and was not used yet.
  await code.fill(codeOf(secret, Date.now() + 30_000))
  await other.getByRole('button', { name: 'Log in', exact: true }).click()
  await expect(other.getByRole('heading', { name: 'Your account' })).toBeVisible()

  await logIn(other, porchlight)
  await other.getByLabel('Code from your authenticator app').fill(spare!)
  await other.getByRole('button', { name: 'Log in', exact: true }).click()
  await expect(other.getByText('9 recovery codes left')).toBeVisible()

  porchlight.command(['agent', 'reset', '--email', 'mia@example.com'])
  await other.reload()
  await expect(other.getByRole('heading', { name: 'Log in to Porchlight' })).toBeVisible()
  await logIn(other, porchlight)
  await expect(other.getByRole('button', { name: 'Set up an authenticator app' })).toBeVisible()
})

test('an owner requires a second factor, and agents without one set it up at login', async ({ porchlight, browser, faults }) => {
  porchlight.command(['agent', 'create', '--email', 'tom@example.com', '--name', 'Tom Ode'], 'correct horse\n')
  const owner = await (await browser.newContext()).newPage()
  const tom = await (await browser.newContext()).newPage()
  watch(owner, faults)
  watch(tom, faults)
  await logIn(tom, porchlight, 'tom@example.com')
  await expect(tom.getByRole('status', { name: 'Connected' })).toBeAttached()
  await logIn(owner, porchlight)
  await expect(owner.getByRole('heading', { name: 'Your account' })).toBeVisible()
  await owner.goto(`${porchlight.url}/team`)
  await owner.getByRole('link', { name: 'Login settings' }).click()
  const demand = owner.getByLabel('Require two-factor authentication for password logins')
  await demand.check()
  await owner.getByRole('button', { name: 'Save' }).first().click()
  await expect(owner.getByText('Two-factor authentication is required')).toBeVisible()
  await owner.goto(`${porchlight.url}/account`)
  await setUp(owner)
  await owner.goto(`${porchlight.url}/team/logins`)
  await demand.check()
  await owner.getByRole('button', { name: 'Save' }).first().click()
  await expect(owner.getByText('Saved')).toBeVisible()

  await expect(tom).toHaveURL(/\/login/)
  await logIn(tom, porchlight, 'tom@example.com')
  await expect(tom.getByText('Your team requires two-factor authentication')).toBeVisible()
  await setUp(tom)
  await tom.getByRole('button', { name: 'I’ve saved my codes, log me in' }).click()
  await expect(tom.getByRole('heading', { name: 'Your account' })).toBeVisible()
  await expect(tom.getByText('10 recovery codes left')).toBeVisible()
})

test('a passkey replaces password and code', async ({ browser, faults }) => {
  const porchlight = await Porchlight.named()
  const page = await (await browser.newContext()).newPage()
  watch(page, faults)
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  })
  await logIn(page, porchlight)
  await page.getByLabel('Passkey name').fill('Mia’s phone')
  await page.getByRole('button', { name: 'Add passkey' }).click()
  const line = page.locator('li', { hasText: 'Mia’s phone' })
  await expect(line).toContainText('never used')

  await page.getByTitle('Log out').click()
  await page.goto(`${porchlight.url}/login?to=/account`)
  await page.getByRole('button', { name: 'Log in with a passkey' }).click()
  await expect(line).toContainText('last used')
  // The password alone is no longer enough; the passkey is.
  await logIn(page, porchlight)
  await expect(page.getByRole('heading', { name: 'One more step, Mia Berg' })).toBeVisible()
  await page.getByRole('button', { name: 'Log in with a passkey' }).click()
  await expect(page.getByRole('heading', { name: 'Your account' })).toBeVisible()

  // Without user verification, the passkey is not accepted.
  await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await page.goto(`${porchlight.url}/login`)
  await page.getByRole('button', { name: 'Log in with a passkey' }).click()
  await expect(page.getByText('No passkey was chosen.')).toBeVisible()
  await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })
  await page.goto(`${porchlight.url}/account`)
  await confirm(line, 'Remove…', 'Remove')
  await expect(line).toHaveCount(0)
  await page.goto(`${porchlight.url}/login`)
  await page.getByRole('button', { name: 'Log in with a passkey' }).click()
  await expect(page.getByText('This passkey was not accepted.')).toBeVisible()
  await porchlight.clear()
})
