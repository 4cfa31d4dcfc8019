//! `porchlight token`.

use anyhow::Context;
use clap::Subcommand;
use domain::Domain;
use domain::audit::AuditAction;
use protocol::Scope;

use super::print;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Create an access token for the API. It is printed only this once: the database stores its hash.
    Create {
        /// What the token is for.
        #[arg(long)]
        name: String,
        /// The email address of the agent that the token acts for.
        #[arg(long)]
        agent: String,
        /// What the token may do. Can be repeated [default: everything]
        #[arg(long, value_parser = scope)]
        scope: Vec<Scope>,
    },
}

fn scope(name: &str) -> Result<Scope, String> {
    Scope::parse(name).ok_or_else(|| {
        let names: Vec<_> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        format!("must be one of {}", names.join(", "))
    })
}

impl Command {
    pub(super) async fn run(self, domain: &Domain, json: bool) -> anyhow::Result<()> {
        let Self::Create { name, agent, scope } = self;
        let email = agent.trim().to_lowercase();
        let agents = domain.list_agents().await.context("can't look up the agent")?;
        let found = agents.into_iter().find(|one| one.email == email && one.is_active);
        let agent =
            found.with_context(|| format!("no active agent has the email address {email}"))?;
        let scopes = if scope.is_empty() { Scope::ALL.to_vec() } else { scope };
        let token = domain
            .create_access_token(&name, scopes.into_iter().collect(), agent.id)
            .await
            .map_err(|error| anyhow::anyhow!(error.code().sentence()))?;
        let subject = (agent.id.0, format!("{name}, acting as {}", agent.name));
        super::note(domain, AuditAction::TokenCreated, subject)
            .await
            .context("can't write to the audit log")?;
        print(json, &serde_json::json!({ "token": token }), &token);
        Ok(())
    }
}
