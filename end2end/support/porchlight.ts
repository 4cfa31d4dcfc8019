// Runs the real binary on a free port in an empty folder, with agents and visitors.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test as base, expect, type Browser, type BrowserContext, type Locator, type Page } from '@playwright/test'

/** The path of the binary. */
export const binary = process.env.PORCHLIGHT ?? resolve(import.meta.dirname, '../../target/release/porchlight')

async function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer().once('error', failed)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => found(port))
    })
  })
}

/** Where support/prepare.ts stores the data of a server with an owner, and the cookies of the owner's login. */
export const prepared = {
  get data(): string {
    return join(process.env.PORCHLIGHT_PREPARED!, 'data')
  },
  get login(): string {
    return join(process.env.PORCHLIGHT_PREPARED!, 'login.json')
  },
}

// Debian's libfaketime shifts a program's clock. The monotonic clock is not changed.
const FAKETIME = readdirSync('/usr/lib').map((name) => `/usr/lib/${name}/faketime/libfaketime.so.1`).find((path) => existsSync(path))

/** A server for one test. */
export class Porchlight {
  readonly folder = mkdtempSync(join(tmpdir(), 'porchlight-'))
  private process?: ChildProcess
  private passedSeconds = 0
  output = ''

  private constructor(readonly port: number, private readonly program: string, private readonly settings: Record<string, string>) {}

  /** Starts one that has an owner, Mia Berg, whom `logIn` logs in. */
  static async start(settings: Record<string, string> = {}): Promise<Porchlight> {
    const porchlight = new Porchlight(await freePort(), binary, settings)
    cpSync(prepared.data, join(porchlight.folder, 'data'), { recursive: true })
    await porchlight.start()
    return porchlight
  }

  /** Starts one whose address is a host name: browsers create passkeys for no other. */
  static async named(): Promise<Porchlight> {
    const port = await freePort()
    const porchlight = new Porchlight(port, binary, { PORCHLIGHT_PUBLIC_URL: `http://localhost:${port}` })
    cpSync(prepared.data, join(porchlight.folder, 'data'), { recursive: true })
    await porchlight.start()
    return porchlight
  }

  /** Starts one without any data. */
  static async empty(program = binary): Promise<Porchlight> {
    const porchlight = new Porchlight(await freePort(), program, {})
    await porchlight.start()
    return porchlight
  }

  /** Moves the server's clock forward. The server must have been started with `movable`. */
  pass(seconds: number): void {
    this.passedSeconds += seconds
    writeFileSync(join(this.folder, 'clock'), `+${this.passedSeconds}\n`)
  }

  /** The settings of a server whose clock can be moved. */
  static movable(settings: Record<string, string>): Record<string, string> {
    if (!FAKETIME) throw new Error('libfaketime is missing: run script/test, which installs it')
    return { ...settings, LD_PRELOAD: FAKETIME, FAKETIME_TIMESTAMP_FILE: 'clock', FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' }
  }

  get url(): string {
    return this.settings.PORCHLIGHT_PUBLIC_URL ?? `http://127.0.0.1:${this.port}`
  }

  private get args(): string[] {
    return ['--data-dir', join(this.folder, 'data'), '--listen', `127.0.0.1:${this.port}`]
  }

  async start(): Promise<void> {
    this.pass(0)
    const process = spawn(this.program, ['serve', ...this.args], { cwd: this.folder, env: { ...globalThis.process.env, ...this.settings } })
    this.process = process
    const take = (text: Buffer) => { this.output += text }
    process.stdout.on('data', take)
    process.stderr.on('data', take)
    await expect.poll(() => this.isReady(), { message: 'the server starts' }).toBe(true)
  }

  private async isReady(): Promise<boolean> {
    if (this.process?.exitCode != null) throw new Error(`the server ended: ${this.output}`)
    return fetch(`${this.url}/readyz`).then((answer) => answer.ok, () => false)
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const process = this.process
    if (!process || process.exitCode !== null || process.signalCode !== null) return
    const ended = new Promise((done) => process.once('exit', done))
    process.kill(signal)
    await ended
  }

  async clear(): Promise<void> {
    await this.stop('SIGKILL')
    rmSync(this.folder, { recursive: true })
  }

  /** Runs a command on the same data, and parses its JSON output. */
  command(args: string[], input = ''): any {
    const output = execFileSync(this.program, [...args, ...this.args, '--json'], { input, encoding: 'utf8' })
    return JSON.parse(output)
  }

  get setupLink(): string {
    const found = this.output.match(/http:\S+\/setup\/[0-9a-f]+/)
    if (!found) throw new Error(`no setup link in: ${this.output}`)
    return found[0]
  }
}

/** A visitor on a page that embeds the chat. */
export class Visitor {
  constructor(readonly page: Page) {}

  get launcher() {
    return this.page.locator('porchlight-chat')
  }

  /** Clicks where a person sees the launcher, which is in a closed shadow root. */
  async press(): Promise<void> {
    await expect(this.launcher).toBeAttached()
    const size = this.page.viewportSize()!
    await this.page.mouse.click(size.width - 52, size.height - 52)
  }

  /** The chat's frame, which locators can't reach through the closed shadow root. */
  async frame() {
    const find = () => this.page.frames().find((frame) => frame.url().includes('/chat?'))
    await expect.poll(() => !!find(), { message: 'the chat has a frame' }).toBe(true)
    return find()!
  }

  /** Opens the chat, unless it stayed open from the previous page. */
  async open(): Promise<void> {
    await expect(this.launcher).toBeAttached()
    if (await this.launcher.getAttribute('open') === null) await this.press()
    await expect((await this.frame()).locator('.dot')).toHaveAttribute('data-state', 'online')
  }

  async say(text: string): Promise<void> {
    const area = (await this.frame()).locator('textarea')
    await area.fill(text)
    await area.press('Enter')
  }

  async bubbles(): Promise<string[]> {
    return (await this.frame()).locator('.bubble').allTextContents()
  }
}

/** A new visitor who sends one message. */
export async function newcomer(browser: Browser, porchlight: Porchlight, text: string): Promise<Visitor> {
  const visitor = new Visitor(await (await browser.newContext()).newPage())
  await visitor.page.goto(`${porchlight.url}/demo`)
  await visitor.open()
  await visitor.say(text)
  return visitor
}

/** Gives a page the owner's login. */
export async function logIn(page: Page): Promise<void> {
  await page.context().addCookies(JSON.parse(readFileSync(prepared.login, 'utf8')).cookies)
}

/** Creates the owner of an empty server with the setup form. */
export async function createOwner(page: Page, porchlight: Porchlight): Promise<void> {
  await page.goto(porchlight.setupLink)
  await page.getByLabel('Your name').fill('Mia Berg')
  await page.getByLabel('Email address').fill('mia@example.com')
  await page.getByLabel('Password').fill('correct horse')
  await page.getByRole('button', { name: 'Create account' }).click()
  await expect(page.getByRole('heading', { name: 'Inboxes' })).toBeVisible()
}

/** Opens a dashboard page, and waits until its scripts run. */
export async function openPage(page: Page, porchlight: Porchlight, path: string): Promise<void> {
  await page.goto(porchlight.url + path)
  await expect(page.getByRole('status', { name: 'Connected' })).toBeAttached()
}

export async function openInbox(page: Page, porchlight: Porchlight): Promise<void> {
  await openPage(page, porchlight, '/conversations')
}

export async function reply(page: Page, text: string): Promise<void> {
  const area = page.getByRole('textbox', { name: 'Reply' })
  await area.fill(text)
  await area.press('Enter')
}

/** Records exceptions and console errors of a page, so that the test fails. */
export function watch(page: Page, faults: string[]): void {
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/ERR_CONNECTION_REFUSED|WebSocket connection|Failed to load resource/.test(message.text())) {
      faults.push(`${page.url()}: ${message.text()}`)
    }
  })
}

async function newPage(browser: Browser, faults: string[], contexts: BrowserContext[], storageState?: string): Promise<Page> {
  const context = await browser.newContext({ storageState })
  contexts.push(context)
  const page = await context.newPage()
  watch(page, faults)
  return page
}

export const test = base.extend<{ porchlight: Porchlight; faults: string[]; agent: Page; visitor: Visitor }>({
  porchlight: async ({}, use) => {
    const porchlight = await Porchlight.start()
    await use(porchlight)
    await porchlight.clear()
  },
  faults: async ({}, use) => {
    const faults: string[] = []
    await use(faults)
    expect(faults, 'no page threw, and no policy was broken').toEqual([])
  },
  agent: async ({ browser, faults }, use) => {
    const contexts: BrowserContext[] = []
    const page = await newPage(browser, faults, contexts, prepared.login)
    await use(page)
    await Promise.all(contexts.map((context) => context.close()))
  },
  visitor: async ({ browser, faults }, use) => {
    const contexts: BrowserContext[] = []
    await use(new Visitor(await newPage(browser, faults, contexts)))
    await Promise.all(contexts.map((context) => context.close()))
  },
})

export { expect }

/** Presses a button that asks a question, and confirms. */
export async function confirm(where: Page | Locator, button: string, answer: string) {
  await where.getByRole('button', { name: button }).click()
  await where.getByRole('dialog').getByRole('button', { name: answer, exact: true }).click()
}
