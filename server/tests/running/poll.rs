//! Visitors without a socket: the same frames over long polling, with the same guarantees.

use protocol::json::{Encode, from_str, to_string};
use protocol::{Body, FromAgent, FromVisitor, Seq, Several, ToAgent, ToVisitor};

use crate::http::{self, Answer};
use crate::support::{Running, client_id, send};

struct Polled {
    answer: Answer,
    frames: Vec<ToVisitor>,
}

impl Polled {
    fn header(&self, name: &str) -> Option<&str> {
        self.answer.header(name)
    }
}

async fn poll_from(server: &Running, origin: &str, line: Option<&str>, body: &str) -> Polled {
    let mut headers = vec![("origin", origin)];
    headers.extend(line.map(|line| ("porchlight-line", line)));
    let answer = server.http("POST", "/poll/visitor", &headers, body).await;
    let lines = answer.body.lines().filter(|_| answer.status == 200);
    let frames = lines.map(|line| from_str(line).unwrap()).collect();
    Polled { answer, frames }
}

async fn poll(server: &Running, line: Option<&str>, frames: &[&dyn Frame]) -> Polled {
    let body: Vec<String> = frames.iter().map(|frame| frame.text()).collect();
    poll_from(server, &server.origin(), line, &body.join("\n")).await
}

trait Frame {
    fn text(&self) -> String;
}

impl<T: Encode> Frame for T {
    fn text(&self) -> String {
        to_string(self)
    }
}

/// A connection after its hello, and the visitor's token.
async fn begin(
    server: &Running,
    token: Option<&str>,
    after: Option<Seq>,
) -> (String, String, Vec<protocol::Entry>) {
    let polled = poll(server, None, &[&server.hello(token, after)]).await;
    let line = polled.header("porchlight-line").expect("a line").to_owned();
    match polled.frames.into_iter().next() {
        Some(ToVisitor::Welcome { token, entries, .. }) => (line, token, entries),
        other => panic!("a welcome, not {other:?}"),
    }
}

#[tokio::test]
async fn both_talk_and_a_request_waits_for_the_answer() {
    let server = Running::start().await;
    let (line, token, _) = begin(&server, None, None).await;
    let polled = poll(&server, Some(&line), &[&send(1, "hello"), &send(2, "anybody?")]).await;
    let acks: Vec<Seq> = polled
        .frames
        .iter()
        .filter_map(|frame| match frame {
            ToVisitor::Ack { entry, .. } => Some(entry.seq),
            _ => None,
        })
        .collect();
    assert_eq!(acks, [Seq(1), Seq(2)]);

    // The answer arrives at a waiting request.
    let mut mia = server.agent().await;
    let conversation = mia.welcome().await[0].id;
    mia.send(&FromAgent::Watch { conversation, after: None }).await;
    let online = mia
        .find(|frame| match frame {
            ToAgent::Entries { visitor_online, .. } => Some(visitor_online),
            _ => None,
        })
        .await;
    assert!(online, "a line is as good as a socket");
    let reply = FromAgent::Send {
        conversation,
        client_id: client_id(9),
        text: "yes".into(),
        files: Several::NONE,
        note: None,
    };
    let has_reply = |polled: &Polled| {
        polled.frames.iter().any(|frame| {
            matches!(frame, ToVisitor::Entry { entry } if entry.body == Body::Message { text: "yes".into() })
        })
    };
    let waits = async {
        loop {
            // The visitor's own entries arrive, too.
            let polled = poll(&server, Some(&line), &[]).await;
            assert_eq!(polled.answer.status, 200);
            if has_reply(&polled) {
                break;
            }
        }
    };
    tokio::join!(waits, mia.send(&reply));

    // What was lost on the way is in the log; what was sent twice is there once.
    let (line, _, entries) = begin(&server, Some(&token), Some(Seq(2))).await;
    assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [Seq(3)]);
    let polled = poll(&server, Some(&line), &[&send(1, "hello"), &FromVisitor::Ping {}]).await;
    assert!(
        polled
            .frames
            .iter()
            .any(|frame| matches!(frame, ToVisitor::Ack { entry, .. } if entry.seq == Seq(1)))
    );
    assert!(polled.frames.iter().any(|frame| matches!(frame, ToVisitor::Pong { head: Seq(3) })));
}

#[tokio::test]
async fn a_request_for_more_than_an_answer_holds_is_answered_by_several() {
    let server = Running::start().await;
    let (line, _, _) = begin(&server, None, None).await;
    // No more than may be sent at once.
    for number in 0..18 {
        let text = "x".repeat(16_000);
        let polled = poll(&server, Some(&line), &[&send(number, &text)]).await;
        assert_eq!(polled.header("porchlight-close"), None, "{number}");
    }
    let resume = FromVisitor::Resume { after: Seq(0) };
    let frames: [&dyn Frame; 5] =
        [&resume, &resume, &resume, &resume, &send(99, "and this is taken")];
    let mut polled = poll(&server, Some(&line), &frames).await;
    let (mut pages, mut is_taken) = (0, false);
    loop {
        assert_eq!(polled.header("porchlight-close"), None);
        let bytes = polled.answer.body.len();
        assert!(bytes < 256 * 1024, "{bytes}");
        for frame in &polled.frames {
            match frame {
                ToVisitor::Entries { entries, .. } => {
                    assert!(entries.len() < 10, "{}", entries.len());
                    pages += 1;
                }
                ToVisitor::Ack { entry, .. } if entry.seq == Seq(19) => is_taken = true,
                _ => {}
            }
        }
        if is_taken {
            break;
        }
        polled = poll(&server, Some(&line), &[]).await;
    }
    assert_eq!(pages, 4);
}

#[tokio::test]
async fn the_next_request_relieves_the_one_that_waits() {
    let server = Running::start().await;
    let (line, _, _) = begin(&server, None, None).await;
    let (waited, asked) = tokio::join!(
        poll(&server, Some(&line), &[]),
        poll(&server, Some(&line), &[&FromVisitor::Ping {}]),
    );
    // Whichever came first, both are answered, and so is the question.
    assert_eq!((waited.answer.status, asked.answer.status), (200, 200));
    assert!(
        asked
            .frames
            .iter()
            .chain(&waited.frames)
            .any(|frame| matches!(frame, ToVisitor::Pong { .. }))
    );
}

#[tokio::test]
async fn what_is_refused_on_a_socket_is_refused_here() {
    let server = Running::start().await;
    let hello = to_string(&server.hello(None, None));
    let foreign = poll_from(&server, "https://evil.example", None, &hello).await;
    assert_eq!(foreign.answer.status, 403);
    let no_line = poll(&server, Some("0123"), &[&FromVisitor::Ping {}]).await;
    assert_eq!(no_line.answer.status, 404);
    for (body, status) in
        [("", 400), ("{}\n{}", 400), ("\u{0}", 200), ("[1]", 200), ("{\"type\":\"ping\"}", 200)]
    {
        let polled = poll_from(&server, &server.origin(), None, body).await;
        assert_eq!(polled.answer.status, status, "{body}");
        if status == 200 {
            let close = polled.header("porchlight-close").expect("a close");
            assert!(close.starts_with("400"), "{body}: {close}");
            assert!(polled.header("porchlight-line").is_none());
        }
    }
    let big = format!("{{\"type\":\"{}\"}}", "x".repeat(110 * 1024));
    let polled = poll_from(&server, &server.origin(), None, &big).await;
    assert_eq!((polled.answer.status, polled.answer.code()), (413, "frame_too_big".into()));
    // What is too big for any request is refused because of its length.
    let big = "x".repeat(300 * 1024);
    let polled = poll_from(&server, &server.origin(), None, &big).await;
    assert_eq!((polled.answer.status, polled.answer.code()), (413, "frame_too_big".into()));
    let wrong_site = hello.replace("https://shop.example\"", "https://other.example\"");
    let polled = poll_from(&server, &server.origin(), None, &wrong_site).await;
    assert_eq!(polled.header("porchlight-close"), Some("4000 refused"));

    // A connection that sent an invalid frame is closed and gone.
    let (line, _, _) = begin(&server, None, None).await;
    let polled = poll_from(&server, &server.origin(), Some(&line), "nonsense").await;
    assert_eq!(polled.header("porchlight-close"), Some("4001 bad_frame"));
    assert_eq!(poll(&server, Some(&line), &[&FromVisitor::Ping {}]).await.answer.status, 404);
}

#[tokio::test]
async fn a_server_that_stops_sends_who_waits_away_to_come_back() {
    let server = Running::start().await;
    let (line, _, _) = begin(&server, None, None).await;
    let address = server.address;
    let origin = server.origin();
    let waiting = tokio::spawn(async move {
        let headers = [("origin", &*origin), ("porchlight-line", &*line)];
        http::ask(address, "POST", "/poll/visitor", &headers, "").await
    });
    // This makes sure that the request has arrived: both are handled by the same runtime.
    server.http("GET", "/readyz", &[], "").await;
    let ended = server.stop();
    let answer = waiting.await.unwrap();
    assert!(
        answer.status == 404
            || answer
                .header("porchlight-close")
                .is_some_and(|why| why.starts_with("4101 stopping:")),
        "{answer}"
    );
    ended.await.unwrap().unwrap();
}
