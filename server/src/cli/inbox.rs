//! `porchlight inbox`.

use clap::Subcommand;
use domain::Domain;
use domain::inbox::{Inbox, Site};

use super::print;
use crate::serve::PublicUrl;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make an inbox, and print its key and the snippet that embeds its chat.
    Create {
        /// The name that visitors see.
        #[arg(long, env = "PORCHLIGHT_INBOX_NAME")]
        name: String,
        /// A site that may embed the chat, as https://example.com. May be given several times.
        #[arg(
            long = "site",
            env = "PORCHLIGHT_INBOX_SITES",
            value_delimiter = ',',
            value_name = "ORIGIN"
        )]
        sites: Vec<String>,
    },
    /// List the inboxes. The first one is the default.
    List,
}

impl Command {
    pub(super) async fn run(
        self,
        domain: &Domain,
        url: &PublicUrl,
        json: bool,
    ) -> anyhow::Result<()> {
        let failed = |error: domain::Error| anyhow::anyhow!(error.code().sentence());
        match self {
            Self::Create { name, sites } => {
                let inbox = domain.create_inbox(&name, &sites).await.map_err(failed)?;
                print(json, &as_json(&inbox, url), &as_text(&inbox, url));
            }
            Self::List => {
                let inboxes = domain.list_inboxes().await.map_err(failed)?;
                let data = inboxes.iter().map(|inbox| as_json(inbox, url)).collect();
                let text: Vec<String> = inboxes.iter().map(|inbox| as_text(inbox, url)).collect();
                print(json, &data, &text.join("\n\n"));
            }
        }
        Ok(())
    }
}

fn as_json(inbox: &Inbox, url: &PublicUrl) -> serde_json::Value {
    serde_json::json!({
        "id": inbox.id.to_string(),
        "key": inbox.key,
        "name": inbox.name,
        "allowed_sites": inbox.allowed_sites.iter().map(Site::as_str).collect::<Vec<_>>(),
        "snippet": inbox.snippet(&url.to_string()),
    })
}

fn as_text(inbox: &Inbox, url: &PublicUrl) -> String {
    let sites: Vec<&str> = inbox.allowed_sites.iter().map(Site::as_str).collect();
    let sites = if sites.is_empty() {
        "none yet (only this server's demo)".into()
    } else {
        sites.join(", ")
    };
    format!(
        "{}\n  key       {}\n  sites     {sites}\n  snippet   {}",
        inbox.name,
        inbox.key,
        inbox.snippet(&url.to_string()),
    )
}
