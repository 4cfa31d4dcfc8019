//! The wire's JSON: golden texts for every frame, and a decoder that nothing can upset.

use proptest::prelude::*;
use protocol::json::{Decode, Encode, RawJson, from_str, to_string};
use protocol::{
    AgentId, Attendance, Author, Availability, Body, Change, ClientId, ConversationId, Entry,
    ErrorCode, Event, FromAgent, FromVisitor, InboxId, Label, LabelId, Person, Presence, Reader,
    Seq, Several, Status, Summary, Teammate, ToAgent, ToVisitor, UnixMillis, VisitorId,
};
use uuid::Uuid;

fn golden<T: Encode + Decode + PartialEq + std::fmt::Debug>(value: &T, text: &str) {
    assert_eq!(to_string(value), text);
    assert_eq!(from_str::<T>(text).as_ref(), Ok(value));
}

const CLIENT: ClientId = ClientId(Uuid::from_u128(1));
const CONVERSATION: ConversationId = ConversationId(Uuid::from_u128(2));
const AGENT: AgentId = AgentId(Uuid::from_u128(3));
const INBOX: InboxId = InboxId(Uuid::from_u128(4));
const LABEL: LabelId = LabelId(Uuid::from_u128(6));

/// The ids above, on the wire.
const ID1: &str = "00000000-0000-0000-0000-000000000001";

fn entry() -> Entry {
    Entry {
        seq: Seq(7),
        prev: Seq(5),
        at_ms: UnixMillis(1_700_000_000_123),
        client_id: CLIENT,
        author: Author::Visitor {},
        body: Body::Message { text: "a \"b\" \n <é> 😀 \u{2028}".into() },
        files: Several::NONE,
    }
}

const ENTRY: &str = r#"{"seq":7,"prev":5,"at_ms":1700000000123,"client_id":"00000000-0000-0000-0000-000000000001","author":{"kind":"visitor"},"body":{"kind":"message","text":"a \"b\" \n \u003cé> 😀 \u2028"}}"#;

fn summary() -> Summary {
    Summary {
        id: CONVERSATION,
        inbox: INBOX,
        inbox_name: "Support".into(),
        visitor: VisitorId(Uuid::from_u128(5)),
        visitor_name: "Visitor 6844".into(),
        page: None,
        status: Status::Assigned,
        assignee: Some(Person { id: AGENT, name: "Mia".into() }),
        queued_at_ms: None,
        archived: false,
        spam: None,
        snoozed_until_ms: Some(UnixMillis(10)),
        labels: vec![Label { id: LABEL, name: "VIP".into(), color: "#aa0000".into() }],
        head: Seq(9),
        last_at_ms: UnixMillis(8),
        last_author: Author::Agent { id: AGENT, name: "Mia".into() },
        preview: "hi".into(),
        visitor_messages: 4,
        read_messages: Some(3),
    }
}

const SUMMARY: &str = r##"{"id":"00000000-0000-0000-0000-000000000002","inbox":"00000000-0000-0000-0000-000000000004","inbox_name":"Support","visitor":"00000000-0000-0000-0000-000000000005","visitor_name":"Visitor 6844","status":"assigned","assignee":{"id":"00000000-0000-0000-0000-000000000003","name":"Mia"},"archived":false,"snoozed_until_ms":10,"labels":[{"id":"00000000-0000-0000-0000-000000000006","name":"VIP","color":"#aa0000"}],"head":9,"last_at_ms":8,"last_author":{"kind":"agent","id":"00000000-0000-0000-0000-000000000003","name":"Mia"},"preview":"hi","visitor_messages":4,"read_messages":3}"##;

#[test]
fn a_visitors_frames_have_their_golden_form() {
    let hello = FromVisitor::Hello {
        inbox: "k".into(),
        site: Some("https://shop.example".into()),
        page: None,
        token: Some("t".into()),
        seed: Some("s".into()),
        after: Some(Seq(3)),
        conversation: Some(CONVERSATION),
        about: Some(RawJson(r#"{"user":{"id":"42","n":[1,true,null]}}"#.into())),
    };
    golden(
        &hello,
        r#"{"type":"hello","inbox":"k","site":"https://shop.example","token":"t","seed":"s","after":3,"conversation":"00000000-0000-0000-0000-000000000002","about":{"user":{"id":"42","n":[1,true,null]}}}"#,
    );
    let send = FromVisitor::Send { client_id: CLIENT, text: "hi".into(), files: Several::NONE };
    golden(&send, &format!(r#"{{"type":"send","client_id":"{ID1}","text":"hi"}}"#));
    golden(&FromVisitor::Resume { after: Seq(0) }, r#"{"type":"resume","after":0}"#);
    golden(
        &FromVisitor::History { before: Seq(9), conversation: None },
        r#"{"type":"history","before":9}"#,
    );
    golden(&FromVisitor::Read { seq: Seq(7) }, r#"{"type":"read","seq":7}"#);
    golden(&FromVisitor::Typing {}, r#"{"type":"typing"}"#);
    golden(
        &FromVisitor::Page { page: "https://shop.example/b".into() },
        r#"{"type":"page","page":"https://shop.example/b"}"#,
    );
    golden(&FromVisitor::Ping {}, r#"{"type":"ping"}"#);
}

#[test]
fn frames_to_a_visitor_have_their_golden_form() {
    let welcome = ToVisitor::Welcome {
        token: "t".into(),
        conversation: Some(CONVERSATION),
        inbox_name: "Support".into(),
        head: Seq(7),
        visitor_read_seq: Seq(6),
        team_read_seq: Seq(5),
        entries: vec![entry()],
        availability: Availability {
            attendance: Attendance::Closed,
            opens_at_ms: Some(UnixMillis(9)),
        },
        queue: Some(2),
        earlier: None,
    };
    golden(&welcome, &[r#"{"type":"welcome","token":"t","conversation":"00000000-0000-0000-0000-000000000002","inbox_name":"Support","head":7,"visitor_read_seq":6,"team_read_seq":5,"entries":["#, ENTRY, r#"],"availability":{"attendance":"closed","opens_at_ms":9},"queue":2}"#].concat());
    golden(
        &ToVisitor::Ack { client_id: CLIENT, entry: entry() },
        &[r#"{"type":"ack","client_id":""#, ID1, r#"","entry":"#, ENTRY, "}"].concat(),
    );
    golden(
        &ToVisitor::Entry { entry: entry() },
        &[r#"{"type":"entry","entry":"#, ENTRY, "}"].concat(),
    );
    golden(
        &ToVisitor::Entries { head: Seq(7), entries: vec![] },
        r#"{"type":"entries","head":7,"entries":[]}"#,
    );
    let history = ToVisitor::History { entries: vec![], conversation: None, earlier: None };
    golden(&history, r#"{"type":"history","entries":[]}"#);
    golden(
        &ToVisitor::Read { by: Reader::Team {}, seq: Seq(4) },
        r#"{"type":"read","by":{"kind":"team"},"seq":4}"#,
    );
    golden(&ToVisitor::Typing { name: "Mia".into() }, r#"{"type":"typing","name":"Mia"}"#);
    let availability = Availability { attendance: Attendance::Away, opens_at_ms: None };
    golden(
        &ToVisitor::Availability { availability },
        r#"{"type":"availability","availability":{"attendance":"away"}}"#,
    );
    golden(&ToVisitor::Queue { position: None }, r#"{"type":"queue"}"#);
    golden(&ToVisitor::Pong { head: Seq(7) }, r#"{"type":"pong","head":7}"#);
    let error = ToVisitor::Error {
        code: ErrorCode::MessageEmpty,
        message: "m".into(),
        temporary: false,
        client_id: Some(CLIENT),
    };
    golden(
        &error,
        &format!(
            r#"{{"type":"error","code":"message_empty","message":"m","temporary":false,"client_id":"{ID1}"}}"#
        ),
    );
}

#[test]
fn an_agents_frames_have_their_golden_form() {
    let conversation = CONVERSATION;
    let at = r#""conversation":"00000000-0000-0000-0000-000000000002""#;
    golden(&FromAgent::Watch { conversation, after: None }, &format!(r#"{{"type":"watch",{at}}}"#));
    golden(&FromAgent::Unwatch { conversation }, &format!(r#"{{"type":"unwatch",{at}}}"#));
    let send = FromAgent::Send {
        conversation,
        client_id: CLIENT,
        text: "hi".into(),
        files: Several::NONE,
        note: Some(true),
    };
    golden(
        &send,
        &format!(r#"{{"type":"send",{at},"client_id":"{ID1}","text":"hi","note":true}}"#),
    );
    golden(
        &FromAgent::History { conversation, before: Seq(9) },
        &format!(r#"{{"type":"history",{at},"before":9}}"#),
    );
    golden(
        &FromAgent::Read { conversation, seq: Seq(9) },
        &format!(r#"{{"type":"read",{at},"seq":9}}"#),
    );
    for (change, text) in [
        (Change::Claim {}, r#"{"action":"claim"}"#),
        (
            Change::Assign { agent: Some(AGENT) },
            r#"{"action":"assign","agent":"00000000-0000-0000-0000-000000000003"}"#,
        ),
        (Change::Resolve { seen: None }, r#"{"action":"resolve"}"#),
        (Change::Resolve { seen: Some(Seq(7)) }, r#"{"action":"resolve","seen":7}"#),
        (Change::Reopen {}, r#"{"action":"reopen"}"#),
        (Change::Archive {}, r#"{"action":"archive"}"#),
        (Change::Unarchive {}, r#"{"action":"unarchive"}"#),
        (Change::Snooze { until_ms: UnixMillis(5) }, r#"{"action":"snooze","until_ms":5}"#),
        (Change::Wake {}, r#"{"action":"wake"}"#),
        (
            Change::Label { label: LABEL },
            r#"{"action":"label","label":"00000000-0000-0000-0000-000000000006"}"#,
        ),
    ] {
        golden(
            &FromAgent::Change { conversation, change },
            &format!(r#"{{"type":"change",{at},"change":{text}}}"#),
        );
    }
    golden(
        &FromAgent::Presence { presence: Presence::Away },
        r#"{"type":"presence","presence":"away"}"#,
    );
    golden(&FromAgent::Typing { conversation }, &format!(r#"{{"type":"typing",{at}}}"#));
    golden(&FromAgent::Ping {}, r#"{"type":"ping"}"#);
}

#[test]
fn frames_to_an_agent_have_their_golden_form() {
    let conversation = CONVERSATION;
    let at = r#""conversation":"00000000-0000-0000-0000-000000000002""#;
    golden(
        &ToAgent::Welcome {
            agent: AGENT,
            conversations: vec![summary()],
            team: vec![Teammate {
                id: AGENT,
                name: "Mia".into(),
                presence: Presence::Online,
            }],
        },
        &[
            r#"{"type":"welcome","agent":"00000000-0000-0000-0000-000000000003","conversations":["#,
            SUMMARY,
            r#"],"team":[{"id":"00000000-0000-0000-0000-000000000003","name":"Mia","presence":"online"}]}"#,
        ]
        .concat(),
    );
    golden(
        &ToAgent::Conversation { summary: summary() },
        &[r#"{"type":"conversation","summary":"#, SUMMARY, "}"].concat(),
    );
    golden(
        &ToAgent::Entries {
            conversation,
            head: Seq(7),
            visitor_read_seq: Seq(2),
            visitor_online: true,
            entries: vec![],
        },
        &format!(
            r#"{{"type":"entries",{at},"head":7,"visitor_read_seq":2,"visitor_online":true,"entries":[]}}"#
        ),
    );
    golden(
        &ToAgent::History { conversation, entries: vec![] },
        &format!(r#"{{"type":"history",{at},"entries":[]}}"#),
    );
    golden(
        &ToAgent::Ack { conversation, client_id: CLIENT, entry: entry() },
        &format!(r#"{{"type":"ack",{at},"client_id":"{ID1}","entry":{ENTRY}}}"#),
    );
    let note = Entry { body: Body::Note { text: "psst".into() }, ..entry() };
    let note_text = ENTRY.split(",\"body\"").next().unwrap().to_owned()
        + r#","body":{"kind":"note","text":"psst"}}"#;
    golden(
        &ToAgent::Entry { conversation, entry: note },
        &format!(r#"{{"type":"entry",{at},"entry":{note_text}}}"#),
    );
    golden(
        &ToAgent::Read { conversation, by: Reader::Visitor {}, seq: Seq(4), visitor_messages: 2 },
        &format!(
            r#"{{"type":"read",{at},"by":{{"kind":"visitor"}},"seq":4,"visitor_messages":2}}"#
        ),
    );
    let event = Event::Assigned { agent: AGENT, name: "Mia".into() };
    let author = Author::System {};
    let happened = Entry { body: Body::Event { event }, author, ..entry() };
    let happened_text = ENTRY.split(",\"author\"").next().unwrap().to_owned()
        + r#","author":{"kind":"system"},"body":{"kind":"event","event":{"kind":"assigned","agent":"00000000-0000-0000-0000-000000000003","name":"Mia"}}}"#;
    golden(
        &ToAgent::Entry { conversation, entry: happened },
        &format!(r#"{{"type":"entry",{at},"entry":{happened_text}}}"#),
    );
    golden(
        &ToAgent::Typing { conversation, by: Author::Visitor {} },
        &format!(r#"{{"type":"typing",{at},"by":{{"kind":"visitor"}}}}"#),
    );
    golden(&ToAgent::Team { team: vec![] }, r#"{"type":"team","team":[]}"#);
    golden(
        &ToAgent::Presence { agent: AGENT, presence: Presence::Offline },
        r#"{"type":"presence","agent":"00000000-0000-0000-0000-000000000003","presence":"offline"}"#,
    );
    golden(
        &ToAgent::VisitorPresence { conversation, online: false },
        &format!(r#"{{"type":"visitor_presence",{at},"online":false}}"#),
    );
    golden(
        &ToAgent::VisitorPage { conversation, page: Some("https://shop.example/b".into()) },
        &format!(r#"{{"type":"visitor_page",{at},"page":"https://shop.example/b"}}"#),
    );
    golden(&ToAgent::Gone { conversation }, &format!(r#"{{"type":"gone",{at}}}"#));
    golden(&ToAgent::Pong {}, r#"{"type":"pong"}"#);
    golden(
        &ToAgent::Changed { conversation: CONVERSATION },
        r#"{"type":"changed","conversation":"00000000-0000-0000-0000-000000000002"}"#,
    );
    let error = ToAgent::Error {
        code: ErrorCode::ConversationUnknown,
        message: "m".into(),
        temporary: false,
        conversation: Some(conversation),
        client_id: None,
    };
    golden(
        &error,
        &format!(
            r#"{{"type":"error","code":"conversation_unknown","message":"m","temporary":false,{at}}}"#
        ),
    );
}

#[test]
fn every_error_code_has_its_own_text() {
    let mut texts: Vec<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), ErrorCode::ALL.len());
    for code in ErrorCode::ALL {
        assert_eq!(from_str(&to_string(code)), Ok(*code));
    }
}

#[test]
fn a_newer_peers_fields_are_passed_over() {
    let text = r#"{"mood":{"x":[1.5e9,null]},"type":"pong","head":1,"later":true}"#;
    assert_eq!(from_str(text), Ok(ToVisitor::Pong { head: Seq(1) }));
}

#[test]
fn numbers_that_are_no_positions_are_refused() {
    for number in ["-1", "1.0", "1e3", "9007199254740992", "18446744073709551616", "\"1\"", "null"]
    {
        let text = format!(r#"{{"type":"read","seq":{number}}}"#);
        assert!(from_str::<FromVisitor>(&text).is_err(), "{text}");
    }
}

fn decode_all(text: &str) {
    let _ = from_str::<FromVisitor>(text);
    let _ = from_str::<ToVisitor>(text);
    let _ = from_str::<FromAgent>(text);
    let _ = from_str::<ToAgent>(text);
}

proptest! {
    #[test]
    fn the_decoder_never_panics(text in any::<String>()) {
        decode_all(&text);
    }

    /// Texts that are nearly frames get further into the decoder.
    #[test]
    fn the_decoder_never_panics_on_broken_frames(
        cut in 0_usize..400,
        junk in "[\\x00-\\x7fé😀]{0,6}",
        which in 0_usize..3,
    ) {
        let whole = [ENTRY, SUMMARY, r#"{"type":"hello","inbox":"\ud83d\ude00","after":3}"#][which];
        let at = (0..=cut.min(whole.len())).rev().find(|at| whole.is_char_boundary(*at)).unwrap();
        decode_all(&[&whole[..at], &junk, &whole[at..]].concat());
        decode_all(&[&whole[..at], &junk].concat());
    }

    #[test]
    fn any_text_comes_through_unchanged(text in any::<String>()) {
        let frame = FromVisitor::Send { client_id: CLIENT, text, files: Several::NONE };
        prop_assert_eq!(from_str(&to_string(&frame)), Ok(frame));
    }
}
