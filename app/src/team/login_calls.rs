//! Server functions about how agents log in.

use leptos::prelude::*;
use protocol::AgentId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::failure::Failure;

/// A provider, as its form shows it. Its secret stays on the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderDetails {
    /// Its id.
    pub id: Uuid,
    /// What agents know it as.
    pub name: String,
    /// Its issuer.
    pub issuer: String,
    /// What we are called there.
    pub client_id: String,
    /// Whose addresses become agents: a domain on each line.
    pub domains: String,
    /// The claim that says what somebody is.
    pub role_claim: String,
    /// Its values that make an admin: one on each line.
    pub admin_values: String,
    /// Its values that make an agent: one on each line.
    pub agent_values: String,
    /// Where it sends people back to: to be set up there.
    pub redirect: String,
}

/// How agents log in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginSettings {
    /// Whether a password alone lets nobody in.
    pub second_factor_required: bool,
    /// Whether a provider is the only way in, but for owners.
    pub passwords_off: bool,
    /// The providers.
    pub providers: Vec<ProviderDetails>,
    /// What a new one would be: the address to set up there is known before it is saved.
    pub new: ProviderDetails,
    /// Whether its reader showed who they are a short while ago.
    pub is_fresh: bool,
}

/// How agents log in.
#[server]
pub async fn read_login_settings() -> Result<LoginSettings, Failure> {
    use crate::backend::{is_fresh, require};

    let by = require(domain::agent::Right::ManageLogins).await?;
    let domain = &by.backend.domain;
    let rules = domain.login_rules().await?;
    let redirect = |id: Uuid| format!("{}/login/sso/{id}/back", by.backend.public_url);
    let details = |one: domain::login::Provider| ProviderDetails {
        redirect: redirect(one.id),
        id: one.id,
        name: one.name,
        issuer: one.issuer,
        client_id: one.client_id,
        domains: one.domains.join("\n"),
        role_claim: one.role_claim.unwrap_or_default(),
        admin_values: one.admin_values.join("\n"),
        agent_values: one.agent_values.join("\n"),
    };
    let id = domain.ambient().uuid();
    Ok(LoginSettings {
        second_factor_required: rules.second_factor_required,
        passwords_off: rules.passwords_off,
        providers: domain.list_providers().await?.into_iter().map(details).collect(),
        new: ProviderDetails { id, redirect: redirect(id), ..ProviderDetails::default() },
        is_fresh: is_fresh(domain).await?,
    })
}

/// Says how agents must log in.
#[server]
pub async fn set_login_rules(
    #[server(default)] second_factor_required: bool,
    #[server(default)] passwords_off: bool,
) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::Deed;
    use domain::login::LoginRules;

    let by = crate::backend::require_fresh(Right::ManageLogins).await?;
    let rules = LoginRules { second_factor_required, passwords_off };
    by.backend.domain.set_login_rules(by.agent.id, rules).await?;
    by.note(Deed::LoginRulesChanged, None).await?;
    leptos_axum::redirect("/team/logins");
    Ok(())
}

/// What the form of a provider says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProviderFields {
    id: Uuid,
    name: String,
    issuer: String,
    client_id: String,
    /// Empty: it keeps the one that it has.
    #[serde(default)]
    client_secret: String,
    #[serde(default)]
    domains: String,
    #[serde(default)]
    role_claim: String,
    #[serde(default)]
    admin_values: String,
    #[serde(default)]
    agent_values: String,
}

impl ProviderFields {
    /// Whether it is the form of that one.
    pub(super) fn is_of(&self, id: Uuid) -> bool {
        self.id == id
    }
}

/// Saves a provider.
#[server]
pub async fn save_provider(provider: ProviderFields) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::Deed;
    use domain::login::Provider;

    let by = crate::backend::require_fresh(Right::ManageLogins).await?;
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(Into::into).collect()
    };
    let role_claim = provider.role_claim.trim();
    let subject = (provider.id, provider.name.clone());
    let provider = Provider {
        id: provider.id,
        issuer: provider.issuer.trim().to_owned(),
        client_id: provider.client_id.trim().to_owned(),
        client_secret: provider.client_secret.trim().to_owned(),
        domains: lines(&provider.domains),
        role_claim: (!role_claim.is_empty()).then(|| role_claim.to_owned()),
        admin_values: lines(&provider.admin_values),
        agent_values: lines(&provider.agent_values),
        name: provider.name,
    };
    by.backend.domain.save_provider(provider).await?;
    by.note(Deed::ProviderSaved, Some(subject)).await?;
    leptos_axum::redirect("/team/logins");
    Ok(())
}

/// Forgets a provider.
#[server]
pub async fn delete_provider(id: Uuid) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::Deed;

    let by = crate::backend::require_fresh(Right::ManageLogins).await?;
    let name = by.backend.domain.find_provider(id).await?.name;
    by.backend.domain.delete_provider(id).await?;
    by.note(Deed::ProviderDeleted, Some((id, name))).await?;
    leptos_axum::redirect("/team/logins");
    Ok(())
}

/// Forgets the second factors of an agent who lost them, and ends their logins.
#[server]
pub async fn reset_second_factors(id: AgentId) -> Result<(), Failure> {
    use crate::backend::named;
    use domain::agent::Right;
    use domain::audit::Deed;

    let by = crate::backend::require_fresh(Right::ManageTeam).await?;
    let agent = by.managed(id).await?;
    by.backend.domain.reset_second_factors(id).await?;
    by.note(Deed::SecondFactorsReset, named(&agent)).await?;
    leptos_axum::redirect("/team");
    Ok(())
}
