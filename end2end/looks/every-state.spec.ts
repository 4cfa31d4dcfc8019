import type { Browser, Page } from '@playwright/test'
import { createOwner, expect, openInbox, Porchlight, reply, test, Visitor } from '../support/porchlight.ts'

const looks = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [390, 1440].map((width) => ({ name: `${colorScheme}-${width}`, colorScheme, width })))

async function pageOf(browser: Browser, look: (typeof looks)[number]): Promise<Page> {
  const viewport = { width: look.width, height: look.width < 500 ? 844 : 900 }
  const context = await browser.newContext({ colorScheme: look.colorScheme, viewport, deviceScaleFactor: look.width < 500 ? 2 : 1, reducedMotion: 'reduce' })
  return context.newPage()
}

for (const look of looks) {
  test(look.name, async ({ browser }) => {
    const porchlight = await Porchlight.empty()
    const agent = await pageOf(browser, look)
    const page = await pageOf(browser, look)
    const visitor = new Visitor(page)
    const shot = (of: Page, name: string) => of.screenshot({ path: `shots/${name}-${look.name}.png` })

    await agent.goto(porchlight.setupLink)
    await expect(agent.getByLabel('Your name')).toBeVisible()
    await shot(agent, 'setup')
    await createOwner(agent, porchlight)
    await expect(agent.getByRole('button', { name: 'Copy' })).toBeVisible()
    await shot(agent, 'inboxes')
    await openInbox(agent, porchlight)
    await expect(agent.getByText('All caught up', { exact: true })).toBeVisible()
    await shot(agent, 'list-empty')

    await page.goto(`${porchlight.url}/demo`)
    await shot(page, 'demo')
    const screenshot = await page.screenshot({ clip: { x: 0, y: 0, width: look.width, height: Math.min(look.width, 640) } })
    await visitor.open()
    await shot(page, 'chat-empty')
    await visitor.say('Hello! I lost my phone in the meadows. Are my notes gone?')
    await visitor.say('They were not synced since this morning, I think.')
    await expect.poll(() => visitor.bubbles()).toHaveLength(2)
    for (const text of ['Does it cost more with two devices?', 'שלום, האם יש גרסה בעברית?', 'Thanks, that solved it 🎉']) {
      const other = new Visitor(await pageOf(browser, look))
      await other.page.goto(`${porchlight.url}/demo`)
      await other.open()
      await other.say(text)
      await expect((await other.frame()).locator('.pending')).toHaveCount(0)
      await other.page.context().close()
    }
    await expect(agent.locator('.row')).toHaveCount(4)
    await shot(agent, 'list')
    await agent.getByRole('link', { name: /They were not synced/ }).click()
    await reply(agent, 'Oh no! But your notes are safe up to the last sync, and the phone keeps the rest until somebody finds it.')
    await reply(agent, 'When did you last see the green dot beside a notebook’s name? https://fieldnote.example/help/sync-state-and-what-the-dots-mean')
    await expect.poll(() => visitor.bubbles()).toHaveLength(4)
    await expect(agent.locator('.seen')).toHaveCount(2)
    await shot(agent, 'conversation')
    await shot(page, 'chat')
    if (look.width > 500) {
      await visitor.press()
      await reply(agent, 'Are you still there?')
      await expect(visitor.launcher).toHaveAttribute('data-unread', '1')
      await shot(page, 'chat-unread')
      await visitor.press()
    }
    const chat = await visitor.frame()
    await chat.locator('.attach input').setInputFiles([
      { name: 'The red dot.png', mimeType: 'image/png', buffer: screenshot },
      { name: 'sync.log', mimeType: 'text/plain', buffer: Buffer.from('09:12 sync failed\n'.repeat(900)) },
      { name: 'holiday.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('MZ\x90\0') },
    ])
    await expect(chat.locator('.pick.refused')).toHaveCount(1)
    await expect(chat.locator('.send')).toBeEnabled()
    await shot(page, 'chat-picked')
    await visitor.say('It looks like this now, and this is the log:')
    await chat.getByRole('button', { name: 'Remove holiday.jpg' }).click()
    await expect(chat.locator('.entry .file')).toHaveCount(2)
    await expect.poll(() => chat.locator('.entry img').evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0)
    await shot(page, 'chat-files')
    await chat.locator('.entry .picture').click()
    await expect.poll(() => chat.locator('dialog img').evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0)
    await shot(page, 'chat-picture')
    await page.keyboard.press('Escape')
    await agent.locator('.composer .attach input').setInputFiles({ name: 'How to sync again.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\n'.padEnd(480_000, ' ')) })
    await expect(agent.locator('.pick progress')).toHaveCount(0)
    await expect.poll(() => agent.locator('.entry .picture img').evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0)
    await shot(agent, 'conversation-files')
    await agent.locator('.entry .picture').click()
    await shot(agent, 'conversation-picture')
    await agent.keyboard.press('Escape')
    await agent.getByRole('button', { name: 'Send' }).click()
    await expect(chat.locator('.entry .file')).toHaveCount(3)

    // A second conversation of the same visitor: the first one is above it, and beside it.
    const { token } = porchlight.command(['token', 'create', '--name', 'looks', '--agent', 'mia@example.com'])
    const api = (path: string, body?: object) => fetch(`${porchlight.url}/api/v1${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    }).then((answer) => answer.json())
    const before = new URL(agent.url()).pathname.split('/').pop()!
    const { visitor: id } = await api(`/conversations/${before}/resolve`, {})
    const { id: next } = await api('/conversations', { visitor: id })
    await expect(chat.locator('.entry')).toHaveCount(0)
    await visitor.say('One more thing: how do I add my tablet?')
    await chat.getByText('Show earlier messages').click()
    await expect.poll(() => chat.locator('.entry').count()).toBeGreaterThan(3)
    await shot(page, 'chat-earlier')
    await agent.goto(`${porchlight.url}/conversations/${next}`)
    await expect(agent.locator('.entry', { hasText: 'One more thing' })).toBeVisible()
    if (look.width > 500) await expect(agent.getByText('Other conversations')).toBeVisible()
    await shot(agent, 'conversation-others')
    await porchlight.stop()
    await expect(chat.locator('.dot')).toHaveAttribute('data-state', 'offline')
    await visitor.say('It was there at nine.')
    await reply(agent, 'Good, then nothing is lost.')
    await expect(chat.locator('.pending')).toHaveCount(1)
    await shot(page, 'chat-offline')
    await expect(agent.locator('.entry.pending')).toHaveCount(1)
    await shot(agent, 'conversation-offline')
    await porchlight.start()
    await expect(agent.locator('.entry.pending')).toHaveCount(0)
    await agent.goto(`${porchlight.url}/conversations/nonsense`)
    await expect(agent.getByText('This conversation doesn\'t exist')).toBeVisible()
    await shot(agent, 'not-found')
    await agent.context().clearCookies()
    await agent.goto(`${porchlight.url}/login`)
    await agent.getByLabel('Email address').fill('mia@example.com')
    await agent.getByLabel('Password').fill('wrong horse')
    await agent.getByRole('button', { name: 'Log in' }).click()
    await expect(agent.getByRole('alert')).toBeVisible()
    await shot(agent, 'login-wrong')
    await porchlight.clear()
  })
}
