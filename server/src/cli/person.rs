//! `porchlight person`.

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use domain::Domain;
use domain::audit::AuditAction;
use protocol::{Erased, FoundPerson, VisitorId};
use serde_json::json;

use super::{note, print};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Find the visitors that a person may be.
    Find {
        /// The person's email address, or the site's own id of the user.
        sought: String,
    },
    /// Export all data retained about a visitor to a ZIP archive.
    Export {
        /// The visitor's id.
        #[arg(long, value_name = "ID", value_parser = visitor)]
        visitor: VisitorId,
        /// The file to write. It must not exist.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Erase a visitor and all data retained about them. This can't be undone. The server may be running; pages
    /// that show their conversations keep showing them until they are reloaded.
    Erase {
        /// The visitor's id.
        #[arg(long, value_name = "ID", value_parser = visitor)]
        visitor: VisitorId,
    },
}

fn visitor(text: &str) -> Result<VisitorId, String> {
    VisitorId::parse(text).ok_or_else(|| "not a visitor's id".to_owned())
}

impl Command {
    pub(super) async fn run(self, domain: &Domain, json: bool) -> anyhow::Result<()> {
        let failed = |error: domain::Error| anyhow::anyhow!(error.code().sentence());
        match self {
            Self::Find { sought } => {
                let found = domain.find_people(&sought).await.map_err(failed)?;
                let data: Vec<_> = found.iter().map(data).collect();
                let lines: Vec<String> = found.iter().map(line).collect();
                let text = match lines.is_empty() {
                    true => "No data is retained about anyone with this address or id.".to_owned(),
                    false => lines.join("\n"),
                };
                print(json, &json!(data), &text);
            }
            Self::Export { visitor, to } => {
                let (name, mut archive) = domain.export_visitor(visitor).await.map_err(failed)?;
                let mut file = std::fs::File::create_new(&to)
                    .with_context(|| format!("can't write {}", to.display()))?;
                std::io::copy(&mut archive, &mut file).context("can't write the archive")?;
                file.sync_all().context("can't write the archive")?;
                note(domain, AuditAction::PersonExported, (visitor.0, name))
                    .await
                    .map_err(failed)?;
                let text = format!("Exported all data retained about them to {}.", to.display());
                print(json, &json!({ "exported": to }), &text);
            }
            Self::Erase { visitor } => {
                let erased = domain.erase_visitor(visitor).await.map_err(failed)?;
                let subject = (visitor.0, visitor.to_string());
                note(domain, AuditAction::PersonErased, subject).await.map_err(failed)?;
                let Erased { conversations, entries, files, mails } = erased;
                let text = format!(
                    "Erased: {conversations} conversations with {entries} entries, {files} files, {mails} emails."
                );
                print(json, &json!(erased), &text);
            }
        }
        Ok(())
    }
}

fn data(found: &FoundPerson) -> serde_json::Value {
    json!({
        "visitor": found.visitor.to_string(),
        "name": found.name,
        "inbox": found.inbox_name,
        "email": found.email,
        "is_email_verified": found.is_email_verified,
        "user_id": found.user_id,
        "conversations": found.conversations,
        "created_at_ms": found.created_at_ms,
        "last_seen_at_ms": found.last_seen_at_ms,
    })
}

fn line(found: &FoundPerson) -> String {
    let verified = if found.is_email_verified { "verified" } else { "not verified" };
    let email =
        found.email.as_deref().map_or(String::new(), |email| format!("  {email} ({verified})"));
    format!(
        "{}  {}{email}  {}  {} conversations",
        found.visitor, found.name, found.inbox_name, found.conversations
    )
}
