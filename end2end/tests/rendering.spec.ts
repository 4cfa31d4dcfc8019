// What the server renders is what the browser hydrates: a page that was rendered in another order would
// find nothing of what it reads under its numbers.
import { expect, test } from '../support/porchlight.ts'

test('a page numbers what it reads in one way only, however busy the server is', async ({ porchlight, agent, visitor }) => {
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
