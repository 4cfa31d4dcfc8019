// The real binary, on a free port and in an empty folder, and who talks through it.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test as base, expect, type Browser, type BrowserContext, type Page } from '@playwright/test'

/** The one binary. */
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

/** Where support/prepare.ts leaves the data of a server with an owner, and the cookies of their login. */
export const prepared = {
  get data(): string {
    return join(process.env.PORCHLIGHT_PREPARED!, 'data')
  },
  get login(): string {
    return join(process.env.PORCHLIGHT_PREPARED!, 'login.json')
  },
}

// Debian's libfaketime moves a program's clock. What measures spans is left alone.
const FAKETIME = readdirSync('/usr/lib').map((name) => `/usr/lib/${name}/faketime/libfaketime.so.1`).find((path) => existsSync(path))

/** A server of its own for one test. */
export class Porchlight {
  readonly folder = mkdtempSync(join(tmpdir(), 'porchlight-'))
  private process?: ChildProcess
  private passedSeconds = 0
  output = ''

  private constructor(readonly port: number, private readonly program: string, private readonly settings: Record<string, string>) {}

  /** One that has an owner, Mia Berg, whom `logIn` logs in. */
  static async start(settings: Record<string, string> = {}): Promise<Porchlight> {
    const porchlight = new Porchlight(await freePort(), binary, settings)
    cpSync(prepared.data, join(porchlight.folder, 'data'), { recursive: true })
    await porchlight.start()
    return porchlight
  }

  /** One whose address is a name: browsers make passkeys for no other. */
  static async named(): Promise<Porchlight> {
    const port = await freePort()
    const porchlight = new Porchlight(port, binary, { PORCHLIGHT_PUBLIC_URL: `http://localhost:${port}` })
    cpSync(prepared.data, join(porchlight.folder, 'data'), { recursive: true })
    await porchlight.start()
    return porchlight
  }

  /** One that has nothing yet. */
  static async empty(program = binary): Promise<Porchlight> {
    const porchlight = new Porchlight(await freePort(), program, {})
    await porchlight.start()
    return porchlight
  }

  /** Moves the server's clock; it must have been started with `movable`. */
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

  /** Runs a command on the same data, and reads its JSON. */
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

/** A visitor's view of a page that embeds the chat. */
export class Visitor {
  constructor(readonly page: Page) {}

  get launcher() {
    return this.page.locator('porchlight-chat')
  }

  /** Presses the launcher, which lies in a closed shadow root, where a person would see it. */
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

  /** Opens the chat, unless it stayed open from the page before. */
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

/** A visitor of their own, who says one thing. */
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

/** Makes the owner of an empty server, by its form. */
export async function createOwner(page: Page, porchlight: Porchlight): Promise<void> {
  await page.goto(porchlight.setupLink)
  await page.getByLabel('Your name').fill('Mia Berg')
  await page.getByLabel('Mail address').fill('mia@example.com')
  await page.getByLabel('Password').fill('correct horse')
  await page.getByRole('button', { name: 'Create the owner' }).click()
  await expect(page.getByRole('heading', { name: 'Inboxes' })).toBeVisible()
}

/** Opens a page of the dashboard, and waits until its scripts run. */
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

/** Fails a test in which a page threw or a policy was broken. */
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
