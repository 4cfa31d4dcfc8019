// Runs before all tests: prepares a server's data with an owner, and the owner's login, that every test starts
// with.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type FullConfig } from '@playwright/test'
import { expect, Porchlight, prepared } from './porchlight.ts'

export default async function prepare(config: FullConfig): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-prepared-'))
  process.env.PORCHLIGHT_PREPARED = folder
  mkdirSync(prepared.data)
  const porchlight = await Porchlight.empty()
  porchlight.command(['agent', 'create', '--email', 'mia@example.com', '--name', 'Mia Berg', '--role', 'owner'], 'correct horse\n')
  const browser = await chromium.launch(config.projects[0].use.launchOptions)
  const page = await browser.newPage()
  await page.goto(`${porchlight.url}/login`)
  await page.getByLabel('Email address').fill('mia@example.com')
  await page.getByLabel('Password').fill('correct horse')
  await page.getByRole('button', { name: 'Log in' }).click()
  await expect(page.getByRole('status', { name: 'Connected' })).toBeAttached()
  await page.context().storageState({ path: prepared.login })
  await browser.close()
  await porchlight.stop()
  cpSync(join(porchlight.folder, 'data'), prepared.data, { recursive: true })
  await porchlight.clear()
  return () => rmSync(folder, { recursive: true })
}
