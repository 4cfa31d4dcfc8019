//! Server functions about how agents log in.

use leptos::prelude::*;
use protocol::AgentId;
use protocol::ProviderId;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// An identity provider, as its form shows it. Its secret stays on the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderDetails {
    /// Its id.
    pub id: ProviderId,
    /// The name that agents see.
    pub name: String,
    /// Its issuer.
    pub issuer: String,
    /// The client ID that the provider gave us.
    pub client_id: String,
    /// The domains whose verified email addresses become agents, one per line.
    pub domains: String,
    /// The claim that holds the role.
    pub role_claim: String,
    /// The values that make an admin, one per line.
    pub admin_values: String,
    /// The values that make an agent, one per line.
    pub agent_values: String,
    /// The redirect URI to register with the provider.
    pub redirect: String,
}

/// The rules and providers for logging in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginSettings {
    /// Whether a login with a password needs a second factor.
    pub second_factor_required: bool,
    /// Whether everyone except owners must log in through a provider.
    pub passwords_off: bool,
    /// The providers.
    pub providers: Vec<ProviderDetails>,
    /// A blank provider for the form. It already has an id, so that the redirect URI is known before it is saved.
    pub new: ProviderDetails,
    /// Whether the agent proved who they are recently enough to change these.
    pub is_fresh: bool,
}

/// Returns the rules and providers for logging in.
#[server]
pub async fn read_login_settings() -> Result<LoginSettings, Failure> {
    use crate::backend::{is_fresh, require};

    let by = require(domain::agent::Right::ManageLogins).await?;
    let domain = &by.backend.domain;
    let rules = domain.login_rules().await?;
    let redirect = |id: ProviderId| format!("{}/login/sso/{id}/back", by.backend.public_url);
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
    let id = ProviderId(domain.ambient().uuid());
    let new = ProviderDetails {
        id,
        name: String::new(),
        issuer: String::new(),
        client_id: String::new(),
        domains: String::new(),
        role_claim: String::new(),
        admin_values: String::new(),
        agent_values: String::new(),
        redirect: redirect(id),
    };
    Ok(LoginSettings {
        second_factor_required: rules.second_factor_required,
        passwords_off: rules.passwords_off,
        providers: domain.list_providers().await?.into_iter().map(details).collect(),
        new,
        is_fresh: is_fresh(domain).await?,
    })
}

/// Sets the rules for logging in.
#[server]
pub async fn set_login_rules(
    #[server(default)] second_factor_required: bool,
    #[server(default)] passwords_off: bool,
) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;
    use domain::login::LoginRules;

    let by = crate::backend::require_fresh(Right::ManageLogins).await?;
    let rules = LoginRules { second_factor_required, passwords_off };
    by.backend.domain.set_login_rules(by.agent.id, rules).await?;
    by.note(AuditAction::LoginRulesChanged, None).await?;
    leptos_axum::redirect("/team/logins");
    Ok(())
}

/// The form of a provider.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProviderFields {
    id: ProviderId,
    name: String,
    issuer: String,
    client_id: String,
    /// Empty to keep the current secret.
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
    /// Whether the form is for this provider.
    pub(super) fn is_of(&self, id: ProviderId) -> bool {
        self.id == id
    }
}

/// Saves a provider.
#[server]
pub async fn save_provider(provider: ProviderFields) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;
    use domain::login::Provider;

    let by = crate::backend::require_fresh(Right::ManageLogins).await?;
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(Into::into).collect()
    };
    let role_claim = provider.role_claim.trim();
    let subject = (provider.id.0, provider.name.clone());
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
    by.note(AuditAction::ProviderSaved, Some(subject)).await?;
    leptos_axum::redirect("/team/logins");
    Ok(())
}

/// Deletes a provider.
#[server]
pub async fn delete_provider(id: ProviderId) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = crate::backend::require_fresh(Right::ManageLogins).await?;
    let name = by.backend.domain.find_provider(id).await?.name;
    by.backend.domain.delete_provider(id).await?;
    by.note(AuditAction::ProviderDeleted, Some((id.0, name))).await?;
    leptos_axum::redirect("/team/logins");
    Ok(())
}

/// Removes the second factors of an agent who lost them, and ends their logins.
#[server]
pub async fn reset_second_factors(id: AgentId) -> Result<(), Failure> {
    use crate::backend::named;
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = crate::backend::require_fresh(Right::ManageTeam).await?;
    let agent = by.managed(id).await?;
    by.backend.domain.reset_second_factors(id).await?;
    by.note(AuditAction::SecondFactorsReset, named(&agent)).await?;
    leptos_axum::redirect("/team");
    Ok(())
}
