//! The state of the store after various frames.

use super::*;
use leptos::prelude::GetUntracked;
use protocol::{AgentId, Body, ClientId, ConversationId, Files, InboxId, Seq, Several, UnixMillis};
use uuid::Uuid;

fn conversation(number: u128) -> ConversationId {
    ConversationId(Uuid::from_u128(number))
}

fn client(number: u128) -> ClientId {
    ClientId(Uuid::from_u128(number))
}

fn entry(seq: Seq) -> Entry {
    Entry {
        seq,
        prev: seq.previous(),
        at_ms: UnixMillis(seq.0),
        client_id: client(seq.0.into()),
        author: Author::Visitor {},
        body: Body::Message { text: "hi".into() },
        files: Files::NONE,
    }
}

fn summary(number: u128, head: Seq, read: Option<u64>) -> Summary {
    Summary {
        id: conversation(number),
        inbox: InboxId(Uuid::nil()),
        inbox_name: "Support".into(),
        visitor: protocol::VisitorId(Uuid::nil()),
        visitor_name: "Visitor".into(),
        page: None,
        status: protocol::Status::Open,
        assignee: None,
        queued_at_ms: None,
        archived: false,
        spam: None,
        snoozed_until_ms: None,
        labels: Vec::new(),
        head,
        last_at_ms: UnixMillis(head.0),
        last_author: Author::Visitor {},
        preview: "hi".into(),
        visitor_messages: head.0,
        read_messages: read,
    }
}

fn welcome(conversations: Vec<Summary>) -> ToAgent {
    ToAgent::Welcome { agent: AgentId(Uuid::nil()), conversations, team: Vec::new() }
}

#[test]
fn the_list_is_most_recent_first_and_keeps_what_was_read() {
    let mut store = Store::default();
    store.apply(
        welcome(vec![summary(2, Seq(5), Some(5)), summary(1, Seq(3), Some(1))]),
        UnixMillis(0),
    );
    store.apply(ToAgent::Conversation { summary: summary(1, Seq(9), None) }, UnixMillis(0));
    let ids = store.matching(&Filter::ALL);
    assert_eq!(ids, [conversation(1), conversation(2)]);
    assert_eq!(store.summary(conversation(1)).unwrap().get_untracked().unread(), 8);
    assert_eq!(store.unread_conversations(), 1);
    let read = ToAgent::Read {
        conversation: conversation(1),
        by: Reader::Team {},
        seq: Seq(9),
        visitor_messages: 9,
    };
    store.apply(read, UnixMillis(0));
    assert_eq!(store.unread_conversations(), 0);
}

#[test]
fn old_news_do_not_undo_the_list() {
    let mut store = Store::default();
    store.apply(welcome(vec![summary(1, Seq(7), Some(7))]), UnixMillis(0));
    store.apply(ToAgent::Conversation { summary: summary(1, Seq(6), None) }, UnixMillis(0));
    assert_eq!(store.summary(conversation(1)).unwrap().get_untracked().head, Seq(7));
    store.apply(ToAgent::Conversation { summary: summary(1, Seq(9), None) }, UnixMillis(0));
    store.apply(welcome(vec![summary(1, Seq(8), Some(8))]), UnixMillis(0));
    let line = store.summary(conversation(1)).unwrap().get_untracked();
    assert_eq!((line.head, line.unread()), (Seq(9), 1), "news may come before the list");
}

#[test]
fn a_gap_is_asked_for_and_healed() {
    let mut store = Store::default();
    let id = conversation(1);
    store.watch(id);
    let first = ToAgent::Entries {
        conversation: id,
        head: Seq(1),
        visitor_read_seq: Seq(0),
        visitor_online: false,
        entries: vec![entry(Seq(1))],
    };
    assert_eq!(store.apply(first, UnixMillis(0)), []);
    store.apply(ToAgent::Conversation { summary: summary(1, Seq(2), None) }, UnixMillis(0));
    let made_up = store.apply(ToAgent::Pong {}, UnixMillis(0));
    assert_eq!(made_up, [FromAgent::Watch { conversation: id, after: Some(Seq(1)) }]);
    let asked =
        store.apply(ToAgent::Entry { conversation: id, entry: entry(Seq(3)) }, UnixMillis(0));
    assert_eq!(asked, [FromAgent::Watch { conversation: id, after: Some(Seq(1)) }]);
    let page = ToAgent::Entries {
        conversation: id,
        head: Seq(3),
        visitor_read_seq: Seq(0),
        visitor_online: false,
        entries: vec![entry(Seq(2)), entry(Seq(3))],
    };
    assert_eq!(store.apply(page, UnixMillis(0)), []);
    assert_eq!(store.open(id).unwrap().thread.replica.last_seq(), Seq(3));
}

#[test]
fn what_was_not_acknowledged_is_sent_again_until_it_is() {
    let mut store = Store::default();
    let id = conversation(1);
    store.watch(id);
    let sent = store.say(id, client(7), "hello".into(), Files::NONE, false, UnixMillis(0));
    let send = FromAgent::Send {
        conversation: id,
        client_id: client(7),
        text: "hello".into(),
        files: Several::NONE,
        note: None,
    };
    assert_eq!(sent.as_slice(), std::slice::from_ref(&send));
    assert!(!store.is_online());
    let again = store.apply(welcome(vec![summary(1, Seq(1), None)]), UnixMillis(0));
    assert!(store.is_online());
    assert_eq!(again, [FromAgent::Watch { conversation: id, after: None }, send]);
    // It had arrived before the connection broke: the page that answers the watch proves it.
    let mut mine = entry(Seq(1));
    mine.client_id = client(7);
    let page = ToAgent::Entries {
        conversation: id,
        head: Seq(1),
        visitor_read_seq: Seq(0),
        visitor_online: false,
        entries: vec![mine],
    };
    store.apply(page, UnixMillis(0));
    assert!(store.open(id).unwrap().thread.unsent.waiting().is_empty());
    store.lost();
    assert!(!store.is_online());
}

#[test]
fn reading_to_the_end_is_reported_once() {
    let mut store = Store::default();
    let id = conversation(1);
    store.apply(welcome(vec![summary(1, Seq(1), Some(1))]), UnixMillis(0));
    assert_eq!(store.read_to_end(id), [], "nothing is open");
    let page = ToAgent::Entries {
        conversation: id,
        head: Seq(1),
        visitor_read_seq: Seq(0),
        visitor_online: false,
        entries: vec![entry(Seq(1))],
    };
    store.apply(page, UnixMillis(0));
    assert_eq!(store.read_to_end(id), [FromAgent::Read { conversation: id, seq: Seq(1) }]);
    assert_eq!(store.read_to_end(id), []);
}

#[test]
fn a_refused_message_waits_to_be_taken_back() {
    let mut store = Store::default();
    let id = conversation(1);
    store.say(id, client(7), "x".into(), Files::NONE, false, UnixMillis(0));
    store.apply(
        ToAgent::Error {
            code: ErrorCode::MessageTooLong,
            message: String::new(),
            temporary: false,
            conversation: Some(id),
            client_id: Some(client(7)),
        },
        UnixMillis(0),
    );
    assert_eq!(store.apply(welcome(vec![]), UnixMillis(0)), [], "it is not sent again");
    let taken =
        store.return_to_draft(id, client(7)).map(|(outgoing, is_note)| (outgoing.text, is_note));
    assert_eq!(taken, Some(("x".to_owned(), false)));
}

#[test]
fn a_welcome_takes_nothing_away_that_it_does_not_speak_of() {
    let mut store = Store::default();
    let mut resolved = summary(5, Seq(3), Some(1));
    resolved.status = protocol::Status::Resolved;
    store.seed_list(vec![resolved, summary(6, Seq(1), Some(1))]);
    store.apply(ToAgent::Conversation { summary: summary(7, Seq(1), None) }, UnixMillis(0));
    store.apply(welcome(vec![summary(1, Seq(1), Some(1))]), UnixMillis(0));
    let mut ids = store.matching(&Filter::ALL);
    ids.sort_unstable();
    let stay = [conversation(1), conversation(5), conversation(7)];
    assert_eq!(ids, stay, "6 waited, and waits no more");
}

#[test]
fn writing_shows_for_two_seconds_or_until_the_message_is_there() {
    let mut store = Store::default();
    let id = conversation(1);
    let typing = || ToAgent::Typing { conversation: id, by: Author::Visitor {} };
    let shown = |store: &Store| store.open(id).map(Open::typing).unwrap_or_default();
    store.apply(typing(), UnixMillis(1_000));
    store.expire_typing(UnixMillis(2_999));
    assert_eq!(shown(&store), [Author::Visitor {}]);
    store.apply(typing(), UnixMillis(2_999));
    store.expire_typing(UnixMillis(3_001));
    assert_eq!(shown(&store).len(), 1, "it was said again");
    store.expire_typing(UnixMillis(4_999));
    assert_eq!(shown(&store), []);
    store.apply(typing(), UnixMillis(5_000));
    store.apply(ToAgent::Entry { conversation: id, entry: entry(Seq(1)) }, UnixMillis(5_001));
    assert_eq!(shown(&store), []);
}

#[test]
fn ones_own_writing_is_told_once_a_second() {
    let mut store = Store::default();
    let id = conversation(1);
    assert_eq!(store.type_in(id, UnixMillis(5_000)).len(), 1);
    assert_eq!(store.type_in(id, UnixMillis(5_999)), []);
    assert_eq!(store.type_in(id, UnixMillis(6_000)).len(), 1);
    store.say(id, client(1), "hi".into(), Files::NONE, false, UnixMillis(6_001));
    assert_eq!(store.type_in(id, UnixMillis(6_100)).len(), 1, "another message begins");
}

#[test]
fn a_note_stays_a_note_when_it_is_sent_again() {
    let mut store = Store::default();
    let id = conversation(1);
    let sent = store.say(id, client(7), "psst".into(), Files::NONE, true, UnixMillis(0));
    assert!(matches!(sent[0], FromAgent::Send { note: Some(true), .. }));
    let again = store.apply(welcome(vec![summary(1, Seq(1), None)]), UnixMillis(0));
    assert_eq!(again, sent);
}

#[test]
fn what_an_earlier_page_sent_is_sent_again_once_and_stays_what_it_was() {
    let mut before = Store::default();
    let id = conversation(1);
    let sent = before.say(id, client(7), "psst".into(), Files::NONE, true, UnixMillis(5));
    let kept: Vec<_> =
        before.outgoing().map(|(id, outgoing, note)| (id, outgoing.clone(), note)).collect();
    let mut store = Store::default();
    for _ in 0..2 {
        for (id, outgoing, is_note) in kept.clone() {
            store.restore(id, outgoing, is_note);
        }
    }
    assert_eq!(store.apply(welcome(vec![summary(1, Seq(1), None)]), UnixMillis(0)), sent);
}

#[test]
fn what_can_not_be_done_is_said() {
    let mut store = Store::default();
    let id = conversation(1);
    assert_eq!(store.change(id, Change::Claim {}), [], "offline: it would be lost");
    assert!(store.notice().is_some());
    store.apply(welcome(Vec::new()), UnixMillis(0));
    assert_eq!(store.change(id, Change::Claim {}).len(), 1);
    assert_eq!(store.notice(), None);
    let refused = ToAgent::Error {
        code: ErrorCode::AlreadyAssigned,
        message: "Tom is already assigned to this conversation.".into(),
        temporary: false,
        conversation: Some(id),
        client_id: None,
    };
    store.apply(refused, UnixMillis(0));
    assert_eq!(store.notice(), Some("Tom is already assigned to this conversation."));
}

#[test]
fn what_was_erased_is_gone_and_nothing_is_sent_to_it() {
    let mut store = Store::default();
    store.apply(
        welcome(vec![summary(1, Seq(3), Some(1)), summary(2, Seq(3), Some(1))]),
        UnixMillis(0),
    );
    store.watch(conversation(1));
    store.say(conversation(1), client(7), "hi".into(), Files::NONE, false, UnixMillis(0));
    store.apply(ToAgent::Gone { conversation: conversation(2) }, UnixMillis(0));
    assert_eq!(store.notice(), None, "it was not looked at");
    store.apply(ToAgent::Gone { conversation: conversation(1) }, UnixMillis(0));
    assert!(store.is_empty() && store.open(conversation(1)).is_none());
    assert!(store.notice().is_some());
    assert_eq!(store.outgoing().count(), 0);
    assert_eq!(store.apply(welcome(Vec::new()), UnixMillis(0)), []);
}
