//! What a command does to conversations, decided without a store: what is known goes in, and what follows comes out.
//!
//! A [`Decision`] works on a [`Desk`]. It finds there what it named in [`Needs`], and leaves there what it decides:
//! changed conversations with new entries, emails to send, and events to publish. What is needed only sometimes
//! it asks for ([`Want`]): then it is decided again from the beginning, with that on the desk. If it is refused,
//! nothing of it stays on the desk.
//!
//! [`super::set`] reads what a whole batch needs, and writes what was decided, each with one statement a table.

mod append;
mod change;
mod desk;
mod identify;
mod log;
mod mail;
mod mention;
mod read;
mod route;
mod send;
mod stop;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use protocol::{AgentId, ClientId, ConversationId, FileId, VisitorId};

pub(super) use change::{ChangeConversation, Happened, WakeDue};
pub(crate) use desk::Desk;
pub(super) use desk::{Decided, Labelled, Queued, Staff};
pub(super) use identify::{HandOver, MergeOpen, Renamed};
pub(super) use log::OpenMail;
pub(crate) use mail::AddressLeft;
pub(super) use read::{AgentRead, VisitorRead};
pub(super) use route::{Release, ServeQueue};
pub(crate) use send::Sender;
pub(super) use send::{Begin, Send, Sent};
pub(crate) use stop::{Stop, Want};

/// A command that is decided without a store.
pub(crate) trait Decision: std::marker::Send + Sync + 'static {
    /// What the caller gets once it is on disk.
    type Output: std::marker::Send + Sync + 'static;

    /// What it always needs.
    fn needs(&self) -> Needs;

    /// Decides it. May be called again, on another desk.
    ///
    /// # Errors
    /// [`Stop`].
    fn decide(&self, desk: &mut Desk<'_>) -> Result<Self::Output, Stop>;
}

/// What a decision always needs.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// These conversations.
    pub(crate) conversations: BTreeSet<ConversationId>,
    /// For each of these visitors: their unresolved conversation, else their latest.
    pub(crate) visitors: BTreeSet<VisitorId>,
    /// The entries with these client ids, in the conversation or in that of the visitor.
    pub(super) sent: Vec<(Place, ClientId)>,
    /// These files.
    pub(super) files: BTreeSet<FileId>,
    /// How far these agents have read these conversations.
    pub(super) cursors: BTreeSet<(ConversationId, AgentId)>,
}

/// Where a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Conversation(ConversationId),
    OfVisitor(VisitorId),
}

impl Needs {
    pub(super) fn conversation(id: ConversationId) -> Self {
        Self { conversations: [id].into(), ..Self::default() }
    }

    pub(super) fn visitor(id: VisitorId) -> Self {
        Self { visitors: [id].into(), ..Self::default() }
    }

    /// Adds what another decision needs.
    pub(super) fn add(&mut self, other: Self) {
        self.conversations.extend(other.conversations);
        self.visitors.extend(other.visitors);
        self.sent.extend(other.sent);
        self.files.extend(other.files);
        self.cursors.extend(other.cursors);
    }
}
