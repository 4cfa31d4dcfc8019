//! Status, assignee, archive, snooze and labels, on every store.

use crate::support::{Fixture, agent, client_id, listed, looker, only};
use domain::agent::Agent;
use domain::conversation::Audience;
use domain::visitor::BlockOf;
use domain::{Domain, Error};
use protocol::limits::SNOOZE_MS;
use protocol::{
    Body, Change, ConversationId, Entry, ErrorCode, Event, Filter, Seq, Status, Summary, UnixMillis,
};

async fn change(domain: &Domain, who: &Agent, id: ConversationId, change: Change) -> Summary {
    domain.change_conversation(who, id, change).await.unwrap()
}

async fn events(domain: &Domain, id: ConversationId) -> Vec<Event> {
    let page = domain.team_page(&looker(), id, None).await.unwrap();
    let event = |entry: Entry| match entry.body {
        Body::Event { event } => Some(event),
        _ => None,
    };
    page.entries.into_iter().filter_map(event).collect()
}

async fn hi(fixture: &Fixture, number: u128) -> (domain::visitor::VisitorIdentity, ConversationId) {
    let visitor = fixture.visitor();
    let mia = agent(&fixture.domain, &format!("mia{number}@example.com")).await;
    fixture.domain.send_as_visitor(&visitor, None, client_id(number), "hi").await.unwrap();
    (visitor, only(&fixture.domain, &mia).await.id)
}

testbed::on_each_store! {

async fn each_change_is_an_entry_and_shows_in_the_list(fixture) {
    let domain = &fixture.domain;
    let (_, id) = hi(&fixture, 1).await;
    let tom = agent(domain, "tom@example.com").await;
    let vip = domain.create_label("VIP", "#AA0000").await.unwrap();

    let claimed = change(domain, &tom, id, Change::Claim {}).await;
    assert_eq!(claimed.status, Status::Assigned);
    assert_eq!(claimed.assignee.map(|person| person.id), Some(tom.id));
    let labelled = change(domain, &tom, id, Change::Label { label: vip.id }).await;
    assert_eq!(labelled.labels, std::slice::from_ref(&vip));
    assert!(change(domain, &tom, id, Change::Archive {}).await.archived);
    assert!(!change(domain, &tom, id, Change::Unarchive {}).await.archived);
    assert_eq!(change(domain, &tom, id, Change::Resolve { seen: None }).await.status, Status::Resolved);
    assert_eq!(change(domain, &tom, id, Change::Reopen {}).await.status, Status::Assigned);
    let unlabelled = change(domain, &tom, id, Change::Unlabel { label: vip.id }).await;
    assert_eq!(unlabelled.labels, []);
    let free = change(domain, &tom, id, Change::Assign { agent: None }).await;
    assert_eq!((free.status, free.assignee), (Status::Open, None));

    let name = || "VIP".to_owned();
    assert_eq!(events(domain, id).await, [
        Event::Assigned { agent: tom.id, name: "Mia".into() },
        Event::Labelled { label: name() },
        Event::Archived {},
        Event::Unarchived {},
        Event::Resolved {},
        Event::Reopened {},
        Event::Unlabelled { label: name() },
        Event::Unassigned {},
    ]);
}

async fn spam_stays_hidden_whatever_its_visitor_writes_and_comes_back_as_it_was(fixture) {
    let domain = &fixture.domain;
    let (visitor, id) = hi(&fixture, 1).await;
    let tom = agent(domain, "tom@example.com").await;
    let by = async |filter: Filter| {
        domain.list_conversations(&tom, &filter, None, 9).await.unwrap().conversations
    };
    let of = async |spam| {
        let found = by(Filter { spam: Some(spam), ..Filter::ALL }).await;
        found.into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    assert_eq!(change(domain, &tom, id, Change::Spam {}).await.spam, Some(true));
    assert_eq!((of(true).await, of(false).await), (vec![id], vec![]));
    // An archived conversation would come back now.
    domain.send_as_visitor(&visitor, None, client_id(2), "buy!").await.unwrap();
    assert_eq!(by(Filter::waiting()).await, []);
    assert_eq!(domain.visitor_page(&visitor, None).await.unwrap().entries.len(), 2, "they notice nothing");
    assert_eq!(change(domain, &tom, id, Change::NotSpam {}).await.spam, None);
    let waiting = by(Filter::waiting()).await;
    assert_eq!(waiting.iter().map(|one| one.visitor_messages).collect::<Vec<_>>(), [2]);
    assert_eq!(events(domain, id).await, [Event::MarkedSpam {}, Event::UnmarkedSpam {}]);
    // Who is blocked does not come back by unmarking it, either.
    change(domain, &tom, id, Change::Spam {}).await;
    domain.block_visitor(&tom, id, BlockOf::Visitor).await.unwrap();
    assert!(change(domain, &tom, id, Change::NotSpam {}).await.archived);
}

async fn what_is_so_already_makes_no_entry(fixture) {
    let domain = &fixture.domain;
    let (_, id) = hi(&fixture, 1).await;
    let tom = agent(domain, "tom@example.com").await;
    for one in [Change::Reopen {}, Change::Unarchive {}, Change::NotSpam {}, Change::Wake {}, Change::Assign { agent: None }] {
        change(domain, &tom, id, one).await;
    }
    assert_eq!(events(domain, id).await, []);
    for _ in 0..2 {
        change(domain, &tom, id, Change::Claim {}).await;
        change(domain, &tom, id, Change::Resolve { seen: None }).await;
    }
    assert_eq!(events(domain, id).await.len(), 2);
}

async fn of_two_claims_at_once_one_wins_and_the_other_learns_who(fixture) {
    let domain = &fixture.domain;
    let (_, id) = hi(&fixture, 1).await;
    let (ann, ben) = (agent(domain, "ann@example.com").await, agent(domain, "ben@example.com").await);
    let claim = async |who: &Agent| domain.change_conversation(who, id, Change::Claim {}).await;
    let (one, other) = tokio::join!(claim(&ann), claim(&ben));
    let (won, lost) = match (one, other) {
        (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won, lost),
        both => panic!("one wins: {both:?}"),
    };
    let first = won.assignee.expect("an assignee").name;
    assert!(matches!(&lost, Error::Taken(who) if *who == first), "{lost:?}");
    assert_eq!(lost.code(), ErrorCode::AlreadyAssigned);
    assert!(lost.sentence().contains(&first));
    assert_eq!(events(domain, id).await.len(), 1);
}

async fn what_a_visitor_wrote_meanwhile_is_not_resolved_unread(fixture) {
    let domain = &fixture.domain;
    let (visitor, id) = hi(&fixture, 1).await;
    let tom = agent(domain, "tom@example.com").await;
    let seen = Some(domain.team_page(&tom, id, None).await.unwrap().head);
    domain.send_as_agent(&tom, id, client_id(2), "bye", false).await.unwrap();
    domain.send_as_visitor(&visitor, None, client_id(3), "wait!").await.unwrap();
    let resolve = async |seen| domain.change_conversation(&tom, id, Change::Resolve { seen }).await;
    let refused = resolve(seen).await.map_err(|error| error.code());
    assert_eq!(refused.map(drop), Err(ErrorCode::NewMessage));
    assert_eq!(events(domain, id).await, [], "nothing happened");
    // What the agent or the system did later is no reason to refuse.
    let seen = Some(domain.team_page(&tom, id, None).await.unwrap().head);
    domain.send_as_agent(&tom, id, client_id(4), "here I am", false).await.unwrap();
    change(domain, &tom, id, Change::Claim {}).await;
    assert_eq!(resolve(seen).await.unwrap().status, Status::Resolved);
}

async fn a_visitor_who_writes_takes_a_conversation_up_again(fixture) {
    let domain = &fixture.domain;
    let (visitor, id) = hi(&fixture, 1).await;
    let tom = agent(domain, "tom@example.com").await;
    change(domain, &tom, id, Change::Claim {}).await;
    change(domain, &tom, id, Change::Resolve { seen: None }).await;
    change(domain, &tom, id, Change::Archive {}).await;

    domain.send_as_visitor(&visitor, None, client_id(2), "one more thing").await.unwrap();
    let now = only(domain, &tom).await;
    assert_eq!((now.id, now.status, now.archived), (id, Status::Assigned, false));
    let all = events(domain, id).await;
    assert_eq!(all[3..], [Event::Unarchived {}, Event::Reopened {}]);
    // Sending an old message again does not reopen the conversation.
    change(domain, &tom, id, Change::Resolve { seen: None }).await;
    domain.send_as_visitor(&visitor, None, client_id(2), "one more thing").await.unwrap();
    assert_eq!(only(domain, &tom).await.status, Status::Resolved);
}

async fn a_snooze_ends_at_its_time_or_with_a_message(fixture) {
    let domain = &fixture.domain;
    let (visitor, id) = hi(&fixture, 1).await;
    let tom = agent(domain, "tom@example.com").await;
    let now_ms = domain.ambient().now_ms();
    for until_ms in [UnixMillis::ZERO, now_ms - 1, now_ms + SNOOZE_MS + 60_000] {
        let refused = domain.change_conversation(&tom, id, Change::Snooze { until_ms }).await;
        assert_eq!(refused.expect_err("refused").code(), ErrorCode::SnoozeInvalid);
    }
    let until_ms = now_ms + 60_000;
    let snoozed = change(domain, &tom, id, Change::Snooze { until_ms }).await;
    assert_eq!(snoozed.snoozed_until_ms, Some(until_ms));
    assert_eq!(domain.wake_conversations().await.unwrap(), 0);
    fixture.ticks.pass_ms(60_000);
    assert_eq!(domain.wake_conversations().await.unwrap(), 1);
    assert_eq!(only(domain, &tom).await.snoozed_until_ms, None);

    change(domain, &tom, id, Change::Snooze { until_ms: until_ms + 600_000 }).await;
    domain.send_as_visitor(&visitor, None, client_id(2), "hello?").await.unwrap();
    assert_eq!(only(domain, &tom).await.snoozed_until_ms, None);
    let all = events(domain, id).await;
    assert_eq!(all.iter().filter(|event| **event == Event::Woken {}).count(), 2);
}

async fn a_visitor_sees_what_concerns_them_and_no_more(fixture) {
    let domain = &fixture.domain;
    let (visitor, id) = hi(&fixture, 1).await;
    let tom = agent(domain, "tom@example.com").await;
    let label = domain.create_label("Difficult", "#000000").await.unwrap().id;
    for one in [Change::Claim {}, Change::Label { label }, Change::Archive {}, Change::Resolve { seen: None }] {
        change(domain, &tom, id, one).await;
    }
    let seen = domain.visitor_page(&visitor, None).await.unwrap();
    let kinds: Vec<_> = seen.entries.iter().map(|entry| (entry.seq.0, entry.prev.0)).collect();
    assert_eq!(kinds, [(1, 0), (2, 1), (5, 2)]);
    assert_eq!(seen.head, Seq(5));
    let team = domain.team_page(&looker(), id, None).await.unwrap();
    assert_eq!(team.entries.len(), 5);
    assert_ne!(Audience::Team, Audience::Visitor);
}

async fn the_list_is_filtered_and_comes_in_pages(fixture) {
    let domain = &fixture.domain;
    let tom = agent(domain, "tom@example.com").await;
    let mut ids = Vec::new();
    for number in 1..=7 {
        let visitor = fixture.visitor();
        domain.send_as_visitor(&visitor, None, client_id(number), "hi").await.unwrap();
        ids.push(listed(domain, &tom).await[0].id);
    }
    let label = domain.create_label("VIP", "#aa0000").await.unwrap().id;
    change(domain, &tom, ids[0], Change::Claim {}).await;
    change(domain, &tom, ids[1], Change::Resolve { seen: None }).await;
    change(domain, &tom, ids[2], Change::Archive {}).await;
    change(domain, &tom, ids[3], Change::Label { label }).await;
    let until_ms = domain.ambient().now_ms() + 60_000;
    change(domain, &tom, ids[4], Change::Snooze { until_ms }).await;

    let all = listed(domain, &tom).await;
    let check = async |filter: Filter, expect: &[usize]| {
        let page = domain.list_conversations(&tom, &filter, None, 200).await.unwrap();
        let found: Vec<_> = page.conversations.iter().map(|one| one.id).collect();
        let expect: Vec<_> = expect.iter().rev().map(|index| ids[*index]).collect();
        assert_eq!(found, expect, "{filter:?}");
        // The store and a client's screen select the same conversations.
        let matched: Vec<_> = all.iter().filter(|one| filter.matches(one)).map(|one| one.id).collect();
        assert_eq!(matched, expect, "{filter:?}");
    };
    check(Filter::ALL, &[0, 1, 2, 3, 4, 5, 6]).await;
    check(Filter::waiting(), &[0, 3, 5, 6]).await;
    check(Filter { status: vec![Status::Resolved], ..Filter::ALL }, &[1]).await;
    check(Filter { assignee: Some(tom.id), ..Filter::ALL }, &[0]).await;
    check(Filter { unassigned: true, ..Filter::waiting() }, &[3, 5, 6]).await;
    check(Filter { archived: Some(true), ..Filter::ALL }, &[2]).await;
    check(Filter { label: Some(label), ..Filter::ALL }, &[3]).await;
    check(Filter { snoozed: Some(true), ..Filter::ALL }, &[4]).await;
    check(Filter { inbox: Some(fixture.inbox.id), ..Filter::ALL }, &[0, 1, 2, 3, 4, 5, 6]).await;

    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = domain.list_conversations(&looker(), &Filter::ALL, after, 3).await.unwrap();
        assert!(page.conversations.len() <= 3);
        found.extend(page.conversations.iter().map(|one| one.id));
        let Some(next) = page.next else { break };
        after = Some(domain::conversation::ListCursor::parse(&next).unwrap());
    }
    ids.reverse();
    assert_eq!(found, ids);
}

async fn unknown_ids_are_refused_and_nothing_is_written(fixture) {
    let domain = &fixture.domain;
    let (_, id) = hi(&fixture, 1).await;
    let tom = agent(domain, "tom@example.com").await;
    let nil = uuid::Uuid::nil();
    let check = async |id: ConversationId, one: Change, expect: ErrorCode| {
        let refused = domain.change_conversation(&tom, id, one.clone()).await;
        assert_eq!(refused.expect_err("refused").code(), expect, "{one:?}");
    };
    check(ConversationId(nil), Change::Claim {}, ErrorCode::ConversationUnknown).await;
    let nobody = Some(protocol::AgentId(nil));
    check(id, Change::Assign { agent: nobody }, ErrorCode::AgentUnknown).await;
    let label = protocol::LabelId(nil);
    check(id, Change::Label { label }, ErrorCode::LabelUnknown).await;
    check(id, Change::Unlabel { label }, ErrorCode::LabelUnknown).await;
    assert_eq!(events(domain, id).await, []);
}

}
