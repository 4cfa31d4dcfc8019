//! Decisions without a store.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use protocol::{
    AgentId, Author, Body, Change, ClientId, ConversationId, ErrorCode, Event, InboxId, LabelId,
    MailKind, Presence, Routing, Seq, Status, UnixMillis, VisitorId,
};
use uuid::Uuid;

use super::desk::{Desk, Staff};
use super::log::OpenMail;
use super::{
    AgentRead, ChangeConversation, Decision, Send, Sender, Sent, ServeQueue, Stop, VisitorRead,
    Want,
};
use crate::agent::{Agent, Role, Visibility};
use crate::ambient::Ambient;
use crate::directory::{Directory, Member};
use crate::error::Error;
use crate::hub::HubEvent;
use crate::keys::Keys;
use crate::system::{Clock, Entropy};
use crate::visitor::VisitorIdentity;

const INBOX: InboxId = InboxId(Uuid::from_u128(1));
const VISITOR: VisitorId = VisitorId(Uuid::from_u128(2));
const LABEL: LabelId = LabelId(Uuid::from_u128(3));

struct Noon;

impl Clock for Noon {
    fn now_ms(&self) -> UnixMillis {
        UnixMillis(1_700_000_000_000)
    }
}

struct Counter(std::sync::atomic::AtomicU64);

impl Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_be_bytes();
        for (byte, value) in bytes.iter_mut().rev().zip(number.iter().rev()) {
            *byte = *value;
        }
    }
}

fn ambient() -> Ambient {
    let keys = Keys::parse(&"5a".repeat(32)).expect("a key");
    Ambient::new(Noon, Counter(std::sync::atomic::AtomicU64::new(1)), keys)
}

fn agent_id(number: u128) -> AgentId {
    AgentId(Uuid::from_u128(100 + number))
}

fn member(number: u128, name: &str) -> Member {
    Member {
        id: agent_id(number),
        name: name.to_owned(),
        capacity: None,
        skills: BTreeSet::new(),
        visibility: Visibility::All,
        is_active: true,
    }
}

fn agent(number: u128, name: &str) -> Agent {
    Agent {
        id: agent_id(number),
        email: String::new(),
        name: name.to_owned(),
        role: Role::Agent,
        presence: Presence::Online,
        capacity: None,
        skills: Vec::new(),
        visibility: Visibility::All,
        is_active: true,
        is_invited: false,
        epoch: 0,
    }
}

/// A desk with an inbox, Mia and Tom, and a visitor who has not written.
fn desk<'a>(ambient: &'a Ambient, routing: Routing, online: &[u128]) -> Desk<'a> {
    let directory = Directory::for_tests(
        ambient,
        INBOX,
        routing,
        vec![member(1, "Mia"), member(2, "Tom")],
        LABEL,
    );
    let presence: HashMap<AgentId, Presence> =
        online.iter().map(|number| (agent_id(*number), Presence::Online)).collect();
    let mut desk = Desk::new(ambient, Arc::new(directory), presence);
    desk.put_latest(VISITOR, None);
    desk
}

fn put_staff(desk: &mut Desk<'_>, loads: &[(u128, i64)]) {
    desk.put_staff(Staff {
        loads: loads.iter().map(|(number, load)| (agent_id(*number), *load)).collect(),
        last_assigned_at_ms: [1, 2].map(|number| (agent_id(number), UnixMillis::ZERO)).into(),
        last_queued_at_ms: None,
    });
}

fn send(desk: &mut Desk<'_>, client_id: u128, text: &str) -> Result<Sent, Stop> {
    let who = VisitorIdentity { inbox: INBOX, visitor: VISITOR };
    let send = Send {
        sender: Sender::Visitor { who, conversation: None, page: None },
        client_id: ClientId(Uuid::from_u128(client_id)),
        body: Body::Message { text: text.to_owned() },
        files: Vec::new(),
        by_mail: None,
    };
    let sent = send.decide(desk);
    settle(desk, sent)
}

fn change(desk: &mut Desk<'_>, id: ConversationId, change: Change) -> Result<(), Stop> {
    let agent = agent(1, "Mia");
    let changed = ChangeConversation { agent, conversation: id, change }.decide(desk);
    settle(desk, changed).map(drop)
}

fn settle<T>(desk: &mut Desk<'_>, decided: Result<T, Stop>) -> Result<T, Stop> {
    if decided.is_ok() {
        desk.accept();
    } else {
        desk.refuse();
    }
    decided
}

fn refused<T>(decided: Result<T, Stop>) -> ErrorCode {
    match decided {
        Err(Stop::Refused(error)) => error.code(),
        Err(Stop::Wants(want)) => panic!("it wants {want:?}"),
        Ok(_) => panic!("it was accepted"),
    }
}

#[test]
fn the_first_message_begins_a_conversation_and_confirms_it_when_nobody_is_there() {
    let ambient = ambient();
    let mut desk = desk(&ambient, Routing::Manual, &[]);
    let first = send(&mut desk, 1, "hi").expect("sent").entry;
    let second = send(&mut desk, 2, "there").expect("sent").entry;
    assert_eq!((first.seq, second.seq), (Seq(1), Seq(2)));
    assert_eq!(second.prev_public_seq, first.seq);
    let (changed, decided) = desk.finish();
    let [(None, row)] = &changed[..] else { panic!("one new conversation") };
    assert_eq!((row.status, row.last_seq, row.visitor_messages), (Status::Open, Seq(2), 2));
    assert_eq!(row.unresolved_visitor_id, Some(VISITOR));
    assert_eq!((decided.visitors.len(), decided.entries.len()), (1, 2));
    let kinds: Vec<_> = decided.mails.iter().map(|mail| *mail.kind.as_ref()).collect();
    assert_eq!(kinds, [MailKind::Received], "once, although two messages wait");
    assert_eq!(decided.events.len(), 2);
}

#[test]
fn what_is_sent_again_is_the_same_entry_and_what_is_refused_leaves_nothing() {
    let ambient = ambient();
    let mut desk = desk(&ambient, Routing::Manual, &[1]);
    let first = send(&mut desk, 1, "hi").expect("sent").entry;
    assert_eq!(send(&mut desk, 1, "hi").expect("sent").entry, first);
    assert_eq!(refused(send(&mut desk, 1, "something else")), ErrorCode::ClientIdReused);
    let (changed, decided) = desk.finish();
    assert_eq!((changed.len(), decided.entries.len(), decided.events.len()), (1, 1, 1));
}

#[test]
fn routing_counts_what_the_same_set_has_assigned() {
    let ambient = ambient();
    let mut desk = desk(&ambient, Routing::LeastBusy, &[1, 2]);
    let wants = send(&mut desk, 1, "hi");
    assert!(matches!(wants, Err(Stop::Wants(Want::Staff))), "it asks who is there");
    put_staff(&mut desk, &[(1, 1), (2, 0)]);
    send(&mut desk, 1, "hi").expect("sent");
    let other = VisitorId(Uuid::from_u128(9));
    desk.put_latest(other, None);
    let who = VisitorIdentity { inbox: INBOX, visitor: other };
    let begun = super::Begin { who }.decide(&mut desk);
    let (second, _) = settle(&mut desk, begun).expect("begun");
    let third = VisitorId(Uuid::from_u128(10));
    desk.put_latest(third, None);
    let who = VisitorIdentity { inbox: INBOX, visitor: third };
    let begun = super::Begin { who }.decide(&mut desk);
    let (third, _) = settle(&mut desk, begun).expect("begun");
    let (changed, _) = desk.finish();
    let first = changed.iter().find(|(_, row)| row.visitor_id == VISITOR);
    assert_eq!(first.and_then(|(_, row)| row.assignee_id), Some(agent_id(2)), "the less busy one");
    // Now both have one. Tom got the last.
    assert_eq!(second.assignee.map(|person| person.id), Some(agent_id(1)));
    assert_eq!(third.assignee.map(|person| person.id), Some(agent_id(2)));
}

#[test]
fn who_gives_up_a_conversation_does_not_get_it_back_and_it_waits_in_the_queue() {
    let ambient = ambient();
    let mut desk = desk(&ambient, Routing::RoundRobin, &[1]);
    put_staff(&mut desk, &[]);
    let id = send(&mut desk, 1, "hi").expect("sent").entry.conversation;
    assert_eq!(desk.look(id).and_then(|log| log.row.assignee_id), Some(agent_id(1)));
    change(&mut desk, id, Change::Assign { agent: None }).expect("given up");
    let row = &desk.look(id).expect("a conversation").row;
    assert_eq!((row.assignee_id, row.status), (None, Status::Open));
    assert!(row.queued_at_ms.is_some());
    // Whoever has room is served, but not with what was just given up.
    assert_eq!(desk.take_made_room(), [id]);
    desk.put_queue(Vec::new());
    let served = ServeQueue { except: Some(id) }.decide(&mut desk);
    settle(&mut desk, served).expect("served");
    assert_eq!(desk.look(id).and_then(|log| log.row.assignee_id), None);
    let served = ServeQueue { except: None }.decide(&mut desk);
    settle(&mut desk, served).expect("served");
    assert_eq!(desk.look(id).and_then(|log| log.row.assignee_id), Some(agent_id(1)));
}

#[test]
fn a_message_that_the_resolving_agent_has_not_seen_keeps_it_open() {
    let ambient = ambient();
    let mut desk = desk(&ambient, Routing::Manual, &[1]);
    let id = send(&mut desk, 1, "hi").expect("sent").entry.conversation;
    send(&mut desk, 2, "and one more thing").expect("sent");
    desk.put_written(id, Seq(1), false);
    let seen = Change::Resolve { seen: Some(Seq(1)) };
    assert_eq!(refused(change(&mut desk, id, seen)), ErrorCode::NewMessage, "it is on the desk");
    change(&mut desk, id, Change::Resolve { seen: Some(Seq(2)) }).expect("resolved");
    // The visitor writes again in the same set: it is reopened, and no second one begins.
    let again = send(&mut desk, 3, "wait").expect("sent").entry;
    assert_eq!(again.conversation, id);
    let (changed, decided) = desk.finish();
    let [(None, row)] = &changed[..] else { panic!("one conversation") };
    assert_eq!(row.status, Status::Open);
    let entries = decided.entries.iter().map(|entry| entry.seq.as_ref().0);
    assert!(entries.eq(1..=5), "two messages, resolved, reopened, a message: without a gap");
}

#[test]
fn a_label_that_is_taken_off_in_the_same_set_is_off() {
    let ambient = ambient();
    let mut desk = desk(&ambient, Routing::Manual, &[1]);
    let id = send(&mut desk, 1, "hi").expect("sent").entry.conversation;
    change(&mut desk, id, Change::Label { label: LABEL }).expect("labeled");
    change(&mut desk, id, Change::Label { label: LABEL }).expect("labeled already");
    change(&mut desk, id, Change::Unlabel { label: LABEL }).expect("unlabeled");
    assert!(desk.look(id).is_some_and(|log| log.labels.is_empty()));
    let (_, decided) = desk.finish();
    let events = decided.events.iter().filter_map(|event| match event {
        HubEvent::Appended { entries, .. } => entries.first(),
        _ => None,
    });
    let labels = events.filter(|entry| {
        matches!(
            &entry.body,
            Body::Event { event: Event::Labelled { .. } | Event::Unlabelled { .. } }
        )
    });
    assert_eq!(labels.count(), 2);
}

#[test]
fn read_positions_only_move_forward() {
    let ambient = ambient();
    let mut desk = desk(&ambient, Routing::Manual, &[1]);
    let id = send(&mut desk, 1, "hi").expect("sent").entry.conversation;
    send(&mut desk, 2, "there").expect("sent");
    desk.put_messages(id, Seq(1), 0);
    for seq in [2, 1, 99] {
        let read = AgentRead { agent: agent(1, "Mia"), conversation: id, seq: Seq(seq) };
        let read = read.decide(&mut desk);
        settle(&mut desk, read).expect("read");
        let read = VisitorRead { visitor: VISITOR, seq: Seq(seq) }.decide(&mut desk);
        settle(&mut desk, read).expect("read");
    }
    let row = &desk.look(id).expect("a conversation").row;
    assert_eq!((row.team_read_seq, row.visitor_read_seq), (Seq(2), Seq(2)));
    let (_, decided) = desk.finish();
    let cursors: Vec<_> = decided.cursors.iter().map(|cursor| *cursor.seq.as_ref()).collect();
    assert_eq!(cursors, [Seq(2)]);
}

#[test]
fn nobody_changes_what_they_may_not_see() {
    let ambient = ambient();
    let mut desk = desk(&ambient, Routing::Manual, &[1]);
    let id = send(&mut desk, 1, "hi").expect("sent").entry.conversation;
    let stranger = Agent { visibility: Visibility::Inboxes(BTreeSet::new()), ..agent(2, "Tom") };
    let claim = ChangeConversation { agent: stranger, conversation: id, change: Change::Claim {} };
    let claimed = claim.decide(&mut desk);
    assert_eq!(refused(settle(&mut desk, claimed)), ErrorCode::ConversationUnknown);
}

#[test]
fn of_two_agents_who_claim_in_the_same_set_the_first_gets_it() {
    let ambient = ambient();
    let mut desk = desk(&ambient, Routing::Manual, &[1, 2]);
    let id = send(&mut desk, 1, "hi").expect("sent").entry.conversation;
    change(&mut desk, id, Change::Claim {}).expect("claimed");
    let late =
        ChangeConversation { agent: agent(2, "Tom"), conversation: id, change: Change::Claim {} };
    let late = late.decide(&mut desk);
    let late = settle(&mut desk, late);
    assert!(matches!(late, Err(Stop::Refused(Error::Taken(name))) if name == "Mia"));
}

#[test]
fn a_reply_is_emailed_once_until_the_email_is_decided() {
    let ambient = ambient();
    let mut desk = desk(&ambient, Routing::Manual, &[1]);
    let id = send(&mut desk, 1, "hi").expect("sent").entry.conversation;
    let reply = |desk: &mut Desk<'_>, client_id: u128| {
        let reply = Send {
            sender: Sender::Agent { conversation: id, agent: agent(1, "Mia") },
            client_id: ClientId(Uuid::from_u128(client_id)),
            body: Body::Message { text: "hello".to_owned() },
            files: Vec::new(),
            by_mail: None,
        };
        let replied = reply.decide(desk);
        settle(desk, replied).expect("replied").entry
    };
    let replied = reply(&mut desk, 2);
    assert!(matches!(replied.author, Author::Agent { .. }));
    reply(&mut desk, 3);
    let (changed, decided) = desk.finish();
    let kinds: Vec<_> = decided.mails.iter().map(|mail| *mail.kind.as_ref()).collect();
    assert_eq!(kinds, [MailKind::UnreadReply]);
    assert_eq!(changed[0].1.waiting_since_ms, None);
    // One that waits in the store counts, too.
    let mut desk = self::desk(&ambient, Routing::Manual, &[1]);
    let waiting = vec![(MailKind::UnreadReply, None)];
    let row = changed[0].1.clone();
    desk.put(row, Vec::new(), OpenMail { waiting, is_confirmed: false });
    desk.put_visitor(VISITOR, "Eve".to_owned());
    reply(&mut desk, 4);
    assert!(desk.finish().1.mails.is_empty());
}
