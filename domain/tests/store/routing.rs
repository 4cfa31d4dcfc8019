//! Routing and presence, on every store.

use domain::agent::{Agent, AgentSettings};
use domain::hub::Listener;
use domain::inbox::InboxSettings;
use protocol::{
    Attendance, Change, ConversationId, ErrorCode, LabelId, Presence, Routing, Status, TeamId,
    UnixMillis,
};

use sea_orm::ConnectionTrait;

use crate::support::{Fixture, agent, client_id, listed, log_in, looker};

struct Desk {
    who: Agent,
    // Held open, because an agent's socket is what makes them present.
    socket: Option<Listener>,
}

impl Fixture {
    async fn route(&self, routing: Routing, team: Option<TeamId>, label: Option<LabelId>) {
        let settings = InboxSettings { hours: None, time_zone: "UTC".into(), routing, team, label };
        self.domain.set_inbox(self.inbox.id, settings).await.unwrap();
    }

    async fn desk(&self, name: &str, capacity: Option<u32>) -> Desk {
        let who = agent(&self.domain, &format!("{name}@example.com")).await;
        let settings = AgentSettings { capacity, ..AgentSettings::default() };
        self.domain.set_agent(who.id, settings).await.unwrap();
        let socket = Some(self.domain.hub().listen_agent(&who));
        Desk { who, socket }
    }

    /// A new visitor writes. Returns their conversation.
    async fn ring(&self, number: u128) -> ConversationId {
        let visitor = self.visitor();
        self.domain.send_as_visitor(&visitor, None, client_id(number), "hi").await.unwrap();
        let all =
            self.domain.list_conversations(&looker(), &protocol::Filter::ALL, None, 200).await;
        all.unwrap().conversations[0].id
    }

    async fn holder(&self, id: ConversationId) -> Option<protocol::AgentId> {
        let found = self.domain.find_conversation(&looker(), id).await.unwrap();
        found.assignee.map(|person| person.id)
    }

    async fn resolve(&self, desk: &Desk, id: ConversationId) {
        self.domain
            .change_conversation(&desk.who, id, Change::Resolve { seen: None })
            .await
            .unwrap();
    }
}

testbed::on_each_store! {

async fn nothing_is_given_by_itself_where_agents_take_what_they_want(fixture) {
    let _ann = fixture.desk("ann", None).await;
    let id = fixture.ring(1).await;
    assert_eq!(fixture.holder(id).await, None);
}

async fn round_robin_goes_round(fixture) {
    fixture.route(Routing::RoundRobin, None, None).await;
    let (ann, ben) = (fixture.desk("ann", None).await, fixture.desk("ben", None).await);
    let mut given = Vec::new();
    for number in 1..=4 {
        let id = fixture.ring(number).await;
        given.extend(fixture.holder(id).await);
    }
    assert_eq!(given, [ann.who.id, ben.who.id, ann.who.id, ben.who.id]);
}

async fn the_least_busy_gets_the_next_and_nobody_more_than_they_can_take(fixture) {
    fixture.route(Routing::LeastBusy, None, None).await;
    let (ann, ben) = (fixture.desk("ann", Some(2)).await, fixture.desk("ben", Some(1)).await);
    let mut ids = Vec::new();
    for number in 1..=5 {
        ids.push(fixture.ring(number).await);
    }
    let mut held = Vec::new();
    for id in &ids {
        held.push(fixture.holder(*id).await);
    }
    assert_eq!(held.iter().filter(|one| **one == Some(ann.who.id)).count(), 2);
    assert_eq!(held.iter().filter(|one| **one == Some(ben.who.id)).count(), 1);
    assert_eq!(held[3..], [None, None], "the rest waits");

    // An agent who resolves one gets the next in the queue.
    let of_ben = ids[held.iter().position(|one| *one == Some(ben.who.id)).unwrap()];
    fixture.resolve(&ben, of_ben).await;
    assert_eq!(fixture.holder(ids[3]).await, Some(ben.who.id));
    assert_eq!(fixture.holder(ids[4]).await, None);
}

async fn a_queue_has_places_that_move_up(fixture) {
    fixture.route(Routing::LeastBusy, None, None).await;
    let ann = fixture.desk("ann", Some(1)).await;
    let taken = fixture.ring(1).await;
    let mut waiting = Vec::new();
    for number in 2..=4 {
        let visitor = fixture.visitor();
        fixture.domain.send_as_visitor(&visitor, None, client_id(number), "hi").await.unwrap();
        waiting.push(visitor.visitor);
        // The order of arrival counts, even if the clock moves back.
        fixture.ticks.put_back_ms(3_600_000);
    }
    let places = async || {
        let mut places = Vec::new();
        for visitor in &waiting {
            places.push(fixture.domain.queue_position(*visitor).await.unwrap());
        }
        places
    };
    assert_eq!(places().await, [Some(1), Some(2), Some(3)]);
    fixture.resolve(&ann, taken).await;
    assert_eq!(places().await, [None, Some(1), Some(2)]);
}

async fn a_team_and_its_skills_choose_who_gets_it(fixture) {
    let vip = fixture.domain.create_label("VIP", "#aa0000").await.unwrap().id;
    let (ann, ben, cat) = (
        fixture.desk("ann", None).await,
        fixture.desk("ben", None).await,
        fixture.desk("cat", None).await,
    );
    let members = vec![ben.who.id, cat.who.id];
    let team = fixture.domain.save_team(None, "Sales", Routing::RoundRobin, members).await.unwrap();
    fixture.route(Routing::Manual, Some(team), None).await;
    let (one, two) = (fixture.ring(1).await, fixture.ring(2).await);
    let mut holders = [fixture.holder(one).await.unwrap(), fixture.holder(two).await.unwrap()];
    holders.sort_unstable();
    assert_eq!(holders, [ben.who.id, cat.who.id], "ann is not of the team");

    let settings = AgentSettings { skills: [vip].into(), ..AgentSettings::default() };
    fixture.domain.set_agent(cat.who.id, settings).await.unwrap();
    fixture.route(Routing::Manual, Some(team), Some(vip)).await;
    for number in 3..=5 {
        let id = fixture.ring(number).await;
        assert_eq!(fixture.holder(id).await, Some(cat.who.id), "only cat can take a VIP");
    }
    // Deleting the team and the label removes all references, and routing continues.
    fixture.domain.delete_team(team).await.unwrap();
    fixture.domain.delete_label(vip).await.unwrap();
    let id = fixture.ring(6).await;
    assert_eq!(fixture.holder(id).await, None);
    drop(ann);
}

async fn who_comes_takes_from_the_queue_and_who_is_away_gets_nothing(fixture) {
    fixture.route(Routing::RoundRobin, None, None).await;
    let mut ann = fixture.desk("ann", None).await;
    ann.socket = None;
    let id = fixture.ring(1).await;
    assert_eq!(fixture.holder(id).await, None);

    fixture.domain.choose_presence(ann.who.id, Presence::Away).await.unwrap();
    ann.socket = Some(fixture.domain.hub().listen_agent(&ann.who));
    fixture.domain.serve_queue().await.unwrap();
    assert_eq!(fixture.holder(id).await, None);
    fixture.domain.choose_presence(ann.who.id, Presence::Online).await.unwrap();
    fixture.domain.serve_queue().await.unwrap();
    assert_eq!(fixture.holder(id).await, Some(ann.who.id));
}

async fn what_somebody_had_who_leaves_for_good_goes_to_others(fixture) {
    fixture.route(Routing::RoundRobin, None, None).await;
    let ann = fixture.desk("ann", None).await;
    let id = fixture.ring(1).await;
    assert_eq!(fixture.holder(id).await, Some(ann.who.id));
    let ben = fixture.desk("ben", None).await;
    fixture.domain.set_agent_active(ann.who.id, false).await.unwrap();
    assert_eq!(fixture.holder(id).await, Some(ben.who.id));
    assert_eq!(fixture.domain.find_agent(ann.who.id).await.unwrap(), None);
    let again = log_in(&fixture.domain, "ann@example.com", "correct horse").await;
    assert_eq!(again.expect_err("out").code(), ErrorCode::LoginWrong);

    // Unassigned while nobody else is online: it returns to the queue.
    let back = Change::Assign { agent: None };
    fixture.domain.change_conversation(&ben.who, id, back).await.unwrap();
    let found = listed(&fixture.domain, &ben.who).await;
    assert_eq!((found[0].status, found[0].queued_at_ms.is_some()), (Status::Open, true));
}

async fn what_was_settled_by_somebody_who_left_goes_to_others_when_it_goes_on(fixture) {
    fixture.route(Routing::RoundRobin, None, None).await;
    let ann = fixture.desk("ann", None).await;
    let visitor = fixture.visitor();
    fixture.domain.send_as_visitor(&visitor, None, client_id(1), "hi").await.unwrap();
    let id = listed(&fixture.domain, &ann.who).await[0].id;
    fixture.resolve(&ann, id).await;
    let ben = fixture.desk("ben", None).await;
    fixture.domain.set_agent_active(ann.who.id, false).await.unwrap();
    fixture.domain.send_as_visitor(&visitor, None, client_id(2), "one more").await.unwrap();
    assert_eq!(fixture.holder(id).await, Some(ben.who.id));
    let to_ann = Change::Assign { agent: Some(ann.who.id) };
    let refused = fixture.domain.change_conversation(&ben.who, id, to_ann).await;
    assert_eq!(refused.expect_err("ann has left").code(), ErrorCode::AgentUnknown);
}

async fn what_rests_is_not_given_out_and_comes_to_somebody_when_it_goes_on(fixture) {
    fixture.route(Routing::LeastBusy, None, None).await;
    let ann = fixture.desk("ann", Some(1)).await;
    let first = fixture.ring(1).await;
    let (rests, away) = (fixture.ring(2).await, fixture.ring(3).await);
    let change = async |id, change| {
        fixture.domain.change_conversation(&ann.who, id, change).await.unwrap()
    };
    let until_ms = fixture.domain.ambient().now_ms() + 60_000;
    assert_eq!(change(rests, Change::Snooze { until_ms }).await.queued_at_ms, None);
    assert_eq!(change(away, Change::Archive {}).await.queued_at_ms, None);
    fixture.resolve(&ann, first).await;
    assert_eq!((fixture.holder(rests).await, fixture.holder(away).await), (None, None));

    fixture.ticks.pass_ms(60_000);
    fixture.domain.wake_conversations().await.unwrap();
    assert_eq!(fixture.holder(rests).await, Some(ann.who.id));
    let waits = change(away, Change::Unarchive {}).await;
    assert!(waits.queued_at_ms.is_some(), "ann is busy: it waits, and is not forgotten");
}

async fn what_goes_on_comes_back_to_who_had_it_only_if_they_are_there(fixture) {
    fixture.route(Routing::RoundRobin, None, None).await;
    let (mut ann, ben) = (fixture.desk("ann", None).await, fixture.desk("ben", None).await);
    let visitor = fixture.visitor();
    let write = async |number: u128| {
        fixture.domain.send_as_visitor(&visitor, None, client_id(number), "hi").await.unwrap();
        listed(&fixture.domain, &looker()).await[0].id
    };
    let id = write(1).await;
    let give = async |change: Change| {
        fixture.domain.change_conversation(&ben.who, id, change).await.unwrap();
    };
    let to_ann = Change::Assign { agent: Some(ann.who.id) };
    // While she is online, it returns to her, whether it was resolved, archived or snoozed.
    let later_ms = fixture.domain.ambient().now_ms() + 60_000;
    let rests = [Change::Resolve { seen: None }, Change::Archive {}, Change::Snooze { until_ms: later_ms }];
    for (number, rest) in (2..).zip(&rests) {
        give(to_ann.clone()).await;
        give(rest.clone()).await;
        write(number).await;
        assert_eq!(fixture.holder(id).await, Some(ann.who.id), "{rest:?}");
    }
    ann.socket = None;
    for (number, rest) in (5..).zip(&rests) {
        give(to_ann.clone()).await;
        give(rest.clone()).await;
        write(number).await;
        assert_eq!(fixture.holder(id).await, Some(ben.who.id), "{rest:?}");
    }
    // The same goes when an agent reopens it.
    for (rest, goes_on) in rests.iter().zip([Change::Reopen {}, Change::Unarchive {}, Change::Wake {}]) {
        give(to_ann.clone()).await;
        give(rest.clone()).await;
        give(goes_on.clone()).await;
        assert_eq!(fixture.holder(id).await, Some(ben.who.id), "{goes_on:?}");
    }
    // With manual routing it stays hers, since nobody else would be assigned.
    fixture.route(Routing::Manual, None, None).await;
    give(to_ann).await;
    give(Change::Resolve { seen: None }).await;
    write(9).await;
    assert_eq!(fixture.holder(id).await, Some(ann.who.id));
}

async fn of_many_at_once_nobody_gets_more_than_they_can_take(fixture) {
    fixture.route(Routing::LeastBusy, None, None).await;
    let ann = fixture.desk("ann", Some(3)).await;
    let sends = (1..=20_u128).map(|number| {
        let (domain, visitor) = (fixture.domain.clone(), fixture.visitor());
        tokio::spawn(async move {
            domain.send_as_visitor(&visitor, None, client_id(number), "hi").await.unwrap();
        })
    });
    for send in sends.collect::<Vec<_>>() {
        send.await.unwrap();
    }
    let all = listed(&fixture.domain, &ann.who).await;
    assert_eq!(all.len(), 20);
    assert_eq!(all.iter().filter(|one| one.assignee.is_some()).count(), 3);
    assert_eq!(all.iter().filter(|one| one.queued_at_ms.is_some()).count(), 17);
}

async fn presence_is_a_choice_and_a_socket_and_hours_are_another_thing(fixture) {
    let domain = &fixture.domain;
    let ann = agent(domain, "ann@example.com").await;
    let now = async || {
        let inbox = domain.find_inbox(None).await.unwrap();
        (domain.availability(&inbox).attendance, domain.hub().presence(ann.id))
    };
    assert_eq!(now().await, (Attendance::Away, Presence::Offline));
    let one = domain.hub().listen_agent(&ann);
    let two = domain.hub().listen_agent(&ann);
    assert_eq!(now().await, (Attendance::Online, Presence::Online));
    drop(one);
    assert_eq!(now().await.1, Presence::Online, "a second tab is open");
    domain.choose_presence(ann.id, Presence::Away).await.unwrap();
    assert_eq!(now().await, (Attendance::Away, Presence::Away));
    domain.choose_presence(ann.id, Presence::Online).await.unwrap();

    // The clock is at Tuesday, 14 November 2023, 22:13 UTC.
    let hours = |text: &str| InboxSettings {
        hours: Some(text.into()),
        time_zone: "UTC".into(),
        routing: Routing::Manual,
        team: None,
        label: None,
    };
    domain.set_inbox(fixture.inbox.id, hours("wed 09:00-17:00")).await.unwrap();
    assert_eq!(now().await, (Attendance::Closed, Presence::Online));
    let inbox = domain.find_inbox(None).await.unwrap();
    assert_eq!(domain.availability(&inbox).opens_at_ms, Some(UnixMillis(1_700_038_800_000)));
    domain.set_inbox(fixture.inbox.id, hours("tue 09:00-23:00")).await.unwrap();
    assert_eq!(now().await.0, Attendance::Online);
    drop(two);
    assert_eq!(now().await, (Attendance::Away, Presence::Offline));
    let wrong = domain.set_inbox(fixture.inbox.id, hours("sometimes")).await;
    assert_eq!(wrong.err().map(|error| error.code()), Some(ErrorCode::HoursInvalid));
}

async fn the_last_owner_stays(fixture) {
    let new = domain::agent::NewAgent {
        email: "o@example.com".into(),
        name: "Owner".into(),
        password: "correct horse".into(),
    };
    let owner = fixture.domain.create_owner(new).await.unwrap();
    let out = fixture.domain.set_agent_active(owner.id, false).await;
    assert_eq!(out.expect_err("refused").code(), ErrorCode::LastOwner);
}

async fn who_waits_in_vain_holds_nobody_up(fixture) {
    let away = fixture.domain.save_team(None, "Away", Routing::LeastBusy, Vec::new()).await.unwrap();
    fixture.route(Routing::LeastBusy, None, None).await;
    let ann = fixture.desk("ann", Some(1)).await;
    let first = fixture.ring(1).await;
    assert_eq!(fixture.holder(first).await, Some(ann.who.id));
    fixture.route(Routing::LeastBusy, Some(away), None).await;
    for number in 2..=61 {
        fixture.ring(number).await;
    }
    fixture.route(Routing::LeastBusy, None, None).await;
    let last = fixture.ring(62).await;
    assert_eq!(fixture.holder(last).await, None);
    fixture.resolve(&ann, first).await;
    assert_eq!(fixture.holder(last).await, Some(ann.who.id));
}

async fn what_a_stop_left_with_somebody_who_is_gone_is_given_to_others(fixture) {
    fixture.route(Routing::LeastBusy, None, None).await;
    let ann = fixture.desk("ann", None).await;
    let id = fixture.ring(1).await;
    assert_eq!(fixture.holder(id).await, Some(ann.who.id));
    fixture.domain.release_left_behind().await.unwrap();
    assert_eq!(fixture.holder(id).await, Some(ann.who.id), "they are there");
    // The agent is deactivated, and the program was killed before it released their conversations.
    let gone = "UPDATE agent SET is_active = FALSE WHERE email = 'ann@example.com'";
    fixture.database.connect().await.execute_unprepared(gone).await.unwrap();
    let ben = fixture.desk("ben", None).await;
    fixture.domain.release_left_behind().await.unwrap();
    assert_eq!(fixture.holder(id).await, Some(ben.who.id));
}

}
