//! Sockets that read nothing, among many that do.

use protocol::{CloseCode, FromAgent, FromVisitor, Seq, Several, ToAgent, ToVisitor, limits};

use crate::support::{Client, Running, ack, client_id, send};

const SOCKETS: usize = 1_000;
const STALLED: usize = 100;

/// Sends one long message and waits until it is acknowledged.
async fn say(agent: &mut Client, conversation: protocol::ConversationId, number: u128) {
    let (client_id, text) = (client_id(number), "x".repeat(limits::MESSAGE_BYTES));
    agent
        .send(&FromAgent::Send { conversation, client_id, text, files: Several::NONE, note: None })
        .await;
    let is_acked = |frame| matches!(frame, ToAgent::Ack { .. }).then_some(());
    agent.find(is_acked).await;
}

/// A visitor who is welcomed, and whose socket then reads next to nothing.
async fn stalled_visitor(server: &Running, token: &str) -> Client {
    let mut one = server.knock_slowly().await;
    one.send(&server.hello(Some(token), None)).await;
    one.find(|frame| matches!(frame, ToVisitor::Welcome { .. }).then_some(())).await;
    one
}

/// Sends messages until no more than `listeners` sockets are left. Returns how many the conversation has then.
async fn say_until(
    server: &Running,
    agent: &mut Client,
    conversation: protocol::ConversationId,
    listeners: usize,
) -> u128 {
    let mut sent = 1;
    while server.domain.hub().listeners() > listeners {
        sent += 1;
        assert!(sent < 1_000, "the stalled sockets are let go");
        say(agent, conversation, sent).await;
    }
    sent
}

/// A server with an agent and a conversation, whose visitor has left; and the visitor's token.
async fn start() -> (Running, Client, protocol::ConversationId, String) {
    let server = Running::start().await;
    let (mut talker, token) = server.visitor(None).await;
    talker.send(&send(1, "hi")).await;
    ack(&mut talker).await;
    drop(talker);
    let mut agent = server.agent().await;
    let conversation = agent.welcome().await[0].id;
    (server, agent, conversation, token)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_nothing_is_told_so_where_they_listen_again() {
    let (server, mut agent, conversation, token) = start().await;
    let mut stalled = stalled_visitor(&server, &token).await;
    say_until(&server, &mut agent, conversation, 1).await;
    assert_eq!(stalled.close_code().await, Some(CloseCode::TooSlow.number()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_stalled_sockets_are_let_go_and_nine_hundred_others_notice_nothing() {
    let (server, mut agent, conversation, token) = start().await;

    let mut stalled = Vec::new();
    for _ in 0..STALLED {
        stalled.push(stalled_visitor(&server, &token).await);
    }
    let mut others = Vec::new();
    for _ in STALLED..SOCKETS {
        others.push(server.visitor(None).await.0);
    }

    // From here on the stalled ones read nothing, which does not hold up the agent.
    let sent = say_until(&server, &mut agent, conversation, SOCKETS - STALLED + 1).await;
    let most = (domain::hub::QUEUE_BYTES / limits::MESSAGE_BYTES) as u128;
    assert!(sent > most, "the queue was used: {sent}");

    // Others are answered meanwhile, and each stalled socket is closed. It learns why, unless it takes longer
    // to read that than the server waits.
    let closes =
        stalled.into_iter().map(|mut one| tokio::spawn(async move { one.close_code().await }));
    let closes: Vec<_> = closes.collect();
    for other in &mut others {
        other.send(&send(1, "still there?")).await;
    }
    for other in &mut others {
        assert_eq!(ack(other).await.seq, Seq(1));
    }
    for close in closes {
        let code = close.await.unwrap();
        assert!(code.is_none_or(|code| code == CloseCode::TooSlow.number()), "{code:?}");
    }

    // A client that comes back misses nothing.
    let mut back = server.knock().await;
    back.send(&server.hello(Some(&token), Some(Seq(0)))).await;
    let ToVisitor::Welcome { mut entries, head, .. } = back.next().await else {
        panic!("a welcome");
    };
    while entries.last().is_some_and(|last| last.seq < head) {
        let after = entries.last().map_or(Seq::START, |last| last.seq);
        back.send(&FromVisitor::Resume { after }).await;
        entries.extend(
            back.find(|frame| match frame {
                ToVisitor::Entries { entries, .. } => Some(entries),
                _ => None,
            })
            .await,
        );
    }
    let all: Vec<u64> = entries.iter().map(|entry| entry.seq.0).collect();
    assert_eq!(all, (1..=u64::try_from(sent).unwrap()).collect::<Vec<_>>());
}
