//! A session with a mailbox (RFC 3501).

use std::fmt::Debug;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail, ensure};
use async_imap::extensions::idle::IdleResponse;
use async_imap::types::{Fetch, UnsolicitedResponse};
use async_imap::{Client, Session};
use bytes::Bytes;
use domain::mail::Position;
use futures_util::TryStreamExt;
use percent_encoding::percent_decode_str;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;
use url::Url;

/// The timeout of a step of the session, and of fetching an email's content.
const STEP: Duration = Duration::from_secs(30);
const CONTENT: Duration = Duration::from_secs(5 * 60);

/// How long to listen before starting over: middleboxes forget connections that are silent for longer (RFC 2177
/// asks for less than 29 minutes).
const LISTEN: Duration = Duration::from_secs(9 * 60);

/// How often to ask a server that can't notify.
const ASK: Duration = Duration::from_secs(60);

/// How much of the headers is fetched of an email that is not fetched as a whole, in bytes.
const HEADER_BYTES: usize = 64 * 1024;

trait Wire: AsyncRead + AsyncWrite + Unpin + Send + Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Debug> Wire for T {}

/// The address of a mailbox: `imaps://USER:PASSWORD@HOST/FOLDER`, or `imap://…` for STARTTLS; `?tls=none` does
/// without encryption.
#[derive(PartialEq, Eq)]
struct Address {
    host: String,
    port: u16,
    security: Security,
    user: String,
    password: String,
    folder: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Security {
    Tls,
    StartTls,
    None,
}

impl Address {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let url = Url::parse(text).context("not a URL such as imaps://USER:PASSWORD@HOST")?;
        let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value);
        let (security, port) = match (url.scheme(), tls.as_deref()) {
            ("imaps", None) => (Security::Tls, 993),
            ("imap", None | Some("required")) => (Security::StartTls, 143),
            ("imap", Some("none")) => (Security::None, 143),
            ("imap" | "imaps", _) => bail!("`tls` must be `required` or `none`, and needs imap://"),
            _ => bail!("the URL must begin with imaps:// or imap://"),
        };
        let host = url.host_str().context("the host is missing")?.trim_matches(['[', ']']);
        let plain = |text: &str| anyhow::Ok(percent_decode_str(text).decode_utf8()?.into_owned());
        let is_here = host == "localhost"
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        ensure!(
            security != Security::None || is_here,
            "the password would be sent unencrypted: remove `tls=none`"
        );
        let folder = plain(url.path().trim_start_matches('/'))?;
        Ok(Self {
            port: url.port().unwrap_or(port),
            security,
            user: plain(url.username())?,
            password: plain(url.password().context("the password is missing")?)?,
            folder: if folder.is_empty() { "INBOX".to_owned() } else { folder },
            host: host.to_owned(),
        })
    }
}

/// An email in a mailbox: its number, and its size in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listed {
    pub(super) uid: u32,
    pub(super) bytes: u64,
}

/// A session with an open mailbox.
pub(super) struct ImapSession {
    session: Session<Box<dyn Wire>>,
    can_listen: bool,
    has_mails: bool,
    /// Identifies the mailbox's numbering; and the number that the next email gets.
    pub(super) uid_validity: u32,
    uid_next: Option<u32>,
}

impl ImapSession {
    /// Connects, logs in and opens the folder.
    pub(super) async fn open(url: &str) -> anyhow::Result<Self> {
        let address = Address::parse(url)?;
        let Address { host, port, security, user, password, folder } = &address;
        let silent = || anyhow!("{host} does not respond");
        let opening = async {
            let stream = TcpStream::connect((host.as_str(), *port)).await;
            let stream = stream.with_context(|| format!("{host}:{port} can't be reached"))?;
            let mut wire: Box<dyn Wire> = Box::new(stream);
            if *security == Security::Tls {
                wire = secured(wire, host).await?;
            }
            let mut client = Client::new(wire);
            let greeting = client.read_response().await.context("it is not a mail server")?;
            greeting.context("the mail server closed the connection")?;
            if *security == Security::StartTls {
                let agreed = client.run_command_and_check_ok("STARTTLS", None).await;
                agreed.context("the mail server doesn't support STARTTLS")?;
                // What was read ahead must not pass for part of the encrypted stream.
                client = Client::new(secured(client.into_inner(), host).await?);
            }
            let logged_in = client.login(user, password).await;
            logged_in
                .map_err(|(error, _)| anyhow!(error).context("the mail server rejected the login"))
        };
        let mut session = timeout(STEP * 2, opening).await.map_err(|_| silent())??;
        let can_listen = step(session.capabilities()).await?.has_str("IDLE");
        let opened = step(session.select(folder)).await;
        let opened = opened.with_context(|| format!("the folder {folder} can't be opened"))?;
        let uid_validity =
            opened.uid_validity.context("the mail server doesn't number its emails")?;
        let (has_mails, uid_next) = (opened.exists > 0, opened.uid_next);
        Ok(Self { session, can_listen, has_mails, uid_validity, uid_next })
    }

    /// The number of the last email in the mailbox.
    pub(super) async fn last(&mut self) -> anyhow::Result<u32> {
        match self.uid_next {
            Some(next) => Ok(next.saturating_sub(1)),
            None => Ok(self.search("ALL").await?.into_iter().max().unwrap_or(0)),
        }
    }

    /// The emails after a number, in order.
    pub(super) async fn after(&mut self, uid: u32) -> anyhow::Result<Vec<Listed>> {
        // `n:*` includes the last email even if its number is smaller (RFC 3501, section 6.4.8).
        let set = format!("{}:*", uid.saturating_add(1));
        let mut listed = self.list(&set).await?;
        listed.retain(|mail| mail.uid > uid);
        Ok(listed)
    }

    /// The emails received on a day, such as `1-Jan-2025`, or later, in order.
    pub(super) async fn since(&mut self, day: &str) -> anyhow::Result<Vec<Listed>> {
        let found = self.search(&format!("SINCE {day}")).await?;
        let mut listed = Vec::with_capacity(found.len());
        for some in found.chunks(200) {
            let set: Vec<String> = some.iter().map(ToString::to_string).collect();
            listed.extend(self.list(&set.join(",")).await?);
        }
        // A server that refuses or hangs up looks like one that has no more emails.
        ensure!(listed.len() == found.len(), "the mail server doesn't list all of its emails");
        listed.sort_by_key(|mail| mail.uid);
        Ok(listed)
    }

    async fn list(&mut self, set: &str) -> anyhow::Result<Vec<Listed>> {
        let listing = async {
            let fetched = self.session.uid_fetch(set, "(UID RFC822.SIZE)").await?;
            fetched.try_collect::<Vec<Fetch>>().await
        };
        let listed = |fetch: &Fetch| {
            let (uid, bytes) = (fetch.uid?, u64::from(fetch.size.unwrap_or(0)));
            Some(Listed { uid, bytes })
        };
        let mut all: Vec<Listed> = step(listing).await?.iter().filter_map(listed).collect();
        all.sort_by_key(|mail| mail.uid);
        Ok(all)
    }

    /// Fetches an email in its original form, or just its headers. Empty if it is gone.
    pub(super) async fn fetch(&mut self, uid: u32, is_whole: bool) -> anyhow::Result<Bytes> {
        let what = if is_whole {
            "BODY.PEEK[]".to_owned()
        } else {
            format!("BODY.PEEK[HEADER]<0.{HEADER_BYTES}>")
        };
        let fetching = async {
            let fetched = self.session.uid_fetch(uid.to_string(), format!("(UID {what})")).await?;
            fetched.try_collect::<Vec<Fetch>>().await
        };
        let fetched = timeout(CONTENT, fetching).await.context("the email doesn't arrive")??;
        let mail = fetched.iter().find(|fetch| fetch.uid == Some(uid));
        let content = mail.and_then(|fetch| if is_whole { fetch.body() } else { fetch.header() });
        let content = Bytes::copy_from_slice(content.unwrap_or_default());
        // A server that refuses or hangs up looks like one that does not have the email.
        if content.is_empty() {
            self.is_alive().await?;
            let is_there = self.list(&uid.to_string()).await?.iter().any(|mail| mail.uid == uid);
            ensure!(!is_there, "the mail server doesn't return email {uid}");
        }
        Ok(content)
    }

    /// Checks that the mail server answers.
    async fn is_alive(&mut self) -> anyhow::Result<()> {
        step(self.session.run_command_and_check_ok("NOOP")).await
    }

    /// Searches the mailbox. Tells an empty result from a server that refuses to search.
    async fn search(&mut self, what: &str) -> anyhow::Result<Vec<u32>> {
        let found = step(self.session.uid_search(what)).await?;
        if found.is_empty() && self.has_mails {
            self.is_alive().await?;
            let all = step(self.session.uid_search("ALL")).await?;
            ensure!(!all.is_empty(), "the mail server doesn't search for emails");
        }
        Ok(found.into_iter().collect())
    }

    /// Marks an email as read, for people who look into the mailbox.
    pub(super) async fn mark(&mut self, uid: u32) -> anyhow::Result<()> {
        let marking = async {
            let marked = self.session.uid_store(uid.to_string(), "+FLAGS.SILENT (\\Seen)").await?;
            marked.try_collect::<Vec<Fetch>>().await
        };
        step(marking).await.map(drop)
    }

    /// Waits until there may be new email. `None` if the server is stopping.
    pub(super) async fn listen(self, stopping: &CancellationToken) -> anyhow::Result<Option<Self>> {
        let Self { mut session, can_listen, has_mails, uid_validity, .. } = self;
        let again = |session| Self { session, can_listen, has_mails, uid_validity, uid_next: None };
        if !can_listen {
            tokio::select! {
                () = tokio::time::sleep(ASK) => {}
                () = stopping.cancelled() => return Ok(None),
            }
            step(session.noop()).await?;
            return Ok(Some(again(session)));
        }
        // What was announced before listening is not announced again.
        let told = session.unsolicited_responses.clone();
        let is_new = || {
            let news = std::iter::from_fn(|| told.try_recv().ok());
            news.filter(|one| matches!(one, UnsolicitedResponse::Exists(_))).count() > 0
        };
        let mut idle = session.idle();
        step(idle.init()).await.context("the mail server doesn't report new email")?;
        if !is_new() {
            let (waiting, stop) = idle.wait_with_timeout(LISTEN);
            tokio::pin!(waiting);
            tokio::select! {
                // Keep-alives restart the library's own timeout.
                told = timeout(LISTEN, &mut waiting) => {
                    // Also returned when the connection has ended.
                    if matches!(told, Ok(Ok(IdleResponse::ManualInterrupt))) {
                        bail!("the mail server closed the connection");
                    }
                    if let Ok(Err(error)) = told {
                        return Err(error.into());
                    }
                }
                () = stopping.cancelled() => {
                    drop(stop);
                    return Ok(None);
                }
            }
        }
        let session = step(idle.done()).await?;
        Ok(Some(again(session)))
    }

    /// The position after reading up to this number.
    pub(super) fn position(&self, uid: u32) -> Position {
        Position { uid_validity: self.uid_validity, uid }
    }

    async fn close(mut self) {
        // There is nothing more to ask of it.
        drop(timeout(STEP, self.session.logout()).await);
    }
}

/// Checks that a mailbox can be read, and describes it.
///
/// # Errors
/// What is wrong, in words.
pub(crate) async fn try_mailbox(url: &str) -> Result<String, String> {
    let opened = async {
        let session = ImapSession::open(url).await?;
        let how =
            if session.can_listen { "announces new email" } else { "is checked every minute" };
        session.close().await;
        let Address { host, folder, .. } = Address::parse(url)?;
        anyhow::Ok(format!("{host} accepts the login, has the folder {folder}, and {how}"))
    };
    opened.await.map_err(|error| format!("{error:#}"))
}

async fn step<T>(doing: impl Future<Output = async_imap::error::Result<T>>) -> anyhow::Result<T> {
    Ok(timeout(STEP, doing).await.context("the mail server does not respond")??)
}

async fn secured(wire: Box<dyn Wire>, host: &str) -> anyhow::Result<Box<dyn Wire>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    // The same TLS implementation as everywhere. A second call has no effect.
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).context("not a host name")?;
    let secured = TlsConnector::from(Arc::new(config)).connect(name, wire).await;
    Ok(Box::new(secured.context("a secure connection can't be made")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_say_how_the_connection_is_kept_private() {
        let check = |text: &str, port: u16, security: Security, folder: &str| {
            let address = Address::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(
                (address.port, address.security, &*address.folder),
                (port, security, folder)
            );
        };
        check("imaps://me:p%40ss@imap.example.com", 993, Security::Tls, "INBOX");
        check("imap://me:p@imap.example.com", 143, Security::StartTls, "INBOX");
        check("imap://me:p@127.0.0.1:1143?tls=none", 1143, Security::None, "INBOX");
        check("imaps://me:p@imap.example.com/Help%20desk", 993, Security::Tls, "Help desk");
        let address = Address::parse("imaps://me%40example.com:p%40ss@imap.example.com").unwrap();
        assert_eq!((&*address.user, &*address.password), ("me@example.com", "p@ss"));
        let wrong = [
            "",
            "imap.example.com",
            "smtp://me:p@imap.example.com",
            "imaps://me@imap.example.com",
            "imaps://me:p@imap.example.com?tls=none",
            "imap://me:p@imap.example.com?tls=none",
        ];
        for text in wrong {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }
}
