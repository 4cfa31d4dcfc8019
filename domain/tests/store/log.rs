//! The conversation log on every store.

use crate::support::{Fixture, agent, client_id, listed, log_in, looker, only};
use domain::Error;
use domain::agent::{Agent, NewAgent};
use protocol::json::to_string;
use protocol::limits::PAGE_BYTES;
use protocol::{ErrorCode, Seq};

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> ErrorCode {
    result.expect_err("should be refused").code()
}

testbed::on_each_store! {

async fn positions_have_no_gaps_whoever_sends_at_once(fixture) {
    let visitor = fixture.visitor();
    let sends = (0..200_u128).map(|number| {
        let domain = fixture.domain.clone();
        tokio::spawn(async move {
            domain.send_as_visitor(&visitor, None, client_id(number), "hi").await.unwrap().seq
        })
    });
    let mut positions: Vec<Seq> = Vec::new();
    for send in sends.collect::<Vec<_>>() {
        positions.push(send.await.unwrap());
    }
    positions.sort_unstable();
    assert_eq!(positions, (1..=200).map(Seq).collect::<Vec<_>>());
}

async fn the_same_send_is_one_entry(fixture) {
    let visitor = fixture.visitor();
    let first = fixture.domain.send_as_visitor(&visitor, None, client_id(1), "hi").await.unwrap();
    let again = fixture.domain.send_as_visitor(&visitor, None, client_id(1), " hi ").await.unwrap();
    assert_eq!(first, again);
    let other = fixture.domain.send_as_visitor(&visitor, None, client_id(1), "ho").await;
    assert_eq!(code(other), ErrorCode::ClientIdReused);
    assert_eq!(fixture.domain.visitor_page(&visitor, None).await.unwrap().entries, [first]);
}

async fn a_page_is_no_longer_than_a_frame_may_be_whatever_is_written(fixture) {
    let visitor = fixture.visitor();
    // Characters that take three to six times as many bytes in JSON, and edge cases.
    for (number, text) in (1..=90_u128).zip(["\u{2028}x", "\"\\", "\u{1}x", "é\u{2029}"].iter().cycle()) {
        let text = text.repeat(700);
        fixture.domain.send_as_visitor(&visitor, None, client_id(number), &text).await.unwrap();
    }
    let mut page = fixture.domain.visitor_page(&visitor, None).await.unwrap();
    let mut seen = Vec::new();
    while !page.entries.is_empty() {
        let bytes = to_string(&page.entries).len();
        assert!(bytes <= PAGE_BYTES, "{bytes} bytes");
        let first = page.entries[0].seq;
        assert!(first == Seq(1) || bytes > PAGE_BYTES / 2, "it is used: {bytes} bytes");
        seen.splice(0..0, page.entries.iter().map(|entry| entry.seq));
        page = fixture.domain.visitor_page_before(&visitor, first).await.unwrap();
    }
    assert_eq!(seen, (1..=90).map(Seq).collect::<Vec<_>>());
}

async fn the_same_send_is_one_entry_after_a_restart(fixture) {
    let visitor = fixture.visitor();
    let first = fixture.domain.send_as_visitor(&visitor, None, client_id(1), "hi").await.unwrap();
    let fixture = fixture.restart().await;
    let again = fixture.domain.send_as_visitor(&visitor, None, client_id(1), "hi").await.unwrap();
    assert_eq!(first, again);
    let second = fixture.domain.send_as_visitor(&visitor, None, client_id(2), "ho").await.unwrap();
    assert_eq!((second.seq, second.prev), (Seq(2), Seq(1)));
}

async fn resume_returns_just_what_was_missed(fixture) {
    let visitor = fixture.visitor();
    for number in 1..=130 {
        fixture.domain.send_as_visitor(&visitor, None, client_id(number), "hi").await.unwrap();
    }
    let missed = |after| {
        let domain = fixture.domain.clone();
        async move {
            let page = domain.visitor_page(&visitor, Some(after)).await.unwrap();
            page.entries.iter().map(|entry| entry.seq.0).collect::<Vec<_>>()
        }
    };
    assert_eq!(missed(Seq(127)).await, [128, 129, 130]);
    assert_eq!(missed(Seq(130)).await, [] as [u64; 0]);
    assert_eq!(missed(Seq(0)).await, (1..=100).collect::<Vec<_>>(), "a page at a time");
    let latest = fixture.domain.visitor_page(&visitor, None).await.unwrap();
    assert_eq!((latest.head, latest.entries[0].seq), (Seq(130), Seq(31)));
    let before = fixture.domain.visitor_page_before(&visitor, Seq(31)).await.unwrap();
    assert_eq!((before.entries[0].seq, before.entries.len()), (Seq(1), 30));
}

async fn a_visitor_never_sees_a_note_and_misses_nothing_by_it(fixture) {
    let visitor = fixture.visitor();
    let mia = agent(&fixture.domain, "mia@example.com").await;
    fixture.domain.send_as_visitor(&visitor, None, client_id(1), "hi").await.unwrap();
    let id = only(&fixture.domain, &mia).await.id;
    let note = fixture.domain.send_as_agent(&mia, id, client_id(2), "careful", true).await.unwrap();
    let reply = fixture.domain.send_as_agent(&mia, id, client_id(3), "hello", false).await.unwrap();
    assert_eq!([note.seq, note.prev, reply.seq, reply.prev], [2, 1, 3, 2].map(Seq));

    let seen = fixture.domain.visitor_page(&visitor, None).await.unwrap();
    let positions: Vec<_> = seen.entries.iter().map(|entry| (entry.seq.0, entry.prev.0)).collect();
    assert_eq!(positions, [(1, 0), (3, 1)]);
    assert_eq!(seen.head, Seq(3));
    fixture.domain.send_as_agent(&mia, id, client_id(4), "psst", true).await.unwrap();
    assert_eq!(fixture.domain.visitor_page(&visitor, None).await.unwrap().head, Seq(3));
    assert_eq!(fixture.domain.team_page(&looker(), id, None).await.unwrap().entries.len(), 4);
}

async fn a_command_that_fails_in_a_batch_fails_alone(fixture) {
    let visitor = fixture.visitor();
    let mia = agent(&fixture.domain, "mia@example.com").await;
    fixture.domain.send_as_visitor(&visitor, None, client_id(0), "taken").await.unwrap();
    let nowhere = protocol::ConversationId(uuid::Uuid::nil());

    // All are queued before the writer's task can run, since the runtime has one thread.
    let sends: Vec<_> = (1..=90_u128)
        .map(|number| {
            let (domain, mia) = (fixture.domain.clone(), mia.clone());
            tokio::spawn(async move {
                match number % 3 {
                    0 => domain.send_as_visitor(&visitor, None, client_id(0), "other words").await,
                    1 => domain.send_as_agent(&mia, nowhere, client_id(number), "hi", false).await,
                    _ => domain.send_as_visitor(&visitor, None, client_id(number), "hi").await,
                }
            })
        })
        .collect();
    let mut outcomes = Vec::new();
    for send in sends {
        outcomes.push(send.await.unwrap().map_err(|error| error.code()));
    }
    for (number, outcome) in (1..=90_u128).zip(&outcomes) {
        match number % 3 {
            0 => assert_eq!(*outcome, Err(ErrorCode::ClientIdReused)),
            1 => assert_eq!(*outcome, Err(ErrorCode::ConversationUnknown)),
            _ => assert!(outcome.is_ok()),
        }
    }
    let page = fixture.domain.visitor_page(&visitor, None).await.unwrap();
    let positions: Vec<_> = page.entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(positions, (1..=31).map(Seq).collect::<Vec<_>>());
}

async fn nothing_is_written_for_a_message_that_is_refused(fixture) {
    let visitor = fixture.visitor();
    let mia = agent(&fixture.domain, "mia@example.com").await;
    for (text, expect) in [
        (String::new(), ErrorCode::MessageEmpty),
        ("\u{200b} \n".to_owned(), ErrorCode::MessageEmpty),
        ("x".repeat(20 * 1024), ErrorCode::MessageTooLong),
    ] {
        let sent = fixture.domain.send_as_visitor(&visitor, None, client_id(1), &text).await;
        assert_eq!(code(sent), expect);
    }
    assert_eq!(listed(&fixture.domain, &mia).await, []);
}

async fn unread_counts_follow_each_agents_own_cursor(fixture) {
    let visitor = fixture.visitor();
    let mia = agent(&fixture.domain, "mia@example.com").await;
    let tom = agent(&fixture.domain, "tom@example.com").await;
    for number in 1..=3 {
        fixture.domain.send_as_visitor(&visitor, None, client_id(number), "hi").await.unwrap();
    }
    let unread = |who: &Agent| {
        let (domain, who) = (fixture.domain.clone(), who.clone());
        async move { listed(&domain, &who).await[0].unread() }
    };
    let id = only(&fixture.domain, &mia).await.id;
    assert_eq!(unread(&mia).await, 3);
    fixture.domain.read_as_agent(&mia, id, Seq(2)).await.unwrap();
    assert_eq!((unread(&mia).await, unread(&tom).await), (1, 3));
    fixture.domain.read_as_agent(&mia, id, Seq(99)).await.unwrap();
    fixture.domain.read_as_agent(&mia, id, Seq(1)).await.unwrap();
    assert_eq!(unread(&mia).await, 0, "a cursor never moves back");
    assert_eq!(fixture.domain.visitor_page(&visitor, None).await.unwrap().team_read_seq, Seq(3));
}

async fn of_two_first_owners_one_is_made(fixture) {
    let new = |email: &str| NewAgent {
        email: email.into(),
        name: "Owner".into(),
        password: "correct horse".into(),
    };
    let (one, other) = tokio::join!(
        fixture.domain.create_owner(new("a@example.com")),
        fixture.domain.create_owner(new("b@example.com")),
    );
    let refused = [one, other].into_iter().filter_map(Result::err).collect::<Vec<_>>();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].code(), ErrorCode::SetupLinkInvalid);
}

async fn a_login_needs_the_right_password(fixture) {
    let mia = agent(&fixture.domain, "Mia@Example.com").await;
    let log_in = async |email, password| log_in(&fixture.domain, email, password).await;
    assert_eq!(log_in(" mia@example.COM", "correct horse").await.unwrap(), mia);
    assert_eq!(code(log_in("mia@example.com", "wrong horse").await), ErrorCode::LoginWrong);
    assert_eq!(code(log_in("tom@example.com", "correct horse").await), ErrorCode::LoginWrong);
}

async fn a_dropped_request_is_written_all_the_same_and_blocks_nobody(fixture) {
    let visitor = fixture.visitor();
    for number in 0..200_u128 {
        let send = fixture.domain.send_as_visitor(&visitor, None, client_id(number), "hi");
        // Polled once and dropped: the command is queued, but nobody waits for its result.
        let polled = tokio::time::timeout(std::time::Duration::ZERO, send).await;
        drop(polled);
    }
    let last = fixture.domain.send_as_visitor(&visitor, None, client_id(999), "end").await.unwrap();
    assert_eq!(last.seq, Seq(201));
}

}
