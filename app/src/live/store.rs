//! The state behind the screen, and the rules by which frames change it. It knows no browser.

use std::collections::{HashMap, HashSet};

use leptos::prelude::ArcRwSignal;
use protocol::limits::{TYPING_EVERY_MS, TYPING_MS};
use protocol::{
    AgentId, Author, Change, ClientId, ConversationId, Entry, ErrorCode, Files, Filter, FromAgent,
    Outgoing, Presence, Reader, Seq, Summary, Teammate, Thread, ToAgent, UnixMillis,
};

use super::summaries::Summaries;

/// The state behind the screen.
#[derive(Debug, Default)]
pub(crate) struct Store {
    me: Option<AgentId>,
    summaries: Summaries,
    /// The team, sorted by name.
    team: Vec<Teammate>,
    /// The conversations that a new socket reported before its welcome.
    early: HashSet<ConversationId>,
    /// The last refusal, shown until it is dismissed or the agent does something else.
    notice: Option<String>,
    open: HashMap<ConversationId, Open>,
    /// Whether the server has welcomed the socket. Nothing is sent before that. The welcome then sends everything
    /// that waits, in order.
    online: bool,
}

/// A conversation whose entries are kept up to date.
#[derive(Clone, Debug, Default)]
pub(crate) struct Open {
    /// Its entries, and this agent's messages that the server has not acknowledged.
    pub(crate) thread: Thread,
    /// The last entry the visitor has read.
    pub(crate) visitor_read_seq: Seq,
    /// Whether the visitor has the chat open somewhere.
    pub(crate) visitor_online: bool,
    /// The page the visitor has gone to since, if any.
    pub(crate) visitor_page: Option<String>,
    /// Which of the unsent messages are notes.
    pub(crate) notes: HashSet<ClientId>,
    /// Who is typing, and when each was last reported.
    typing: Vec<(Author, UnixMillis)>,
    /// When this agent's own typing was last reported.
    told_typing_at_ms: UnixMillis,
    /// Whether it is on screen, and so watched.
    watched: bool,
    /// The last entry that was reported as read.
    reported_read: Seq,
}

impl Open {
    /// Returns who is typing.
    pub(crate) fn typing(&self) -> Vec<Author> {
        self.typing.iter().map(|(author, _)| author.clone()).collect()
    }
}

impl Store {
    /// Sets the agent that the store belongs to. If it was another agent's, empties it.
    pub(crate) fn belongs_to(&mut self, me: AgentId) {
        if self.me != Some(me) {
            *self = Self { me: Some(me), ..Self::default() };
        }
    }

    /// Whether an author is the agent on this screen.
    pub(crate) fn is_me(&self, author: &Author) -> bool {
        matches!(author, Author::Agent { id, .. } if Some(*id) == self.me)
    }

    /// Returns the agent on this screen.
    pub(crate) fn me(&self) -> Option<AgentId> {
        self.me
    }

    /// Returns the team, sorted by name.
    pub(crate) fn team(&self) -> &[Teammate] {
        &self.team
    }

    /// Returns the presence of the agent on this screen.
    pub(crate) fn my_presence(&self) -> Option<Presence> {
        self.team.iter().find(|mate| Some(mate.id) == self.me).map(|mate| mate.presence)
    }

    /// Returns the last refusal.
    pub(crate) fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// Dismisses the last refusal.
    pub(crate) fn drop_notice(&mut self) {
        self.notice = None;
    }

    /// The agent changes a conversation.
    pub(crate) fn change(
        &mut self,
        conversation: ConversationId,
        change: Change,
    ) -> Vec<FromAgent> {
        if !self.online {
            self.notice = Some("You’re offline. Try again when you’re connected.".to_owned());
            return Vec::new();
        }
        self.notice = None;
        vec![FromAgent::Change { conversation, change }]
    }

    /// The agent types a message to the visitor. Reported only from time to time.
    pub(crate) fn type_in(
        &mut self,
        conversation: ConversationId,
        now_ms: UnixMillis,
    ) -> Vec<FromAgent> {
        let open = self.open.entry(conversation).or_default();
        if now_ms < open.told_typing_at_ms + TYPING_EVERY_MS {
            return Vec::new();
        }
        open.told_typing_at_ms = now_ms;
        vec![FromAgent::Typing { conversation }]
    }

    /// Removes those who have stopped typing.
    pub(crate) fn expire_typing(&mut self, now_ms: UnixMillis) {
        for open in self.open.values_mut() {
            open.typing.retain(|(_, at_ms)| now_ms < *at_ms + TYPING_MS);
        }
    }

    /// Whether the list is empty.
    pub(crate) fn is_empty(&self) -> bool {
        self.summaries.is_empty()
    }

    /// Returns the conversations that match, most recent first.
    pub(crate) fn matching(&self, filter: &Filter) -> Vec<ConversationId> {
        self.summaries.matching(filter)
    }

    /// Returns a conversation's summary.
    pub(crate) fn summary(&self, id: ConversationId) -> Option<ArcRwSignal<Summary>> {
        self.summaries.signal(id)
    }

    /// Returns the entries of a conversation.
    pub(crate) fn open(&self, id: ConversationId) -> Option<&Open> {
        self.open.get(&id)
    }

    /// Returns how many conversations have unread messages.
    pub(crate) fn unread_conversations(&self) -> usize {
        self.summaries.unread()
    }

    /// Whether frames can be sent.
    pub(crate) fn is_online(&self) -> bool {
        self.online
    }

    /// The socket was lost.
    pub(crate) fn lost(&mut self) {
        self.early.clear();
        self.online = false;
    }

    /// Adds the list as the server rendered it. Rows that the store already has are newer and stay.
    pub(crate) fn seed_list(&mut self, list: Vec<Summary>) {
        for summary in list {
            if !self.summaries.contains(summary.id) {
                self.summaries.put(summary);
            }
        }
    }

    /// Adds the latest page of a conversation, as the server rendered it.
    pub(crate) fn seed_page(
        &mut self,
        summary: Summary,
        visitor_read_seq: Seq,
        entries: Vec<Entry>,
    ) {
        let open = self.open.entry(summary.id).or_default();
        open.thread.replica.apply_page(entries);
        open.visitor_read_seq = open.visitor_read_seq.max(visitor_read_seq);
        if !self.summaries.contains(summary.id) {
            self.summaries.put(summary);
        }
    }

    /// A conversation came on screen.
    pub(crate) fn watch(&mut self, id: ConversationId) -> Vec<FromAgent> {
        let open = self.open.entry(id).or_default();
        open.watched = true;
        vec![watch_frame(id, open)]
    }

    /// A conversation left the screen. Its unsent messages are still sent.
    pub(crate) fn unwatch(&mut self, id: ConversationId) -> Vec<FromAgent> {
        match self.open.get_mut(&id) {
            Some(open) if open.watched => {
                open.watched = false;
                vec![FromAgent::Unwatch { conversation: id }]
            }
            _ => Vec::new(),
        }
    }

    /// The agent sends a message or note.
    pub(crate) fn say(
        &mut self,
        id: ConversationId,
        client_id: ClientId,
        text: String,
        files: Files,
        is_note: bool,
        at_ms: UnixMillis,
    ) -> Vec<FromAgent> {
        let open = self.open.entry(id).or_default();
        let ids = files.ids();
        open.thread.unsent.push(client_id, text.clone(), files, at_ms);
        if is_note {
            open.notes.insert(client_id);
        }
        // The next keystroke begins another message and must be reported.
        open.told_typing_at_ms = UnixMillis::ZERO;
        let note = is_note.then_some(true);
        vec![FromAgent::Send { conversation: id, client_id, text, files: ids, note }]
    }

    /// Restores a message that an earlier page sent. The next welcome sends it again.
    pub(crate) fn restore(&mut self, id: ConversationId, outgoing: Outgoing, is_note: bool) {
        let open = self.open.entry(id).or_default();
        let Outgoing { client_id, text, files, at_ms, .. } = outgoing;
        if open.thread.unsent.waiting().iter().any(|known| known.client_id == client_id) {
            return;
        }
        open.thread.unsent.push(client_id, text, files, at_ms);
        if is_note {
            open.notes.insert(client_id);
        }
    }

    /// Returns the messages that wait for an acknowledgment or were refused, each with its conversation and
    /// whether it is a note.
    pub(crate) fn outgoing(&self) -> impl Iterator<Item = (ConversationId, &Outgoing, bool)> {
        self.open.iter().flat_map(|(id, open)| {
            let waiting = open.thread.unsent.waiting().iter();
            waiting.map(|one| (*id, one, open.notes.contains(&one.client_id)))
        })
    }

    /// Removes a refused message and returns it to be edited, with whether it was a note.
    pub(crate) fn return_to_draft(
        &mut self,
        id: ConversationId,
        client_id: ClientId,
    ) -> Option<(Outgoing, bool)> {
        let open = self.open.get_mut(&id)?;
        let is_note = open.notes.remove(&client_id);
        open.thread.unsent.remove(client_id).map(|outgoing| (outgoing, is_note))
    }

    /// The agent has the end of the conversation in view.
    pub(crate) fn read_to_end(&mut self, id: ConversationId) -> Vec<FromAgent> {
        let Some(open) = self.open.get_mut(&id) else { return Vec::new() };
        let seq = open.thread.replica.last_seq();
        let has_unread = self.summaries.with(id, Summary::unread).is_some_and(|unread| unread > 0);
        if seq == Seq::START || (seq <= open.reported_read && !has_unread) {
            return Vec::new();
        }
        open.reported_read = seq;
        vec![FromAgent::Read { conversation: id, seq }]
    }

    /// The agent wants to see earlier entries.
    pub(crate) fn ask_history(&self, id: ConversationId) -> Vec<FromAgent> {
        let first = self.open.get(&id).and_then(|open| open.thread.replica.entries().first());
        first
            .map(|entry| FromAgent::History { conversation: id, before: entry.seq })
            .into_iter()
            .collect()
    }

    /// Applies a frame. Returns the frames to send in response.
    pub(crate) fn apply(&mut self, frame: ToAgent, now_ms: UnixMillis) -> Vec<FromAgent> {
        match frame {
            ToAgent::Welcome { conversations, team, .. } => {
                self.team = team;
                self.welcome(conversations)
            }
            ToAgent::Conversation { summary } => {
                self.merge(summary);
                Vec::new()
            }
            ToAgent::Entries { conversation, head, visitor_read_seq, visitor_online, entries } => {
                let open = self.open.entry(conversation).or_default();
                open.visitor_online = visitor_online;
                open.visitor_read_seq = open.visitor_read_seq.max(visitor_read_seq);
                let after = open.thread.receive_page(head, entries);
                after.map(|after| resume(conversation, after)).into_iter().collect()
            }
            ToAgent::History { conversation, entries } => {
                self.open.entry(conversation).or_default().thread.replica.prepend(entries);
                Vec::new()
            }
            ToAgent::Ack { conversation, entry, .. } | ToAgent::Entry { conversation, entry } => {
                let open = self.open.entry(conversation).or_default();
                open.typing.retain(|(author, _)| *author != entry.author);
                open.notes.remove(&entry.client_id);
                let gap = open.thread.receive(entry).filter(|_| open.watched);
                gap.map(|after| resume(conversation, after)).into_iter().collect()
            }
            ToAgent::Read { conversation, by: Reader::Visitor {}, seq, .. } => {
                let open = self.open.entry(conversation).or_default();
                open.visitor_read_seq = open.visitor_read_seq.max(seq);
                Vec::new()
            }
            ToAgent::Read { conversation, by: Reader::Team {}, visitor_messages, .. } => {
                self.summaries.change(conversation, |summary| {
                    let known = summary.read_messages.unwrap_or(0);
                    summary.read_messages = Some(known.max(visitor_messages));
                });
                Vec::new()
            }
            ToAgent::Typing { conversation, by } => {
                let open = self.open.entry(conversation).or_default();
                open.typing.retain(|(author, _)| *author != by);
                open.typing.push((by, now_ms));
                Vec::new()
            }
            ToAgent::Team { team } => {
                self.team = team;
                Vec::new()
            }
            ToAgent::Presence { agent, presence } => {
                for mate in self.team.iter_mut().filter(|mate| mate.id == agent) {
                    mate.presence = presence;
                }
                Vec::new()
            }
            ToAgent::Gone { conversation } => {
                self.forget(conversation);
                Vec::new()
            }
            ToAgent::VisitorPage { conversation, page } => {
                self.open.entry(conversation).or_default().visitor_page = page;
                Vec::new()
            }
            ToAgent::VisitorPresence { conversation, online } => {
                self.open.entry(conversation).or_default().visitor_online = online;
                Vec::new()
            }
            ToAgent::Changed { .. } => Vec::new(),
            ToAgent::Pong {} => self.make_up(),
            ToAgent::Error { code, message, temporary, conversation, client_id } => {
                match (conversation, client_id) {
                    (Some(id), Some(client_id)) if !temporary => self.refuse(id, client_id, code),
                    (_, Some(_)) => {}
                    (_, None) => self.notice = Some(message),
                }
                Vec::new()
            }
        }
    }

    /// Handles the welcome on a new socket: replaces the list, and catches up on what may have been missed or not
    /// sent.
    fn welcome(&mut self, conversations: Vec<Summary>) -> Vec<FromAgent> {
        self.online = true;
        // The server read the list after the socket began to listen, so events may have arrived before it.
        let early = std::mem::take(&mut self.early);
        // The welcome lists the conversations that wait for the team. Keep the others, those that are open, and
        // those reported after the list was read. Drop those that were waiting and no longer are.
        let waiting = Filter::waiting();
        let listed: HashSet<_> = conversations.iter().map(|one| one.id).collect();
        self.summaries.retain(|known| {
            listed.contains(&known.id)
                || early.contains(&known.id)
                || self.open.contains_key(&known.id)
                || !waiting.matches(known)
        });
        for mut summary in conversations {
            if let Some(known) = self.summaries.get(summary.id) {
                let read = known.read_messages.max(summary.read_messages);
                if known.head > summary.head {
                    summary = known;
                }
                summary.read_messages = read;
            }
            self.summaries.put(summary);
        }
        let mut frames = Vec::new();
        for (id, open) in &mut self.open {
            open.reported_read = Seq::START;
            if open.watched {
                frames.push(watch_frame(*id, open));
            }
        }
        frames.extend(self.unsent());
        frames
    }

    /// Runs with every pong: retries messages that were refused temporarily, and requests missing entries.
    fn make_up(&self) -> Vec<FromAgent> {
        let behind = |(id, open): (&ConversationId, &Open)| {
            let head = self.summaries.with(*id, |summary| summary.head).unwrap_or_default();
            (open.watched && head > open.thread.replica.last_seq()).then(|| watch_frame(*id, open))
        };
        let mut frames: Vec<FromAgent> = self.open.iter().filter_map(behind).collect();
        frames.extend(self.unsent());
        frames
    }

    /// Returns all messages that wait for an acknowledgment. Sending one twice is harmless.
    fn unsent(&self) -> Vec<FromAgent> {
        let send = |(conversation, outgoing, is_note): (_, &Outgoing, bool)| FromAgent::Send {
            conversation,
            client_id: outgoing.client_id,
            text: outgoing.text.clone(),
            files: outgoing.files.ids(),
            note: is_note.then_some(true),
        };
        self.outgoing().filter(|(_, outgoing, _)| outgoing.refused.is_none()).map(send).collect()
    }

    fn refuse(&mut self, id: ConversationId, client_id: ClientId, code: ErrorCode) {
        if let Some(open) = self.open.get_mut(&id) {
            open.thread.unsent.refuse(client_id, code);
        }
    }

    /// Merges a row that was sent to all agents and so lacks this agent's own values, which stay as they were.
    /// Events may be older than the list, which was read after the socket began to listen.
    fn merge(&mut self, mut summary: Summary) {
        if !self.online {
            self.early.insert(summary.id);
        }
        if let Some(known) = self.summaries.get(summary.id) {
            if known.head > summary.head {
                return;
            }
            summary.read_messages = summary.read_messages.or(known.read_messages);
        }
        self.summaries.put(summary);
    }

    /// Removes an erased conversation, with the messages that were to be sent to it.
    fn forget(&mut self, id: ConversationId) {
        self.summaries.retain(|known| known.id != id);
        self.early.remove(&id);
        if self.open.remove(&id).is_some_and(|open| open.watched) {
            self.notice = Some("This conversation was erased.".to_owned());
        }
    }
}

fn resume(conversation: ConversationId, after: Seq) -> FromAgent {
    FromAgent::Watch { conversation, after: Some(after) }
}

fn watch_frame(id: ConversationId, open: &Open) -> FromAgent {
    let last = open.thread.replica.last_seq();
    FromAgent::Watch { conversation: id, after: (last > Seq::START).then_some(last) }
}

#[cfg(test)]
mod tests;
