//! `porchlight key`.

use anyhow::Context;
use clap::Subcommand;
use domain::{Domain, Keys, OsEntropy};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make a new key, and seal all secrets in the database with it. Servers that use the same key file take it by
    /// themselves. With PORCHLIGHT_KEY, put a new key before the old one, restart all servers, run this,
    /// and then leave the old one out.
    Rotate,
}

impl Command {
    pub(super) async fn run(self, domain: &Domain, keys: &Keys, json: bool) -> anyhow::Result<()> {
        let Self::Rotate = self;
        keys.add(&OsEntropy)?;
        let sealed = domain.seal_secrets().await.context("the secrets could not be sealed anew")?;
        keys.drop_old()?;
        let text = format!("{sealed} inboxes' secrets are sealed with the new key.");
        super::print(json, &serde_json::json!({ "sealed": sealed }), &text);
        Ok(())
    }
}
