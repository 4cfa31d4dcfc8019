//! Second factors: codes of an authenticator app (TOTP, RFC 6238), recovery codes, and passkeys.

use data_encoding::BASE32_NOPAD;
use protocol::{AgentId, ErrorCode};
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, IntoActiveModel, PaginatorTrait, TransactionTrait};
use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Totp};

use super::session::hash;
use super::step_kind::StepKind;
use crate::Domain;
use crate::agent::Agent;
use crate::error::{Error, Result};
use crate::login::passkey::PasskeyDetails;
use crate::table::column::Assign;
use crate::table::{agent, agent_identity, passkey, recovery_code};

/// How many recovery codes an agent has at a time.
const RECOVERY_CODES: usize = 10;

/// The length of an authenticator app's secret, in bytes (RFC 4226, section 4: at least 128 bits).
const SECRET_BYTES: usize = 20;

/// What an agent can log in with besides a password.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecondFactors {
    /// Whether they have set up an authenticator app.
    pub has_totp: bool,
    /// How many recovery codes are left.
    pub recovery_codes: u64,
    /// Their passkeys, oldest first.
    pub passkeys: Vec<PasskeyDetails>,
}

impl SecondFactors {
    /// Whether there is a second factor. Recovery codes alone don't count.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.has_totp || !self.passkeys.is_empty()
    }
}

/// What an authenticator app needs for its setup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TotpOffer {
    /// The secret that continues the setup: see [`Domain::confirm_totp`].
    pub step: String,
    /// The secret in Base32, for typing it in.
    pub secret: String,
    /// The same as a URI, for a QR code.
    pub uri: String,
}

/// Someone whose password was correct and who needs a second factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The agent that they are logging in as.
    pub agent: Agent,
    /// The factors that they can use. Without any, they must set one up.
    pub factors: SecondFactors,
    /// Where they wanted to go.
    pub to: String,
}

#[derive(Serialize, Deserialize)]
struct Begun {
    epoch: i32,
    to: String,
    /// Whether the required factor has been set up during this login.
    #[serde(default)]
    is_set_up: bool,
}

impl Domain {
    /// What an agent can log in with besides a password.
    ///
    /// # Errors
    /// `agent_unknown`; store errors.
    pub async fn second_factors(&self, id: AgentId) -> Result<SecondFactors> {
        let row = agent::Entity::find_by_id(id).one(&self.store.reader).await?;
        let has_totp = row.ok_or(ErrorCode::AgentUnknown)?.totp_secret.is_some();
        let recovery_codes = recovery_code::Entity::find()
            .filter(recovery_code::COLUMN.agent_id.eq(id))
            .count(&self.store.reader)
            .await?;
        let passkeys = self.list_passkeys(id).await?;
        Ok(SecondFactors { has_totp, recovery_codes, passkeys })
    }

    /// Asks an agent whose password was correct for a second factor, if one is needed. Returns the secret that
    /// continues the login, or `None` if none is needed.
    ///
    /// # Errors
    /// Store errors.
    pub(super) async fn ask_second_factor(
        &self,
        agent: &Agent,
        to: &str,
    ) -> Result<Option<String>> {
        let is_asked = self.second_factors(agent.id).await?.is_any()
            || self.login_rules().await?.second_factor_required;
        if !is_asked {
            return Ok(None);
        }
        let begun = Begun { epoch: agent.epoch, to: to.to_owned(), is_set_up: false };
        self.begin_step(StepKind::SecondFactor, Some(agent.id), &begun).await.map(Some)
    }

    /// The login that waits for a second factor.
    ///
    /// # Errors
    /// `login_step_over`; store errors.
    pub async fn pending(&self, step: &str) -> Result<Pending> {
        let found = self.read_step::<Begun>(StepKind::SecondFactor, step).await?;
        let id = found.agent.ok_or(ErrorCode::LoginStepOver)?;
        // The password may have changed since.
        let agent = self.find_logged_in(id, found.data.epoch).await?;
        let agent = agent.ok_or(ErrorCode::LoginStepOver)?;
        let factors = self.second_factors(id).await?;
        Ok(Pending { agent, factors, to: found.data.to })
    }

    /// Logs in someone who submits a code of their authenticator app, or a recovery code. Returns the agent,
    /// where they wanted to go, and whether it was a recovery code.
    ///
    /// # Errors
    /// `login_step_over`, `code_wrong`, `too_many_attempts`; store errors.
    pub async fn finish_by_code(&self, step: &str, code: &str) -> Result<(Agent, String, bool)> {
        let pending = self.pending(step).await?;
        let id = pending.agent.id;
        self.attempts.check_second(&id.to_string())?;
        let is_recovery = if self.use_totp(id, code).await? {
            false
        } else if self.use_recovery_code(id, code).await? {
            true
        } else {
            return Err(ErrorCode::CodeWrong.into());
        };
        self.end_step(step).await?;
        Ok((pending.agent, pending.to, is_recovery))
    }

    /// Records that someone has set up the required factor during this login: only then do they need no code.
    ///
    /// # Errors
    /// `login_step_over`; store errors.
    pub async fn note_set_up(&self, step: &str) -> Result<()> {
        let begun = self.read_step::<Begun>(StepKind::SecondFactor, step).await?.data;
        self.change_step(step, &Begun { is_set_up: true, ..begun }).await
    }

    /// Logs in someone who has just set up the required factor. All their other logins end.
    ///
    /// # Errors
    /// `login_step_over`, `second_factor_required`; store errors.
    pub async fn finish_set_up(&self, step: &str) -> Result<(Agent, String)> {
        let pending = self.pending(step).await?;
        let begun = self.read_step::<Begun>(StepKind::SecondFactor, step).await?.data;
        if !begun.is_set_up || !pending.factors.is_any() {
            return Err(ErrorCode::SecondFactorRequired.into());
        }
        self.end_step(step).await?;
        Ok((self.log_out_everywhere(pending.agent.id).await?, pending.to))
    }

    /// Creates a secret for an authenticator app. It takes effect once one of its codes is confirmed.
    ///
    /// # Errors
    /// Store errors.
    pub async fn offer_totp(&self, agent: &Agent) -> Result<TotpOffer> {
        let bytes: [u8; SECRET_BYTES] = self.ambient.bytes();
        let secret = BASE32_NOPAD.encode(&bytes);
        // A colon would end the name of the account.
        let account = agent.email.replace(':', "");
        let uri = builder(&secret)?
            .with_issuer(Some("Porchlight"))
            .with_account_name(account)
            .build()
            .and_then(|totp| totp.to_url());
        let uri = uri.map_err(|_| Error::Corrupt("a secret for codes"))?;
        let sealed = self.ambient.keys().seal(&purpose(agent.id), &secret, self.ambient.bytes());
        let step = self.begin_step(StepKind::NewTotp, Some(agent.id), &sealed).await?;
        Ok(TotpOffer { step, secret, uri })
    }

    /// Enables an authenticator app by one of its codes, and returns new recovery codes.
    ///
    /// # Errors
    /// `login_step_over`, `code_wrong`; store errors.
    pub async fn confirm_totp(&self, id: AgentId, step: &str, code: &str) -> Result<Vec<String>> {
        let found = self.read_step::<String>(StepKind::NewTotp, step).await?;
        if found.agent != Some(id) {
            return Err(ErrorCode::LoginStepOver.into());
        }
        let secret = self.ambient.keys().unseal(&purpose(id), &found.data)?;
        let taken = self.step_of(&secret, code)?.ok_or(ErrorCode::CodeWrong)?;
        self.end_step(step).await?;
        let row = agent::Entity::find_by_id(id).one(&self.store.reader).await?;
        let mut changed = row.ok_or(ErrorCode::AgentUnknown)?.into_active_model();
        changed.totp_secret = Set(Some(found.data));
        changed.totp_step = Set(taken.cast_signed());
        agent::Entity::update(changed).exec(&self.store.reader).await?;
        self.make_recovery_codes(id).await
    }

    /// Replaces an agent's recovery codes.
    ///
    /// # Errors
    /// Store errors.
    pub async fn make_recovery_codes(&self, id: AgentId) -> Result<Vec<String>> {
        // Each has 160 bits, so its plain hash can't be reversed by guessing.
        let codes: Vec<String> = (0..RECOVERY_CODES)
            .map(|_| BASE32_NOPAD.encode(&self.ambient.bytes::<20>()).to_lowercase())
            .collect();
        let rows = codes.iter().map(|code| recovery_code::ActiveModel {
            hash: Set(recovery_hash(id, code)),
            agent_id: Set(id),
        });
        let tx = self.store.reader.begin().await?;
        let theirs = recovery_code::COLUMN.agent_id.eq(id);
        recovery_code::Entity::delete_many().filter(theirs).exec(&tx).await?;
        recovery_code::Entity::insert_many(rows).exec_without_returning(&tx).await?;
        tx.commit().await?;
        Ok(codes.iter().map(|code| grouped(code)).collect())
    }

    /// Removes an agent's authenticator app.
    ///
    /// # Errors
    /// `second_factor_required` if it is the last factor and one is required; store errors.
    pub async fn remove_totp(&self, id: AgentId) -> Result<()> {
        let factors = self.second_factors(id).await?;
        self.may_lose(factors.passkeys.is_empty()).await?;
        let row = agent::Entity::find_by_id(id).one(&self.store.reader).await?;
        let mut changed = row.ok_or(ErrorCode::AgentUnknown)?.into_active_model();
        changed.totp_secret = Set(None);
        agent::Entity::update(changed).exec(&self.store.reader).await?;
        // The recovery codes belong to the app: another app comes with new ones.
        let theirs = recovery_code::COLUMN.agent_id.eq(id);
        recovery_code::Entity::delete_many().filter(theirs).exec(&self.store.reader).await?;
        Ok(())
    }

    /// Checks whether an agent may remove a factor.
    pub(super) async fn may_lose(&self, is_last: bool) -> Result<()> {
        if is_last && self.login_rules().await?.second_factor_required {
            return Err(ErrorCode::SecondFactorRequired.into());
        }
        Ok(())
    }

    /// Removes all second factors of an agent who lost them, and their links to providers, and ends their
    /// logins. If a second factor is required, they set one up when they log in.
    ///
    /// # Errors
    /// `agent_unknown`; store errors.
    pub async fn reset_second_factors(&self, id: AgentId) -> Result<()> {
        let row = agent::Entity::find_by_id(id).one(&self.store.reader).await?;
        let row = row.ok_or(ErrorCode::AgentUnknown)?;
        let tx = self.store.reader.begin().await?;
        let mut changed = row.into_active_model();
        changed.totp_secret = Set(None);
        agent::Entity::update(changed).exec(&tx).await?;
        let theirs = recovery_code::COLUMN.agent_id.eq(id);
        recovery_code::Entity::delete_many().filter(theirs).exec(&tx).await?;
        let theirs = passkey::COLUMN.agent_id.eq(id);
        passkey::Entity::delete_many().filter(theirs).exec(&tx).await?;
        let theirs = agent_identity::COLUMN.agent_id.eq(id);
        agent_identity::Entity::delete_many().filter(theirs).exec(&tx).await?;
        tx.commit().await?;
        self.log_out_everywhere(id).await.map(drop)
    }

    /// Uses up a code of an agent's authenticator app. Returns whether it is valid and was not used before.
    async fn use_totp(&self, id: AgentId, code: &str) -> Result<bool> {
        let row = agent::Entity::find_by_id(id).one(&self.store.reader).await?;
        let Some(sealed) = row.and_then(|row| row.totp_secret) else { return Ok(false) };
        let secret = self.ambient.keys().unseal(&purpose(id), &sealed)?;
        let Some(step) = self.step_of(&secret, code)? else { return Ok(false) };
        // If the same code is submitted twice at once, only one login succeeds.
        let taken = agent::Entity::update_many()
            .assign(agent::COLUMN.totp_step, step.cast_signed())
            .filter(agent::COLUMN.id.eq(id))
            .filter(agent::COLUMN.totp_step.lt(step.cast_signed()))
            .exec(&self.store.reader)
            .await?;
        Ok(taken.rows_affected == 1)
    }

    /// The time step of a code, if it is valid around now.
    fn step_of(&self, secret: &str, code: &str) -> Result<Option<u64>> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if code.len() != 6 {
            return Ok(None);
        }
        Ok(totp(secret)?.check(&code, self.ambient.now_ms().seconds()))
    }

    async fn use_recovery_code(&self, id: AgentId, code: &str) -> Result<bool> {
        let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        let query = recovery_code::Entity::delete_by_id(recovery_hash(id, &code.to_lowercase()));
        Ok(query.exec(&self.store.reader).await?.rows_affected == 1)
    }

    /// Reseals TOTP secrets that are not sealed with the newest key. Returns how many.
    pub(super) async fn reseal_totp(&self) -> Result<usize> {
        let rows: Vec<(AgentId, String)> = agent::Entity::find()
            .filter(agent::COLUMN.totp_secret.is_not_null())
            .select_only()
            .column(agent::Column::Id)
            .column(agent::Column::TotpSecret)
            .into_tuple()
            .all(&self.store.reader)
            .await?;
        let mut count = 0;
        for (id, sealed) in rows {
            if self.ambient.keys().is_fresh(&sealed) {
                continue;
            }
            let secret = self.ambient.keys().unseal(&purpose(id), &sealed)?;
            let fresh = self.ambient.keys().seal(&purpose(id), &secret, self.ambient.bytes());
            agent::Entity::update_many()
                .assign(agent::COLUMN.totp_secret, fresh)
                .filter(agent::COLUMN.id.eq(id))
                // A concurrent change has already sealed the new value.
                .filter(agent::COLUMN.totp_secret.eq(sealed))
                .exec(&self.store.reader)
                .await?;
            count += 1;
        }
        Ok(count)
    }
}

fn purpose(id: AgentId) -> String {
    format!("totp secret v1:{id}")
}

fn builder(secret: &str) -> Result<Builder> {
    let secret = BASE32_NOPAD.decode(secret.as_bytes());
    Ok(Builder::new().with_secret(secret.map_err(|_| Error::Corrupt("a secret for codes"))?))
}

fn totp(secret: &str) -> Result<Totp> {
    let totp = builder(secret)?.with_account_name("x").build();
    totp.map_err(|_| Error::Corrupt("a secret for codes"))
}

fn recovery_hash(id: AgentId, code: &str) -> String {
    hash(&format!("recovery code v1:{id}:{code}"))
}

/// `abcd-efgh-…`, eight groups.
fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups = letters.chunks(4).map(|group| group.iter().collect::<String>());
    groups.collect::<Vec<_>>().join("-")
}
