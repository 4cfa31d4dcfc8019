// Files from both sides: picked, uploaded, sent, viewed and downloaded.
import { readFileSync } from 'node:fs'
import type { Locator } from '@playwright/test'
import { png } from '../support/png.ts'
import { expect, openInbox, test } from '../support/porchlight.ts'

const picture = { name: 'Screenshot.png', mimeType: 'image/png', buffer: png(900, 500) }
const report = { name: 'report.csv', mimeType: 'text/csv', buffer: Buffer.from('a;b\n1;2\n') }
const program = { name: 'holiday.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('MZ\x90\x00\x03') }

async function isDrawn(image: Locator): Promise<void> {
  await expect.poll(() => image.evaluate((drawn) => (drawn as HTMLImageElement).naturalWidth), { message: 'the picture is there' }).toBeGreaterThan(0)
}

test('visitors and agents send each other pictures and documents', async ({ porchlight, agent, visitor }) => {
  await openInbox(agent, porchlight)
  await visitor.page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  const chat = await visitor.frame()
  await chat.locator('.attach input').setInputFiles(picture)
  await expect(chat.locator('.pick .file-name')).toHaveText('Screenshot.png')
  await expect(chat.locator('.send')).toBeEnabled()
  await visitor.say('It looks like this')
  await expect(chat.locator('.pick')).toHaveCount(0)
  await isDrawn(chat.locator('.entry .picture img'))

  await agent.locator('.row').click()
  await isDrawn(agent.locator('.entry .picture img'))
  await agent.locator('.entry .picture').click()
  const whole = agent.locator('.lightbox')
  await expect(whole).toBeVisible()
  await expect.poll(() => whole.locator('img').evaluate((drawn) => (drawn as HTMLImageElement).naturalWidth)).toBe(900)
  const [saved] = await Promise.all([agent.waitForEvent('download'), whole.getByText('Download').click()])
  expect(saved.suggestedFilename()).toBe('Screenshot.png')
  expect(readFileSync(await saved.path()).equals(picture.buffer)).toBe(true)
  await agent.keyboard.press('Escape')
  await expect(whole).toBeHidden()

  // A message may consist of a file alone.
  await agent.locator('.composer .attach input').setInputFiles(report)
  await expect(agent.locator('.pick')).toHaveText(/report\.csv/)
  await expect(agent.locator('.pick progress')).toHaveCount(0)
  await agent.getByRole('button', { name: 'Send' }).click()
  await expect(chat.locator('.entry .file-name')).toHaveText('report.csv')
  const [fetched] = await Promise.all([visitor.page.waitForEvent('download'), chat.locator('.entry .file:not(.picture)').click()])
  expect(readFileSync(await fetched.path(), 'utf8')).toBe('a;b\n1;2\n')
  await expect(agent.locator('.row')).toContainText('report.csv')

  // After a reload, everything looks the same.
  await visitor.page.reload()
  await visitor.open()
  const again = await visitor.frame()
  await isDrawn(again.locator('.entry .picture img'))
  await again.locator('.entry .picture').click()
  await isDrawn(again.locator('dialog img'))
  await visitor.page.keyboard.press('Escape')
  await expect(again.locator('dialog')).toHaveCount(0)
  await expect(again.locator('.log')).toBeVisible()
})

test('an upload survives a lost connection, and a refused file says why', async ({ porchlight, agent, visitor }) => {
  await openInbox(agent, porchlight)
  let cut = true
  await visitor.page.route(/\/files\/visitor\/.*name=Screenshot/, (route) => cut ? route.abort('connectionreset') : route.continue())
  await visitor.page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  const chat = await visitor.frame()
  await chat.locator('.attach input').setInputFiles([picture, program])
  await expect(chat.locator('.pick.refused')).toContainText("This file type isn't allowed")
  await expect(chat.locator('.pick').first()).toContainText('Waiting for connection…')
  await expect(chat.locator('.send')).toBeDisabled()
  cut = false
  await expect(chat.locator('.send')).toBeEnabled()
  await chat.getByRole('button', { name: 'Remove holiday.jpg' }).click()
  await chat.locator('.send').click()
  await expect(agent.locator('.row')).toContainText('Screenshot.png')
  await expect(chat.locator('.entry .picture')).toHaveCount(1)
})

test('files can be pasted and dropped', async ({ porchlight, agent, visitor }) => {
  await visitor.page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  await visitor.say('hello')
  await openInbox(agent, porchlight)
  await agent.locator('.row').click()
  const chat = await visitor.frame()
  for (const page of [chat, agent]) {
    for (const kind of ['paste', 'drop']) {
      await page.locator('.composer textarea').evaluate((target, kind) => {
        const data = new DataTransfer()
        data.items.add(new File(['words'], `${kind}.txt`, { type: 'text/plain' }))
        const options = { bubbles: true, cancelable: true }
        target.dispatchEvent(kind === 'paste'
          ? new ClipboardEvent('paste', { ...options, clipboardData: data })
          : new DragEvent('drop', { ...options, dataTransfer: data }))
      }, kind)
    }
    await expect(page.locator('.pick .file-name')).toHaveText(['paste.txt', 'drop.txt'])
  }
})
