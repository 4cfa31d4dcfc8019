//! Tests of the chat's state after sequences of frames.

use super::*;
use protocol::json::to_string;
use protocol::{AgentId, Attendance, Body, ClientId, ConversationId, Entry, Seq};

const CONVERSATION: ConversationId = ConversationId(uuid::Uuid::from_u128(7));

fn client(number: u8) -> ClientId {
    let text = ["00000000-0000-7000-8000-00000000000", &number.to_string()].concat();
    ClientId::parse(&text).unwrap()
}

fn entry(seq: Seq, author: Author) -> Entry {
    let body = Body::Message { text: "hi".into() };
    let (client_id, files) = (client(seq.0 as u8), Files::NONE);
    Entry { seq, prev: seq.previous(), at_ms: UnixMillis(1), client_id, author, body, files }
}

fn agent() -> Author {
    let id = AgentId::parse("00000000-0000-7000-8000-0000000000aa").unwrap();
    Author::Agent { id, name: "Mia".into() }
}

fn welcome(head: Seq, entries: Vec<Entry>) -> String {
    to_string(&ToVisitor::Welcome {
        token: "t".into(),
        conversation: (head > Seq(0)).then_some(CONVERSATION),
        inbox_name: "Support".into(),
        head,
        visitor_read_seq: Seq(0),
        team_read_seq: Seq(0),
        entries,
        availability: Availability { attendance: Attendance::Online, opens_at_ms: None },
        queue: None,
        earlier: None,
    })
}

const SEED: &str = "0123456789abcdef0123456789abcdef";

/// What was stored, as the loader returns it.
fn as_json(kept: &Kept) -> String {
    let mut out = String::new();
    let mut fields = protocol::json::Fields::begin(&mut out);
    for (name, text) in kept {
        fields.field(name, text);
    }
    fields.end();
    out
}

fn reload(chat: &Chat) -> Chat {
    Chat::from_kept(&as_json(&chat.to_kept()), "another seed".into())
}

#[test]
fn writing_is_told_now_and_then_and_forgotten_soon() {
    let mut chat = Chat::from_kept("{}", SEED.into());
    assert_eq!(chat.type_in(UnixMillis(10_000)), None, "not connected");
    chat.receive(&welcome(Seq(1), vec![entry(Seq(1), Author::Visitor {})]), UnixMillis(0));
    assert_eq!(chat.type_in(UnixMillis(10_000)), Some(FromVisitor::Typing {}));
    assert_eq!(chat.type_in(UnixMillis(10_999)), None);
    assert_eq!(chat.type_in(UnixMillis(11_000)), Some(FromVisitor::Typing {}));

    let typing = to_string(&ToVisitor::Typing { name: "Mia".into() });
    chat.receive(&typing, UnixMillis(20_000));
    chat.expire_typing(UnixMillis(21_999));
    assert_eq!(chat.typing.as_deref(), Some("Mia"));
    chat.expire_typing(UnixMillis(22_000));
    assert_eq!(chat.typing, None);
    chat.receive(&typing, UnixMillis(23_000));
    chat.receive(
        &to_string(&ToVisitor::Entry { entry: entry(Seq(2), agent()) }),
        UnixMillis(23_100),
    );
    assert_eq!(chat.typing, None, "the message is there");
}

#[test]
fn nothing_is_kept_before_the_visitor_acts() {
    let mut chat = Chat::from_kept("{}", SEED.into());
    chat.receive(&welcome(Seq(0), vec![]), UnixMillis(0));
    assert_eq!(chat.to_kept(), Kept::new());
    chat.say(client(1), "hi".into(), Files::NONE, UnixMillis(5));
    assert_eq!(chat.to_kept().len(), 3, "token, seed and the message");
}

#[test]
fn what_waits_survives_a_reload_and_is_sent_once_in_order() {
    let mut chat = Chat::from_kept("{}", SEED.into());
    assert_eq!(
        chat.say(client(2), "hi \"you\"\n".into(), Files::NONE, UnixMillis(5)),
        None,
        "not before a welcome"
    );
    assert_eq!(chat.say(client(1), "second".into(), Files::NONE, UnixMillis(6)), None);
    let mut chat = reload(&chat);
    let hello = chat.hello(String::new(), None, String::new());
    assert!(matches!(hello, FromVisitor::Hello { seed: Some(seed), .. } if seed == SEED));
    let send = |number, text: &str| FromVisitor::Send {
        client_id: client(number),
        text: text.into(),
        files: Files::NONE.ids(),
    };
    let frames = chat.receive(&welcome(Seq(0), vec![]), UnixMillis(0));
    assert_eq!(frames, [send(2, "hi \"you\"\n"), send(1, "second")]);
    chat.receive(
        &to_string(&ToVisitor::Entry { entry: entry(Seq(1), Author::Visitor {}) }),
        UnixMillis(0),
    );
    assert_eq!(chat.thread.unsent.waiting().len(), 1);
    assert_eq!(chat.to_kept().len(), 3);
    assert!(reload(&chat).has_history());
}

#[test]
fn a_second_tab_becomes_the_visitor_that_the_first_one_is() {
    let mut chat = Chat::from_kept("{}", SEED.into());
    chat.receive(&welcome(Seq(0), vec![]), UnixMillis(0));
    assert!(!chat.adopt(r#"{"out:x":"{}"}"#));
    assert!(chat.adopt(r#"{"token":"theirs"}"#));
    assert!(!chat.adopt(r#"{"token":"theirs"}"#), "once");
    let hello = chat.hello(String::new(), None, String::new());
    assert!(matches!(hello, FromVisitor::Hello { token: Some(token), .. } if token == "theirs"));
    let mut wrote = Chat::from_kept("{}", SEED.into());
    wrote.say(client(1), "hi".into(), Files::NONE, UnixMillis(5));
    assert!(!wrote.adopt(r#"{"token":"theirs"}"#), "who has written stays who they are");
}

#[test]
fn another_conversation_is_not_mixed_with_the_one_that_was() {
    let mut chat = Chat::from_kept("{}", SEED.into());
    let of = |number: &str, entries: Vec<Entry>| {
        let text = welcome(Seq(entries.len() as u64), entries);
        text.replacen(
            '{',
            &["{\"conversation\":\"00000000-0000-7000-8000-00000000000", number, "\","].concat(),
            1,
        )
    };
    let mine = || entry(Seq(1), Author::Visitor {});
    chat.receive(&of("1", vec![mine(), entry(Seq(2), agent())]), UnixMillis(0));
    assert_eq!(chat.thread.replica.last_seq(), Seq(2));
    chat.receive(&of("2", vec![mine()]), UnixMillis(0));
    assert_eq!(chat.thread.replica.last_seq(), Seq(1), "what was is of another conversation");
    let hello = chat.hello(String::new(), None, String::new());
    let FromVisitor::Hello { conversation, after, .. } = hello else { panic!("a hello") };
    assert!(conversation.is_some() && after == Some(Seq(1)));
}

#[test]
fn what_was_seen_offline_is_reported_on_the_next_welcome() {
    let mut chat = Chat::from_kept("{}", SEED.into());
    chat.receive(&welcome(Seq(1), vec![entry(Seq(1), agent())]), UnixMillis(0));
    chat.lost(false);
    assert_eq!(chat.read_to_end(), None);
    assert_eq!(
        chat.receive(&welcome(Seq(1), vec![]), UnixMillis(0)),
        [FromVisitor::Read { seq: Seq(1) }]
    );
}

#[test]
fn unread_counts_the_teams_messages_until_they_are_seen() {
    let mut chat = Chat::default();
    chat.receive(
        &welcome(
            Seq(3),
            vec![entry(Seq(1), Author::Visitor {}), entry(Seq(2), agent()), entry(Seq(3), agent())],
        ),
        UnixMillis(0),
    );
    assert_eq!(chat.unread(), 2);
    assert_eq!(chat.read_to_end(), Some(FromVisitor::Read { seq: Seq(3) }));
    assert_eq!((chat.unread(), chat.read_to_end()), (0, None));
}

#[test]
fn a_pong_that_is_ahead_heals() {
    let mut chat = Chat::default();
    chat.receive(&welcome(Seq(1), vec![entry(Seq(1), agent())]), UnixMillis(0));
    let frames = chat.receive(&to_string(&ToVisitor::Pong { head: Seq(4) }), UnixMillis(0));
    assert_eq!(frames, [FromVisitor::Resume { after: Seq(1) }]);
}

#[test]
fn a_void_token_is_given_up_but_not_the_words() {
    let mut chat = Chat::from_kept(r#"{"token":"old"}"#, SEED.into());
    chat.say(client(1), "hi".into(), Files::NONE, UnixMillis(5));
    chat.receive(
        &to_string(&ToVisitor::Error {
            code: ErrorCode::TokenInvalid,
            message: String::new(),
            temporary: false,
            client_id: None,
        }),
        UnixMillis(0),
    );
    let FromVisitor::Hello { token, .. } = chat.hello(String::new(), None, String::new()) else {
        panic!("hello is a hello");
    };
    assert_eq!(token, None);
    assert!(chat.lost(true), "it comes back, whatever the close code");
    assert!(!chat.lost(true), "but only then");
    let mut chat = Chat::from_kept("{}", SEED.into());
    chat.say(client(1), "hi".into(), Files::NONE, UnixMillis(5));
    assert_eq!(chat.receive(&welcome(Seq(0), vec![]), UnixMillis(0)).len(), 1);
}

#[test]
fn a_conversation_that_began_here_is_not_taken_for_another() {
    let mut chat = Chat::from_kept("{}", SEED.into());
    chat.receive(&welcome(Seq(0), Vec::new()), UnixMillis(0));
    chat.say(client(1), "hi".into(), Files::NONE, UnixMillis(5));
    for seq in 1..=3 {
        let entry = entry(Seq(seq), if seq == 1 { Author::Visitor {} } else { agent() });
        chat.receive(&to_string(&ToVisitor::Entry { entry }), UnixMillis(0));
    }
    // The server has not named it yet: a position could belong to whatever conversation is current by now.
    let hello = chat.hello("key".into(), None, String::new());
    assert!(matches!(hello, FromVisitor::Hello { after: None, conversation: None, .. }));
    chat.receive(&welcome(Seq(1), vec![entry(Seq(1), agent())]), UnixMillis(0));
    assert_eq!(chat.thread.replica.entries(), [entry(Seq(1), agent())]);
    let hello = chat.hello("key".into(), None, String::new());
    assert!(matches!(hello, FromVisitor::Hello { after: Some(Seq(1)), conversation: Some(_), .. }));
}

#[test]
fn what_was_before_the_conversation_is_asked_for_page_by_page() {
    let id = |number: u8| ConversationId(uuid::Uuid::from_bytes([number; 16]));
    let page = |seqs: std::ops::RangeInclusive<u64>| -> Vec<Entry> {
        seqs.map(|seq| entry(Seq(seq), agent())).collect()
    };
    let mut chat = Chat::from_kept("{}", SEED.into());
    let frame = ToVisitor::Welcome {
        token: "t".into(),
        conversation: Some(id(3)),
        inbox_name: "Support".into(),
        head: Seq(2),
        visitor_read_seq: Seq(0),
        team_read_seq: Seq(0),
        entries: page(1..=2),
        availability: Availability { attendance: Attendance::Online, opens_at_ms: None },
        queue: None,
        earlier: Some(id(2)),
    };
    chat.receive(&to_string(&frame), UnixMillis(0));
    let answer = |chat: &mut Chat, conversation, entries, earlier| {
        let conversation = Some(conversation);
        chat.receive(
            &to_string(&ToVisitor::History { entries, conversation, earlier }),
            UnixMillis(0),
        );
    };
    let ask =
        |before, number| Some(FromVisitor::History { before, conversation: Some(id(number)) });
    assert_eq!(chat.ask_history(), ask(END, 2));
    answer(&mut chat, id(2), page(5..=6), Some(id(1)));
    // The answer to a second click.
    answer(&mut chat, id(2), page(5..=6), Some(id(1)));
    assert_eq!(chat.ask_history(), ask(Seq(5), 2), "there is more of it");
    answer(&mut chat, id(2), page(1..=4), Some(id(1)));
    assert_eq!(chat.ask_history(), ask(END, 1));
    // The wish outlives the connection.
    chat.lost(false);
    assert_eq!(
        chat.receive(&to_string(&frame), UnixMillis(0)),
        ask(END, 1).into_iter().collect::<Vec<_>>()
    );
    assert!(chat.lacks_beginning());
    answer(&mut chat, id(1), page(1..=1), None);
    assert_eq!((chat.ask_history(), chat.lacks_beginning()), (None, false));
    let seqs: Vec<Seq> = chat.past.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, [1, 1, 2, 3, 4, 5, 6].map(Seq));
    assert_eq!(chat.unread(), 2, "what is past is not unread");
}

#[test]
fn what_is_kept_may_be_anything() {
    for kept in ["", "{}", "null", "[1]", r#"{"token":5,"out:1":7,"out:2":"{}"}"#, "\u{0}"] {
        let mut chat = Chat::from_kept(kept, SEED.into());
        assert!(chat.receive("nonsense", UnixMillis(0)).is_empty(), "{kept}");
    }
}

#[test]
fn who_waits_while_nobody_is_there_is_left_alone() {
    let mut chat = Chat::from_kept("{}", SEED.into());
    assert!(!chat.is_left_alone(), "nothing is known");
    chat.receive(&welcome(Seq(0), vec![]), UnixMillis(0));
    let there = |attendance| {
        let availability = Availability { attendance, opens_at_ms: None };
        to_string(&ToVisitor::Availability { availability })
    };
    chat.receive(&there(Attendance::Away), UnixMillis(0));
    assert!(!chat.is_left_alone(), "nothing was said");
    chat.receive(
        &to_string(&ToVisitor::Entry { entry: entry(Seq(1), Author::Visitor {}) }),
        UnixMillis(0),
    );
    assert!(chat.is_left_alone());
    chat.receive(&there(Attendance::Online), UnixMillis(0));
    assert!(!chat.is_left_alone());
    chat.receive(&there(Attendance::Closed), UnixMillis(0));
    assert!(chat.is_left_alone());
    chat.receive(&to_string(&ToVisitor::Entry { entry: entry(Seq(2), agent()) }), UnixMillis(0));
    assert!(!chat.is_left_alone(), "somebody has answered");
}
