//! Providers that agents log in with (OpenID Connect): which ones there are, and which agent a person is whom
//! one vouches for. This module does not communicate with providers.

use protocol::{AgentId, ErrorCode, ProviderId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, IntoActiveModel, QueryOrder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::{Host, Url};

use super::session::hash;
use super::step_kind::StepKind;
use crate::Domain;
use crate::agent::{Agent, Role, check_email, check_name};
use crate::audit::{Actor, AuditAction};
use crate::error::Result;
use crate::table::{agent, agent_identity, identity_provider};

/// A provider, as an owner set it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its id: part of the URL that it redirects people back to.
    pub id: ProviderId,
    /// The name that agents know it by.
    pub name: String,
    /// Its issuer: an https URL, or http on this machine.
    pub issuer: String,
    /// Our client id at the provider.
    pub client_id: String,
    /// Our client secret at the provider.
    pub client_secret: String,
    /// Anyone with a verified address in one of these domains can log in: as the agent with that address, or as
    /// a new one. At least one is required: a provider only speaks for its own people.
    pub domains: Vec<String>,
    /// The claim that holds a person's role. Without one, new people become agents, and existing roles stay.
    pub role_claim: Option<String>,
    /// The values that make someone an admin.
    pub admin_values: Vec<String>,
    /// The values that make someone an agent.
    pub agent_values: Vec<String>,
}

/// What a provider says about a person, once its statement has been verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderClaims {
    /// The provider's permanent id for them (`sub`).
    pub subject: String,
    /// Their email address, if the provider says that it is verified.
    pub email: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// The values of the claim that holds their role.
    pub roles: Vec<String>,
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(ToOwned::to_owned).collect()
}

fn purpose(id: ProviderId) -> String {
    format!("provider secret v1:{id}")
}

fn check(provider: &Provider) -> Result<()> {
    check_name(&provider.name)?;
    let url = Url::parse(&provider.issuer).map_err(|_| ErrorCode::ProviderInvalid)?;
    let is_here = match url.host() {
        Some(Host::Domain(host)) => host == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_here);
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let of_one_line =
        |text: &String| (1..=500).contains(&text.len()) && !text.chars().any(|c| c.is_control());
    let texts = provider.domains.iter().chain(&provider.admin_values).chain(&provider.agent_values);
    let fits = [&provider.issuer, &provider.client_id, &provider.client_secret]
        .into_iter()
        .chain(texts)
        .chain(&provider.role_claim)
        .all(of_one_line);
    let has_domain = !provider.domains.is_empty();
    let is_whole = provider.role_claim.is_some()
        || (provider.admin_values.is_empty() && provider.agent_values.is_empty());
    if is_safe && is_plain && fits && is_whole && has_domain {
        Ok(())
    } else {
        Err(ErrorCode::ProviderInvalid.into())
    }
}

impl Domain {
    /// All providers, by name.
    ///
    /// # Errors
    /// Store errors.
    pub async fn list_providers(&self) -> Result<Vec<Provider>> {
        let query = identity_provider::Entity::find()
            .order_by_asc(identity_provider::Column::Name)
            .order_by_asc(identity_provider::Column::Id);
        let rows = query.all(&self.store.reader).await?;
        rows.into_iter().map(|row| self.provider(row)).collect()
    }

    /// Returns the provider with this id.
    ///
    /// # Errors
    /// `provider_unknown`; store errors.
    pub async fn find_provider(&self, id: ProviderId) -> Result<Provider> {
        let row = identity_provider::Entity::find_by_id(id).one(&self.store.reader).await?;
        self.provider(row.ok_or(ErrorCode::ProviderUnknown)?)
    }

    fn provider(&self, row: identity_provider::Model) -> Result<Provider> {
        Ok(Provider {
            client_secret: self.ambient.keys().unseal(&purpose(row.id), &row.client_secret)?,
            id: row.id,
            name: row.name,
            issuer: row.issuer,
            client_id: row.client_id,
            domains: lines(&row.domains),
            role_claim: row.role_claim,
            admin_values: lines(&row.admin_values),
            agent_values: lines(&row.agent_values),
        })
    }

    /// Saves a provider, or adds it if its id is new. An empty secret keeps the stored one, unless the issuer
    /// changes.
    ///
    /// # Errors
    /// `provider_invalid`, `name_invalid`; store errors.
    pub async fn save_provider(&self, mut provider: Provider) -> Result<()> {
        let known =
            identity_provider::Entity::find_by_id(provider.id).one(&self.store.reader).await?;
        let is_known = known.is_some();
        if provider.client_secret.is_empty()
            && let Some(row) = known
            && row.issuer == provider.issuer
        {
            provider.client_secret = self.provider(row)?.client_secret;
        }
        check(&provider)?;
        let row = identity_provider::ActiveModel {
            client_secret: Set(self.ambient.keys().seal(
                &purpose(provider.id),
                &provider.client_secret,
                self.ambient.bytes(),
            )),
            id: Set(provider.id),
            name: Set(provider.name.trim().to_owned()),
            issuer: Set(provider.issuer),
            client_id: Set(provider.client_id),
            domains: Set(provider.domains.join("\n").to_lowercase()),
            role_claim: Set(provider.role_claim),
            admin_values: Set(provider.admin_values.join("\n")),
            agent_values: Set(provider.agent_values.join("\n")),
        };
        if is_known {
            identity_provider::Entity::update(row).exec(&self.store.reader).await?;
        } else {
            identity_provider::Entity::insert(row)
                .exec_without_returning(&self.store.reader)
                .await?;
        }
        Ok(())
    }

    /// Deletes a provider and its links to agents, and ends the logins of those agents. If it was the last
    /// provider, passwords are accepted again.
    ///
    /// # Errors
    /// `provider_unknown`; store errors.
    pub async fn delete_provider(&self, id: ProviderId) -> Result<()> {
        let gone = identity_provider::Entity::delete_by_id(id).exec(&self.store.reader).await?;
        if gone.rows_affected == 0 {
            return Err(ErrorCode::ProviderUnknown.into());
        }
        let of_it = agent_identity::COLUMN.provider_id.eq(id);
        let known =
            agent_identity::Entity::find().filter(of_it.clone()).all(&self.store.reader).await?;
        agent_identity::Entity::delete_many().filter(of_it).exec(&self.store.reader).await?;
        let agents = agent::COLUMN.id.is_in(known.iter().map(|known| known.agent_id));
        self.end_logins_of(Condition::all().add(agents)).await
    }

    /// Checks whether a provider may be contacted for someone who wants to log in.
    ///
    /// # Errors
    /// `too_many_attempts`.
    pub fn may_ask_provider(&self, source: &super::Source) -> Result<()> {
        self.attempts.check_network(source)
    }

    /// Stores what is needed when someone comes back from a provider. Returns the secret that continues the
    /// login.
    ///
    /// # Errors
    /// `too_many_attempts`; store errors.
    pub async fn leave_for_provider(
        &self,
        data: &impl Serialize,
        source: &super::Source,
    ) -> Result<String> {
        self.attempts.check_network(source)?;
        self.begin_step(StepKind::Provider, None, data).await
    }

    /// Returns what was stored for someone who comes back from a provider. It can be read only once.
    ///
    /// # Errors
    /// `login_step_over`; store errors.
    pub async fn come_from_provider<T: DeserializeOwned>(&self, step: &str) -> Result<T> {
        let data = self.read_step::<T>(StepKind::Provider, step).await?.data;
        self.end_step(step).await?;
        Ok(data)
    }

    /// Checks whether someone may log in without a provider. Owners always may, so that a failing provider
    /// locks nobody out for good.
    pub(super) async fn may_come_without_provider(&self, role: Role) -> Result<()> {
        let rules = self.login_rules().await?;
        let is_off = rules.passwords_off && role != Role::Owner;
        if is_off && !self.list_providers().await?.is_empty() {
            return Err(ErrorCode::PasswordsOff.into());
        }
        Ok(())
    }

    /// Returns the agent whom a provider vouches for. At their first login, they are recognized by a verified
    /// address in one of the provider's domains. Anyone who is not an agent yet becomes one. These changes are
    /// in the audit log.
    ///
    /// # Errors
    /// `provider_refused` if they may not log in, or no longer; store errors.
    pub async fn log_in_by_provider(
        &self,
        provider: &Provider,
        who: &ProviderClaims,
    ) -> Result<Agent> {
        let role = match &provider.role_claim {
            None => None,
            Some(_) => Some(role_of(provider, &who.roles).ok_or(ErrorCode::ProviderRefused)?),
        };
        let identity =
            hash(&format!("identity v1:{}:{}:{}", provider.id, provider.issuer, who.subject));
        let known = agent_identity::Entity::find_by_id(&*identity).one(&self.store.reader).await?;
        let id = match known {
            Some(known) => known.agent_id,
            None => {
                let id = self.recognise(provider, who, role).await?;
                let row = agent_identity::ActiveModel {
                    hash: Set(identity),
                    provider_id: Set(provider.id),
                    agent_id: Set(id),
                };
                agent_identity::Entity::insert(row)
                    .exec_without_returning(&self.store.reader)
                    .await?;
                id
            }
        };
        let agent = self.find_agent(id).await?.ok_or(ErrorCode::ProviderRefused)?;
        // Only owners change the role of an owner.
        match role.filter(|role| agent.role != Role::Owner && agent.role != *role) {
            Some(role) => {
                self.set_agent_role(id, role).await?;
                self.note_provided(AuditAction::RoleChanged, &agent, provider).await?;
                Ok(self.find_agent(id).await?.ok_or(ErrorCode::ProviderRefused)?)
            }
            None => Ok(agent),
        }
    }

    async fn recognise(
        &self,
        provider: &Provider,
        who: &ProviderClaims,
        role: Option<Role>,
    ) -> Result<AgentId> {
        let email = who.email.as_deref().ok_or(ErrorCode::ProviderRefused)?;
        let email = check_email(email).map_err(|_| ErrorCode::ProviderRefused)?;
        let domain = email.rsplit_once('@').map(|(_, domain)| domain);
        if !provider.domains.iter().any(|ours| Some(ours.as_str()) == domain) {
            return Err(ErrorCode::ProviderRefused.into());
        }
        let same = agent::COLUMN.email.eq(&*email);
        if let Some(row) = agent::Entity::find().filter(same).one(&self.store.reader).await? {
            return Ok(row.id);
        }
        let name = who.name.as_deref().and_then(|name| check_name(name).ok());
        let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or(&email).to_owned());
        let name: String = name.chars().take(80).collect();
        let made = self.add_by_provider(&email, &name, role.unwrap_or(Role::Agent)).await?;
        self.note_provided(AuditAction::AgentAdded, &made, provider).await?;
        Ok(made.id)
    }

    async fn note_provided(
        &self,
        action: AuditAction,
        agent: &Agent,
        provider: &Provider,
    ) -> Result<()> {
        let subject = (agent.id.0, format!("{} (by {})", agent.name, provider.name));
        self.audit(Actor::System, action, Some(subject), None).await
    }

    /// Reseals client secrets that are not sealed with the newest key. Returns how many.
    pub(super) async fn reseal_providers(&self) -> Result<usize> {
        let mut count = 0;
        for row in identity_provider::Entity::find().all(&self.store.reader).await? {
            if self.ambient.keys().is_fresh(&row.client_secret) {
                continue;
            }
            let secret = self.ambient.keys().unseal(&purpose(row.id), &row.client_secret)?;
            let purpose = purpose(row.id);
            let mut changed = row.into_active_model();
            changed.client_secret =
                Set(self.ambient.keys().seal(&purpose, &secret, self.ambient.bytes()));
            identity_provider::Entity::update(changed).exec(&self.store.reader).await?;
            count += 1;
        }
        Ok(count)
    }
}

/// The highest role that one of the values grants.
fn role_of(provider: &Provider, values: &[String]) -> Option<Role> {
    let any = |wanted: &[String]| values.iter().any(|value| wanted.contains(value));
    if any(&provider.admin_values) {
        Some(Role::Admin)
    } else if any(&provider.agent_values) {
        Some(Role::Agent)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider() -> Provider {
        Provider {
            id: ProviderId(Uuid::nil()),
            name: "Example".into(),
            issuer: "https://id.example.com/a".into(),
            client_id: "porchlight".into(),
            client_secret: "secret".into(),
            domains: vec!["example.com".into()],
            role_claim: Some("groups".into()),
            admin_values: vec!["admins".into()],
            agent_values: vec!["support".into()],
        }
    }

    #[test]
    fn the_most_counts_that_somebody_is() {
        let role = |values: &[&str]| {
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            role_of(&provider(), &values)
        };
        assert_eq!(role(&["support", "admins"]), Some(Role::Admin));
        assert_eq!(role(&["other", "support"]), Some(Role::Agent));
        assert_eq!(role(&["Admins", "admin", ""]), None);
        assert_eq!(role(&[]), None);
    }

    #[test]
    fn an_issuer_is_spoken_to_in_secret() {
        assert!(check(&provider()).is_ok());
        for issuer in [
            "http://id.example.com",
            "http://10.0.0.1",
            "ftp://localhost",
            "https://a@id.example.com",
            "https://id.example.com/?a=b",
            "id.example.com",
            "",
        ] {
            let wrong = Provider { issuer: issuer.into(), ..provider() };
            assert!(check(&wrong).is_err(), "{issuer}");
        }
        for issuer in ["http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"] {
            assert!(check(&Provider { issuer: issuer.into(), ..provider() }).is_ok(), "{issuer}");
        }
        assert!(check(&Provider { client_id: "a\nb".into(), ..provider() }).is_err());
        assert!(check(&Provider { role_claim: None, ..provider() }).is_err());
        assert!(check(&Provider { domains: vec![], ..provider() }).is_err());
    }
}
