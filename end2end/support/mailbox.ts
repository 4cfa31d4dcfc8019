// A person's mail program, using the Postfix and Dovecot that script/mailserver starts.
import { expect } from '@playwright/test'
import { ImapFlow } from 'imapflow'
import { createTransport } from 'nodemailer'
import PostalMime, { type Email } from 'postal-mime'

function place(name: string): { host: string; port: number } {
  const place = process.env[name]
  if (!place) throw new Error(`${name} is missing: run script/test, which starts Postfix and Dovecot`)
  const [host, port] = place.split(':')
  return { host, port: Number(port) }
}

/** The mailbox NAME@porchlight.test. */
export class Mailbox {
  private constructor(private readonly client: ImapFlow, private readonly first: number) {}

  static async open(name: string): Promise<Mailbox> {
    const auth = { user: `${name}@porchlight.test`, pass: 'secret' }
    const client = new ImapFlow({ ...place('PORCHLIGHT_TEST_IMAP'), secure: false, auth, logger: false })
    await client.connect()
    const { uidNext } = await client.mailboxOpen('INBOX')
    return new Mailbox(client, uidNext)
  }

  /** The emails that arrived since it was opened. */
  async mails(): Promise<Email[]> {
    const mails: Email[] = []
    await this.client.noop()
    const { mailbox } = this.client
    if (!mailbox || mailbox.exists === 0) return mails
    // IMAP also returns the last email if it is older than the range.
    for await (const { uid, source } of this.client.fetch(`${this.first}:*`, { source: true }, { uid: true })) {
      if (source && uid >= this.first) mails.push(await PostalMime.parse(source))
    }
    return mails
  }

  /** Waits for the first email with a subject. */
  async find(subject: string | RegExp): Promise<Email> {
    let found: Email | undefined
    const look = async () => {
      found = (await this.mails()).find((mail) => mail.subject?.match(subject))
      return found?.subject
    }
    await expect.poll(look, { message: `a mail: ${subject}`, timeout: 90_000 }).toBeTruthy()
    return found!
  }

  async close(): Promise<void> {
    await this.client.logout()
  }
}

/** Porchlight's settings for the mail server. */
export function settings(): Record<string, string> {
  const { host, port } = place('PORCHLIGHT_TEST_SMTP')
  return { PORCHLIGHT_SMTP_URL: `smtp://${host}:${port}?tls=none`, PORCHLIGHT_MAIL_FROM: 'help@porchlight.test', PORCHLIGHT_AUTHSERV_ID: 'mx.porchlight.test' }
}

/** The URL of the inbox's own mailbox. */
export function imapUrl(): string {
  const { host, port } = place('PORCHLIGHT_TEST_IMAP')
  return `imap://help:secret@${host}:${port}?tls=none`
}

/** Sends an email as a mail program does, with a mail server's report that the sender was verified. */
export async function send(mail: { from: string; to: string; subject: string; text: string; html?: string; inReplyTo?: string; references?: string; attachments?: object[] }): Promise<void> {
  const transport = createTransport({ ...place('PORCHLIGHT_TEST_SMTP'), secure: false, ignoreTLS: true })
  await transport.sendMail({ ...mail, headers: { 'Authentication-Results': 'mx.porchlight.test; dmarc=pass' } })
  transport.close()
}
