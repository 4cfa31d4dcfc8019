//! Races between concurrent requests, many times over, on every store.

use protocol::{Body, Change, ErrorCode, Seq, Status};

use crate::support::{Fixture, agent, client_id, only};

/// How many times each race runs.
const ROUNDS: u128 = 25;

testbed::on_each_store! {

async fn a_message_that_meets_a_resolution_is_never_settled_unread(fixture) {
    let domain = &fixture.domain;
    let mia = agent(domain, "mia@example.com").await;
    let visitor = fixture.visitor();
    domain.send_as_visitor(&visitor, None, client_id(1), "hi").await.unwrap();
    let id = only(domain, &mia).await.id;
    for round in 0..ROUNDS {
        let seen = Some(domain.team_page(&mia, id, None).await.unwrap().head);
        let name = client_id(100 + round);
        let (sent, resolved) = tokio::join!(
            domain.send_as_visitor(&visitor, None, name, "wait!"),
            domain.change_conversation(&mia, id, Change::Resolve { seen }),
        );
        sent.unwrap();
        // Either the message came first and the agent is told, or the message reopens the conversation.
        if let Err(error) = resolved {
            assert_eq!(error.code(), ErrorCode::NewMessage);
        }
        let now = only(domain, &mia).await;
        assert_ne!(now.status, Status::Resolved, "round {round}");
        let log = domain.team_page(&mia, id, Some(now.head.previous())).await.unwrap();
        let last = &log.entries[0].body;
        assert!(matches!(last, Body::Message { .. }), "the message stands last: {last:?}");
    }
}

async fn what_is_read_while_it_is_written_is_counted_right(fixture) {
    let domain = &fixture.domain;
    let mia = agent(domain, "mia@example.com").await;
    let visitor = fixture.visitor();
    domain.send_as_visitor(&visitor, None, client_id(1), "hi").await.unwrap();
    let id = only(domain, &mia).await.id;
    for round in 0..ROUNDS {
        let head = domain.team_page(&mia, id, None).await.unwrap().head;
        let (sent, replied, read, seen) = tokio::join!(
            domain.send_as_visitor(&visitor, None, client_id(1_000 + round), "more"),
            domain.send_as_agent(&mia, id, client_id(2_000 + round), "yes", false),
            domain.read_as_agent(&mia, id, head.next()),
            domain.read_as_visitor(&visitor, head.next().next()),
        );
        let (sent, replied) = (sent.unwrap(), replied.unwrap());
        read.unwrap();
        seen.unwrap();
        let page = domain.team_page(&mia, id, Some(Seq(0))).await.unwrap();
        let by_visitor = |upto: Seq| {
            let all = page.entries.iter().filter(|entry| entry.seq <= upto);
            all.filter(|entry| entry.author == protocol::Author::Visitor {}).count() as u64
        };
        let now = only(domain, &mia).await;
        assert_eq!(now.visitor_messages, by_visitor(Seq(u64::MAX)), "round {round}");
        // Writing marks everything before as read, and a read position never exceeds the log's head.
        assert!(page.team_read_seq <= page.head && page.visitor_read_seq <= page.head);
        assert_eq!(now.unread(), now.visitor_messages - by_visitor(page.team_read_seq));
        assert!(sent.seq != replied.seq && page.head == head.next().next());
        domain.read_as_agent(&mia, id, page.head).await.unwrap();
        assert_eq!(only(domain, &mia).await.unread(), 0, "round {round}");
        if page.head > Seq(60) {
            break;
        }
    }
}

}
