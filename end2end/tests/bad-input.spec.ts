// What the server answers and logs when it gets bad input.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binary, expect, test } from '../support/porchlight.ts'

function startFails(args: string[]): string {
  try {
    execFileSync(binary, args, { encoding: 'utf8', stdio: 'pipe', timeout: 30_000 })
  } catch (error: any) {
    expect(error.status).toBe(1)
    return error.stderr.trim()
  }
  throw new Error('the program should have failed')
}

test('a database that cannot be opened stops the start with a one-line error', () => {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-'))
  const file = join(folder, 'not-a-database.db')
  writeFileSync(file, 'This is a letter to my aunt, and long enough to have a header. '.repeat(40))
  const said = startFails(['serve', '--listen', '127.0.0.1:0', '--database-url', `sqlite://${file}`])
  expect(said.split('\n')).toHaveLength(1)
  expect(said).toContain('--database-url')
  const secret = startFails(['serve', '--listen', '127.0.0.1:0', '--database-url', 'oracle://me:hunter2@db/x'])
  expect(secret).toContain('not supported')
  expect(secret).not.toContain('hunter2')
  rmSync(folder, { recursive: true })
})

test('a port that is in use stops the start with a one-line error', ({ porchlight }) => {
  const folder = mkdtempSync(join(tmpdir(), 'porchlight-'))
  const said = startFails(['serve', '--listen', `127.0.0.1:${porchlight.port}`, '--data-dir', folder])
  expect(said.split('\n')).toHaveLength(1)
  expect(said).toContain('--listen')
  rmSync(folder, { recursive: true })
})

test('the log says what was refused, without the secret', async ({ porchlight, agent }) => {
  await agent.goto(porchlight.url)
  const key = porchlight.command(['inbox', 'list'])[0].key
  const token = '01890000-0000-7000-8000-000000000001.' + 'ab'.repeat(32)
  const code = await agent.evaluate(([inbox, token]) => new Promise((done) => {
    const socket = new WebSocket(location.origin.replace('http', 'ws') + '/ws/visitor', 'porchlight.v1')
    socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', inbox, token }))
    socket.onmessage = (event) => done(JSON.parse(event.data).code)
  }), [key, token])
  expect(code).toBe('token_invalid')

  await agent.getByRole('button', { name: 'Log out' }).click()
  await agent.getByLabel('Email address').fill('mia@example.com')
  await agent.getByLabel('Password').fill('hunter2-hunter2')
  await agent.getByRole('button', { name: 'Log in' }).click()
  await expect(agent.getByRole('alert')).toHaveText('Wrong email or password.')

  expect(porchlight.output).toContain('token_invalid')
  expect(porchlight.output).toContain('login_wrong')
  expect(porchlight.output).not.toContain(token)
  expect(porchlight.output).not.toContain('hunter2')
})

test('password attempts are limited', async ({ porchlight, agent }) => {
  await agent.goto(porchlight.url)
  await agent.getByRole('button', { name: 'Log out' }).click()
  const alert = agent.getByRole('alert')
  const button = agent.getByRole('button', { name: 'Log in' })
  await expect(async () => {
    await agent.getByLabel('Email address').fill('mia@example.com')
    await agent.getByLabel('Password').fill('wrong wrong')
    await button.click()
    await expect(alert).toHaveText(/Too many attempts/, { timeout: 500 })
  }).toPass({ intervals: [0] })
  await agent.getByLabel('Email address').fill('mia@example.com')
  await agent.getByLabel('Password').fill('correct horse')
  await button.click()
  await expect(alert).toHaveText(/Too many attempts/)
  expect(porchlight.output).toContain('too_many_attempts')
})

test('the command line creates agents and inboxes, and refuses invalid input', async ({ porchlight }) => {
  const agent = porchlight.command(['agent', 'create', '--email', 'Tom@Example.com', '--name', 'Tom'], 'correct horse\n')
  expect(agent).toMatchObject({ email: 'tom@example.com', name: 'Tom', role: 'agent' })
  const again = () => porchlight.command(['agent', 'create', '--email', 'tom@example.com', '--name', 'Tom'], 'correct horse\n')
  expect(again).toThrow(/An agent with this email address already exists/)
  const short = () => porchlight.command(['agent', 'create', '--email', 'a@b', '--name', 'A'], 'short')
  expect(short).toThrow(/10 to 200 characters/)
  const site = () => porchlight.command(['inbox', 'create', '--name', 'X', '--site', 'shop.example/path'])
  expect(site).toThrow(/Write sites as/)
  const inbox = porchlight.command(['inbox', 'create', '--name', 'Shop', '--site', 'https://shop.example'])
  expect(inbox.snippet).toBe(`<script async src="${porchlight.url}/widget.js?inbox=${inbox.key}"></script>`)
  expect(porchlight.command(['inbox', 'list']).map((one: any) => one.name)).toEqual(['Support', 'Shop'])
})
