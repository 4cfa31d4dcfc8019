//! Emails about an agent's account.

use protocol::{AgentId, DropReason, MailId, MailKind, MailState, UnixMillis};
use sea_orm::ActiveValue::Set;
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;

use crate::agent::{has_password, link_token};
use crate::command::Write;
use crate::error::Result;
use crate::table::{agent, mail};

/// The most emails of one kind that an address gets in an hour, and that hour in milliseconds.
const AN_HOUR: u64 = 5;
const HOUR_MS: u64 = 60 * 60 * 1_000;

/// The content of an email about an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfAccount {
    /// The agent's name.
    pub name: String,
    /// The link with which they set their password.
    pub link: String,
}

/// Queues an email with a link to set a password, unless one is already waiting.
pub(crate) async fn enqueue_link(write: &Write<'_>, agent: AgentId, kind: MailKind) -> Result<()> {
    let waiting = mail::Entity::find()
        .filter(mail::COLUMN.agent_id.eq(agent))
        .filter(mail::COLUMN.kind.eq(kind))
        .filter(mail::COLUMN.state.eq(MailState::Waiting))
        .limit(1);
    if !waiting.all(write.tx).await?.is_empty() {
        return Ok(());
    }
    let row = mail::ActiveModel {
        agent_id: Set(Some(agent)),
        ..super::row::new_row(write.ambient, kind, write.ambient.now_ms())
    };
    mail::Entity::insert(row).exec_without_returning(write.tx).await?;
    Ok(())
}

/// The recipient and content of an email, or why it is not sent.
pub(super) async fn decide(
    write: &Write<'_>,
    id: MailId,
    kind: MailKind,
    agent: AgentId,
    begun_at_ms: Option<UnixMillis>,
) -> Result<Result<(String, OfAccount), DropReason>> {
    let row = agent::Entity::find_by_id(agent).one(write.tx).await?;
    let Some(row) = row.filter(|row| row.is_active) else {
        return Ok(Err(DropReason::Gone));
    };
    if kind == MailKind::Invitation && has_password(&row) {
        return Ok(Err(DropReason::Done));
    }
    let now_ms = write.ambient.now_ms();
    let lately = mail::Entity::find()
        .filter(mail::COLUMN.address.eq(&*row.email))
        .filter(mail::COLUMN.begun_at_ms.gt(now_ms - HOUR_MS))
        .filter(mail::COLUMN.kind.eq(kind))
        .filter(mail::COLUMN.id.ne(id));
    if lately.count(write.tx).await? >= AN_HOUR {
        return Ok(Err(DropReason::Capped));
    }
    // Each attempt has the same link, so its lifetime starts with the first attempt.
    let begun_at_ms = begun_at_ms.unwrap_or(now_ms);
    if now_ms >= begun_at_ms + link_token::life_ms(&row) {
        return Ok(Err(DropReason::Late));
    }
    let link = link_token::issue(&row, begun_at_ms, write.ambient.keys());
    Ok(Ok((row.email, OfAccount { name: row.name, link })))
}
