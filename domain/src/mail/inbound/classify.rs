//! Classifies inbound email: who wrote it and in which conversation, or that nobody knows.

use mail_reader::{Checked, Mail, MailClass, Sender};
use protocol::{ConversationId, InboundReason, InboundState, MailKind};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QuerySelect};

use super::headers::{address, name};
use crate::Domain;
use crate::agent::Agent;
use crate::error::{Error, Result};
use crate::mail::decide::is_to_visitor;
use crate::mail::token;
use crate::table::{conversation, inbound_mail, inbox, mail, visitor};
use crate::visitor::VisitorIdentity;

/// The most emails from one sender that become messages within an hour. The limit stops two programs that
/// answer each other, and floods.
const AN_HOUR: u64 = 60;
const HOUR_MS: u64 = 60 * 60 * 1_000;

/// What becomes of an email.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It becomes someone's message.
    Deliver(Author),
    /// Someone has to look at it. Contains the conversation that it answers, if there is one.
    Review(InboundReason, Option<ConversationId>),
    /// No person wrote it as a message.
    Ignore(InboundReason, Option<ConversationId>),
}

/// Who the message is from.
#[derive(Debug)]
pub(super) enum Author {
    /// From a visitor, in the conversation that it answers or in one of their own.
    Visitor {
        who: VisitorIdentity,
        conversation: Option<ConversationId>,
        /// The sender, if it is the visitor's own address.
        own: Option<String>,
        name: Option<String>,
        /// Whether the email proves that they read the address.
        is_proven: bool,
    },
    /// From an agent: a message to the visitor, or a note.
    Agent { agent: Agent, conversation: ConversationId, is_note: bool },
}

/// Someone who wrote an email, or on whose behalf it was sent.
struct Wrote {
    address: String,
    name: Option<String>,
}

impl Wrote {
    fn from(sender: &Sender) -> Option<Self> {
        Some(Self { address: address(&sender.address)?, name: name(sender) })
    }
}

/// What an email answers.
enum Answered {
    /// One of our emails.
    Ours(Box<mail::Model>),
    /// An inbound email, with the conversation that it is in.
    Theirs(ConversationId),
}

/// Whether an email is from the sender that it claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A trusted server says so.
    Verified,
    /// The trusted servers do not say so, or any server says that it is not.
    Disowned,
    /// There is no server whose verdict would count.
    Unchecked,
}

impl Domain {
    /// Whether an email is from the sender that it claims. Only the provider that delivered it, or the servers
    /// that the operator named, can confirm that.
    pub(super) fn origin(&self, row: &inbound_mail::Model, mail: &Mail) -> Origin {
        let of = |verdict: mail_reader::Verdict| match verdict {
            mail_reader::Verdict::Pass => Origin::Verified,
            mail_reader::Verdict::Fail => Origin::Disowned,
        };
        if let Some(said) = row.checked.as_deref().and_then(Checked::parse) {
            return of(mail.verdict_of(&said));
        }
        let trusted = &self.mail_rules.authserv_ids;
        match mail.verdict(trusted) {
            Some(verdict) => of(verdict),
            // They check every email, so one without their verdict did not come through them.
            None if !trusted.is_empty() => Origin::Disowned,
            None if mail.is_disowned() => Origin::Disowned,
            None => Origin::Unchecked,
        }
    }

    pub(super) async fn classify(&self, row: &inbound_mail::Model, mail: &Mail) -> Result<Verdict> {
        use InboundReason as R;
        let sender = mail.sender.as_ref();
        let from = sender.and_then(|sender| address(&sender.address));
        let answered = self.answered(row, mail, from.as_deref()).await?;
        let conversation = match &answered {
            Some(Answered::Ours(ours)) => ours.conversation_id,
            Some(Answered::Theirs(conversation)) => Some(*conversation),
            None => None,
        };
        let Some(from) = from else {
            return Ok(match mail.class {
                MailClass::Bounce(_) => Verdict::Ignore(R::Bounce, conversation),
                _ => Verdict::Review(R::NoSender, conversation),
            });
        };
        if let Some(allowed) = row.allowed.as_deref() {
            return self.allowed(row, mail, &from, allowed).await;
        }
        match &mail.class {
            MailClass::Bounce(_) => return Ok(Verdict::Ignore(R::Bounce, conversation)),
            MailClass::AutoReply => return Ok(Verdict::Ignore(R::AutoReply, conversation)),
            MailClass::ReadReceipt => return Ok(Verdict::Ignore(R::ReadReceipt, conversation)),
            MailClass::List(_) | MailClass::Personal => {}
        }
        // Before anything that the sender can influence.
        let origin = self.origin(row, mail);
        if origin == Origin::Disowned {
            return Ok(Verdict::Review(R::Forged, conversation));
        }
        match &mail.class {
            // The inbox's own address may be a mailing list that its team reads.
            MailClass::List(list) if self.is_own_list(row, list).await? => {}
            MailClass::List(_) if conversation.is_none() => {
                return Ok(Verdict::Ignore(R::List, None));
            }
            MailClass::List(_) => return Ok(Verdict::Review(R::List, conversation)),
            _ => {}
        }
        if self.is_our_own(mail).await? {
            return Ok(Verdict::Ignore(R::Loop, conversation));
        }
        if self.posted_lately(&from).await? >= AN_HOUR {
            return Ok(Verdict::Review(R::TooMany, conversation));
        }
        let answered_to = self.answered_to(mail).await?;
        if self.is_own_address(&from).await? {
            // A form on a site sends from our own address, and names the visitor in `Reply-To`.
            return Ok(match answered_to {
                Some(who) if answered.is_none() => Verdict::Deliver(self.newcomer(row, who).await?),
                _ => Verdict::Review(R::Loop, conversation),
            });
        }
        match answered {
            Some(Answered::Ours(ours)) => self.answer_to(&ours, mail, &from, origin).await,
            Some(Answered::Theirs(conversation)) if self.agent_of(&from).await?.is_some() => {
                self.as_agent(conversation, &from, false, origin).await
            }
            Some(Answered::Theirs(conversation)) => {
                self.go_on(conversation, mail, &from, false).await
            }
            // An agent who writes to the inbox is not a visitor: most likely, they forward someone else's
            // email.
            None if answered_to.is_none() && self.agent_of(&from).await?.is_some() => {
                Ok(Verdict::Review(R::FromAgent, None))
            }
            None => {
                let who = answered_to.or_else(|| Wrote::from(mail.sender.as_ref()?));
                match who {
                    Some(who) => Ok(Verdict::Deliver(self.newcomer(row, who).await?)),
                    None => Ok(Verdict::Review(R::NoSender, None)),
                }
            }
        }
    }

    /// Classifies an answer to one of our emails.
    async fn answer_to(
        &self,
        ours: &mail::Model,
        mail: &Mail,
        from: &str,
        origin: Origin,
    ) -> Result<Verdict> {
        let conversation = ours.conversation_id;
        let Some(conversation) = conversation else {
            return Ok(Verdict::Review(InboundReason::OtherSender, None));
        };
        let kind = ours.kind;
        if !is_to_visitor(kind) {
            // An answer to a note stays within the team.
            return self.as_agent(conversation, from, kind == MailKind::Mentioned, origin).await;
        }
        // A sender who answers from the address that the email went to has read it.
        let is_reader =
            ours.address.as_deref().is_some_and(|address| address.eq_ignore_ascii_case(from));
        self.go_on(conversation, mail, from, is_reader).await
    }

    async fn as_agent(
        &self,
        conversation: ConversationId,
        from: &str,
        is_note: bool,
        origin: Origin,
    ) -> Result<Verdict> {
        let other = Verdict::Review(InboundReason::OtherSender, Some(conversation));
        let Some(agent) = self.agent_of(from).await? else { return Ok(other) };
        let row = conversation::Entity::find_by_id(conversation).one(&self.store.reader).await?;
        let may_see = row.is_some_and(|row| agent.visibility.check(&row).is_ok());
        Ok(match origin {
            _ if !may_see => other,
            Origin::Verified => Verdict::Deliver(Author::Agent { agent, conversation, is_note }),
            // Visitors trust what an agent says, so the name in the header is not enough.
            Origin::Unchecked | Origin::Disowned => {
                Verdict::Review(InboundReason::Unchecked, Some(conversation))
            }
        })
    }

    /// Continues a conversation, if the sender is its visitor.
    async fn go_on(
        &self,
        conversation: ConversationId,
        mail: &Mail,
        from: &str,
        is_proven: bool,
    ) -> Result<Verdict> {
        let visitor = visitor_of(&self.store.reader, conversation).await?;
        let theirs = visitor.email.as_deref().unwrap_or_default();
        if !theirs.eq_ignore_ascii_case(from) {
            return Ok(Verdict::Review(InboundReason::OtherSender, Some(conversation)));
        }
        let who = VisitorIdentity { inbox: visitor.inbox_id, visitor: visitor.id };
        Ok(Verdict::Deliver(Author::Visitor {
            who,
            conversation: Some(conversation),
            own: Some(theirs.to_owned()),
            name: mail.sender.as_ref().and_then(name),
            is_proven,
        }))
    }

    /// Someone who writes to the inbox's address. Anyone can write with anyone's address, so each email that
    /// answers nothing is from a new visitor, who sees nothing that others wrote with that address.
    async fn newcomer(&self, row: &inbound_mail::Model, who: Wrote) -> Result<Author> {
        let inbox = crate::inbox::find(&self.store.reader, &self.ambient, row.inbox_id).await?;
        let visitor = crate::visitor::by_mail(&inbox, row.id);
        Ok(Author::Visitor {
            who: VisitorIdentity { inbox: inbox.id, visitor },
            conversation: None,
            own: Some(who.address),
            name: who.name,
            is_proven: false,
        })
    }

    /// The person to answer instead of an email's sender, whom forms and programs that send for others name in
    /// `Reply-To`. `None` if that is an address of ours, which a mailing group of the team puts there.
    async fn answered_to(&self, mail: &Mail) -> Result<Option<Wrote>> {
        let Some(who) = mail.reply_to.as_ref().and_then(Wrote::from) else { return Ok(None) };
        let is_ours = self.is_own_address(&who.address).await?
            || self.agent_of(&who.address).await?.is_some()
            || token::parse(&who.address).is_some();
        Ok(Some(who).filter(|_| !is_ours))
    }

    /// What follows from an agent's decision about it.
    async fn allowed(
        &self,
        row: &inbound_mail::Model,
        mail: &Mail,
        from: &str,
        allowed: &str,
    ) -> Result<Verdict> {
        let answered = match allowed {
            super::review::IN_CONVERSATION => row.conversation_id,
            _ => None,
        };
        let Some(conversation) = answered else {
            let named = self.answered_to(mail).await?;
            let who = named.or_else(|| Wrote::from(mail.sender.as_ref()?));
            let who = who.unwrap_or(Wrote { address: from.to_owned(), name: None });
            return Ok(Verdict::Deliver(self.newcomer(row, who).await?));
        };
        let visitor = visitor_of(&self.store.reader, conversation).await?;
        let who = VisitorIdentity { inbox: visitor.inbox_id, visitor: visitor.id };
        Ok(Verdict::Deliver(Author::Visitor {
            who,
            conversation: Some(conversation),
            own: None,
            name: None,
            is_proven: false,
        }))
    }

    /// What an email answers: by the signed part of the address that it went to, or else by the `Message-ID`s
    /// that it names. Never by its subject, which anyone can guess.
    async fn answered(
        &self,
        inbound: &inbound_mail::Model,
        mail: &Mail,
        from: Option<&str>,
    ) -> Result<Option<Answered>> {
        let db = &self.store.reader;
        for recipient in &mail.recipients {
            let Some((id, tag)) = token::parse(recipient) else { continue };
            let Some(row) = mail::Entity::find_by_id(id).one(db).await? else { continue };
            let Some(inbox) = row.inbox_id else { continue };
            let inbox = crate::inbox::find(db, &self.ambient, inbox).await?;
            if token::is_right(&inbox, id, &tag) {
                return Ok(Some(Answered::Ours(Box::new(row))));
            }
        }
        for id in mail.answers.iter().filter(|id| id.len() <= 255) {
            let ours = mail::Entity::find().filter(mail::COLUMN.message_id.eq(id)).limit(1);
            if let Some(row) = ours.all(db).await?.into_iter().next() {
                return Ok(Some(Answered::Ours(Box::new(row))));
            }
            // The sender of an email chooses its `Message-ID`, so it only continues a conversation for that
            // sender.
            let theirs = inbound_mail::Entity::find()
                .filter(inbound_mail::COLUMN.message_id.eq(id))
                .filter(inbound_mail::COLUMN.inbox_id.eq(inbound.inbox_id))
                .filter(inbound_mail::COLUMN.sender.eq(from.map(str::to_owned)))
                .filter(inbound_mail::COLUMN.state.eq(InboundState::Posted))
                .limit(1);
            let theirs = theirs.all(db).await?.into_iter().next();
            if let Some(conversation) = theirs.and_then(|row| row.conversation_id) {
                return Ok(Some(Answered::Theirs(conversation)));
            }
        }
        Ok(None)
    }

    async fn agent_of(&self, from: &str) -> Result<Option<Agent>> {
        let agents = self.list_agents().await?;
        Ok(agents.into_iter().find(|agent| agent.is_active && agent.email == from))
    }

    /// Whether a mailing list is the inbox's own address: the list names it in its headers, as
    /// `<help.example.org>` or `<mailto:help@example.org>`.
    async fn is_own_list(&self, row: &inbound_mail::Model, list: &str) -> Result<bool> {
        let inbox = crate::inbox::find(&self.store.reader, &self.ambient, row.inbox_id).await?;
        let Some(address) = inbox.inbound_address() else { return Ok(false) };
        let named = [format!("<{}>", address.replace('@', ".")), format!("<mailto:{address}>")];
        Ok(named.iter().any(|name| list.contains(name)))
    }

    /// Whether we sent this email, by its `Message-ID`.
    async fn is_our_own(&self, mail: &Mail) -> Result<bool> {
        let Some(id) = mail.message_id.as_deref().filter(|id| id.len() <= 255) else {
            return Ok(false);
        };
        let ours = mail::Entity::find().filter(mail::COLUMN.message_id.eq(id));
        Ok(ours.count(&self.store.reader).await? > 0)
    }

    /// Whether this is an address that we send from or receive at.
    async fn is_own_address(&self, from: &str) -> Result<bool> {
        if self.mail_rules.from.as_deref() == Some(from) {
            return Ok(true);
        }
        let own = sea_orm::Condition::any()
            .add(inbox::COLUMN.mail_from.eq(from))
            .add(inbox::COLUMN.inbound_address.eq(from));
        Ok(inbox::Entity::find().filter(own).count(&self.store.reader).await? > 0)
    }

    async fn posted_lately(&self, from: &str) -> Result<u64> {
        let since_ms = self.ambient.now_ms() - HOUR_MS;
        let posted = inbound_mail::Entity::find()
            .filter(inbound_mail::COLUMN.sender.eq(from))
            .filter(inbound_mail::COLUMN.at_ms.gt(since_ms))
            .filter(inbound_mail::COLUMN.state.eq(InboundState::Posted));
        Ok(posted.count(&self.store.reader).await?)
    }
}

async fn visitor_of(
    db: &impl ConnectionTrait,
    conversation: ConversationId,
) -> Result<visitor::Model> {
    let corrupt = || Error::Corrupt("a conversation's visitor");
    let row = conversation::Entity::find_by_id(conversation).one(db).await?;
    let visitor = row.ok_or_else(corrupt)?.visitor_id;
    visitor::Entity::find_by_id(visitor).one(db).await?.ok_or_else(corrupt)
}
