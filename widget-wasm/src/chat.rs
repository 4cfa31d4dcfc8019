//! What the chat knows, and the rules by which it changes. Plain data: no browser in here.

use protocol::json::{Decode, Value, from_str, parse, write_str};
use protocol::{
    ClientId, ErrorCode, FromVisitor, Outbox, Outgoing, Reader, Seq, Thread, ToVisitor,
};

/// How the socket is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Line {
    /// Not yet, for the first time.
    #[default]
    Connecting,
    /// Frames go both ways.
    Online,
    /// Lost; it is tried again and again.
    Offline,
    /// The server refused this chat, for good.
    Refused(ErrorCode),
}

/// What the chat knows.
#[derive(Debug, Default)]
pub(crate) struct Chat {
    /// The conversation, and what waits to be sent.
    pub(crate) thread: Thread,
    /// How the socket is.
    pub(crate) line: Line,
    /// How far the team has read.
    pub(crate) team_read_seq: Seq,
    read_seq: Seq,
    token: Option<String>,
    /// Whether the visitor has ever sent something. Before that nothing is kept on their device.
    acted: bool,
}

impl Chat {
    /// From what was kept on the visitor's device.
    pub(crate) fn from_stored(stored: Option<&str>) -> Self {
        let kept = stored.and_then(|text| parse(text).ok());
        let field = |name| kept.as_ref().and_then(|kept: &Value<'_>| kept.get(name));
        let token = field("token").and_then(Value::as_str).map(Into::into);
        let waiting = field("outbox").and_then(|list| Vec::<Outgoing>::decode(list).ok());
        let outbox = Outbox::from(waiting.unwrap_or_default());
        let acted = kept.is_some();
        let thread = Thread { outbox, ..Thread::default() };
        Self { thread, token, acted, ..Self::default() }
    }

    /// What is to be kept on the visitor's device; `None` before they have sent anything.
    pub(crate) fn to_stored(&self) -> Option<String> {
        if !self.acted {
            return None;
        }
        let mut out = String::from("{");
        if let Some(token) = &self.token {
            out.push_str("\"token\":");
            write_str(token, &mut out);
            out.push(',');
        }
        out.push_str("\"outbox\":");
        protocol::json::Encode::encode(self.thread.outbox.waiting(), &mut out);
        out.push('}');
        Some(out)
    }

    /// Whether the visitor has written before, so that an answer may be waiting.
    pub(crate) fn has_history(&self) -> bool {
        self.acted
    }

    /// The first frame on a new socket.
    pub(crate) fn hello(&self, inbox: String, site: Option<String>, page: String) -> FromVisitor {
        let last = self.thread.replica.last_seq();
        let after = (last > 0).then_some(last);
        FromVisitor::Hello { inbox, site, page: Some(page), token: self.token.clone(), after }
    }

    /// The visitor says something.
    pub(crate) fn say(&mut self, client_id: ClientId, text: String, at_ms: u64) -> FromVisitor {
        self.acted = true;
        self.thread.outbox.push(client_id, text.clone(), at_ms);
        FromVisitor::Send { client_id, text }
    }

    /// How many of the team's messages the visitor has not seen.
    pub(crate) fn unread(&self) -> usize {
        self.thread.replica.unread_by_visitor(self.read_seq)
    }

    /// The visitor sees the conversation's end.
    pub(crate) fn read_to_end(&mut self) -> Option<FromVisitor> {
        let seq = self.thread.replica.last_seq();
        let news = self.unread() > 0 && self.line == Line::Online;
        self.read_seq = self.read_seq.max(seq);
        news.then_some(FromVisitor::Read { seq })
    }

    /// The visitor wants to see what was before.
    pub(crate) fn ask_history(&self) -> Option<FromVisitor> {
        let first = self.thread.replica.entries().first()?;
        Some(FromVisitor::History { before: first.seq })
    }

    /// The socket is gone.
    pub(crate) fn lost(&mut self) {
        if !matches!(self.line, Line::Refused(_)) {
            self.line = Line::Offline;
        }
    }

    /// Takes a frame as it came; returns what is to be sent because of it. A frame that this version
    /// does not know is passed over: the server may be newer.
    pub(crate) fn take(&mut self, text: &str) -> Vec<FromVisitor> {
        match from_str::<ToVisitor>(text) {
            Ok(frame) => self.apply(frame),
            Err(_) => Vec::new(),
        }
    }

    fn apply(&mut self, frame: ToVisitor) -> Vec<FromVisitor> {
        let resume = |after: Option<Seq>| {
            after.map(|after| FromVisitor::Resume { after }).into_iter().collect()
        };
        match frame {
            ToVisitor::Welcome {
                token, head, visitor_read_seq, team_read_seq, entries, ..
            } => {
                self.line = Line::Online;
                self.token = Some(token);
                self.read_seq = self.read_seq.max(visitor_read_seq);
                self.team_read_seq = self.team_read_seq.max(team_read_seq);
                let mut frames: Vec<_> = resume(self.thread.take_page(head, entries));
                frames.extend(self.unsent());
                frames
            }
            ToVisitor::Ack { entry, .. } | ToVisitor::Entry { entry } => {
                resume(self.thread.take(entry))
            }
            ToVisitor::Entries { head, entries } => resume(self.thread.take_page(head, entries)),
            ToVisitor::History { entries } => {
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
            ToVisitor::Pong { head } => {
                let mut frames: Vec<_> = resume(self.thread.replica.saw_head(head));
                // What was refused for the moment gets its next try here.
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
            (Some(client_id), _) if !temporary => self.thread.outbox.refuse(client_id, code),
            // The inbox's secret changed, or somebody tampered: begin anew, but keep the words.
            (None, ErrorCode::TokenInvalid) => {
                self.token = None;
                self.thread.replica = protocol::Replica::default();
                self.read_seq = 0;
            }
            (None, _) if !temporary => self.line = Line::Refused(code),
            _ => {}
        }
    }

    /// All that waits for an acknowledgement. Sending it again is harmless.
    fn unsent(&self) -> Vec<FromVisitor> {
        let send =
            |one: &Outgoing| FromVisitor::Send { client_id: one.client_id, text: one.text.clone() };
        self.thread.outbox.to_send().map(send).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::json::to_string;
    use protocol::{AgentId, Author, Body, Entry};

    fn client(number: u8) -> ClientId {
        let text = ["00000000-0000-7000-8000-00000000000", &number.to_string()].concat();
        ClientId::parse(&text).unwrap()
    }

    fn entry(seq: Seq, author: Author) -> Entry {
        let body = Body::Message { text: "hi".into() };
        Entry { seq, prev: seq - 1, at_ms: 1, client_id: client(seq as u8), author, body }
    }

    fn agent() -> Author {
        let id = AgentId::parse("00000000-0000-7000-8000-0000000000aa").unwrap();
        Author::Agent { id, name: "Mia".into() }
    }

    fn welcome(head: Seq, entries: Vec<Entry>) -> String {
        to_string(&ToVisitor::Welcome {
            token: "t".into(),
            inbox_name: "Support".into(),
            head,
            visitor_read_seq: 0,
            team_read_seq: 0,
            entries,
        })
    }

    #[test]
    fn nothing_is_kept_before_the_visitor_acts() {
        let mut chat = Chat::default();
        chat.take(&welcome(0, vec![]));
        assert_eq!(chat.to_stored(), None);
        chat.say(client(1), "hi".into(), 5);
        assert!(chat.to_stored().is_some());
    }

    #[test]
    fn what_waits_survives_a_reload_and_is_sent_once_more() {
        let mut chat = Chat::default();
        chat.say(client(1), "hi \"you\"\n".into(), 5);
        let mut chat = Chat::from_stored(chat.to_stored().as_deref());
        let frames = chat.take(&welcome(0, vec![]));
        assert_eq!(
            frames,
            [FromVisitor::Send { client_id: client(1), text: "hi \"you\"\n".into() }]
        );
        chat.take(&to_string(&ToVisitor::Entry { entry: entry(1, Author::Visitor {}) }));
        assert!(chat.thread.outbox.waiting().is_empty());
        let chat = Chat::from_stored(chat.to_stored().as_deref());
        assert!(chat.has_history());
    }

    #[test]
    fn unread_counts_the_teams_messages_until_they_are_seen() {
        let mut chat = Chat::default();
        chat.take(&welcome(
            3,
            vec![entry(1, Author::Visitor {}), entry(2, agent()), entry(3, agent())],
        ));
        assert_eq!(chat.unread(), 2);
        assert_eq!(chat.read_to_end(), Some(FromVisitor::Read { seq: 3 }));
        assert_eq!((chat.unread(), chat.read_to_end()), (0, None));
    }

    #[test]
    fn a_pong_that_is_ahead_heals() {
        let mut chat = Chat::default();
        chat.take(&welcome(1, vec![entry(1, agent())]));
        let frames = chat.take(&to_string(&ToVisitor::Pong { head: 4 }));
        assert_eq!(frames, [FromVisitor::Resume { after: 1 }]);
    }

    #[test]
    fn a_void_token_is_given_up_but_not_the_words() {
        let mut chat = Chat::from_stored(Some(r#"{"token":"old","outbox":[]}"#));
        chat.say(client(1), "hi".into(), 5);
        chat.take(&to_string(&ToVisitor::Error {
            code: ErrorCode::TokenInvalid,
            message: String::new(),
            temporary: false,
            client_id: None,
        }));
        let FromVisitor::Hello { token, .. } = chat.hello(String::new(), None, String::new())
        else {
            panic!("hello is a hello");
        };
        assert_eq!(token, None);
        assert_eq!(chat.take(&welcome(0, vec![])).len(), 1);
    }

    #[test]
    fn what_is_kept_may_be_anything() {
        for stored in ["", "{}", "null", "[1]", r#"{"token":5,"outbox":7}"#, "\u{0}"] {
            let mut chat = Chat::from_stored(Some(stored));
            assert!(chat.take("nonsense").is_empty(), "{stored}");
        }
    }
}
