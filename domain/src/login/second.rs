//! The second factor: codes of an authenticator app (TOTP, RFC 6238), codes for when it is lost, and passkeys.

use data_encoding::BASE32_NOPAD;
use protocol::{AgentId, ErrorCode};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, IntoActiveModel, PaginatorTrait, TransactionTrait};
use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Totp};

use super::session::hash;
use super::step::Kind;
use crate::Domain;
use crate::agent::Agent;
use crate::error::{Error, Result};
use crate::login::passkey::PasskeyDetails;
use crate::table::{agent, agent_identity, passkey, recovery_code};

/// How many recovery codes there are at a time.
const RECOVERY_CODES: usize = 10;

/// How long the secret of an authenticator app is (RFC 4226, section 4: at least 128 bits).
const SECRET_BYTES: usize = 20;

/// What an agent can show besides a password.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecondFactors {
    /// Whether an authenticator app makes codes for them.
    pub has_totp: bool,
    /// How many recovery codes are left.
    pub recovery_codes: u64,
    /// Their passkeys, the oldest first.
    pub passkeys: Vec<PasskeyDetails>,
}

impl SecondFactors {
    /// Whether there is one: recovery codes alone are none.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.has_totp || !self.passkeys.is_empty()
    }
}

/// What an authenticator app is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TotpOffer {
    /// Goes on with it: see [`Domain::confirm_totp`].
    pub step: String,
    /// The secret in Base32, for who types it in.
    pub secret: String,
    /// The same as an address, for a QR code.
    pub uri: String,
}

/// Somebody whose password was right, and who is asked for more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Who they are, if they can show it.
    pub agent: Agent,
    /// What they can show it by: without any, they must set one up.
    pub factors: SecondFactors,
    /// Where they wanted to go.
    pub to: String,
}

#[derive(Serialize, Deserialize)]
struct Begun {
    epoch: i32,
    to: String,
    /// Whether what was asked for has been set up in this login.
    #[serde(default)]
    is_set_up: bool,
}

impl Domain {
    /// What an agent can show besides a password.
    ///
    /// # Errors
    /// `agent_unknown`; the store's.
    pub async fn second_factors(&self, id: AgentId) -> Result<SecondFactors> {
        let row = agent::Entity::find_by_id(id.0).one(&self.store.reader).await?;
        let has_totp = row.ok_or(ErrorCode::AgentUnknown)?.totp_secret.is_some();
        let recovery_codes = recovery_code::Entity::find()
            .filter(recovery_code::Column::AgentId.eq(id.0))
            .count(&self.store.reader)
            .await?;
        let passkeys = self.list_passkeys(id).await?;
        Ok(SecondFactors { has_totp, recovery_codes, passkeys })
    }

    /// Whether more is asked of an agent whose password was right: the secret that goes on with it, or nothing
    /// if they are in.
    ///
    /// # Errors
    /// The store's.
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
        self.begin_step(Kind::SecondFactor, Some(agent.id), &begun).await.map(Some)
    }

    /// Who is asked for more.
    ///
    /// # Errors
    /// `login_step_over`; the store's.
    pub async fn pending(&self, step: &str) -> Result<Pending> {
        let found = self.read_step::<Begun>(Kind::SecondFactor, step).await?;
        let id = found.agent.ok_or(ErrorCode::LoginStepOver)?;
        // The password may have changed since.
        let agent = self.find_logged_in(id, found.data.epoch).await?;
        let agent = agent.ok_or(ErrorCode::LoginStepOver)?;
        let factors = self.second_factors(id).await?;
        Ok(Pending { agent, factors, to: found.data.to })
    }

    /// Lets somebody in who shows a code: of their authenticator app, or one for when it is lost. Says where
    /// they wanted to go, and whether it was one of the latter.
    ///
    /// # Errors
    /// `login_step_over`, `code_wrong`, `too_many_attempts`; the store's.
    pub async fn finish_by_code(&self, step: &str, code: &str) -> Result<(Agent, String, bool)> {
        let pending = self.pending(step).await?;
        let id = pending.agent.id;
        self.attempts.check_second(&id.to_string())?;
        let is_recovery = if self.take_totp(id, code).await? {
            false
        } else if self.take_recovery_code(id, code).await? {
            true
        } else {
            return Err(ErrorCode::CodeWrong.into());
        };
        self.end_step(step).await?;
        Ok((pending.agent, pending.to, is_recovery))
    }

    /// Notes that somebody has set up in this login what was asked for: only they need no code.
    ///
    /// # Errors
    /// `login_step_over`; the store's.
    pub async fn note_set_up(&self, step: &str) -> Result<()> {
        let begun = self.read_step::<Begun>(Kind::SecondFactor, step).await?.data;
        self.change_step(step, &Begun { is_set_up: true, ..begun }).await
    }

    /// Lets somebody in who has just set up what was asked for. Whoever else came in before is logged out.
    ///
    /// # Errors
    /// `login_step_over`, `second_factor_required`; the store's.
    pub async fn finish_set_up(&self, step: &str) -> Result<(Agent, String)> {
        let pending = self.pending(step).await?;
        let begun = self.read_step::<Begun>(Kind::SecondFactor, step).await?.data;
        if !begun.is_set_up || !pending.factors.is_any() {
            return Err(ErrorCode::SecondFactorRequired.into());
        }
        self.end_step(step).await?;
        Ok((self.log_out_everywhere(pending.agent.id).await?, pending.to))
    }

    /// Makes a secret for an authenticator app. It counts once a code of it was shown.
    ///
    /// # Errors
    /// The store's.
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
        let step = self.begin_step(Kind::NewTotp, Some(agent.id), &sealed).await?;
        Ok(TotpOffer { step, secret, uri })
    }

    /// Has codes of an authenticator app count, and returns new recovery codes.
    ///
    /// # Errors
    /// `login_step_over`, `code_wrong`; the store's.
    pub async fn confirm_totp(&self, id: AgentId, step: &str, code: &str) -> Result<Vec<String>> {
        let found = self.read_step::<String>(Kind::NewTotp, step).await?;
        if found.agent != Some(id) {
            return Err(ErrorCode::LoginStepOver.into());
        }
        let secret = self.ambient.keys().unseal(&purpose(id), &found.data)?;
        let taken = self.step_of(&secret, code)?.ok_or(ErrorCode::CodeWrong)?;
        self.end_step(step).await?;
        let row = agent::Entity::find_by_id(id.0).one(&self.store.reader).await?;
        let mut changed = row.ok_or(ErrorCode::AgentUnknown)?.into_active_model();
        changed.totp_secret = Set(Some(found.data));
        changed.totp_step = Set(taken.cast_signed());
        agent::Entity::update(changed).exec(&self.store.reader).await?;
        self.make_recovery_codes(id).await
    }

    /// Puts new recovery codes in the place of those that there are.
    ///
    /// # Errors
    /// The store's.
    pub async fn make_recovery_codes(&self, id: AgentId) -> Result<Vec<String>> {
        // 160 bits each: a plain hash of it can't be guessed back.
        let codes: Vec<String> = (0..RECOVERY_CODES)
            .map(|_| BASE32_NOPAD.encode(&self.ambient.bytes::<20>()).to_lowercase())
            .collect();
        let rows = codes.iter().map(|code| recovery_code::ActiveModel {
            hash: Set(recovery_hash(id, code)),
            agent_id: Set(id.0),
        });
        let tx = self.store.reader.begin().await?;
        let theirs = recovery_code::Column::AgentId.eq(id.0);
        recovery_code::Entity::delete_many().filter(theirs).exec(&tx).await?;
        recovery_code::Entity::insert_many(rows).exec_without_returning(&tx).await?;
        tx.commit().await?;
        Ok(codes.iter().map(|code| grouped(code)).collect())
    }

    /// Forgets an agent's authenticator app.
    ///
    /// # Errors
    /// `second_factor_required` if it is the last one and one is demanded; the store's.
    pub async fn remove_totp(&self, id: AgentId) -> Result<()> {
        let factors = self.second_factors(id).await?;
        self.may_lose(factors.passkeys.is_empty()).await?;
        let row = agent::Entity::find_by_id(id.0).one(&self.store.reader).await?;
        let mut changed = row.ok_or(ErrorCode::AgentUnknown)?.into_active_model();
        changed.totp_secret = Set(None);
        agent::Entity::update(changed).exec(&self.store.reader).await?;
        // They are of the app: with another one there are others.
        let theirs = recovery_code::Column::AgentId.eq(id.0);
        recovery_code::Entity::delete_many().filter(theirs).exec(&self.store.reader).await?;
        Ok(())
    }

    /// Whether somebody may do without a factor.
    pub(super) async fn may_lose(&self, is_last: bool) -> Result<()> {
        if is_last && self.login_rules().await?.second_factor_required {
            return Err(ErrorCode::SecondFactorRequired.into());
        }
        Ok(())
    }

    /// Forgets all second factors of an agent who lost them, and whom providers take for them, and ends their logins. Where one is demanded, they
    /// set one up when they log in.
    ///
    /// # Errors
    /// `agent_unknown`; the store's.
    pub async fn reset_second_factors(&self, id: AgentId) -> Result<()> {
        let row = agent::Entity::find_by_id(id.0).one(&self.store.reader).await?;
        let row = row.ok_or(ErrorCode::AgentUnknown)?;
        let tx = self.store.reader.begin().await?;
        let mut changed = row.into_active_model();
        changed.totp_secret = Set(None);
        agent::Entity::update(changed).exec(&tx).await?;
        let theirs = recovery_code::Column::AgentId.eq(id.0);
        recovery_code::Entity::delete_many().filter(theirs).exec(&tx).await?;
        let theirs = passkey::Column::AgentId.eq(id.0);
        passkey::Entity::delete_many().filter(theirs).exec(&tx).await?;
        let theirs = agent_identity::Column::AgentId.eq(id.0);
        agent_identity::Entity::delete_many().filter(theirs).exec(&tx).await?;
        tx.commit().await?;
        self.log_out_everywhere(id).await.map(drop)
    }

    /// Whether a code is one of their authenticator app, that was not taken yet.
    async fn take_totp(&self, id: AgentId, code: &str) -> Result<bool> {
        let row = agent::Entity::find_by_id(id.0).one(&self.store.reader).await?;
        let Some(sealed) = row.and_then(|row| row.totp_secret) else { return Ok(false) };
        let secret = self.ambient.keys().unseal(&purpose(id), &sealed)?;
        let Some(step) = self.step_of(&secret, code)? else { return Ok(false) };
        // Of two who show the same code at once, one gets in.
        let taken = agent::Entity::update_many()
            .col_expr(agent::Column::TotpStep, Expr::value(step.cast_signed()))
            .filter(agent::Column::Id.eq(id.0))
            .filter(agent::Column::TotpStep.lt(step.cast_signed()))
            .exec(&self.store.reader)
            .await?;
        Ok(taken.rows_affected == 1)
    }

    /// The step of time that a code is of, if it is of one about now.
    fn step_of(&self, secret: &str, code: &str) -> Result<Option<u64>> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if code.len() != 6 {
            return Ok(None);
        }
        Ok(totp(secret)?.check(&code, self.ambient.now_ms() / 1_000))
    }

    async fn take_recovery_code(&self, id: AgentId, code: &str) -> Result<bool> {
        let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        let query = recovery_code::Entity::delete_by_id(recovery_hash(id, &code.to_lowercase()));
        Ok(query.exec(&self.store.reader).await?.rows_affected == 1)
    }

    /// Seals with the newest key what was sealed with others.
    pub(super) async fn reseal_totp(&self) -> Result<usize> {
        let rows = agent::Entity::find()
            .filter(agent::Column::TotpSecret.is_not_null())
            .all(&self.store.reader)
            .await?;
        let mut count = 0;
        for row in rows {
            let Some(sealed) = row.totp_secret.as_deref() else { continue };
            if self.ambient.keys().is_fresh(sealed) {
                continue;
            }
            let id = AgentId(row.id);
            let secret = self.ambient.keys().unseal(&purpose(id), sealed)?;
            let fresh = self.ambient.keys().seal(&purpose(id), &secret, self.ambient.bytes());
            agent::Entity::update_many()
                .col_expr(agent::Column::TotpSecret, Expr::value(fresh))
                .filter(agent::Column::Id.eq(row.id))
                // Who changed it meanwhile has sealed it.
                .filter(agent::Column::TotpSecret.eq(sealed))
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
