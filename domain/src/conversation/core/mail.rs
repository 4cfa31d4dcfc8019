//! Which emails follow from what happens in a conversation.

use protocol::limits::NOBODY_WAIT_MS;
use protocol::{AgentId, MailKind, Presence, Seq, UnixMillis, VisitorId};
use sea_orm::ActiveValue::Set;

use super::desk::Desk;
use super::log::Log;
use super::mention::mentioned;
use super::{Decision, Needs, Stop};
use crate::availability::is_available;
use crate::conversation::lifecycle::causes_email;
use crate::inbox::Inbox;
use crate::mail::new_row;
use crate::table::mail;

/// Something that happened in a conversation, and that emails may follow from.
pub(super) enum Cause<'a> {
    /// The visitor wrote.
    VisitorWrote {
        /// Whether the message came by email.
        by_mail: bool,
        /// Whether it is the first that waits for a reply.
        is_first: bool,
    },
    /// The visitor left an address after they wrote.
    AddressLeft,
    /// An agent replied.
    AgentReplied,
    /// An agent wrote a note.
    NoteWritten { author: AgentId, text: &'a str, seq: Seq },
    /// It was assigned to an agent, by someone else.
    Assigned(AgentId),
}

impl Log {
    /// Queues the emails that follow from what happened. The only way for a conversation to cause any.
    pub(super) fn causes(&mut self, desk: &mut Desk<'_>, cause: Cause<'_>) -> Result<(), Stop> {
        if !causes_email(&self.row) {
            return Ok(());
        }
        let inbox = desk.inbox(self.row.inbox_id)?;
        match cause {
            Cause::VisitorWrote { by_mail, is_first } => {
                self.missed(desk, &inbox, by_mail);
                self.waits(desk, &inbox, is_first);
            }
            Cause::AddressLeft => self.received(desk, &inbox, 0),
            // If the visitor has not read the reply after a while, it is sent by email.
            Cause::AgentReplied if inbox.mail.to_visitors => {
                self.queue_once(desk, MailKind::UnreadReply, None, inbox.mail.unread_wait_ms);
            }
            Cause::AgentReplied => {}
            Cause::NoteWritten { author, text, seq } => {
                self.mentions(desk, &inbox, author, (text, seq));
            }
            Cause::Assigned(agent) => {
                // An agent who only reloads a page was never away.
                self.queue_once(desk, MailKind::Assigned, Some(agent), NOBODY_WAIT_MS);
                // An agent who is online but leaves without having looked gets an email, too.
                let wait_ms = inbox.mail.unread_wait_ms;
                self.queue_once(desk, MailKind::Waiting, Some(agent), wait_ms);
            }
        }
        Ok(())
    }

    /// A visitor wrote. If nobody is available to see it, the team gets an email, and the visitor gets one
    /// confirmation per conversation.
    fn missed(&mut self, desk: &mut Desk<'_>, inbox: &Inbox, by_mail: bool) {
        if is_anybody_available(desk, inbox) {
            return;
        }
        if inbox.mail.team_address.is_some() {
            self.queue_once(desk, MailKind::NobodyAvailable, None, NOBODY_WAIT_MS);
        }
        // Someone who sent an email knows that it went out, and anyone can write with anyone's address.
        if !by_mail {
            self.received(desk, inbox, NOBODY_WAIT_MS);
        }
    }

    /// Confirms to the visitor that their message arrived, once per conversation, if nobody is available.
    fn received(&mut self, desk: &mut Desk<'_>, inbox: &Inbox, wait_ms: u64) {
        if !inbox.mail.to_visitors || self.mail.is_confirmed || is_anybody_available(desk, inbox) {
            return;
        }
        self.mail.is_confirmed = true;
        self.queue(desk, MailKind::Received, None, wait_ms);
    }

    /// A visitor wrote. The assigned agent gets an email if they have not read the message after a while. If it is
    /// the first message that waits for a reply, agents who asked for escalations get one after the wait that they
    /// chose.
    fn waits(&mut self, desk: &mut Desk<'_>, inbox: &Inbox, is_first: bool) {
        if let Some(agent) = self.row.assignee_id {
            self.queue_once(desk, MailKind::Waiting, Some(agent), inbox.mail.unread_wait_ms);
        }
        if is_first {
            for (agent, wait_ms) in desk.directory.escalations().to_vec() {
                self.queue_once(desk, MailKind::Escalation, Some(agent), wait_ms);
            }
        }
    }

    /// A note was written. The agents whom it mentions get an email if they have not read it after a while.
    fn mentions(
        &mut self,
        desk: &mut Desk<'_>,
        inbox: &Inbox,
        author: AgentId,
        (text, seq): (&str, Seq),
    ) {
        let directory = std::sync::Arc::clone(&desk.directory);
        for agent in mentioned(text, directory.active()).filter(|agent| *agent != author) {
            let row =
                self.mail_row(desk, MailKind::Mentioned, Some(agent), inbox.mail.unread_wait_ms);
            let (from_seq, through_seq) = (Set(Some(seq)), Set(Some(seq)));
            desk.decide().mails.push(mail::ActiveModel { from_seq, through_seq, ..row });
        }
    }

    /// Queues an email, unless one is waiting whose messages are not decided yet: it will include the new ones.
    fn queue_once(
        &mut self,
        desk: &mut Desk<'_>,
        kind: MailKind,
        agent: Option<AgentId>,
        wait_ms: u64,
    ) {
        if !self.mail.waiting.contains(&(kind, agent)) {
            self.queue(desk, kind, agent, wait_ms);
        }
    }

    fn queue(&mut self, desk: &mut Desk<'_>, kind: MailKind, agent: Option<AgentId>, wait_ms: u64) {
        let row = self.mail_row(desk, kind, agent, wait_ms);
        desk.decide().mails.push(row);
        self.mail.waiting.push((kind, agent));
    }

    fn mail_row(
        &self,
        desk: &Desk<'_>,
        kind: MailKind,
        agent: Option<AgentId>,
        wait_ms: u64,
    ) -> mail::ActiveModel {
        let due_at_ms: UnixMillis = desk.now_ms() + wait_ms;
        mail::ActiveModel {
            inbox_id: Set(Some(self.row.inbox_id)),
            conversation_id: Set(Some(self.row.id)),
            agent_id: Set(agent),
            ..new_row(desk.ambient, kind, due_at_ms)
        }
    }
}

/// Whether an agent who may see the inbox is online during business hours.
fn is_anybody_available(desk: &Desk<'_>, inbox: &Inbox) -> bool {
    let is_there = |(id, presence): (&AgentId, &Presence)| {
        *presence == Presence::Online
            && desk.directory.agent(*id).is_some_and(|agent| agent.visibility.covers(inbox.id))
    };
    is_available(inbox, desk.now_ms(), || desk.presence.iter().any(is_there))
}

/// A visitor left an address after they wrote. If nobody is available, they get a confirmation.
pub(crate) struct AddressLeft(pub(crate) VisitorId);

impl Decision for AddressLeft {
    type Output = ();

    fn needs(&self) -> Needs {
        Needs::visitor(self.0)
    }

    fn decide(&self, desk: &mut Desk<'_>) -> Result<(), Stop> {
        let waits = |log: &Log| !log.is_resolved() && log.row.waiting_since_ms.is_some();
        if let Some(mut log) = desk.of_visitor(self.0)?.filter(waits) {
            log.causes(desk, Cause::AddressLeft)?;
            desk.put_back(log);
        }
        Ok(())
    }
}
