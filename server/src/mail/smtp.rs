//! One talk with the mail server, step by step: what a refusal means depends on the step.

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

/// How many mails one connection is used for.
const MAILS: u32 = 100;

/// How many times the time of a step a server may take to look at the content before it answers. Who
/// gives up early sends a mail twice: RFC 5321, section 4.5.3.2.6, asks for ten minutes.
pub(super) const CONTENT_STEPS: u32 = 20;

/// A mail as it travels: already encoded.
pub(super) struct Parcel {
    pub(super) from: Address,
    pub(super) to: Address,
    /// Lines end with CRLF, and nothing else does (RFC 5322, section 2.3).
    pub(super) content: Vec<u8>,
}

/// A connection that has been greeted, and is logged in.
pub(super) struct Session {
    connection: AsyncSmtpConnection,
    /// The program's own address: if that may not send, nobody may.
    own: Address,
    step: Duration,
    sent: u32,
}

/// Why a mail was not taken.
pub(super) struct Refusal {
    pub(super) outcome: Outcome,
    /// Whether it is the server or the settings: others will not fare better.
    pub(super) is_general: bool,
}

impl Refusal {
    fn general(reason: impl ToString) -> Self {
        Self { outcome: Outcome::Later { reason: reason.to_string() }, is_general: true }
    }

    fn of_mail(error: &Said, is_address: bool) -> Self {
        let Said { reason, is_permanent } = error;
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

/// What the mail server said, or did not say.
struct Said {
    reason: String,
    is_permanent: bool,
}

impl Session {
    /// Connects, greets and logs in. `name` is what this server calls itself.
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
            let mut connection =
                connecting.await.map_err(|error| Refusal::general(said(&error)))?;
            if smtp.security == Security::StartTls {
                let upgraded = connection.starttls(tls()?, &name).await;
                upgraded.map_err(|error| Refusal::general(said(&error)))?;
            }
            if let Some(credentials) = &smtp.credentials {
                let logged_in = connection.auth(DEFAULT_MECHANISMS, credentials).await;
                logged_in.map_err(|error| {
                    Refusal::general(format!("the login was refused: {}", said(&error)))
                })?;
            }
            Ok(Self { connection, own: settings.from.clone(), step, sent: 0 })
        };
        // Each step of it has its time; so has all of it.
        let silent = || Refusal::general(format!("{smtp} does not answer"));
        timeout(step * 2, talk).await.map_err(|_| silent())?
    }

    /// Hands a mail over. `Ok` means that the server has taken it (RFC 5321, section 6.1). After a
    /// refusal the session is of no more use.
    pub(super) async fn send(&mut self, parcel: &Parcel) -> Result<(), Refusal> {
        let Parcel { from, to, content } = parcel;
        let mut parameters = Vec::new();
        let refused = |reason: &str| {
            Refusal::of_mail(&Said { reason: reason.to_owned(), is_permanent: true }, false)
        };
        if !is_sound(content) {
            return Err(refused("the mail is malformed"));
        }
        let has = |extension| self.connection.server_info().supports_feature(extension);
        let is_plain = [from, to].iter().all(|address| AsRef::<str>::as_ref(*address).is_ascii());
        if !is_plain || !content.is_ascii() {
            if !has(Extension::SmtpUtfEight) || !has(Extension::EightBitMime) {
                return Err(refused("the mail server knows no addresses of this kind (SMTPUTF8)"));
            }
            parameters.push(MailParameter::SmtpUtfEight);
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let mail = Mail::new(Some(from.clone()), parameters);
        // A sender that is refused is a matter of the settings: of an inbox's, or of all.
        let is_own = *from == self.own;
        let step = self.step;
        self.step(step, |to| Box::pin(to.command(mail))).await.map_err(|said| Refusal {
            outcome: Outcome::Later { reason: format!("{from} may not send: {}", said.reason) },
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

    /// Whether it may be used for another mail.
    pub(super) const fn is_good(&self) -> bool {
        self.sent < MAILS
    }

    /// Says good-bye, as far as the server still listens.
    pub(super) async fn close(mut self) {
        let _gone = timeout(self.step, self.connection.quit()).await;
    }

    async fn step<'a, F>(&'a mut self, within: Duration, ask: F) -> Result<(), Said>
    where
        F: FnOnce(&'a mut AsyncSmtpConnection) -> Step<'a>,
    {
        match timeout(within, ask(&mut self.connection)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => {
                Err(Said { reason: said(&error), is_permanent: error.is_permanent() })
            }
            Err(_) => {
                let reason = "the mail server does not answer".to_owned();
                Err(Said { reason, is_permanent: false })
            }
        }
    }
}

type Step<'a> = std::pin::Pin<
    Box<
        dyn Future<Output = Result<lettre::transport::smtp::response::Response, Error>> + Send + 'a,
    >,
>;

/// An error with what it comes from: the server's own words.
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

/// Whether it is one mail and no more: a bare CR or LF could end it early and begin another
/// (RFC 5321, section 2.3.8; RUSTSEC-2026-0561).
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
