//! `porchlight key`.

use anyhow::Context;
use clap::Subcommand;
use domain::{Domain, Keys, OsEntropy};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Create a new key, and reseal all secrets in the database with it. Servers that use the same key file
    /// pick it up on their own. With PORCHLIGHT_KEY, put a new key before the old one, restart all servers, run
    /// this, and then remove the old one.
    Rotate,
}

impl Command {
    pub(super) async fn run(self, domain: &Domain, keys: &Keys, json: bool) -> anyhow::Result<()> {
        let Self::Rotate = self;
        keys.add(&OsEntropy)?;
        let sealed = domain.seal_secrets().await.context("can't reseal the secrets")?;
        keys.drop_old()?;
        let text = format!("Resealed the secrets of {sealed} inboxes with the new key.");
        super::print(json, &serde_json::json!({ "sealed": sealed }), &text);
        Ok(())
    }
}
