// A mail server that accepts everything, except for nobody@, and stores what it received.
import { expect } from '@playwright/test'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'

export class Post {
  readonly mails: Email[] = []

  private constructor(private readonly server: SMTPServer, private readonly port: number) {}

  static async start(): Promise<Post> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      onRcptTo: ({ address }, _session, answer) => {
        const refusal = Object.assign(new Error('5.1.1 nobody of this name'), { responseCode: 550 })
        if (address.startsWith('nobody@')) answer(refusal)
        else answer()
      },
      onData: (stream, _session, taken) => {
        const parts: Buffer[] = []
        stream.on('data', (part: Buffer) => parts.push(part))
        stream.on('end', async () => {
          post.mails.push(await PostalMime.parse(Buffer.concat(parts)))
          taken()
        })
      },
    })
    await new Promise<void>((listens) => server.listen(0, '127.0.0.1', listens))
    const post: Post = new Post(server, (server.server.address() as { port: number }).port)
    return post
  }

  /** Porchlight's settings for it. */
  get settings(): Record<string, string> {
    return { PORCHLIGHT_SMTP_URL: `smtp://127.0.0.1:${this.port}?tls=none`, PORCHLIGHT_MAIL_FROM: 'chat@example.com' }
  }

  /** Waits for an email to an address. */
  async to(address: string): Promise<Email> {
    const find = () => this.mails.find((mail) => mail.to?.some((to) => to.address === address))
    await expect.poll(find, { message: `a mail to ${address}`, timeout: 60_000 }).toBeTruthy()
    return find()!
  }

  async stop(): Promise<void> {
    await new Promise<void>((closed) => this.server.close(() => closed()))
  }
}
