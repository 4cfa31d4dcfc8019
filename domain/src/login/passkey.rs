//! Passkeys (Web Authentication): keys that a device or a password manager stores, and uses after it has
//! verified its owner. A passkey replaces the password and the second factor at once.

use data_encoding::HEXLOWER;
use protocol::{AgentId, ErrorCode, PasskeyId, UnixMillis};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel, QueryOrder};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::{Host, Url};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn, WebauthnBuilder,
};

use super::step_kind::StepKind;
use crate::Domain;
use crate::agent::{Agent, check_name};
use crate::error::{Error, Result};
use crate::table::passkey;

/// The most passkeys that an agent may have.
const PASSKEYS: usize = 20;

/// The largest credential, in bytes: public keys and attestation statements are far smaller.
const CREDENTIAL_BYTES: usize = 32 * 1024;

/// Where passkeys are used: a browser only uses a passkey on the site that it was created for.
#[derive(Clone)]
pub struct PasskeySite(std::sync::Arc<Webauthn>);

impl PasskeySite {
    /// The site at a URL. `None` if the host is an IP address, because no browser creates passkeys for it (Web
    /// Authentication, section 5.1.3). Except on `localhost`, browsers require https.
    #[must_use]
    pub fn new(public_url: &str) -> Option<Self> {
        let url = Url::parse(public_url).ok()?;
        let Some(Host::Domain(host)) = url.host() else { return None };
        if url.scheme() != "https" && host != "localhost" {
            return None;
        }
        let site = WebauthnBuilder::new(host, &url).ok()?.rp_name("Porchlight").build().ok()?;
        Some(Self(std::sync::Arc::new(site)))
    }
}

/// A passkey, as shown to its agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyDetails {
    /// Its id in requests.
    pub id: PasskeyId,
    /// The name that its agent gave it.
    pub name: String,
    /// When it was created, in milliseconds since 1970 (UTC).
    pub created_at_ms: UnixMillis,
    /// When it was last used, in milliseconds since 1970 (UTC).
    pub used_at_ms: Option<UnixMillis>,
}

/// A request to a browser for a passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyRequest {
    /// The secret that continues this step.
    pub step: String,
    /// `publicKey` of what a browser accepts (`PublicKeyCredentialCreationOptionsJSON` or
    /// `PublicKeyCredentialRequestOptionsJSON`), as JSON.
    pub options: String,
}

fn refused(error: &webauthn_rs::prelude::WebauthnError) -> Error {
    tracing::info!(%error, "a passkey was refused");
    ErrorCode::PasskeyInvalid.into()
}

fn hash(credential: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(credential))
}

fn read<T: for<'a> Deserialize<'a>>(credential: &str) -> Result<T> {
    let read = (credential.len() <= CREDENTIAL_BYTES).then(|| serde_json::from_str(credential));
    read.and_then(std::result::Result::ok).ok_or_else(|| ErrorCode::PasskeyInvalid.into())
}

fn write(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|_| Error::Corrupt("a passkey"))
}

/// The options within what the library created, with the values of `set`.
fn options(made: &impl Serialize, set: &[(&str, &str, serde_json::Value)]) -> Result<String> {
    let mut made = serde_json::to_value(made).map_err(|_| Error::Corrupt("a passkey"))?;
    let mut options = made["publicKey"].take();
    for (place, key, value) in set {
        options[*place][*key] = value.clone();
    }
    write(&options)
}

impl Domain {
    /// An agent's passkeys, oldest first.
    ///
    /// # Errors
    /// Store errors.
    pub async fn list_passkeys(&self, id: AgentId) -> Result<Vec<PasskeyDetails>> {
        let rows = passkey::Entity::find()
            .filter(passkey::COLUMN.agent_id.eq(id))
            .order_by_asc(passkey::Column::CreatedAtMs)
            .order_by_asc(passkey::Column::Id)
            .all(&self.store.reader)
            .await?;
        let details = |row: passkey::Model| PasskeyDetails {
            id: row.id,
            name: row.name,
            created_at_ms: row.created_at_ms,
            used_at_ms: row.used_at_ms,
        };
        Ok(rows.into_iter().map(details).collect())
    }

    /// Returns the request to a browser to create a passkey for an agent.
    ///
    /// # Errors
    /// `passkey_invalid` if they have too many; store errors.
    pub async fn offer_passkey(&self, site: &PasskeySite, agent: &Agent) -> Result<PasskeyRequest> {
        let keys = self.keys_of(agent.id).await?;
        if keys.len() >= PASSKEYS {
            return Err(ErrorCode::PasskeyInvalid.into());
        }
        let known = keys.iter().map(|key| key.cred_id().clone()).collect();
        let (made, state) = site
            .0
            .start_passkey_registration(agent.id.0, &agent.email, &agent.name, Some(known))
            .map_err(|error| refused(&error))?;
        let step = self.begin_step(StepKind::NewPasskey, Some(agent.id), &state).await?;
        // A login with a passkey names no agent, so the device must know whose passkey it is.
        let resident = [
            ("authenticatorSelection", "residentKey", "required".into()),
            ("authenticatorSelection", "requireResidentKey", true.into()),
        ];
        Ok(PasskeyRequest { step, options: options(&made, &resident)? })
    }

    /// Stores a passkey that a browser created.
    ///
    /// # Errors
    /// `login_step_over`, `passkey_invalid`, `name_invalid`; store errors.
    pub async fn add_passkey(
        &self,
        site: &PasskeySite,
        id: AgentId,
        step: &str,
        name: &str,
        credential: &str,
    ) -> Result<()> {
        let name = check_name(name)?;
        let found = self.read_step::<PasskeyRegistration>(StepKind::NewPasskey, step).await?;
        if found.agent != Some(id) {
            return Err(ErrorCode::LoginStepOver.into());
        }
        let credential: RegisterPublicKeyCredential = read(credential)?;
        let made = site.0.finish_passkey_registration(&credential, &found.data);
        let key = made.map_err(|error| refused(&error))?;
        self.end_step(step).await?;
        let credential_hash = hash(key.cred_id());
        let same = passkey::COLUMN.credential_hash.eq(&*credential_hash);
        if passkey::Entity::find().filter(same).one(&self.store.reader).await?.is_some() {
            return Err(ErrorCode::PasskeyInvalid.into());
        }
        let row = passkey::ActiveModel {
            id: Set(PasskeyId(self.ambient.uuid())),
            agent_id: Set(id),
            credential_hash: Set(credential_hash),
            name: Set(name),
            data: Set(write(&key)?),
            created_at_ms: Set(self.ambient.now_ms()),
            used_at_ms: Set(None),
        };
        passkey::Entity::insert(row).exec_without_returning(&self.store.reader).await?;
        Ok(())
    }

    /// Removes a passkey of an agent.
    ///
    /// # Errors
    /// `passkey_unknown`; `second_factor_required` if it is the last factor and one is required; store errors.
    pub async fn remove_passkey(&self, agent: AgentId, id: PasskeyId) -> Result<()> {
        let factors = self.second_factors(agent).await?;
        if !factors.passkeys.iter().any(|key| key.id == id) {
            return Err(ErrorCode::PasskeyUnknown.into());
        }
        self.may_lose(!factors.has_totp && factors.passkeys.len() == 1).await?;
        passkey::Entity::delete_by_id(id).exec(&self.store.reader).await?;
        Ok(())
    }

    /// Returns the request to a browser to log in with a passkey. The agent is not known yet.
    ///
    /// # Errors
    /// `too_many_attempts`; store errors.
    pub async fn ask_passkey(
        &self,
        site: &PasskeySite,
        source: &super::Source,
    ) -> Result<PasskeyRequest> {
        self.attempts.check_network(source)?;
        let begun = site.0.start_discoverable_authentication();
        let (made, state) = begun.map_err(|error| refused(&error))?;
        let step = self.begin_step(StepKind::Passkey, None, &state).await?;
        Ok(PasskeyRequest { step, options: options(&made, &[])? })
    }

    /// Returns the agent whose passkey a browser has used.
    ///
    /// # Errors
    /// `login_step_over`, `passkey_invalid`, `passwords_off`; store errors.
    pub async fn log_in_by_passkey(
        &self,
        site: &PasskeySite,
        step: &str,
        credential: &str,
    ) -> Result<Agent> {
        let state =
            self.read_step::<DiscoverableAuthentication>(StepKind::Passkey, step).await?.data;
        // There is only one attempt: the answer can't be submitted again.
        self.end_step(step).await?;
        let credential: PublicKeyCredential = read(credential)?;
        let (user, id) = site
            .0
            .identify_discoverable_authentication(&credential)
            .map_err(|error| refused(&error))?;
        let found = passkey::Entity::find()
            .filter(passkey::COLUMN.credential_hash.eq(hash(id)))
            .filter(passkey::COLUMN.agent_id.eq(AgentId(user)))
            .one(&self.store.reader)
            .await?;
        let row = found.ok_or(ErrorCode::PasskeyInvalid)?;
        let mut key: Passkey =
            serde_json::from_str(&row.data).map_err(|_| Error::Corrupt("a passkey"))?;
        let shown = site.0.finish_discoverable_authentication_v2(&credential, state, &key);
        let shown = shown.map_err(|error| refused(&error))?;
        let agent = self.find_agent(AgentId(user)).await?.ok_or(ErrorCode::PasskeyInvalid)?;
        self.may_come_without_provider(agent.role).await?;
        key.update_credential(&shown);
        let mut changed = row.into_active_model();
        changed.data = Set(write(&key)?);
        changed.used_at_ms = Set(Some(self.ambient.now_ms()));
        passkey::Entity::update(changed).exec(&self.store.reader).await?;
        Ok(agent)
    }

    async fn keys_of(&self, id: AgentId) -> Result<Vec<Passkey>> {
        let theirs = passkey::Entity::find().filter(passkey::COLUMN.agent_id.eq(id));
        let rows = theirs.all(&self.store.reader).await?;
        let key = |row: passkey::Model| serde_json::from_str(&row.data);
        let keys: std::result::Result<_, _> = rows.into_iter().map(key).collect();
        keys.map_err(|_| Error::Corrupt("a passkey"))
    }
}
