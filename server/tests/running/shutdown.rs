//! Stopping under load.

use std::collections::HashSet;
use std::time::Instant;

use domain::visitor::About;
use protocol::{CloseCode, ToVisitor};

use crate::http;
use crate::support::{PATIENCE, Program, Running, ack, client_id, send};

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_under_load_loses_nothing_and_sends_everybody_away_to_come_back() {
    const TALKERS: usize = 30;
    let server = Running::start().await;
    let mut agent = server.agent().await;
    agent.welcome().await;
    let mut talkers = Vec::new();
    for _ in 0..TALKERS {
        let (mut talker, token) = server.visitor(None).await;
        talker.send(&send(1, "just before")).await;
        ack(&mut talker).await;
        talkers.push((talker, token));
    }
    // More messages of each are in flight when the stop comes.
    for (talker, _) in &mut talkers {
        for number in 2..=19 {
            talker.send(&send(number, "on its way")).await;
        }
    }
    let (domain, address) = (server.domain.clone(), server.address);
    let key = server.key.clone();
    let serving = server.stop();

    let mut retries = HashSet::new();
    let mut acked = Vec::new();
    for (mut talker, token) in talkers {
        let mut mine = vec![client_id(1)];
        let close = loop {
            match talker.next_or_close().await {
                Ok(ToVisitor::Ack { client_id, .. }) => mine.push(client_id),
                Ok(_) => {}
                Err(close) => break close,
            }
        };
        let (code, reason) = close.expect("a close with a code");
        assert_eq!(code, CloseCode::Stopping.number());
        retries.insert(CloseCode::retry_ms(&reason).expect("when to come back"));
        acked.push((token, mine));
    }
    let (code, _) = agent.close_reason().await.expect("a close with a code");
    assert_eq!(code, CloseCode::Stopping.number());
    assert!(retries.len() > TALKERS / 2, "not all at once: {retries:?}");

    let inbox = domain.find_inbox(Some(&key)).await.unwrap();
    for (token, mine) in acked {
        let admitted = domain.admit_visitor(&inbox, Some(&token), None, About::default(), None);
        let page = domain.visitor_page(&admitted.await.unwrap().who, None).await.unwrap();
        let kept: Vec<_> = page.entries.iter().map(|entry| entry.client_id).collect();
        for client_id in mine {
            assert!(kept.contains(&client_id), "what was acknowledged is there");
        }
    }
    drop(domain);
    serving.await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_server_that_stops_is_not_ready_and_still_answers() {
    let server = Running::start().await;
    assert_eq!(server.http("GET", "/readyz", &[], "").await.status, 200);
    // A socket that does not answer its close keeps the server stopping for a while.
    let stubborn = server.visitor(None).await;
    let (address, origin) = (server.address, server.origin());
    let serving = server.stop();
    let answer = loop {
        let answer = http::ask(address, "GET", "/readyz", &[("origin", &origin)], "").await;
        if answer.status == 503 {
            break answer;
        }
    };
    assert!(answer.body.contains("stopping"), "{answer}");
    drop(stubborn);
    serving.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_ends_soon_after_a_sigterm_and_keeps_what_it_acknowledged() {
    let program = Program::start().await;
    let mut talkers = Vec::new();
    for _ in 0..10 {
        let (mut talker, token, _) = program.visitor(None).await;
        for number in 1..=15 {
            talker.send(&send(number, "on its way")).await;
        }
        // At least one was accepted.
        ack(&mut talker).await;
        talkers.push((talker, token));
    }
    let asked = Instant::now();
    program.terminate();
    let mut acked = Vec::new();
    for (mut talker, token) in talkers {
        let mut mine = HashSet::from([client_id(1)]);
        let close = loop {
            match talker.next_or_close().await {
                Ok(ToVisitor::Ack { client_id, .. }) => {
                    mine.insert(client_id);
                }
                Ok(_) => {}
                Err(close) => break close,
            }
        };
        assert_eq!(close.map(|(code, _)| code), Some(CloseCode::Stopping.number()));
        acked.push((token, mine));
    }
    let (status, folder) = program.wait();
    assert!(status.success(), "{status}");
    assert!(asked.elapsed() < PATIENCE, "{:?}", asked.elapsed());
    let again = Program::on(folder).await;
    for (token, mine) in acked {
        let (_, _, entries) = again.visitor(Some(token)).await;
        let kept: Vec<_> = entries.iter().map(|entry| entry.client_id).collect();
        assert!(mine.iter().all(|name| kept.contains(name)), "what was acknowledged is there");
    }
    again.terminate();
    assert!(again.wait().0.success());
}
