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
use crate::serve::PublicUrl;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What became of one trial: what is well, or what is wrong and what to do.
struct Finding {
    what: &'static str,
    said: Result<String, String>,
}

/// Tries all settings, and fails if anything is wrong.
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
        Ok(said) => format!("well   {what:<12} {said}"),
        Err(said) => format!("WRONG  {what:<12} {said}"),
    });
    print(json, &data.collect(), &text.collect::<Vec<_>>().join("\n"));
    match findings.iter().filter(|finding| finding.said.is_err()).count() {
        0 => Ok(()),
        wrong => bail!("{wrong} of {} are wrong", findings.len()),
    }
}

fn words(tried: anyhow::Result<String>) -> Result<String, String> {
    tried.map_err(|error| format!("{error:#}"))
}

async fn try_database(store: &StoreOptions) -> anyhow::Result<String> {
    let domain = store.domain().await?;
    domain.store().ping().await.context("it does not answer")?;
    let agents = domain.list_agents().await.context("the agents can't be read")?;
    Ok(format!("it answers, and has {} agents", agents.len()))
}

async fn try_mail(
    mail: anyhow::Result<Option<MailSettings>>,
    url: &PublicUrl,
) -> Result<String, String> {
    let Some(settings) = mail.map_err(|error| format!("{error:#}"))? else {
        return Ok("none: no mail is sent (PORCHLIGHT_SMTP_URL)".to_owned());
    };
    let server = settings.smtp.to_string();
    match mail::try_server(&settings, url).await {
        Ok(()) if settings.smtp.has_login() => {
            Ok(format!("{server} took the greeting and the login"))
        }
        Ok(()) => Ok(format!("{server} took the greeting; it wants no login")),
        Err(reason) => Err(format!(
            "{server}: {reason}. Compare PORCHLIGHT_SMTP_URL with what your provider says"
        )),
    }
}

/// Each mailbox that an inbox has; nothing where the database can't be read.
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
            Err(reason) => Err(format!(
                "{reason}. Compare the mailbox of the inbox with what your provider says"
            )),
        };
        findings.push(Finding { what: "Mailbox", said });
    }
    findings
}

/// Whether anybody says that mails are from whom they say, where any come in.
async fn try_senders(store: &StoreOptions, rules: &MailRules) -> Option<Finding> {
    let inboxes = store.domain().await.ok()?.list_inboxes().await.ok()?;
    inboxes.iter().find(|inbox| inbox.inbound_address().is_some())?;
    let said = match rules.authserv_ids.join(", ") {
        ids if ids.is_empty() => {
            "who sent a mail is checked where SendGrid or Mailgun say it, and else by nobody: \
             agents' answers wait for review. Name your mail server with --authserv-id"
                .to_owned()
        }
        ids => format!("who sent a mail is checked by {ids}"),
    };
    Some(Finding { what: "Senders", said: Ok(said) })
}

/// That what does not arrive may not be heard of: reports go to where mails come from.
fn reports_elsewhere(inbox: &Inbox, from: Option<&str>) -> Option<String> {
    let (to, from) = (inbox.inbound.address.as_deref()?, inbox.mail.from.as_deref().or(from)?);
    (to != from).then(|| {
        format!(
            ". Mails of {} come from {from}: have what comes to that delivered here, or reports of mails that did not arrive are not seen",
            inbox.name
        )
    })
}

fn client() -> anyhow::Result<Client> {
    // The same implementation of TLS as everywhere; a second call changes nothing.
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    // Sockets begin as HTTP/1.1 (RFC 6455, section 1.3).
    let client = Client::builder().timeout(PATIENCE).http1_only();
    client.redirect(reqwest::redirect::Policy::none()).build().context("no client can be made")
}

async fn try_address(url: &PublicUrl) -> anyhow::Result<String> {
    let answer = client()?.get(format!("{url}/healthz")).send().await.with_context(|| {
        format!("{url} can't be reached: is the server running, and the name pointing to it?")
    })?;
    let status = answer.status();
    if status != StatusCode::OK {
        bail!(
            "{url} answers {status}: does another server have this address? (PORCHLIGHT_PUBLIC_URL)"
        );
    }
    if url.is_secure() {
        Ok(format!("{url} answers"))
    } else {
        Ok(format!("{url} answers, without TLS: for trying out only"))
    }
}

/// Asks for a socket as a visitor's browser does, and lets it go.
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
        StatusCode::SWITCHING_PROTOCOLS => Ok("they come through".to_owned()),
        StatusCode::FORBIDDEN => bail!(
            "the server has another public address than {url}: give both the same PORCHLIGHT_PUBLIC_URL"
        ),
        status => bail!(
            "they do not come through (the answer is {status}), and visitors fall back to plain requests. Have the proxy pass on the headers Upgrade and Connection, and speak HTTP/1.1 to Porchlight"
        ),
    }
}
