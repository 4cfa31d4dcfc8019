//! Writing in a conversation.

use protocol::limits::FILES;
use protocol::{
    Author, Body, ClientId, ConversationId, ErrorCode, Event, File, FileId, Files, InboxId,
    Several, Summary, VisitorId,
};

use super::change::reopen_or_wake;
use super::desk::Desk;
use super::log::{Log, OpenMail};
use super::mail::Cause;
use super::route::{release_if_away, route};
use super::{Decision, Needs, Place, Stop};
use crate::agent::Agent;
use crate::command::conversation_id;
use crate::conversation::{LogEntry, lifecycle};
use crate::file::Party;
use crate::inbox::PageUrl;
use crate::mail::InboundMessage;
use crate::table::conversation;
use crate::visitor::VisitorIdentity;

/// Who writes, and where.
#[derive(Clone)]
pub(crate) enum Sender {
    /// A visitor: in their unresolved conversation, else in the named one, else in their latest.
    Visitor { who: VisitorIdentity, conversation: Option<ConversationId>, page: Option<PageUrl> },
    /// An agent.
    Agent { conversation: ConversationId, agent: Agent },
}

impl Sender {
    /// The named conversation.
    pub(crate) const fn conversation(&self) -> Option<ConversationId> {
        match self {
            Self::Visitor { conversation, .. } => *conversation,
            Self::Agent { conversation, .. } => Some(*conversation),
        }
    }

    fn party(&self) -> Party {
        match self {
            Self::Visitor { who, .. } => Party::Visitor(*who),
            Self::Agent { agent, .. } => Party::Agent(agent.clone()),
        }
    }
}

/// Someone sends a message or a note.
pub(crate) struct Send {
    pub(crate) sender: Sender,
    pub(crate) client_id: ClientId,
    pub(crate) body: Body,
    pub(crate) files: Vec<FileId>,
    /// The email that it came from.
    pub(crate) by_mail: Option<InboundMessage>,
}

/// A message or note in its log.
pub(crate) struct Sent {
    pub(crate) entry: LogEntry,
    /// The conversation's inbox.
    pub(crate) inbox: InboxId,
}

impl Decision for Send {
    type Output = Sent;

    fn needs(&self) -> Needs {
        let (mut needs, place) = match &self.sender {
            Sender::Visitor { who, .. } => {
                (Needs::visitor(who.visitor), Place::OfVisitor(who.visitor))
            }
            Sender::Agent { conversation, .. } => {
                (Needs::default(), Place::Conversation(*conversation))
            }
        };
        needs.conversations.extend(self.sender.conversation());
        needs.sent.push((place, self.client_id));
        needs.sent.extend(
            self.sender.conversation().map(|named| (Place::Conversation(named), self.client_id)),
        );
        needs.sent.dedup();
        // More are refused without looking for them.
        if self.files.len() <= FILES {
            needs.files.extend(&self.files);
        }
        needs
    }

    fn decide(&self, desk: &mut Desk<'_>) -> Result<Sent, Stop> {
        let (mut log, author) = match &self.sender {
            Sender::Visitor { who, conversation, page } => {
                (of_visitor(desk, who, *conversation, page.as_ref())?, Author::Visitor {})
            }
            Sender::Agent { conversation, agent } => {
                (desk.conversation(*conversation)?.seen_by(agent)?, agent.author())
            }
        };
        let inbox = log.row.inbox_id;
        if let Some(existing) = desk.sent(log.id(), self.client_id).cloned() {
            // The same email was also sent to another address.
            let is_same = self.by_mail.is_some() || self.is_same(&existing, &author);
            return if is_same {
                Ok(Sent { entry: existing, inbox })
            } else {
                Err(ErrorCode::ClientIdReused.into())
            };
        }
        let files = claim(desk, &self.sender.party(), &self.files)?;
        let is_visitors = author == Author::Visitor {};
        if is_visitors && (lifecycle::is_resolved(&log.row) || lifecycle::is_hidden(&log.row)) {
            // Messages left unanswered before it was resolved or archived no longer count as waiting. If an
            // agent undoes that instead, they count again.
            log.row.waiting_since_ms = None;
        }
        // Whether this is the first message that waits for an answer.
        let is_first = log.row.waiting_since_ms.is_none();
        if is_visitors {
            wants_answer(desk, &mut log)?;
        }
        let entry = log.append(desk, author, self.client_id, self.body.clone(), files)?;
        if let Some(by_mail) = &self.by_mail {
            log.event(desk, &Author::System {}, by_mail.event(entry.seq))?;
        }
        if is_visitors {
            route(desk, &mut log, None)?;
            log.causes(desk, Cause::VisitorWrote { by_mail: self.by_mail.is_some(), is_first })?;
        } else if matches!(self.body, Body::Message { .. }) {
            log.causes(desk, Cause::AgentReplied)?;
        } else if let Sender::Agent { agent, .. } = &self.sender {
            let (author, text, seq) = (agent.id, self.body.text(), entry.seq);
            log.causes(desk, Cause::NoteWritten { author, text, seq })?;
        }
        desk.save(log)?;
        Ok(Sent { entry, inbox })
    }
}

impl Send {
    /// The same client id must mean the same content by the same author. An agent's name may have changed.
    fn is_same(&self, existing: &LogEntry, author: &Author) -> bool {
        let same_author = match (&existing.author, author) {
            (Author::Agent { id: one, .. }, Author::Agent { id: other, .. }) => one == other,
            (one, other) => one == other,
        };
        let same_files = existing.files.ids().0 == self.files;
        same_author && same_files && existing.body == self.body
    }
}

/// The files that a sender attaches: they uploaded them, and attached them to nothing else.
fn claim(desk: &mut Desk<'_>, sender: &Party, ids: &[FileId]) -> Result<Files, Stop> {
    if ids.len() > FILES {
        return Err(ErrorCode::TooManyFiles.into());
    }
    let mut files: Vec<File> = Vec::with_capacity(ids.len());
    for id in ids {
        let row = desk.file(*id).filter(|row| sender.may_attach(row));
        files.push(crate::file::from_row(row.ok_or(ErrorCode::FileUnknown)?.clone()));
        // Nobody attaches it a second time.
        desk.claim(*id);
    }
    Ok(Several(files))
}

/// A visitor who writes wants an answer: the conversation is no longer resolved, archived or snoozed.
fn wants_answer(desk: &mut Desk<'_>, log: &mut Log) -> Result<(), Stop> {
    if !lifecycle::revives(&log.row) {
        return Ok(());
    }
    let visitor = Author::Visitor {};
    let mut rested = false;
    if log.row.archived_at_ms.is_some() {
        log.row.archived_at_ms = None;
        log.event(desk, &visitor, Event::Unarchived {})?;
        rested = true;
    }
    if log.row.snoozed_until_ms.is_some() {
        log.row.snoozed_until_ms = None;
        log.event(desk, &visitor, Event::Woken {})?;
        rested = true;
    }
    if log.is_resolved() {
        reopen_or_wake(desk, log, &visitor)?;
        desk.set_latest(log.row.visitor_id, log.row.id);
        Ok(())
    } else if rested {
        release_if_away(desk, log)
    } else {
        Ok(())
    }
}

/// The visitor's conversation: the unresolved one, else the named one, else their latest. If there is none,
/// it is created, with the visitor if needed.
fn of_visitor(
    desk: &mut Desk<'_>,
    who: &VisitorIdentity,
    named: Option<ConversationId>,
    page: Option<&PageUrl>,
) -> Result<Log, Stop> {
    match (desk.of_visitor(who.visitor)?, named) {
        (Some(log), Some(named)) if log.is_resolved() && log.id() != named => {
            // It may just have been transferred to another visitor.
            let named = desk.conversation(named)?;
            Ok(if named.row.visitor_id == who.visitor { named } else { log })
        }
        (Some(log), _) => Ok(log),
        (None, _) => begin(desk, who.inbox, who.visitor, page),
    }
}

/// Creates a conversation, and its visitor if they are new.
fn begin(
    desk: &mut Desk<'_>,
    inbox: InboxId,
    visitor: VisitorId,
    page: Option<&PageUrl>,
) -> Result<Log, Stop> {
    let now_ms = desk.now_ms();
    let inbox = desk.inbox(inbox)?;
    desk.add_visitor(crate::visitor::new_row(desk.ambient, inbox.id, visitor), visitor);
    let id = conversation_id(desk.ambient.uuid(), visitor);
    let row = conversation::Model {
        team_id: inbox.team,
        page: page.cloned().map(String::from),
        ..conversation::Model::begun(id, inbox.id, visitor, now_ms)
    };
    let mut log = Log::of(row, Vec::new(), OpenMail::default());
    desk.set_latest(visitor, log.id());
    if let Some(label) = inbox.label {
        log.put_label(desk, &Author::System {}, label)?;
    }
    Ok(log)
}

/// The visitor's unresolved conversation, and whether it is new. Begins one if there is none, which is routed to an
/// agent although nothing has been written yet.
pub(crate) struct Begin {
    pub(crate) who: VisitorIdentity,
}

impl Decision for Begin {
    type Output = (Summary, bool);

    fn needs(&self) -> Needs {
        Needs::visitor(self.who.visitor)
    }

    fn decide(&self, desk: &mut Desk<'_>) -> Result<(Summary, bool), Stop> {
        let VisitorIdentity { inbox, visitor } = self.who;
        let found = desk.of_visitor(visitor)?.filter(|log| !log.is_resolved());
        let is_new = found.is_none();
        let mut log = match found {
            Some(log) => log,
            None => begin(desk, inbox, visitor, None)?,
        };
        if is_new {
            log.is_news();
            route(desk, &mut log, None)?;
        }
        Ok((desk.save(log)?, is_new))
    }
}
