//! `porchlight agent`.

use std::io::{IsTerminal, Read};

use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use domain::Domain;
use domain::agent::{Agent, NewAgent, Role};
use domain::audit::AuditAction;

use super::{note, print};
use crate::public_url::PublicUrl;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Create an agent. The password (10 to 200 characters) is read from standard input.
    Create {
        /// The email address to log in with.
        #[arg(long, env = "PORCHLIGHT_AGENT_EMAIL")]
        email: String,
        /// The name that visitors see.
        #[arg(long, env = "PORCHLIGHT_AGENT_NAME")]
        name: String,
        /// What the agent may do.
        #[arg(long, value_enum, default_value = "agent", env = "PORCHLIGHT_AGENT_ROLE")]
        role: RoleName,
    },
    /// Create a link for an agent who forgot their password, to set a new one where no email is sent.
    Link {
        /// The email address that the agent logs in with.
        #[arg(long)]
        email: String,
    },
    /// Remove the authenticator app, passkeys and recovery codes of an agent who lost them.
    Reset {
        /// The email address that the agent logs in with.
        #[arg(long)]
        email: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum RoleName {
    /// Everything
    Owner,
    /// Everything, except managing owners
    Admin,
    /// Answer visitors
    Agent,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Owner => Self::Owner,
            RoleName::Admin => Self::Admin,
            RoleName::Agent => Self::Agent,
        }
    }
}

impl Command {
    pub(super) async fn run(
        self,
        domain: &Domain,
        url: &PublicUrl,
        json: bool,
    ) -> anyhow::Result<()> {
        match self {
            Self::Create { email, name, role } => create(domain, email, name, role, json).await,
            Self::Link { email } => {
                let agent = find(domain, &email).await?;
                let link = domain.password_link(agent.id).await;
                let link = link.map_err(|error| anyhow::anyhow!(error.code().sentence()))?;
                let subject = (agent.id.0, agent.name);
                note(domain, AuditAction::PasswordLinkMade, subject)
                    .await
                    .context("can't write to the audit log")?;
                let link = format!("{url}/password/{link}");
                print(json, &serde_json::json!({ "link": link }), &link);
                Ok(())
            }
            Self::Reset { email } => {
                let agent = find(domain, &email).await?;
                let reset = domain.reset_second_factors(agent.id).await;
                reset.map_err(|error| anyhow::anyhow!(error.code().sentence()))?;
                let said = format!("{} now logs in with only a password.", agent.name);
                let subject = (agent.id.0, agent.name);
                note(domain, AuditAction::SecondFactorsReset, subject)
                    .await
                    .context("can't write to the audit log")?;
                print(json, &serde_json::json!({ "reset": true }), &said);
                Ok(())
            }
        }
    }
}

async fn find(domain: &Domain, email: &str) -> anyhow::Result<Agent> {
    let email = email.trim().to_lowercase();
    let agents = domain.list_agents().await.context("can't look up the agent")?;
    let found = agents.into_iter().find(|agent| agent.email == email);
    found.with_context(|| format!("no agent has the email address {email}"))
}

async fn create(
    domain: &Domain,
    email: String,
    name: String,
    role: RoleName,
    json: bool,
) -> anyhow::Result<()> {
    let new = NewAgent { email, name, password: read_password()? };
    let agent = domain
        .create_agent(new, role.into())
        .await
        .map_err(|error| anyhow::anyhow!(error.code().sentence()))?;
    let subject = (agent.id.0, agent.name.clone());
    note(domain, AuditAction::AgentAdded, subject).await.context("can't write to the audit log")?;
    let data = serde_json::json!({
        "id": agent.id.to_string(),
        "email": agent.email,
        "name": agent.name,
        "role": agent.role.as_str(),
    });
    print(json, &data, &format!("{} can log in as {}.", agent.name, agent.email));
    Ok(())
}

fn read_password() -> anyhow::Result<String> {
    let mut stdin = std::io::stdin();
    let mut password = String::new();
    if stdin.is_terminal() {
        eprintln!("Password (shown as you type):");
        stdin.read_line(&mut password)
    } else {
        stdin.read_to_string(&mut password)
    }
    .context("can't read the password from standard input")?;
    Ok(password.trim_end_matches(['\r', '\n']).to_owned())
}
