//! What is kept in memory is what the store says, after each change that could make it old.

use std::future::Future;

use domain::agent::{AgentMail, AgentSettings, Role, Visibility};
use domain::inbox::{InboxInbound, InboxMail, InboxSettings, Retention, SecretOf};
use protocol::Routing;

use crate::support::{Fixture, agent, client_id};

impl Fixture {
    /// Makes a change, and checks that it is seen by what is decided next.
    async fn changes<T>(&self, what: &str, change: impl Future<Output = domain::Result<T>>) -> T {
        let changed = change.await.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(self.domain.is_directory_current().await.unwrap(), "{what}");
        changed
    }
}

testbed::on_each_store! {

async fn the_directory_is_never_old(fixture) {
    let domain = &fixture.domain;
    let inbox = fixture.inbox.id;
    let mia = agent(domain, "mia@example.com").await;
    let visitor = fixture.visitor();
    // It is read with the first message.
    domain.send_as_visitor(&visitor, None, client_id(1), "hi").await.unwrap();
    assert!(domain.is_directory_current().await.unwrap());

    let label = fixture.changes("a label", domain.create_label("VIP", "#ff0000")).await;
    let tom = domain.invite_agent("tom@example.com", "Tom", Role::Agent, Visibility::All);
    let tom = fixture.changes("an invitation", tom).await;
    let settings = AgentSettings {
        capacity: Some(3),
        skills: [label.id].into(),
        visibility: Visibility::Inboxes([inbox].into()),
    };
    fixture.changes("an agent's settings", domain.set_agent(tom.id, settings)).await;
    fixture.changes("a role", domain.set_agent_role(tom.id, Role::Admin)).await;
    fixture.changes("deactivating", domain.set_agent_active(tom.id, false)).await;
    fixture.changes("reactivating", domain.set_agent_active(tom.id, true)).await;
    let mail = AgentMail { escalation_ms: Some(60 * 60_000), ..AgentMail::default() };
    fixture.changes("an escalation", domain.set_agent_mail(mia.id, mail)).await;

    let team = domain.save_team(None, "Sales", Routing::LeastBusy, vec![mia.id]);
    let team = fixture.changes("a team", team).await;
    let saved = domain.save_team(Some(team), "Sales", Routing::RoundRobin, vec![mia.id, tom.id]);
    fixture.changes("a team's members", saved).await;

    let other = fixture.changes("an inbox", domain.create_inbox("Shop", &[])).await.id;
    let sites = ["https://shop.example".to_owned()];
    fixture.changes("sites", domain.allow_sites(other, &sites)).await;
    fixture.changes("a proof", domain.require_identity(other, true)).await;
    let settings = InboxSettings {
        hours: None,
        time_zone: "Europe/Berlin".to_owned(),
        routing: Routing::RoundRobin,
        team: Some(team),
        label: Some(label.id),
    };
    fixture.changes("an inbox's settings", domain.set_inbox(other, settings)).await;
    let mail = InboxMail { to_visitors: false, ..fixture.inbox.mail.clone() };
    fixture.changes("an inbox's mail", domain.set_inbox_mail(other, mail)).await;
    let inbound = InboxInbound { address: Some("in@example.com".to_owned()), mailbox: None };
    fixture.changes("inbound email", domain.set_inbox_inbound(other, inbound)).await;
    let retention = Retention { files_days: Some(3), ..Retention::default() };
    fixture.changes("retention", domain.set_inbox_retention(other, retention)).await;
    for of in [SecretOf::Visitors, SecretOf::Identity, SecretOf::Inbound] {
        fixture.changes("a secret", domain.rotate_secret(other, of, true)).await;
    }
    fixture.changes("no inbound key", domain.drop_inbound_key(other)).await;
    fixture.changes("no label", domain.delete_label(label.id)).await;
    fixture.changes("no team", domain.delete_team(team)).await;
}

}
