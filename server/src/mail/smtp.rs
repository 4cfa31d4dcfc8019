//! A session with the mail server, step by step: what a refusal means depends on the step.

use std::net::IpAddr;
use std::time::Duration;

use domain::mail::Outcome;
use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use tokio::time::timeout;

use super::settings::{MailSettings, Security};

/// How many emails are sent over one connection.
const MAILS: u32 = 100;

/// How many times the timeout of a step a server may take to check the content before it answers. A client that
/// gives up early sends an email twice: RFC 5321, section 4.5.3.2.6, asks for ten minutes.
pub(super) const CONTENT_STEPS: u32 = 20;

/// An encoded email, ready to send.
pub(super) struct Envelope {
    pub(super) from: Address,
    pub(super) to: Address,
    /// Lines end with CRLF, and neither character occurs elsewhere (RFC 5322, section 2.3).
    pub(super) content: Vec<u8>,
}

/// A connection after the greeting and the login.
pub(super) struct Session {
    connection: AsyncSmtpConnection,
    /// The program's own address: if the server refuses it, others will be refused as well.
    own: Address,
    step: Duration,
    sent: u32,
}

/// Why an email was not accepted.
pub(super) struct Refusal {
    pub(super) outcome: Outcome,
    /// Whether the server or the settings are to blame: other emails would fail as well.
    pub(super) is_general: bool,
}

impl Refusal {
    fn general(reason: impl ToString) -> Self {
        Self { outcome: Outcome::Later { reason: reason.to_string() }, is_general: true }
    }

    fn of_mail(error: &SmtpReply, is_address: bool) -> Self {
        let SmtpReply { reason, is_permanent } = error;
        let reason = reason.clone();
        let outcome = if *is_permanent {
            let is_address_bad = is_address && mail_reader::says_address_is_bad(&reason);
            Outcome::Refused { reason, is_address_bad }
        } else {
            Outcome::Later { reason }
        };
        Self { outcome, is_general: false }
    }
}

/// What the mail server answered, or that it did not.
struct SmtpReply {
    reason: String,
    is_permanent: bool,
}

impl Session {
    /// Connects, greets and logs in. `name` is how this server introduces itself.
    pub(super) async fn open(settings: &MailSettings, name: &str) -> Result<Self, Refusal> {
        let smtp = &settings.smtp;
        let tls = || TlsParameters::new(smtp.host.clone()).map_err(Refusal::general);
        let name = match name.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
            Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
            Err(_) => ClientId::Domain(name.to_owned()),
        };
        let step = settings.timeout;
        let talk = async {
            let wrapped = if smtp.security == Security::Tls { Some(tls()?) } else { None };
            let server = (smtp.host.as_str(), smtp.port);
            let connecting =
                AsyncSmtpConnection::connect_tokio1(server, Some(step), &name, wrapped, None);
            let mut connection = connecting.await.map_err(|error| {
                Refusal::general(format!(
                    "can't connect to the mail server {smtp}: {}",
                    said(&error)
                ))
            })?;
            if smtp.security == Security::StartTls {
                let upgraded = connection.starttls(tls()?, &name).await;
                upgraded.map_err(|error| Refusal::general(said(&error)))?;
            }
            if let Some(credentials) = &smtp.credentials {
                let logged_in = connection.auth(DEFAULT_MECHANISMS, credentials).await;
                logged_in.map_err(|error| {
                    Refusal::general(format!(
                        "the mail server rejected the login: {}",
                        said(&error)
                    ))
                })?;
            }
            Ok(Self { connection, own: settings.from.clone(), step, sent: 0 })
        };
        // Each step has a timeout, and so has the whole.
        let silent = || Refusal::general(format!("{smtp} does not respond"));
        timeout(step * 2, talk).await.map_err(|_| silent())?
    }

    /// Sends an email. `Ok` means that the server has accepted it (RFC 5321, section 6.1). Don't use the
    /// session again after a refusal.
    pub(super) async fn send(&mut self, envelope: &Envelope) -> Result<(), Refusal> {
        let Envelope { from, to, content } = envelope;
        let mut parameters = Vec::new();
        let refused = |reason: &str| {
            Refusal::of_mail(&SmtpReply { reason: reason.to_owned(), is_permanent: true }, false)
        };
        if !is_sound(content) {
            return Err(refused("the email is malformed"));
        }
        let has = |extension| self.connection.server_info().supports_feature(extension);
        let is_plain = [from, to].iter().all(|address| AsRef::<str>::as_ref(*address).is_ascii());
        if !is_plain || !content.is_ascii() {
            if !has(Extension::SmtpUtfEight) || !has(Extension::EightBitMime) {
                return Err(refused(
                    "the mail server doesn't support this kind of address (SMTPUTF8)",
                ));
            }
            parameters.push(MailParameter::SmtpUtfEight);
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let mail = Mail::new(Some(from.clone()), parameters);
        // A refused sender is a problem of the settings: of one inbox, or of all.
        let is_own = *from == self.own;
        let step = self.step;
        self.step(step, |to| Box::pin(to.command(mail))).await.map_err(|said| Refusal {
            outcome: Outcome::Later {
                reason: format!("the mail server rejected the sender {from}: {}", said.reason),
            },
            is_general: said.is_permanent && is_own,
        })?;
        let recipient = Rcpt::new(to.clone(), Vec::new());
        let addressed = self.step(step, |to| Box::pin(to.command(recipient))).await;
        addressed.map_err(|said| Refusal::of_mail(&said, true))?;
        let asked = self.step(step, |to| Box::pin(to.command(Data))).await;
        asked.map_err(|said| Refusal::of_mail(&said, false))?;
        let content = content.clone();
        let judged = step * CONTENT_STEPS;
        let taken =
            self.step(judged, |to| Box::pin(async move { to.message(&content).await })).await;
        taken.map_err(|said| Refusal::of_mail(&said, false))?;
        self.sent += 1;
        Ok(())
    }

    /// Whether the session may send another email.
    pub(super) const fn is_good(&self) -> bool {
        self.sent < MAILS
    }

    /// Ends the session, if the server still listens.
    pub(super) async fn close(mut self) {
        let _gone = timeout(self.step, self.connection.quit()).await;
    }

    async fn step<'a, F>(&'a mut self, within: Duration, ask: F) -> Result<(), SmtpReply>
    where
        F: FnOnce(&'a mut AsyncSmtpConnection) -> Step<'a>,
    {
        match timeout(within, ask(&mut self.connection)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => {
                Err(SmtpReply { reason: said(&error), is_permanent: error.is_permanent() })
            }
            Err(_) => {
                let reason = "the mail server does not respond".to_owned();
                Err(SmtpReply { reason, is_permanent: false })
            }
        }
    }
}

type Step<'a> = std::pin::Pin<
    Box<
        dyn Future<Output = Result<lettre::transport::smtp::response::Response, Error>> + Send + 'a,
    >,
>;

/// An error with its causes, which quote the server.
fn said(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

/// Whether the content is exactly one email: a bare CR or LF could end it early and start another (RFC 5321,
/// section 2.3.8; RUSTSEC-2026-0561).
pub(super) fn is_sound(content: &[u8]) -> bool {
    const LINE: usize = 998;
    let lines = content.split(|byte| *byte == b'\n');
    let mut whole = content.ends_with(b"\r\n");
    let mut rest = lines.peekable();
    while let Some(line) = rest.next() {
        let is_last = rest.peek().is_none();
        let body = if is_last { line } else { line.strip_suffix(b"\r").unwrap_or(b"\r") };
        whole &= body.len() <= LINE && !body.contains(&b'\r') && !body.contains(&0);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_lines_are_sound() {
        assert!(is_sound(b"A: b\r\n\r\ntext\r\n.\r\n"));
        for wrong in
            [&b"A: b\r\n\r\ntext\n.\r\nMAIL\r\n"[..], b"a\rb\r\n", b"a\0b\r\n", b"a", b"a\n"]
        {
            assert!(!is_sound(wrong), "{wrong:?}");
        }
        let long = [&vec![b'x'; 999][..], b"\r\n"].concat();
        assert!(!is_sound(&long));
    }
}
