//! `porchlight doctor`.

use std::time::Duration;

use anyhow::{Context, bail};
use domain::inbox::Inbox;
use domain::mail::MailRules;
use protocol::SUBPROTOCOL;
use reqwest::{Client, StatusCode, header};
use serde_json::json;

use super::{StoreOptions, print};
use crate::mail::{self, MailSettings};
use crate::public_url::PublicUrl;

/// The timeout of a request.
const PATIENCE: Duration = Duration::from_secs(10);

/// The result of one check: what is fine, or what is wrong and how to fix it.
struct Finding {
    what: &'static str,
    said: Result<String, String>,
}

/// Runs all checks, and fails if any of them fails.
pub(super) async fn run(
    store: &StoreOptions,
    url: &PublicUrl,
    mail: anyhow::Result<Option<MailSettings>>,
    rules: &MailRules,
    json: bool,
) -> anyhow::Result<()> {
    let from = mail.as_ref().ok().and_then(Option::as_ref).map(|mail| mail.from.to_string());
    let mut findings = vec![
        Finding { what: "Database", said: words(try_database(store).await) },
        Finding { what: "Mail server", said: try_mail(mail, url).await },
    ];
    findings.extend(try_mailboxes(store, from.as_deref()).await);
    findings.extend(try_senders(store, rules).await);
    findings.extend([
        Finding { what: "Address", said: words(try_address(url).await) },
        Finding { what: "Sockets", said: words(try_socket(url).await) },
    ]);
    let data = findings.iter().map(|Finding { what, said }| {
        let (is_well, said) = (said.is_ok(), said.as_ref().unwrap_or_else(|wrong| wrong));
        json!({ "what": what, "is_well": is_well, "said": said })
    });
    let text = findings.iter().map(|Finding { what, said }| match said {
        Ok(said) => format!("ok    {what:<12} {said}"),
        Err(said) => format!("FAIL  {what:<12} {said}"),
    });
    print(json, &data.collect(), &text.collect::<Vec<_>>().join("\n"));
    match findings.iter().filter(|finding| finding.said.is_err()).count() {
        0 => Ok(()),
        wrong => bail!("{wrong} of {} checks failed", findings.len()),
    }
}

fn words(tried: anyhow::Result<String>) -> Result<String, String> {
    tried.map_err(|error| format!("{error:#}"))
}

async fn try_database(store: &StoreOptions) -> anyhow::Result<String> {
    let domain = store.domain().await?;
    domain.store().ping().await.context("the database does not answer")?;
    let agents = domain.list_agents().await.context("can't read the agents")?;
    Ok(format!("connected, {} agents", agents.len()))
}

async fn try_mail(
    mail: anyhow::Result<Option<MailSettings>>,
    url: &PublicUrl,
) -> Result<String, String> {
    let Some(settings) = mail.map_err(|error| format!("{error:#}"))? else {
        return Ok("not configured: no email is sent (PORCHLIGHT_SMTP_URL)".to_owned());
    };
    let server = settings.smtp.to_string();
    match mail::try_server(&settings, url).await {
        Ok(()) if settings.smtp.has_login() => {
            Ok(format!("{server} answers and accepts the login"))
        }
        Ok(()) => Ok(format!("{server} answers; no login is configured")),
        Err(reason) => Err(format!(
            "{server}: {reason}. Compare PORCHLIGHT_SMTP_URL with your provider's settings"
        )),
    }
}

/// Checks the mailbox of each inbox that has one. Checks none if the database can't be read.
async fn try_mailboxes(store: &StoreOptions, from: Option<&str>) -> Vec<Finding> {
    let Ok(domain) = store.domain().await else { return Vec::new() };
    let mailboxes = domain.mailboxes().await.unwrap_or_default();
    let inboxes = domain.list_inboxes().await.unwrap_or_default();
    let mut findings = Vec::with_capacity(mailboxes.len());
    for mailbox in mailboxes {
        let inbox = inboxes.iter().find(|inbox| inbox.id == mailbox.inbox);
        let reports = inbox.and_then(|inbox| reports_elsewhere(inbox, from)).unwrap_or_default();
        let said = match mail::inbound::try_mailbox(&mailbox.url).await {
            Ok(said) => Ok(format!("{said}{reports}")),
            Err(reason) => {
                Err(format!("{reason}. Compare the inbox's mailbox with your provider's settings"))
            }
        };
        findings.push(Finding { what: "Mailbox", said });
    }
    findings
}

/// Says who verifies the senders of inbound email; `None` if no inbox receives any.
async fn try_senders(store: &StoreOptions, rules: &MailRules) -> Option<Finding> {
    let inboxes = store.domain().await.ok()?.list_inboxes().await.ok()?;
    inboxes.iter().find(|inbox| inbox.inbound_address().is_some())?;
    let said = match rules.authserv_ids.join(", ") {
        ids if ids.is_empty() => {
            "senders are verified only if SendGrid or Mailgun do it, otherwise agents' answers \
             wait for review. Name your mail server with --authserv-id"
                .to_owned()
        }
        ids => format!("senders are verified by {ids}"),
    };
    Some(Finding { what: "Senders", said: Ok(said) })
}

/// Warns if bounces go elsewhere, because then nobody learns about them: they go to the sender's address.
fn reports_elsewhere(inbox: &Inbox, from: Option<&str>) -> Option<String> {
    let (to, from) = (inbox.inbound.address.as_deref()?, inbox.mail.from.as_deref().or(from)?);
    (to != from).then(|| {
        format!(
            ". Emails of {} come from {from}: have email to that address delivered here as well, or bounces go unnoticed",
            inbox.name
        )
    })
}

fn client() -> anyhow::Result<Client> {
    // The same TLS implementation as everywhere. A second call has no effect.
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    // WebSockets begin as HTTP/1.1 (RFC 6455, section 1.3).
    let client = Client::builder().timeout(PATIENCE).http1_only();
    client
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .context("can't create an HTTP client")
}

async fn try_address(url: &PublicUrl) -> anyhow::Result<String> {
    let answer = client()?.get(format!("{url}/healthz")).send().await.with_context(|| {
        format!("{url} can't be reached: is the server running, and does the name point to it?")
    })?;
    let status = answer.status();
    if status != StatusCode::OK {
        bail!("{url} answers {status}: is another server at this address? (PORCHLIGHT_PUBLIC_URL)");
    }
    if url.is_secure() {
        Ok(format!("{url} answers"))
    } else {
        Ok(format!("{url} answers, but without TLS: only for trying it out"))
    }
}

/// Requests a WebSocket as a visitor's browser does, and drops it.
async fn try_socket(url: &PublicUrl) -> anyhow::Result<String> {
    let ask = client()?
        .get(format!("{url}/ws/visitor"))
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        // Any 16 bytes, in base64.
        .header(header::SEC_WEBSOCKET_KEY, "cG9yY2hsaWdodCBwcm9iZQ==")
        .header(header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL)
        .header(header::ORIGIN, url.to_string());
    let answer = ask.send().await.with_context(|| format!("{url} can't be reached"))?;
    match answer.status() {
        StatusCode::SWITCHING_PROTOCOLS => Ok("connected".to_owned()),
        StatusCode::FORBIDDEN => bail!(
            "the server's public address is not {url}: set the same PORCHLIGHT_PUBLIC_URL for both"
        ),
        status => bail!(
            "can't connect (status {status}), so visitors fall back to plain requests. Make the proxy forward the headers Upgrade and Connection, and speak HTTP/1.1 to Porchlight"
        ),
    }
}
