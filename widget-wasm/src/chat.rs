//! The chat's state and the rules by which it changes. Plain data, without the browser.

use alloc::string::String;
use alloc::vec::Vec;

use protocol::json::{Encode, RawJson, Value, from_str, parse, to_string};
use protocol::limits::{PAGE_URL_BYTES, TYPING_EVERY_MS, TYPING_MS};
use protocol::{
    Attendance, Author, Availability, ClientId, ConversationId, Entry, ErrorCode, Files,
    FromVisitor, Outgoing, Reader, Replica, Seq, Thread, ToVisitor, UnixMillis, Unsent,
};

/// The state of the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ConnectionState {
    /// Connecting for the first time.
    #[default]
    Connecting,
    /// Frames go both ways.
    Online,
    /// Lost; reconnecting.
    Offline,
    /// The server permanently refused this chat.
    Refused(ErrorCode),
}

/// A position after every other: the largest number on the wire.
const END: Seq = Seq((1 << 53) - 1);

/// The prefix of the names under which waiting sends are stored.
const OUT: &str = "out:";

/// The chat's state.
#[derive(Debug, Default)]
pub(crate) struct Chat {
    /// The current conversation, and what waits to be sent.
    pub(crate) thread: Thread,
    /// The state of the connection.
    pub(crate) connection: ConnectionState,
    /// How far the team has read.
    pub(crate) team_read_seq: Seq,
    /// Entries of earlier conversations, oldest first.
    pub(crate) past: Vec<Entry>,
    /// The earlier conversation that the next page comes from: from its end, or from before `past`.
    earlier: Option<ConversationId>,
    /// The position before which that page ends.
    earlier_before: Seq,
    /// Whether the visitor is waiting for earlier messages. Remembered across a lost connection.
    wants_older: bool,
    /// The thread's conversation, once the server has named it.
    pub(crate) conversation: Option<ConversationId>,
    /// What the page says about its visitor: JSON, passed on unchanged.
    about: Option<String>,
    /// Whether anyone answers.
    pub(crate) availability: Option<Availability>,
    /// The visitor's place in the queue: 1 is next.
    pub(crate) queue: Option<u64>,
    /// The name of the agent who is typing.
    pub(crate) typing: Option<String>,
    /// When the last `typing` arrived, in milliseconds since 1970 (UTC).
    typing_at_ms: UnixMillis,
    /// When the visitor's own typing was last reported.
    told_typing_at_ms: UnixMillis,
    read_seq: Seq,
    pub(crate) token: Option<String>,
    /// Made up here, so that what is written before the first connection has an owner. Two tabs that both
    /// start fresh are the same visitor.
    seed: Option<String>,
    /// Whether the visitor has ever sent something. Before that, nothing is stored on their device.
    acted: bool,
    /// Whether the server refused our token, so that we should reconnect for a new one.
    anew: bool,
}

/// What is stored on the visitor's device, by name: `token`, `seed` and, for each waiting send, `out:` with
/// its id. Separate names, because several tabs write.
pub(crate) type Kept = Vec<(String, String)>;

impl Chat {
    /// Restores what was stored on the visitor's device, given as a JSON object. `seed` is 32 random
    /// hexadecimal digits, for a visitor who has none yet.
    pub(crate) fn from_kept(kept: &str, seed: String) -> Self {
        let kept = parse(kept).unwrap_or(Value::Null);
        let text = |name| kept.get(name).and_then(Value::as_str).map(Into::into);
        let token: Option<String> = text("token");
        let known_seed: Option<String> = text("seed");
        let mut waiting: Vec<Outgoing> = Vec::new();
        if let Value::Object(fields) = &kept {
            let outgoing = fields
                .iter()
                .filter(|(name, _)| name.starts_with(OUT))
                .filter_map(|(_, text)| from_str::<Outgoing>(text.as_str()?).ok());
            for one in outgoing {
                // Sorted by time of writing. There are only a few: the library's sort would add 3 KB.
                let after = waiting.iter().filter(|other| other.at_ms <= one.at_ms).count();
                waiting.insert(after, one);
            }
        }
        let acted = token.is_some() || known_seed.is_some() || !waiting.is_empty();
        let seed = known_seed.or_else(|| token.is_none().then_some(seed));
        let thread = Thread { unsent: Unsent::from(waiting), ..Thread::default() };
        Self { thread, token, seed, acted, ..Self::default() }
    }

    /// What to store on the visitor's device: nothing before they have sent something.
    pub(crate) fn to_kept(&self) -> Kept {
        let mut kept = Kept::new();
        if self.acted {
            for (name, text) in [("token", &self.token), ("seed", &self.seed)] {
                if let Some(text) = text {
                    kept.push((name.into(), text.clone()));
                }
            }
            for outgoing in self.thread.unsent.waiting() {
                let mut name = String::from(OUT);
                outgoing.client_id.encode(&mut name);
                kept.push((name, to_string(outgoing)));
            }
        }
        kept
    }

    /// Another tab has stored something. Becomes the visitor that the other tab already is, if nothing was
    /// written in this tab yet. Returns whether to reconnect.
    pub(crate) fn adopt(&mut self, kept: &str) -> bool {
        let Ok(kept) = parse(kept) else { return false };
        let Some(token) = kept.get("token").and_then(Value::as_str) else { return false };
        if self.acted || self.token.as_deref() == Some(token) {
            return false;
        }
        self.token = Some(token.into());
        self.acted = true;
        true
    }

    /// Whether the visitor waits for an answer while nobody is available.
    pub(crate) fn is_left_alone(&self) -> bool {
        let is_anybody = |there: &Availability| there.attendance == Attendance::Online;
        let last = self.thread.replica.entries().last();
        self.connection == ConnectionState::Online
            && !self.availability.as_ref().is_none_or(is_anybody)
            && last.is_some_and(|last| last.author == Author::Visitor {})
    }

    /// Whether the visitor has written before, so that an answer may be waiting.
    pub(crate) fn has_history(&self) -> bool {
        self.acted
    }

    /// The page says something about its visitor. Returns whether that is new, so that the chat must
    /// reconnect.
    pub(crate) fn is_about(&mut self, about: String) -> bool {
        let is_new = self.about.as_ref() != Some(&about);
        // The earlier claim was refused, but the new one may be accepted.
        if is_new && matches!(self.connection, ConnectionState::Refused(_)) {
            self.connection = ConnectionState::Connecting;
        }
        self.about = Some(about);
        is_new
    }

    /// The first frame on a new socket.
    pub(crate) fn hello(&self, inbox: String, site: Option<String>, page: String) -> FromVisitor {
        let last = self.thread.replica.last_seq();
        // A position means nothing without its conversation.
        let after = (last > Seq::START && self.conversation.is_some()).then_some(last);
        let page = Some(page).filter(|page| page.len() <= PAGE_URL_BYTES);
        let token = self.token.clone();
        let seed = self.seed.clone().filter(|_| token.is_none());
        let about = self.about.clone().map(RawJson);
        let conversation = self.conversation.filter(|_| after.is_some());
        FromVisitor::Hello { inbox, site, page, token, seed, after, conversation, about }
    }

    /// The visitor sends a message. Returns the frame to send now if the chat is online. Otherwise the next
    /// `welcome` sends it, in order.
    pub(crate) fn say(
        &mut self,
        client_id: ClientId,
        text: String,
        files: Files,
        at_ms: UnixMillis,
    ) -> Option<FromVisitor> {
        self.acted = true;
        self.told_typing_at_ms = UnixMillis(0);
        let ids = files.ids();
        self.thread.unsent.push(client_id, text.clone(), files, at_ms);
        (self.connection == ConnectionState::Online).then_some(FromVisitor::Send {
            client_id,
            text,
            files: ids,
        })
    }

    /// The visitor is typing. Reported only from time to time, and only once there is a conversation.
    pub(crate) fn type_in(&mut self, now_ms: UnixMillis) -> Option<FromVisitor> {
        let told = now_ms < self.told_typing_at_ms + TYPING_EVERY_MS;
        if told
            || self.connection != ConnectionState::Online
            || self.thread.replica.last_seq() == Seq::START
        {
            return None;
        }
        self.told_typing_at_ms = now_ms;
        Some(FromVisitor::Typing {})
    }

    /// Clears the typing indicator once it is too old.
    pub(crate) fn expire_typing(&mut self, now_ms: UnixMillis) {
        if now_ms >= self.typing_at_ms + TYPING_MS {
            self.typing = None;
        }
    }

    /// How many of the team's messages the visitor has not seen.
    pub(crate) fn unread(&self) -> usize {
        self.thread.replica.unread_by_visitor(self.read_seq)
    }

    /// The visitor sees the end of the conversation.
    pub(crate) fn read_to_end(&mut self) -> Option<FromVisitor> {
        let seq = self.thread.replica.last_seq();
        let news = self.unread() > 0 && self.connection == ConnectionState::Online;
        self.read_seq = self.read_seq.max(seq);
        news.then_some(FromVisitor::Read { seq })
    }

    /// The visitor asks for earlier messages.
    pub(crate) fn ask_history(&mut self) -> Option<FromVisitor> {
        self.wants_older = true;
        if self.thread.replica.lacks_beginning() {
            let before = self.thread.replica.entries().first()?.seq;
            return Some(FromVisitor::History { before, conversation: None });
        }
        let conversation = Some(self.earlier?);
        Some(FromVisitor::History { before: self.earlier_before, conversation })
    }

    /// Whether there are earlier messages than those shown.
    pub(crate) fn lacks_beginning(&self) -> bool {
        self.thread.replica.lacks_beginning() || self.earlier.is_some()
    }

    /// Adds a page of an earlier conversation, if it is the one that was asked for.
    fn receive_earlier(
        &mut self,
        id: ConversationId,
        entries: Vec<Entry>,
        earlier: Option<ConversationId>,
    ) {
        // Two clicks get two answers: the second page is here already.
        if self.earlier != Some(id)
            || entries.last().is_some_and(|last| last.seq >= self.earlier_before)
        {
            return;
        }
        match entries.first().filter(|first| first.prev > Seq::START) {
            Some(first) => self.earlier_before = first.seq,
            None => {
                self.earlier = earlier;
                self.earlier_before = END;
            }
        }
        self.past.splice(0..0, entries);
    }

    /// The socket is gone; `for_good` if the server does not want a reconnect. Returns whether to
    /// reconnect.
    pub(crate) fn lost(&mut self, for_good: bool) -> bool {
        let back = core::mem::take(&mut self.anew) || !for_good;
        self.typing = None;
        match self.connection {
            ConnectionState::Refused(_) => {}
            _ if back => self.connection = ConnectionState::Offline,
            _ => self.connection = ConnectionState::Refused(ErrorCode::BadFrame),
        }
        back
    }

    /// Handles a frame and returns the frames to send in response. An unknown frame is ignored: the server
    /// may be newer.
    pub(crate) fn receive(&mut self, text: &str, now_ms: UnixMillis) -> Vec<FromVisitor> {
        match from_str::<ToVisitor>(text) {
            Ok(frame) => self.apply(frame, now_ms),
            Err(_) => Vec::new(),
        }
    }

    fn apply(&mut self, frame: ToVisitor, now_ms: UnixMillis) -> Vec<FromVisitor> {
        let resume = |after: Option<Seq>| {
            after.map(|after| FromVisitor::Resume { after }).into_iter().collect()
        };
        match frame {
            ToVisitor::Welcome {
                token,
                conversation,
                head,
                visitor_read_seq,
                team_read_seq,
                entries,
                availability,
                queue,
                earlier,
                ..
            } => {
                self.availability = Some(availability);
                self.queue = queue;
                if self.conversation != conversation {
                    // The site says it is another visitor, or another conversation is current now. A
                    // conversation that began on this page has no name yet: it is loaded afresh.
                    self.forget();
                }
                if self.past.is_empty() {
                    self.earlier = earlier;
                    self.earlier_before = END;
                }
                self.conversation = conversation;
                self.connection = ConnectionState::Online;
                self.token = Some(token);
                self.read_seq = self.read_seq.max(visitor_read_seq);
                self.team_read_seq = self.team_read_seq.max(team_read_seq);
                let mut frames: Vec<_> = resume(self.thread.receive_page(head, entries));
                frames.extend(self.unsent());
                if self.wants_older {
                    frames.extend(self.ask_history());
                }
                // Seen while there was no connection to report it.
                let seq = self.read_seq;
                frames.extend((seq > visitor_read_seq).then_some(FromVisitor::Read { seq }));
                frames
            }
            ToVisitor::Ack { entry, .. } | ToVisitor::Entry { entry } => {
                if entry.author != (Author::Visitor {}) {
                    self.typing = None;
                }
                resume(self.thread.receive(entry))
            }
            ToVisitor::Entries { head, entries } => resume(self.thread.receive_page(head, entries)),
            ToVisitor::History { entries, conversation: Some(id), earlier } => {
                self.wants_older = false;
                self.receive_earlier(id, entries, earlier);
                Vec::new()
            }
            ToVisitor::History { entries, .. } => {
                self.wants_older = false;
                self.thread.replica.prepend(entries);
                Vec::new()
            }
            ToVisitor::Read { by: Reader::Team {}, seq } => {
                self.team_read_seq = self.team_read_seq.max(seq);
                Vec::new()
            }
            ToVisitor::Read { by: Reader::Visitor {}, seq } => {
                self.read_seq = self.read_seq.max(seq);
                Vec::new()
            }
            ToVisitor::Typing { name } => {
                self.typing = Some(name);
                self.typing_at_ms = now_ms;
                Vec::new()
            }
            ToVisitor::Availability { availability } => {
                self.availability = Some(availability);
                Vec::new()
            }
            ToVisitor::Queue { position } => {
                self.queue = position;
                Vec::new()
            }
            ToVisitor::Pong { head } => {
                let mut frames: Vec<_> = resume(self.thread.replica.saw_head(head));
                // Temporarily refused sends are retried here.
                frames.extend(self.unsent());
                frames
            }
            ToVisitor::Error { code, temporary, client_id, .. } => {
                self.refused(code, temporary, client_id);
                Vec::new()
            }
        }
    }

    fn refused(&mut self, code: ErrorCode, temporary: bool, client_id: Option<ClientId>) {
        match (client_id, code) {
            (Some(client_id), _) if !temporary => self.thread.unsent.refuse(client_id, code),
            // The inbox's secret has changed, or someone tampered: start afresh, but keep unsent messages.
            (None, ErrorCode::TokenInvalid | ErrorCode::SeedInvalid) => {
                self.token = None;
                self.seed = None;
                self.forget();
                self.anew = true;
            }
            (None, _) if !temporary => self.connection = ConnectionState::Refused(code),
            _ => {}
        }
    }

    /// Forgets the conversation, but not what waits to be sent.
    fn forget(&mut self) {
        self.conversation = None;
        self.past.clear();
        self.thread.replica = Replica::default();
        self.read_seq = Seq::START;
        self.team_read_seq = Seq::START;
    }

    /// Everything that waits for an acknowledgment. Sending it again is harmless.
    fn unsent(&self) -> Vec<FromVisitor> {
        let send = |one: &Outgoing| FromVisitor::Send {
            client_id: one.client_id,
            text: one.text.clone(),
            files: one.files.ids(),
        };
        self.thread.unsent.to_send().map(send).collect()
    }
}

#[cfg(test)]
mod tests;
