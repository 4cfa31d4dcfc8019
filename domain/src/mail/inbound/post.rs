//! A mail becomes a message.

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream;
use mail_reader::{Attached, Bounce, Mail};
use protocol::limits::{FILE_NAME_CHARS, FILES, MESSAGE_BYTES};
use protocol::{
    Body, ClientId, ConversationId, ErrorCode, Event, FileId, InboundId, InboundReason,
    InboundState, InboxId, MailId, MailState, Seq,
};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, QuerySelect};

use super::judge::{Origin, Poster};
use super::read::{Told, beginning};
use super::state_of;
use crate::Domain;
use crate::conversation::{Draft, Speaker};
use crate::error::{Error, Result};
use crate::file::Party;
use crate::mail::address::arrived;
use crate::mail::settle::{fail, lock};
use crate::table::{inbound_mail, mail};
use crate::writer::{Command, Shard, Write};

/// How many of a mail's files are tried, and how many are named that were not taken.
const TRIED: usize = 30;
const NAMED: usize = 50;

/// What a message that came by mail brings along.
#[derive(Clone)]
pub(crate) struct ByMail {
    id: InboundId,
    /// The address that it came from.
    sender: Option<String>,
    /// Where that is the visitor's own: the address, and what they call themselves.
    own: Option<(String, Option<String>)>,
    /// Whether it shows that the visitor reads it.
    is_proven: bool,
    /// Whether only the team sees it.
    is_note: bool,
    /// Whether nobody says that it is from whom it says.
    is_unchecked: bool,
    subject: Option<String>,
    /// Whether there is more to it than the message says.
    is_cut: bool,
    /// The names of the files that were not taken.
    left_out: Vec<String>,
    told: Told,
}

impl ByMail {
    /// The visitor's own address, if it came from there, and what they call themselves.
    pub(crate) fn own(&self) -> Option<(&str, Option<&str>)> {
        self.own.as_ref().map(|(address, name)| (address.as_str(), name.as_deref()))
    }

    /// What it says: to the visitor, or among the team.
    pub(crate) fn body(&self, text: String) -> Body {
        if self.is_note { Body::Note { text } } else { Body::Message { text } }
    }

    /// What the team is told of it.
    pub(crate) fn event(&self, seq: Seq) -> Event {
        Event::CameByMail {
            seq,
            sender: self.sender.clone().unwrap_or_default(),
            subject: self.subject.clone(),
            is_cut: self.is_cut || !self.left_out.is_empty(),
            is_unchecked: self.is_unchecked.then_some(true),
        }
    }
}

impl Domain {
    pub(super) async fn post(
        &self,
        row: &inbound_mail::Model,
        mut mail: Mail,
        poster: Poster,
    ) -> Result<()> {
        let id = InboundId(row.id);
        let is_unchecked = self.origin(row, &mail) != Origin::Vouched;
        let is_note = matches!(poster, Poster::Agent { is_note: true, .. });
        let (speaker, party, own, is_proven) = match poster {
            Poster::Visitor { who, conversation, own, name, is_proven } => {
                let speaker = Speaker::Visitor { who, conversation, page: None };
                (speaker, Party::Visitor(who), own.map(|own| (own, name)), is_proven)
            }
            Poster::Agent { agent, conversation, .. } => {
                let party = Party::Agent(agent.clone());
                (Speaker::Agent { agent, conversation }, party, None, false)
            }
        };
        let attached = std::mem::take(&mut mail.files);
        let (files, left_out) = self.take_files(id, &party, attached).await?;
        let told = Told::of(&mail);
        let text = message(&mail, !files.is_empty());
        let Some(text) = text else {
            let (review, empty) = (InboundState::Review, InboundReason::Empty);
            return self.settle(row, Some(&mail), review, empty, speaker.conversation()).await;
        };
        let by_mail = ByMail {
            id,
            sender: told.sender().map(ToOwned::to_owned),
            own,
            is_proven,
            is_note,
            is_unchecked,
            subject: super::read::subject(&mail),
            is_cut: text.trim() != mail.whole.trim(),
            left_out,
            told,
        };
        // The mail names the send: it can't be said twice, by whatever inboxes it comes in.
        let client_id = ClientId(name_of(&row.digest)?);
        let draft = Draft { text: &text, files: &files };
        match self.send_by_mail(speaker.clone(), client_id, draft, by_mail).await {
            Ok(()) => {
                tracing::info!(mail = %id, "a mail came in, and is a message");
                Ok(())
            }
            // Somebody else was first.
            Err(Error::Refused(ErrorCode::MailSettled)) => Ok(()),
            Err(Error::Refused(code)) => {
                tracing::warn!(mail = %id, code = code.as_str(), "a mail can't be a message");
                let (review, refused) = (InboundState::Review, InboundReason::Refused);
                self.settle(row, Some(&mail), review, refused, speaker.conversation()).await
            }
            Err(error) => Err(error),
        }
    }

    /// Uploads what is attached, within the limits of any upload. Returns what was taken, and the names
    /// of what was not.
    async fn take_files(
        &self,
        id: InboundId,
        party: &Party,
        attached: Vec<Attached>,
    ) -> Result<(Vec<FileId>, Vec<String>)> {
        let (mut taken, mut left_out) = (Vec::new(), Vec::new());
        for (number, Attached { name, content }) in attached.into_iter().enumerate() {
            if taken.len() == FILES || number >= TRIED {
                if left_out.len() < NAMED {
                    left_out.push(name.chars().take(FILE_NAME_CHARS).collect());
                }
                continue;
            }
            // The same file has the same id whenever the mail is read.
            let file = FileId(Uuid::from_u128(id.0.as_u128() ^ (number as u128 + 1)));
            let bytes = content.len() as u64;
            let content = stream::iter([Ok(Bytes::from(content))]);
            match self.upload(party, file, &name, bytes, content).await {
                Ok(file) => taken.push(file.id),
                Err(Error::Refused(code)) if !code.is_temporary() => {
                    left_out.push(name.chars().take(FILE_NAME_CHARS).collect());
                }
                Err(error) => return Err(error),
            }
        }
        Ok((taken, left_out))
    }

    /// A mail server says that one of ours did not arrive.
    pub(super) async fn came_back(&self, bounce: &Bounce) -> Result<()> {
        if !bounce.is_final {
            return Ok(());
        }
        for about in bounce.about.iter().filter(|id| id.len() <= 255) {
            let query = mail::Entity::find().filter(mail::Column::MessageId.eq(about)).limit(1);
            let found = query.all(&self.store.reader).await?.into_iter().next();
            if let Some(row) = found {
                let conversation = row.conversation_id.map(ConversationId);
                let bounce = bounce.clone();
                return self
                    .writer
                    .run(CameBack { id: MailId(row.id), conversation, bounce })
                    .await;
            }
        }
        Ok(())
    }
}

/// A name for what tells a mail from all others.
fn name_of(digest: &str) -> Result<Uuid> {
    let beginning = digest.get(..32).and_then(|hex| u128::from_str_radix(hex, 16).ok());
    beginning.map(Uuid::from_u128).ok_or(Error::Corrupt("an inbound mail's digest"))
}

/// What a mail says in the conversation: what was written, else its subject. `None` if it says nothing.
fn message(mail: &Mail, has_files: bool) -> Option<String> {
    let said = mail.said.trim();
    if said.is_empty() {
        let subject = mail.subject.trim();
        return match (has_files, subject.is_empty()) {
            (true, _) => Some(String::new()),
            (false, false) => Some(subject.to_owned()),
            (false, true) => None,
        };
    }
    if said.len() <= MESSAGE_BYTES {
        return Some(said.to_owned());
    }
    const MORE: &str = "…";
    Some(format!("{}{MORE}", beginning(said, MESSAGE_BYTES - MORE.len()).trim_end()))
}

/// Takes a mail that is to be a message: nobody else makes one of it. Its conversation is locked.
pub(crate) async fn claim(write: &Write<'_>, by_mail: &ByMail) -> Result<()> {
    let query = inbound_mail::Entity::find_by_id(by_mail.id.0).lock_exclusive();
    let row = query.one(write.tx).await?.ok_or(ErrorCode::MailUnknown)?;
    if state_of(&row.state)? == InboundState::Waiting {
        Ok(())
    } else {
        Err(ErrorCode::MailSettled.into())
    }
}

/// Notes which entry a mail became.
pub(crate) async fn posted(
    write: &mut Write<'_>,
    by_mail: &ByMail,
    inbox: InboxId,
    conversation: ConversationId,
    seq: Seq,
) -> Result<()> {
    let mut row = inbound_mail::ActiveModel { id: Set(by_mail.id.0), ..Default::default() };
    by_mail.told.clone().note(&mut row);
    row.state = Set(InboundState::Posted.as_str().to_owned());
    row.reason = Set(None);
    row.conversation_id = Set(Some(conversation.0));
    row.seq = Set(Some(seq as i64));
    row.left_out = Set((!by_mail.left_out.is_empty()).then(|| by_mail.left_out.join("\n")));
    row.settled_at_ms = Set(Some(write.ambient.now_ms() as i64));
    inbound_mail::Entity::update(row).exec(write.tx).await?;
    match &by_mail.own {
        // Who answers has an address that mail reaches.
        Some((address, _)) if by_mail.is_proven => {
            crate::visitor::reads(write, inbox, conversation, address).await?;
            arrived(write, inbox, address).await
        }
        _ => Ok(()),
    }
}

struct CameBack {
    id: MailId,
    conversation: Option<ConversationId>,
    bounce: Bounce,
}

#[async_trait]
impl Command for CameBack {
    type Output = ();

    fn shard(&self) -> Shard {
        self.conversation.map_or(Shard::ANY, |conversation| Shard::of(conversation.0))
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let row = lock(write, self.id, self.conversation).await?;
        let is_out = |row: &mail::Model| {
            [MailState::Sent, MailState::Waiting].iter().any(|state| row.state == state.as_str())
        };
        let Some(row) = row.filter(is_out) else { return Ok(()) };
        fail(write, row, &self.bounce.reason, self.bounce.is_address_bad).await
    }
}
