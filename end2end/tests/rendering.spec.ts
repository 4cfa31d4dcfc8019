// The browser hydrates what the server rendered. A page that was rendered in another order would look for its
// resources under the wrong numbers.
import { expect, test } from '../support/porchlight.ts'

test('a page always numbers its resources in the same way, however busy the server is', async ({ porchlight, agent, visitor }) => {
  await visitor.page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  await visitor.say('one')
  await expect((await visitor.frame()).locator('.pending')).toHaveCount(0)
  const read = async (path: string) => (await agent.request.get(porchlight.url + path)).text()
  const id = (await read('/conversations')).match(/conversations\/[0-9a-f-]{36}/)![0]
  for (const path of ['/conversations', `/${id}`, '/inboxes', '/team']) {
    const ways = new Set<string>()
    for (let round = 0; round < 10; round++) {
      const pages = await Promise.all(Array.from({ length: 4 }, () => read(path)))
      for (const page of pages) {
        const numbers = [...page.matchAll(/__RESOLVED_RESOURCES\[(\d+)\] = "\{\\"(\w+)/g)]
        ways.add(numbers.map(([, number, outcome]) => `${number} ${outcome}`).sort().join())
      }
    }
    expect([...ways], path).toHaveLength(1)
    expect([...ways][0], path).not.toContain('Err')
  }
})
