// A customer's website on another origin.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Porchlight } from './porchlight.ts'

export interface Site {
  origin: string
  close(): void
}

/** Serves a page with `html` as its body, which gets the tag of an inbox that allows the site. */
export async function serveSite(porchlight: Porchlight, html: (tag: string) => string, headers: Record<string, string> = {}): Promise<Site> {
  let tag = ''
  const server = createServer((request, response) => {
    if (request.url === '/favicon.ico') return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(`<!doctype html><meta charset="utf-8"><title>shop</title>${html(tag)}`)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  tag = porchlight.command(['inbox', 'create', '--name', 'Shop', '--site', origin]).snippet
  return { origin, close: () => server.close() }
}
