//! Visibility: for agents who are limited to inboxes, other inboxes' conversations don't exist.

use domain::agent::{Agent, AgentSettings, Visibility};
use domain::inbox::Inbox;
use domain::visitor::VisitorIdentity;
use protocol::json::from_str;
use protocol::{Change, ConversationId, ErrorCode, Routing, Seq, ToAgent, VisitorId};

use crate::support::{Fixture, agent, client_id, listed, looker};

impl Fixture {
    /// Creates an agent who sees only this inbox.
    async fn agent_of(&self, name: &str, inbox: &Inbox) -> Agent {
        let who = agent(&self.domain, &format!("{name}@example.com")).await;
        let settings = AgentSettings {
            visibility: Visibility::Inboxes([inbox.id].into()),
            ..AgentSettings::default()
        };
        self.domain.set_agent(who.id, settings).await.unwrap();
        self.domain.find_agent(who.id).await.unwrap().unwrap()
    }

    /// Starts a conversation of a new visitor in this inbox.
    async fn begun_in(&self, inbox: &Inbox, number: u128) -> ConversationId {
        let visitor = VisitorId(self.domain.ambient().uuid());
        let who = VisitorIdentity { inbox: inbox.id, visitor };
        self.domain.send_as_visitor(&who, None, client_id(number), "hi").await.unwrap();
        let all = listed(&self.domain, &looker()).await;
        all.iter().find(|one| one.visitor == visitor).unwrap().id
    }
}

testbed::on_each_store! {

async fn what_is_of_another_inbox_can_neither_be_seen_nor_changed(fixture) {
    let domain = &fixture.domain;
    let other = domain.create_inbox("Other", &[]).await.unwrap();
    let ann = fixture.agent_of("ann", &fixture.inbox).await;
    let (mine, foreign) = (fixture.begun_in(&fixture.inbox, 1).await, fixture.begun_in(&other, 2).await);

    let list = listed(domain, &ann).await;
    assert_eq!(list.iter().map(|one| one.id).collect::<Vec<_>>(), [mine]);
    let name = client_id(9);
    let refused = [
        domain.find_conversation(&ann, foreign).await.map(drop),
        domain.team_page(&ann, foreign, None).await.map(drop),
        domain.team_page_before(&ann, foreign, Seq(5)).await.map(drop),
        domain.profile_of(&ann, foreign).await.map(drop),
        domain.send_as_agent(&ann, foreign, name, "hi", false).await.map(drop),
        domain.send_as_agent(&ann, foreign, name, "hi", true).await.map(drop),
        domain.read_as_agent(&ann, foreign, Seq(1)).await,
        domain.type_as_agent(&ann, foreign).await,
        domain.change_conversation(&ann, foreign, Change::Resolve { seen: None }).await.map(drop),
        domain.change_conversation(&ann, foreign, Change::Claim {}).await.map(drop),
    ];
    for one in refused {
        assert_eq!(one.map_err(|error| error.code()), Err(ErrorCode::ConversationUnknown));
    }
    assert_eq!(domain.find_conversation(&looker(), foreign).await.unwrap().head, Seq(1));
    domain.change_conversation(&ann, mine, Change::Claim {}).await.unwrap();
}

async fn news_of_another_inbox_do_not_reach_a_socket(fixture) {
    let domain = &fixture.domain;
    let other = domain.create_inbox("Other", &[]).await.unwrap();
    let ann = fixture.agent_of("ann", &fixture.inbox).await;
    let mut socket = domain.hub().listen_agent(&ann);
    let mut frames = socket.take_frames();
    fixture.begun_in(&other, 1).await;
    let mine = fixture.begun_in(&fixture.inbox, 2).await;
    let told = loop {
        let frame = frames.next().await.unwrap();
        if let ToAgent::Conversation { summary } = from_str(std::str::from_utf8(&frame).unwrap()).unwrap() {
            break summary.id;
        }
    };
    assert_eq!(told, mine, "the other conversation was first, and was not told");
}

async fn what_an_agent_may_not_see_is_not_given_to_them(fixture) {
    let domain = &fixture.domain;
    let other = domain.create_inbox("Other", &[]).await.unwrap();
    for inbox in [&fixture.inbox, &other] {
        let settings = domain::inbox::InboxSettings {
            hours: None,
            time_zone: "UTC".into(),
            routing: Routing::LeastBusy,
            team: None,
            label: None,
        };
        domain.set_inbox(inbox.id, settings).await.unwrap();
    }
    let ann = fixture.agent_of("ann", &fixture.inbox).await;
    let _socket = domain.hub().listen_agent(&ann);
    let foreign = fixture.begun_in(&other, 1).await;
    let holder = async |id| domain.find_conversation(&looker(), id).await.unwrap().assignee;
    assert_eq!(holder(foreign).await, None);
    let mia = agent(domain, "mia@example.com").await;
    let to_ann = Change::Assign { agent: Some(ann.id) };
    let refused = domain.change_conversation(&mia, foreign, to_ann).await;
    assert_eq!(refused.unwrap_err().code(), ErrorCode::AgentUnknown);

    let mine = fixture.begun_in(&fixture.inbox, 2).await;
    assert_eq!(holder(mine).await.map(|person| person.id), Some(ann.id));
    let settings = AgentSettings { visibility: Visibility::Inboxes([other.id].into()), ..AgentSettings::default() };
    domain.set_agent(ann.id, settings).await.unwrap();
    assert_eq!(holder(mine).await, None, "it is not theirs to answer any more");
}

}
