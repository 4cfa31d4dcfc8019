//! Sockets against the real server on port 0.

use std::time::{Duration, Instant};

use crate::support::{Client, Running, ack, client_id, refusal, send};
use protocol::{
    Author, Change, CloseCode, ConversationId, Entry, ErrorCode, FromAgent, FromVisitor,
    SUBPROTOCOL, Seq, Several, Summary, ToAgent, ToVisitor, limits,
};
use tokio_tungstenite::tungstenite::Message;

async fn error(client: &mut Client) -> ErrorCode {
    client
        .find(|frame| match frame {
            ToVisitor::Error { code, .. } => Some(code),
            _ => None,
        })
        .await
}

async fn conversation(agent: &mut Client) -> Summary {
    agent
        .find(|frame| match frame {
            ToAgent::Conversation { summary } => Some(summary),
            _ => None,
        })
        .await
}

async fn watch(agent: &mut Client, conversation: ConversationId) -> Vec<Entry> {
    agent.send(&FromAgent::Watch { conversation, after: None }).await;
    agent
        .find(|frame| match frame {
            ToAgent::Entries { entries, .. } => Some(entries),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn a_visitor_and_an_agent_talk() {
    let server = Running::start().await;
    let mut agent = server.agent().await;
    assert_eq!(agent.welcome().await, []);

    let (mut visitor, token) = server.visitor(None).await;
    visitor.send(&send(1, "Is it open?")).await;
    assert_eq!(ack(&mut visitor).await.seq, Seq(1));

    let summary = conversation(&mut agent).await;
    assert_eq!((summary.preview.as_str(), summary.unread()), ("Is it open?", 1));
    assert_eq!(summary.page.as_deref(), Some("https://shop.example/basket"));
    let entries = watch(&mut agent, summary.id).await;
    assert_eq!(entries[0].body.text(), "Is it open?");

    let id = summary.id;
    let reply = FromAgent::Send {
        conversation: id,
        client_id: client_id(2),
        text: "Until six.".into(),
        files: Several::NONE,
        note: None,
    };
    agent.send(&reply).await;
    let seen = visitor
        .find(|frame| match frame {
            ToVisitor::Entry { entry } if entry.seq == Seq(2) => Some(entry),
            _ => None,
        })
        .await;
    assert_eq!(seen.body.text(), "Until six.");
    assert!(matches!(seen.author, Author::Agent { name, .. } if name == "Mia"));

    // A second socket of the same visitor sees everything, old and new.
    let (mut second, _) = server.visitor(Some(&token)).await;
    second.send(&FromVisitor::Resume { after: Seq(1) }).await;
    let ToVisitor::Entries { entries, head } = second.next().await else {
        panic!("a resume is answered");
    };
    assert_eq!((entries.len(), entries[0].seq, head), (1, Seq(2), Seq(2)));
}

#[tokio::test]
async fn a_client_that_comes_back_gets_just_what_it_missed() {
    let server = Running::start().await;
    let (mut one, token) = server.visitor(None).await;
    for number in 1..=3 {
        one.send(&send(number, "hi")).await;
        ack(&mut one).await;
    }
    let mut back = server.knock().await;
    back.send(&server.hello(Some(&token), Some(Seq(1)))).await;
    let ToVisitor::Welcome { entries, head, .. } = back.next().await else {
        panic!("a hello is answered by a welcome");
    };
    assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [Seq(2), Seq(3)]);
    assert_eq!(head, Seq(3));
    // What was not acknowledged is sent again, and stored once.
    back.send(&send(3, "hi")).await;
    assert_eq!(ack(&mut back).await.seq, Seq(3));
    back.send(&FromVisitor::Ping {}).await;
    let head = back
        .find(|frame| match frame {
            ToVisitor::Pong { head } => Some(head),
            _ => None,
        })
        .await;
    assert_eq!(head, Seq(3));
}

#[tokio::test]
async fn only_our_own_pages_may_open_a_socket() {
    let server = Running::start().await;
    let own = server.origin();
    let cookie = server.log_in().await;
    for path in ["/ws/visitor", "/ws/agent"] {
        let check = async |headers: &[(&'static str, &str)], status: u16, code: ErrorCode| {
            let mut all = headers.to_vec();
            all.push(("cookie", &cookie));
            let refused = server.try_connect(path, &all).await.err().expect("refused");
            let (found, body) = refusal(refused);
            assert_eq!(found, status, "{path} {headers:?}");
            assert!(body.contains(code.as_str()), "{path} {headers:?}: {body}");
        };
        let protocol = ("sec-websocket-protocol", SUBPROTOCOL);
        check(&[protocol], 403, ErrorCode::OriginRefused).await;
        check(&[protocol, ("origin", "https://evil.example")], 403, ErrorCode::OriginRefused).await;
        check(&[protocol, ("origin", "null")], 403, ErrorCode::OriginRefused).await;
        check(&[("origin", &own)], 400, ErrorCode::SubprotocolUnknown).await;
    }
}

#[tokio::test]
async fn without_a_login_an_agents_socket_is_closed_and_says_why() {
    let server = Running::start().await;
    let own = server.origin();
    for cookie in ["", "porchlight_session=AAAAAAAAAAAAAAAAAAAAAA"] {
        let headers =
            [("origin", &*own), ("sec-websocket-protocol", SUBPROTOCOL), ("cookie", cookie)];
        let mut agent = server.try_connect("/ws/agent", &headers).await.unwrap();
        let ToAgent::Error { code, .. } = agent.next().await else { panic!("an error") };
        assert_eq!(code, ErrorCode::LoginRequired);
        assert_eq!(agent.close_code().await, Some(CloseCode::Refused.number()));
    }
}

#[tokio::test]
async fn a_change_from_another_origin_is_refused() {
    let server = Running::start().await;
    for headers in [&[][..], &[("origin", "https://evil.example")]] {
        let answer = server.http("POST", "/call/log_in", headers, "").await;
        assert_eq!(answer.status, 403, "{answer}");
        assert!(answer.body.contains("origin_refused"), "{answer}");
    }
}

#[tokio::test]
async fn a_frame_over_the_limit_is_closed_with_its_code() {
    let server = Running::start().await;
    let (mut visitor, _) = server.visitor(None).await;
    visitor.send_text(&"x".repeat(limits::CLIENT_FRAME_BYTES + 1)).await;
    assert_eq!(visitor.close_code().await, Some(CloseCode::TooBig.number()));
}

#[tokio::test]
async fn a_hello_that_is_refused_says_why() {
    let server = Running::start().await;
    let (_, token) = server.visitor(None).await;
    let forged = token.replace(|c: char| c.is_ascii_digit(), "7");
    let hello = |inbox: &str, site: &str, token: Option<&str>| FromVisitor::Hello {
        inbox: inbox.into(),
        site: Some(site.into()),
        page: None,
        token: token.map(Into::into),
        seed: None,
        after: None,
        about: None,
        conversation: None,
    };
    let seeded = |seed: &str| match server.hello(None, None) {
        FromVisitor::Hello { inbox, site, page, token, after, .. } => FromVisitor::Hello {
            inbox,
            site,
            page,
            token,
            seed: Some(seed.into()),
            after,
            about: None,
            conversation: None,
        },
        other => other,
    };
    let shop = "https://shop.example";
    for (frame, expect) in [
        (hello("nope", shop, None), ErrorCode::InboxUnknown),
        (hello(&server.key, "https://evil.example", None), ErrorCode::SiteNotAllowed),
        (hello(&server.key, "null", None), ErrorCode::SiteNotAllowed),
        (hello(&server.key, shop, Some(&forged)), ErrorCode::TokenInvalid),
        (hello(&server.key, shop, Some("")), ErrorCode::TokenInvalid),
        (seeded("too short"), ErrorCode::SeedInvalid),
        (send(1, "first"), ErrorCode::FrameUnexpected),
    ] {
        let mut client = server.knock().await;
        client.send(&frame).await;
        assert_eq!(error(&mut client).await, expect, "{frame:?}");
        assert_eq!(client.close_code().await, Some(CloseCode::Refused.number()), "{frame:?}");
    }
}

#[tokio::test]
async fn a_frame_that_is_none_is_closed_with_its_code() {
    let server = Running::start().await;
    for text in ["", "{", "[]", "null", "{\"type\":\"fly\"}", "{\"type\":\"send\"}"] {
        let (mut visitor, _) = server.visitor(None).await;
        visitor.send_text(text).await;
        assert_eq!(error(&mut visitor).await, ErrorCode::BadFrame, "{text}");
        assert_eq!(visitor.close_code().await, Some(CloseCode::BadFrame.number()), "{text}");
    }
    let (mut visitor, _) = server.visitor(None).await;
    visitor.send_message(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(visitor.close_code().await, Some(CloseCode::BadFrame.number()));
}

#[tokio::test]
async fn a_message_that_is_refused_is_not_written() {
    let server = Running::start().await;
    let (mut visitor, _) = server.visitor(None).await;
    for (text, expect) in [
        (String::new(), ErrorCode::MessageEmpty),
        (" \n ".into(), ErrorCode::MessageEmpty),
        ("x".repeat(20 * 1024), ErrorCode::MessageTooLong),
    ] {
        visitor.send(&send(1, &text)).await;
        let frame = visitor.next().await;
        let ToVisitor::Error { code, client_id: about, temporary, .. } = frame else {
            panic!("an error, not {frame:?}");
        };
        assert_eq!((code, about, temporary), (expect, Some(client_id(1)), false));
    }
    visitor.send(&send(1, "now it fits")).await;
    assert_eq!(ack(&mut visitor).await.seq, Seq(1), "nothing was written before");
}

#[tokio::test]
async fn an_agent_can_not_send_to_a_conversation_that_is_not_there() {
    let server = Running::start().await;
    let mut agent = server.agent().await;
    let nowhere = ConversationId(uuid::Uuid::nil());
    agent.send(&FromAgent::Watch { conversation: nowhere, after: None }).await;
    let code = agent
        .find(|frame| match frame {
            ToAgent::Error { code, .. } => Some(code),
            _ => None,
        })
        .await;
    assert_eq!(code, ErrorCode::ConversationUnknown);
}

#[tokio::test]
async fn two_tabs_that_begin_with_one_seed_are_one_visitor() {
    let server = Running::start().await;
    let FromVisitor::Hello { inbox, site, page, .. } = server.hello(None, None) else {
        unreachable!("hello is a hello")
    };
    let seed = Some("0123456789abcdef0123456789abcdef".to_owned());
    let hello = FromVisitor::Hello {
        inbox,
        site,
        page,
        token: None,
        seed,
        after: None,
        about: None,
        conversation: None,
    };
    for _tab in 0..2 {
        let mut tab = server.knock().await;
        tab.send(&hello).await;
        tab.send(&send(1, "written before the first connection")).await;
        assert_eq!(ack(&mut tab).await.seq, Seq(1), "it is there once");
    }
}

#[tokio::test]
async fn a_visitor_who_floods_is_asked_to_slow_down_and_loses_nothing() {
    let server = Running::start().await;
    let (mut visitor, _) = server.visitor(None).await;
    for number in 0..=u128::from(limits::MESSAGES_AT_ONCE) {
        visitor.send(&send(number, "hi")).await;
    }
    let (about, temporary) = visitor
        .find(|frame| match frame {
            ToVisitor::Error { code: ErrorCode::SlowDown, client_id, temporary, .. } => {
                Some((client_id, temporary))
            }
            _ => None,
        })
        .await;
    assert!(about.is_some() && temporary, "the client keeps it and tries again");
    // Messages behind it wait, too, even if there is room again: the order is kept.
    let first = u128::from(limits::MESSAGES_AT_ONCE);
    assert_eq!(about, Some(client_id(first)));
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(1_500) {
        assert!(!is_taken(&mut visitor, first + 1).await);
    }
    while !is_taken(&mut visitor, first).await {}
    while !is_taken(&mut visitor, first + 1).await {}
}

/// Sends a message, and returns whether it was accepted.
async fn is_taken(visitor: &mut Client, number: u128) -> bool {
    visitor.send(&send(number, "again")).await;
    visitor
        .find(|frame| match frame {
            ToVisitor::Ack { client_id: acked, .. } => (acked == client_id(number)).then_some(true),
            ToVisitor::Error { client_id: Some(_), .. } => Some(false),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn each_change_is_answered_also_one_that_is_so_already() {
    let server = Running::start().await;
    let (mut visitor, _) = server.visitor(None).await;
    visitor.send(&send(1, "hi")).await;
    ack(&mut visitor).await;
    let mut mia = server.agent().await;
    let conversation = mia.welcome().await[0].id;
    for _ in 0..2 {
        mia.send(&FromAgent::Change { conversation, change: Change::Archive {} }).await;
        let answered = mia
            .find(|frame| match frame {
                ToAgent::Changed { conversation } => Some(conversation),
                _ => None,
            })
            .await;
        assert_eq!(answered, conversation);
    }
}

#[tokio::test]
async fn a_socket_ends_with_its_login() {
    let server = Running::start().await;
    let (mut visitor, _) = server.visitor(None).await;
    visitor.send(&send(1, "hi")).await;
    ack(&mut visitor).await;
    let cookie = server.log_in().await;
    let own = server.origin();
    let headers =
        [("origin", &*own), ("sec-websocket-protocol", SUBPROTOCOL), ("cookie", &*cookie)];
    let mut agent = server.try_connect("/ws/agent", &headers).await.unwrap();
    agent.welcome().await;

    let page = server.http("GET", "/conversations", &[("cookie", &cookie)], "").await;
    let action = page.body.split("action=\"").find(|part| part.contains("log_out")).unwrap();
    let action = action.split('"').next().unwrap();
    let answer = server.http("POST", action, &[("origin", &own), ("cookie", &cookie)], "").await;
    assert_eq!(answer.header("location"), Some("/login"), "{answer}");

    // At once, not only at the next regular check of the socket.
    let code = agent
        .find(|frame| match frame {
            ToAgent::Error { code, .. } => Some(code),
            _ => None,
        })
        .await;
    assert_eq!(code, ErrorCode::LoginRequired);
    assert_eq!(agent.close_code().await, Some(CloseCode::Refused.number()));
}

#[tokio::test]
async fn files_of_another_version_are_not_answered_with_ours() {
    let server = Running::start().await;
    let page = server.http("GET", "/chat", &[], "").await;
    let script = page.body.split("src=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert_eq!(server.http("GET", script, &[], "").await.status, 200);
    let other = "/widget/0123456789abcdef/boot.js";
    assert_eq!(server.http("GET", other, &[], "").await.status, 404);
}

#[tokio::test]
async fn who_is_put_out_of_the_team_hears_nothing_more() {
    let server = Running::start().await;
    let (mut visitor, _) = server.visitor(None).await;
    visitor.send(&send(1, "hi")).await;
    ack(&mut visitor).await;
    let mut agent = server.agent().await;
    agent.welcome().await;
    let mia = server.domain.list_agents().await.unwrap()[0].id;
    server.domain.set_agent_active(mia, false).await.unwrap();
    visitor.send(&send(2, "a secret")).await;
    ack(&mut visitor).await;
    loop {
        match agent.next_or_close::<ToAgent>().await {
            Ok(ToAgent::Conversation { summary }) => panic!("they hear {summary:?}"),
            Ok(_) => {}
            Err(close) => {
                assert_eq!(close.map(|(code, _)| code), Some(CloseCode::Refused.number()));
                break;
            }
        }
    }
}
