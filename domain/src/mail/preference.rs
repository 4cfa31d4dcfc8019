//! Whether the reader of an email wants more of them. A token in the email lets them say so without a login.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::Mac;
use protocol::{ErrorCode, InboxId, MailId, MailKind};
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;

use crate::Domain;
use crate::agent::AgentMail;
use crate::ambient::Ambient;
use crate::command::{Command, Shard, Write};
use crate::error::Result;
use crate::inbox::Inbox;
use crate::table::{agent, mail};
use crate::visitor::token::mac;

/// Separates this use of a secret from the others.
const PREFERENCE: &[u8] = b"mail preference v1:";

/// Whether email is wanted, as shown to the reader of one.
#[derive(Clone)]
pub struct Preference {
    /// The address that the email went to.
    pub address: String,
    /// What the preference is about.
    pub of: PreferenceOf,
    /// Whether email is wanted.
    pub is_wanted: bool,
}

/// What a reader can subscribe to.
#[derive(Clone)]
pub enum PreferenceOf {
    /// For a visitor: all email from an inbox.
    Inbox(Box<Inbox>),
    /// For an agent: emails of one kind.
    Kind(MailKind),
}

/// The reader of an email. Their token is signed with a secret of their inbox or account.
enum Reader {
    Visitor(Box<Inbox>),
    /// The token is valid until they change their password.
    Agent(agent::Model),
}

impl Reader {
    async fn of(
        db: &impl ConnectionTrait,
        ambient: &Ambient,
        row: &mail::Model,
    ) -> Result<Option<Self>> {
        Ok(match (row.agent_id, row.inbox_id) {
            (Some(agent), _) => agent::Entity::find_by_id(agent).one(db).await?.map(Self::Agent),
            (None, Some(inbox)) => {
                Some(Self::Visitor(Box::new(crate::inbox::find(db, ambient, inbox).await?)))
            }
            (None, None) => None,
        })
    }

    /// The secrets that sign the token, newest first.
    fn secrets(&self) -> Vec<&str> {
        match self {
            Self::Visitor(inbox) => inbox.secrets.visitors.all().collect(),
            Self::Agent(agent) => vec![&agent.password_hash],
        }
    }
}

/// Issues the token that lets the reader of an email choose whether they want more: `ID.MAC`.
pub(super) async fn issue(write: &Write<'_>, row: &mail::Model) -> Result<String> {
    let id = row.id;
    let reader = Reader::of(write.tx, write.ambient, row).await?.ok_or(ErrorCode::LinkInvalid)?;
    let tag = mac(reader.secrets()[0], PREFERENCE, id.0.as_bytes()).finalize().into_bytes();
    Ok(format!("{id}.{}", HEXLOWER.encode(&tag)))
}

impl Domain {
    /// The preference that an email's token stands for.
    ///
    /// # Errors
    /// `link_invalid`; store errors.
    pub async fn mail_preference(&self, token: &str) -> Result<Preference> {
        let db = &self.store.reader;
        let (row, reader, address) = self.reader_of(token).await?;
        let (of, is_wanted) = match reader {
            Reader::Visitor(inbox) => {
                let standing = super::standing(db, inbox.id, &address).await?;
                (PreferenceOf::Inbox(inbox), !standing.is_unsubscribed)
            }
            Reader::Agent(agent) => {
                let kind = row.kind;
                let mails = AgentMail::read(db, agent.id).await?;
                (PreferenceOf::Kind(kind), mails.wants(kind))
            }
        };
        Ok(Preference { address, of, is_wanted })
    }

    /// Unsubscribes the reader of an email, or subscribes them again. Agents can only subscribe again on the
    /// page of their account, where there is more to choose than yes.
    ///
    /// # Errors
    /// `link_invalid`; store errors.
    pub async fn prefer_mail(&self, token: &str, wanted: bool) -> Result<()> {
        let (row, reader, address) = self.reader_of(token).await?;
        match reader {
            Reader::Visitor(inbox) => {
                self.writer.run(Prefer { inbox: inbox.id, address, wanted }).await
            }
            Reader::Agent(_) if wanted => Ok(()),
            Reader::Agent(agent) => self.give_up_mail(agent.id, row.kind).await,
        }
    }

    async fn reader_of(&self, token: &str) -> Result<(mail::Model, Reader, String)> {
        let invalid = || ErrorCode::LinkInvalid;
        let (id, tag) = token.split_once('.').ok_or_else(invalid)?;
        let id = MailId::parse(id).ok_or_else(invalid)?;
        let tag = HEXLOWER_PERMISSIVE.decode(tag.as_bytes()).ok().ok_or_else(invalid)?;
        let row = mail::Entity::find_by_id(id).one(&self.store.reader).await?;
        let row = row.ok_or_else(invalid)?;
        let reader = Reader::of(&self.store.reader, &self.ambient, &row).await?;
        let reader = reader.ok_or_else(invalid)?;
        let is_right =
            |secret: &&str| mac(secret, PREFERENCE, id.0.as_bytes()).verify_slice(&tag).is_ok();
        reader.secrets().iter().find(|secret| is_right(secret)).ok_or_else(invalid)?;
        let address = row.address.clone().ok_or_else(invalid)?;
        Ok((row, reader, address))
    }
}

struct Prefer {
    inbox: InboxId,
    address: String,
    wanted: bool,
}

impl Command for Prefer {
    type Output = ();

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        super::recipient::prefers(write, self.inbox, &self.address, self.wanted).await
    }
}
