// Pages that embed the chat, from other origins and under hostile policies.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, openPage, test, Visitor } from '../support/porchlight.ts'

async function serve(html: () => string, headers: () => Record<string, string> = () => ({})): Promise<{ server: Server; origin: string }> {
  const server = createServer((request, response) => {
    if (request.url !== '/') return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers() }).end(html())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test('the chat works under the strictest content security policy, without violations', async ({ porchlight, visitor }) => {
  let snippet = ''
  const policy = `default-src 'none'; script-src ${porchlight.url}; frame-src ${porchlight.url}; require-trusted-types-for 'script'; trusted-types 'none'`
  const { server, origin } = await serve(() => `<!doctype html><title>shop</title><body>Shop ${snippet}</body>`, () => ({ 'content-security-policy': policy }))
  const inbox = porchlight.command(['inbox', 'create', '--name', 'Shop', '--site', origin])
  snippet = inbox.snippet
  await visitor.page.addInitScript(() => {
    (window as any).reports = []
    document.addEventListener('securitypolicyviolation', (event) => (window as any).reports.push(event.violatedDirective + ' ' + event.blockedURI))
  })
  await visitor.page.goto(origin)
  await visitor.open()
  await visitor.say('from a strict page')
  const chat = await visitor.frame()
  await expect(chat.locator('.entry.own:not(.pending) .bubble')).toHaveText('from a strict page')
  expect(await visitor.page.evaluate(() => (window as any).reports)).toEqual([])
  server.close()
})

test('before the visitor acts, there is only the loader: no other request, no cookie, no storage', async ({ porchlight, visitor }) => {
  const requests: string[] = []
  visitor.page.on('request', (request) => requests.push(request.url()))
  let snippet = ''
  const { server, origin } = await serve(() => `<!doctype html><title>shop</title><link rel="icon" href="data:,"><body>Shop ${snippet}</body>`)
  snippet = porchlight.command(['inbox', 'create', '--name', 'Shop', '--site', origin]).snippet
  await visitor.page.goto(origin, { waitUntil: 'networkidle' })
  await expect(visitor.launcher).toBeAttached()
  // Once a callback requested later has run, earlier idle work is done.
  await visitor.page.evaluate(() => new Promise((done) => requestIdleCallback(() => requestIdleCallback(done))))
  expect(requests.map((url) => new URL(url).pathname)).toEqual(['/', '/widget.js'])
  const kept = await visitor.page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length])
  expect(kept).toEqual(['', 0, 0])
  await visitor.open()
  expect(await visitor.page.evaluate(() => localStorage.length), 'looking is not acting').toBe(0)
  expect(await visitor.page.context().cookies()).toEqual([])
  server.close()
})

test('a site that the inbox does not allow gets no chat, and the owner can let it in', async ({ porchlight, browser, agent }) => {
  const page = await browser.newPage()
  const visitor = new Visitor(page)
  // The launcher's content can only be inspected in an open shadow root.
  await page.addInitScript(() => {
    const attach = Element.prototype.attachShadow
    Element.prototype.attachShadow = function (init) { return attach.call(this, { ...init, mode: 'open' }) }
  })
  const refusals: string[] = []
  page.on('console', (message) => refusals.push(message.text()))
  let snippet = ''
  const { server, origin } = await serve(() => `<!doctype html><title>other</title><body>Other ${snippet}</body>`)
  snippet = porchlight.command(['inbox', 'create', '--name', 'Shop', '--site', 'https://shop.example']).snippet
  await page.goto(origin)
  await visitor.press()
  await expect.poll(() => refusals.join('\n')).toContain('frame-ancestors')
  // The browser's error page is not shown, and the site's developers are told what to do.
  await expect.poll(() => refusals.join('\n')).toContain(`Is ${origin} one of the inbox's allowed sites?`)
  await expect(page.getByText('The chat failed to load.')).toBeVisible()
  // The owner sees which site was refused, and allows it. The chat then loads without a reload of the page.
  await openPage(agent, porchlight, '/inboxes')
  const card = agent.locator('.inbox-card', { has: agent.getByRole('heading', { name: 'Shop', exact: true }) })
  await expect(card.locator('.refused-sites')).toContainText(origin)
  await card.getByRole('button', { name: 'Add' }).click()
  await expect(card.locator('textarea[name=sites]')).toHaveValue(new RegExp(`${origin}$`))
  await expect(card.locator('.refused-sites li')).toBeHidden()
  await card.locator('form', { has: agent.locator('textarea[name=sites]') }).getByRole('button', { name: 'Save' }).click()
  await expect((await visitor.frame()).locator('.dot')).toHaveAttribute('data-state', 'online', { timeout: 30_000 })
  server.close()
  await page.close()
})

test('the demo works under every name of a local server', async ({ porchlight, visitor }) => {
  await visitor.page.goto(`http://localhost:${porchlight.port}/demo`)
  await visitor.open()
  await visitor.say('hello')
  await expect((await visitor.frame()).locator('.entry.own:not(.pending)')).toHaveCount(1)
})

test('an unknown inbox key is answered with an error code', async ({ porchlight }) => {
  for (const path of ['/widget.js?inbox=nope', '/chat?inbox=nope']) {
    const answer = await fetch(porchlight.url + path)
    expect(answer.status).toBe(404)
    expect(await answer.text()).toContain('inbox_unknown')
  }
})
