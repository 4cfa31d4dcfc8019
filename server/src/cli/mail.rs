//! `porchlight mail`.

use anyhow::Context;
use clap::Subcommand;
use domain::Domain;
use protocol::{MailId, MailState};
use serde_json::json;

use super::print;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Show how many emails are waiting, failed, sent or dropped, and what is blocking them.
    Status,
    /// List the latest 50 emails.
    List {
        /// Only those in this state: waiting, sent, failed or dropped [default: all]
        #[arg(long, value_parser = state)]
        state: Option<MailState>,
    },
    /// Retry a failed or waiting email now, or all failed emails if no id is given.
    Retry {
        /// The email's id, as `mail list` shows it.
        #[arg(value_parser = id)]
        id: Option<MailId>,
    },
    /// Drop a failed or waiting email.
    Drop {
        /// The email's id, as `mail list` shows it.
        #[arg(value_parser = id)]
        id: MailId,
    },
}

fn state(name: &str) -> Result<MailState, String> {
    MailState::parse(name).ok_or_else(|| {
        let names: Vec<_> = MailState::ALL.iter().map(|state| state.as_str()).collect();
        format!("must be one of {}", names.join(", "))
    })
}

fn id(text: &str) -> Result<MailId, &'static str> {
    MailId::parse(text).ok_or("not a UUID")
}

impl Command {
    pub(super) async fn run(self, domain: &Domain, json: bool) -> anyhow::Result<()> {
        let failed = |error: domain::Error| anyhow::anyhow!(error.code().sentence());
        match self {
            Self::Status => {
                let counts = domain.count_mails().await.context("can't read the outbox")?;
                let trouble = domain.mail_trouble().await.context("can't read the outbox")?;
                let count = |state| counts.get(&state).copied().unwrap_or(0);
                let mut data = serde_json::Map::new();
                let mut text = String::new();
                for state in MailState::ALL {
                    data.insert(state.as_str().to_owned(), json!(count(*state)));
                    text.push_str(&format!("{:<9}{}\n", state.as_str(), count(*state)));
                }
                data.insert("trouble".to_owned(), json!(trouble));
                if let Some(trouble) = trouble {
                    text.push_str(&format!("blocked: {trouble}\n"));
                }
                print(json, &data.into(), text.trim_end());
            }
            Self::List { state } => {
                let page = domain.list_mails(state, None).await.context("can't read the outbox")?;
                let data = page.mails.iter().map(|mail| {
                    json!({
                        "id": mail.id.to_string(),
                        "kind": mail.kind.as_str(),
                        "state": mail.state.as_str(),
                        "address": mail.address,
                        "reason": mail.reason,
                        "attempts": mail.attempts,
                        "due_at_ms": mail.due_at_ms,
                        "settled_at_ms": mail.settled_at_ms,
                    })
                });
                let text = page.mails.iter().map(|mail| {
                    let (kind, state) = (mail.kind.as_str(), mail.state.as_str());
                    let to = mail.address.as_deref().unwrap_or("-");
                    let reason = mail.reason.as_deref().unwrap_or_default();
                    format!("{}  {state:<8} {kind:<17} {to}  {reason}", mail.id)
                        .trim_end()
                        .to_owned()
                });
                print(json, &data.collect(), &text.collect::<Vec<_>>().join("\n"));
            }
            Self::Retry { id: Some(id) } => {
                domain.retry_mail(id).await.map_err(failed)?;
                print(json, &json!({ "retried": 1 }), "Retrying now.");
            }
            Self::Retry { id: None } => {
                let (mut retried, mut before) = (0, None);
                loop {
                    let page = domain.list_mails(Some(MailState::Failed), before).await;
                    let page = page.context("can't read the outbox")?;
                    for mail in page.mails {
                        // It may have been dropped meanwhile.
                        retried += usize::from(domain.retry_mail(mail.id).await.is_ok());
                    }
                    match page.next {
                        Some(next) => before = Some(next),
                        None => break,
                    }
                }
                print(
                    json,
                    &json!({ "retried": retried }),
                    &format!("Retrying {retried} emails now."),
                );
            }
            Self::Drop { id } => {
                domain.drop_mail(id).await.map_err(failed)?;
                print(json, &json!({ "dropped": 1 }), "Dropped.");
            }
        }
        Ok(())
    }
}
