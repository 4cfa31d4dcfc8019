// A network that blocks WebSockets: the chat uses long polling, and a socket once it can.
import { expect, openInbox, reply, test } from '../support/porchlight.ts'

test('a visitor without a WebSocket can chat, and gets one as soon as it works', async ({ porchlight, agent, visitor }) => {
  let blocked = true
  let sockets = 0
  await visitor.page.routeWebSocket(/\/ws\/visitor/, (socket) => {
    if (blocked) return void socket.close({ code: 1011 })
    sockets++
    socket.connectToServer()
  })
  await openInbox(agent, porchlight)
  await visitor.page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  await visitor.say('Can you hear me?')
  await expect(agent.locator('.row')).toHaveCount(1)
  await agent.locator('.row').click()
  await reply(agent, 'Loud and clear.')
  const chat = await visitor.frame()
  await expect(chat.getByText('Loud and clear.')).toBeVisible()
  await expect(chat.getByText('Seen')).toBeVisible()
  await agent.getByRole('textbox', { name: 'Reply' }).pressSequentially('And then', { delay: 300 })
  await expect(chat.getByText('is typing…')).toBeVisible()
  // Messages sent in quick succession arrive in order.
  const said = ['one', 'two', 'three', 'four', 'five']
  for (const text of said) await visitor.say(text)
  await expect(chat.locator('.pending')).toHaveCount(0)
  await expect.poll(() => agent.locator('.entry.theirs .bubble').allTextContents()).toEqual(['Can you hear me?', ...said])
  expect(sockets).toBe(0)

  blocked = false
  await expect.poll(() => sockets, { timeout: 60_000 }).toBeGreaterThan(1)
  await visitor.say('Now by socket')
  await expect(agent.getByText('Now by socket').first()).toBeVisible()
  await expect(chat.locator('.entry')).toHaveCount(8)
})
