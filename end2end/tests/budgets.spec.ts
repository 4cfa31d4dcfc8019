// How much a visitor's browser has to load, in bytes as transferred.
import { expect, test } from '../support/porchlight.ts'

const KB = 1024

test('the loader and the whole widget stay within their size budgets', async ({ porchlight, visitor }) => {
  const sizes = new Map<string, number>()
  const reading: Promise<void>[] = []
  visitor.page.on('requestfinished', (request) => {
    const { pathname } = new URL(request.url())
    if (!pathname.startsWith('/demo')) {
      reading.push(request.sizes().then((size) => { sizes.set(pathname.replace(/^\/widget\/[0-9a-f]+/, ''), size.responseBodySize) }))
    }
  })
  await visitor.page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  await Promise.all(reading)
  const all = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  console.log('widget, bytes as sent:', Object.fromEntries(sizes), 'together', all)
  expect([...sizes.keys()].sort()).toEqual(['/boot.js', '/chat', '/chat.css', '/chat.js', '/chat_bg.wasm', '/widget.js'])
  for (const [path, size] of sizes) expect(size, path).toBeGreaterThan(100)
  expect(sizes.get('/widget.js')).toBeLessThanOrEqual(5 * KB)
  expect(all).toBeLessThanOrEqual(40 * KB)
})

test('browsers cache the loader for minutes, and what it loads forever', async ({ porchlight }) => {
  const loader = await fetch(`${porchlight.url}/widget.js`)
  expect(loader.headers.get('cache-control')).toContain('max-age=300')
  const page = await (await fetch(`${porchlight.url}/chat`)).text()
  const files = [...page.matchAll(/(?:src|href)="(\/widget\/[^"]+)"/g)].map(([, path]) => path)
  expect(files.length).toBeGreaterThan(3)
  for (const path of files) {
    const answer = await fetch(porchlight.url + path)
    expect(answer.headers.get('cache-control'), path).toContain('immutable')
  }
})
