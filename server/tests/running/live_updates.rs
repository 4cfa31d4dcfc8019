//! What agents and visitors see of each other: typing, presence, changes, the queue.

use domain::agent::AgentSettings;
use protocol::json::RawJson;
use protocol::{
    Attendance, Author, Body, Change, CloseCode, ErrorCode, Event, FromAgent, FromVisitor,
    Presence, Routing, Seq, Several, Status, ToAgent, ToVisitor, limits,
};

use crate::support::{Client, Running, ack, client_id, send};

async fn availability(visitor: &mut Client) -> Attendance {
    visitor
        .find(|frame| match frame {
            ToVisitor::Availability { availability } => Some(availability.attendance),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn both_sides_see_that_the_other_writes() {
    let server = Running::start().await;
    let (mut visitor, _) = server.visitor(None).await;
    visitor.send(&send(1, "hi")).await;
    ack(&mut visitor).await;
    let mut mia = server.agent().await;
    let conversation = mia.welcome().await[0].id;
    let (_, mut tom) = server.another_agent("Tom").await;
    for agent in [&mut mia, &mut tom] {
        agent.send(&FromAgent::Watch { conversation, after: None }).await;
        let online = agent
            .find(|frame| match frame {
                ToAgent::Entries { visitor_online, .. } => Some(visitor_online),
                _ => None,
            })
            .await;
        assert!(online);
    }
    let typing = |frame| match frame {
        ToAgent::Typing { by, .. } => Some(by),
        _ => None,
    };
    visitor.send(&FromVisitor::Typing {}).await;
    assert_eq!(mia.find(typing).await, Author::Visitor {});
    assert_eq!(tom.find(typing).await, Author::Visitor {});

    mia.send(&FromAgent::Typing { conversation }).await;
    let name = visitor
        .find(|frame| match frame {
            ToVisitor::Typing { name } => Some(name),
            _ => None,
        })
        .await;
    assert_eq!(name, "Mia");
    let by = tom.find(typing).await;
    assert!(matches!(&by, Author::Agent { name, .. } if name == "Mia"), "{by:?}");
    // It is not stored: the log has not grown.
    let me = server.domain.list_agents().await.unwrap().remove(0);
    assert_eq!(server.domain.team_page(&me, conversation, None).await.unwrap().head, Seq(1));

    drop(visitor);
    let online = mia
        .find(|frame| match frame {
            ToAgent::VisitorPresence { online, .. } => Some(online),
            _ => None,
        })
        .await;
    assert!(!online, "the visitor has gone");
}

#[tokio::test]
async fn presence_is_seen_by_the_team_and_by_visitors() {
    let server = Running::start().await;
    let (mut visitor, _) = server.visitor(None).await;
    let mut mia = server.agent().await;
    mia.welcome().await;
    assert_eq!(availability(&mut visitor).await, Attendance::Online);

    let (tom, mut toms) = server.another_agent("Tom").await;
    let presence = |frame| match frame {
        ToAgent::Presence { agent, presence } => Some((agent, presence)),
        _ => None,
    };
    assert_eq!(mia.find(presence).await, (tom, Presence::Online));
    toms.send(&FromAgent::Presence { presence: Presence::Away }).await;
    assert_eq!(mia.find(presence).await, (tom, Presence::Away));
    drop(toms);
    assert_eq!(mia.find(presence).await, (tom, Presence::Offline));
    drop(mia);
    assert_eq!(availability(&mut visitor).await, Attendance::Away);
}

#[tokio::test]
async fn a_change_is_seen_by_all_who_may_and_a_second_claim_is_told_who_was_first() {
    let server = Running::start().await;
    let (mut visitor, _) = server.visitor(None).await;
    visitor.send(&send(1, "hi")).await;
    ack(&mut visitor).await;
    let mut mia = server.agent().await;
    let conversation = mia.welcome().await[0].id;
    let (_, mut tom) = server.another_agent("Tom").await;
    tom.welcome().await;

    mia.send(&FromAgent::Change { conversation, change: Change::Claim {} }).await;
    let changed = |frame| match frame {
        ToAgent::Conversation { summary } => Some(summary),
        _ => None,
    };
    let summary = tom.find(changed).await;
    assert_eq!(summary.status, Status::Assigned);
    tom.send(&FromAgent::Change { conversation, change: Change::Claim {} }).await;
    let (code, message) = tom
        .find(|frame| match frame {
            ToAgent::Error { code, message, .. } => Some((code, message)),
            _ => None,
        })
        .await;
    assert_eq!(code, ErrorCode::AlreadyAssigned);
    assert!(message.contains("Mia"), "{message}");

    let event = visitor
        .find(|frame| match frame {
            ToVisitor::Entry { entry } => match entry.body {
                Body::Event { event } => Some(event),
                _ => None,
            },
            _ => None,
        })
        .await;
    assert!(matches!(event, Event::Assigned { name, .. } if name == "Mia"));
}

#[tokio::test]
async fn a_visitor_in_the_queue_sees_their_place_and_moves_up() {
    let server = Running::start().await;
    let inbox = server.domain.find_inbox(Some(&server.key)).await.unwrap();
    let settings = domain::inbox::InboxSettings {
        hours: None,
        time_zone: "UTC".into(),
        routing: Routing::LeastBusy,
        team: None,
        label: None,
    };
    server.domain.set_inbox(inbox.id, settings).await.unwrap();
    let mut mia = server.agent().await;
    mia.welcome().await;
    let me = server.domain.list_agents().await.unwrap().remove(0);
    let settings = AgentSettings { capacity: Some(1), ..AgentSettings::default() };
    server.domain.set_agent(me.id, settings).await.unwrap();

    let mut visitors = Vec::new();
    for _ in 0..3 {
        let (mut visitor, _) = server.visitor(None).await;
        visitor.send(&send(1, "hi")).await;
        ack(&mut visitor).await;
        visitors.push(visitor);
    }
    let place = |frame| match frame {
        ToVisitor::Queue { position } => Some(position),
        _ => None,
    };
    assert_eq!(visitors[1].find(place).await, Some(1));
    assert_eq!(visitors[2].find(place).await, Some(2));
    let all = server.domain.list_conversations(&me, &protocol::Filter::ALL, None, 9).await.unwrap();
    let mine = all.conversations.iter().find(|one| one.assignee.is_some()).unwrap().id;
    let resolve = FromAgent::Change { conversation: mine, change: Change::Resolve { seen: None } };
    mia.send(&resolve).await;
    assert_eq!(visitors[1].find(place).await, None, "it is their turn");
    assert_eq!(visitors[2].find(place).await, Some(1));
}

#[tokio::test]
async fn what_a_page_says_of_a_new_visitor_is_noted_with_their_first_message() {
    let server = Running::start().await;
    let mut visitor = server.knock().await;
    let about =
        r#"{"user":{"name":"Ann","plan":"pro"},"language":"de","time_zone":"Europe/Berlin"}"#;
    let FromVisitor::Hello { inbox, site, page, .. } = server.hello(None, None) else {
        unreachable!("a hello")
    };
    let hello = FromVisitor::Hello {
        inbox,
        site,
        page,
        token: None,
        seed: None,
        after: None,
        conversation: None,
        about: Some(RawJson(about.into())),
    };
    visitor.send(&hello).await;
    visitor.send(&send(1, "hi")).await;
    ack(&mut visitor).await;
    let mut mia = server.agent().await;
    let summary = mia.welcome().await.remove(0);
    assert_eq!(summary.visitor_name, "Ann");
    let me = server.domain.list_agents().await.unwrap().remove(0);
    let known = server.domain.profile_of(&me, summary.id).await.unwrap();
    assert_eq!(
        (known.language.as_deref(), known.time_zone.as_deref()),
        (Some("de"), Some("Europe/Berlin"))
    );
    assert_eq!(known.attribute_texts(), [("plan".to_owned(), "pro".to_owned())]);
}

#[tokio::test]
async fn agents_learn_who_joins_and_leaves_the_team() {
    let server = Running::start().await;
    let mut mia = server.agent().await;
    mia.welcome().await;
    let (tom, _) = server.another_agent("Tom").await;
    let names = |frame| match frame {
        ToAgent::Team { team } => Some(team.into_iter().map(|one| one.name).collect::<Vec<_>>()),
        _ => None,
    };
    assert_eq!(mia.find(names).await, ["Mia", "Tom"]);
    server.domain.set_agent_active(tom, false).await.unwrap();
    assert_eq!(mia.find(names).await, ["Mia"]);
}

#[tokio::test]
async fn an_agent_whose_browser_is_dead_is_offline_soon() {
    let server = Running::start().await;
    let mut mia = server.agent().await;
    mia.welcome().await;
    // Their socket stays open, but is silent: nobody reads from it, so no ping is answered.
    let (tom, _dead) = server.another_agent("Tom").await;
    let presence = |frame| match frame {
        ToAgent::Presence { agent, presence } if agent == tom => Some(presence),
        _ => None,
    };
    assert_eq!(mia.find(presence).await, Presence::Online);
    // The limit says how soon, not the clock of a machine that may be busy.
    const { assert!(limits::SILENCE_MS < 30_000) };
    assert_eq!(mia.find(presence).await, Presence::Offline);
}

#[tokio::test]
async fn a_visitor_hears_of_the_conversation_that_they_see_and_comes_back_for_another() {
    let server = Running::start().await;
    let (mut visitor, token) = server.visitor(None).await;
    visitor.send(&send(1, "first")).await;
    ack(&mut visitor).await;
    let mut mia = server.agent().await;
    let first = mia.welcome().await.remove(0);
    let resolve = Change::Resolve { seen: None };
    mia.send(&FromAgent::Change { conversation: first.id, change: resolve }).await;
    let resolved = |frame| match frame {
        ToVisitor::Entry { entry } => {
            matches!(entry.body, Body::Event { event: Event::Resolved {} }).then_some(())
        }
        _ => None,
    };
    visitor.find(resolved).await;

    // Another conversation begins for them. The socket shows the first, so it has to reconnect.
    let me = server.domain.list_agents().await.unwrap().remove(0);
    let who = server.domain.find_visitor(&me, first.visitor).await.unwrap().who();
    let (second, is_new) = server.domain.begin_conversation(&who).await.unwrap();
    assert!(is_new && second.id != first.id);
    assert_eq!(visitor.close_code().await, Some(CloseCode::TooSlow.number()));
    let mut visitor = server.knock().await;
    visitor.send(&server.hello(Some(&token), None)).await;
    let welcome = |frame| match frame {
        ToVisitor::Welcome { conversation, earlier, .. } => Some((conversation, earlier)),
        _ => None,
    };
    assert_eq!(visitor.find(welcome).await, (Some(second.id), Some(first.id)));

    // What is written and read in the first does not affect the second.
    mia.send(&FromAgent::Watch { conversation: first.id, after: None }).await;
    mia.send(&FromAgent::Read { conversation: first.id, seq: Seq(2) }).await;
    let note = |conversation, number, text: &str| FromAgent::Send {
        conversation,
        client_id: client_id(number),
        text: text.into(),
        files: Several::NONE,
        note: None,
    };
    mia.send(&note(first.id, 11, "of the first")).await;
    mia.send(&note(second.id, 12, "of the second")).await;
    let entry = visitor
        .find(|frame| match frame {
            ToVisitor::Entry { entry } => Some(entry),
            ToVisitor::Read { .. } => panic!("nothing of the second was read"),
            _ => None,
        })
        .await;
    assert_eq!((entry.seq, entry.body.text()), (Seq(1), "of the second"));
}
