// The binary carries everything it needs.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binary, createOwner, expect, openInbox, Porchlight, test, Visitor } from '../support/porchlight.ts'

test('the one file, copied alone into an empty folder, runs', async ({ browser, faults }) => {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-alone-'))
  const alone = join(folder, 'porchlight')
  copyFileSync(binary, alone)
  const porchlight = await Porchlight.empty(alone)
  const page = await browser.newPage()
  await createOwner(page, porchlight)
  await openInbox(page, porchlight)
  const visitor = new Visitor(await browser.newPage())
  await visitor.page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  await visitor.say('hello')
  await expect(page.getByRole('link', { name: /hello/ })).toBeVisible()
  expect(faults).toEqual([])
  await page.close()
  await visitor.page.close()
  await porchlight.clear()
  rmSync(folder, { recursive: true })
})
