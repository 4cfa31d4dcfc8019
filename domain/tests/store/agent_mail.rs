//! Emails to agents, according to each agent's preferences.

use domain::agent::{Agent, AgentMail, AgentSettings, Visibility};
use domain::mail::{Delivery, MailContent, Outcome, PreferenceOf};
use protocol::limits::{NOBODY_WAIT_MS, UNREAD_WAIT_MS};
use protocol::{Change, ConversationId, ErrorCode, MailKind, MailState};

use crate::mail::Of;
use crate::support::{Fixture, agent, client_id, looker, only};

const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;

impl Fixture {
    /// Starts a conversation with Ann that another agent assigned to Mia. No other email is queued.
    async fn hers(&self) -> (Agent, ConversationId) {
        self.mails(|mail| {
            mail.team_address = None;
            mail.to_visitors = false;
        })
        .await;
        self.ann("ann@example.com").await;
        let mia = self.mia().await;
        let id = only(&self.domain, &looker()).await.id;
        let tom = agent(&self.domain, "tom@example.com").await;
        let assign = Change::Assign { agent: Some(mia.id) };
        self.domain.change_conversation(&tom, id, assign).await.unwrap();
        (mia, id)
    }

    async fn word(&self, number: u128, text: &str) {
        let id = only(&self.domain, &looker()).await.id;
        let who = self.domain.profile_of(&looker(), id).await.unwrap().who();
        self.domain.send_as_visitor(&who, None, client_id(number), text).await.unwrap();
    }

    async fn kinds(&self) -> Vec<(MailKind, String)> {
        let due = self.due().await;
        for one in &due {
            self.settle(one, Outcome::Sent).await;
        }
        due.iter().map(|one| (one.content.kind(), one.address.clone())).collect()
    }

    async fn want(&self, agent: &Agent, change: impl FnOnce(&mut AgentMail)) {
        let mut mail = AgentMail::default();
        change(&mut mail);
        self.domain.set_agent_mail(agent.id, mail).await.unwrap();
    }
}

fn texts(due: &Delivery) -> Vec<&str> {
    due.of().messages.iter().map(|said| &*said.text).collect()
}

testbed::on_each_store! {

async fn who_is_given_a_conversation_hears_of_it_if_they_are_not_there(fixture) {
    let (mia, id) = fixture.hers().await;
    assert!(fixture.due().await.is_empty());
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let one = fixture.due().await.remove(0);
    assert_eq!((one.content.kind(), &*one.address), (MailKind::Assigned, "mia@example.com"));
    assert_eq!(texts(&one), ["hello?"]);
    fixture.settle(&one, Outcome::Sent).await;
    let log = fixture.domain.team_page(&mia, id, None).await.unwrap().entries;
    assert!(!log.iter().any(|entry| matches!(entry.body, protocol::Body::Event { event: protocol::Event::Mailed { .. } })), "that is no news in the conversation");

    // No email if the agent claimed it, it was reassigned, they are online, it is resolved, or they don't want it.
    let tom = agent(&fixture.domain, "tim@example.com").await;
    fixture.domain.change_conversation(&tom, id, Change::Assign { agent: None }).await.unwrap();
    fixture.domain.change_conversation(&tom, id, Change::Claim {}).await.unwrap();
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    assert!(fixture.due().await.is_empty());
    let give = async |to: &Agent| {
        let assign = Change::Assign { agent: Some(to.id) };
        fixture.domain.change_conversation(&looker(), id, assign).await.unwrap();
    };
    give(&mia).await;
    give(&tom).await;
    let there = fixture.domain.hub().listen_agent(&tom);
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    assert!(fixture.due().await.is_empty());
    drop(there);
    fixture.want(&mia, |mail| mail.assigned = false).await;
    give(&mia).await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    assert!(fixture.due().await.is_empty());
}

async fn who_has_a_conversation_hears_of_a_visitor_who_waits(fixture) {
    let (mia, id) = fixture.hers().await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    assert_eq!(fixture.kinds().await.len(), 1);
    fixture.word(2, "still there?").await;
    fixture.word(3, "please").await;
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    let one = fixture.due().await.remove(0);
    assert_eq!((one.content.kind(), &*one.address), (MailKind::Waiting, "mia@example.com"));
    assert_eq!(texts(&one), ["hello?", "still there?", "please"]);
    fixture.settle(&one, Outcome::Sent).await;
    // No email once anyone has read or answered it.
    fixture.word(4, "well").await;
    let last = fixture.domain.team_page(&mia, id, None).await.unwrap().entries.last().unwrap().seq;
    fixture.domain.read_as_agent(&mia, id, last).await.unwrap();
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    assert!(fixture.due().await.is_empty());
    fixture.word(5, "hm").await;
    fixture.domain.send_as_agent(&looker(), id, client_id(6), "Yes?", false).await.unwrap();
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    assert!(fixture.due().await.is_empty());
}

async fn who_is_named_in_a_note_hears_of_it(fixture) {
    let (mia, id) = fixture.hers().await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    fixture.kinds().await;
    fixture.want(&mia, |mail| mail.waiting = false).await;
    let tom = fixture.domain.list_agents().await.unwrap().into_iter().find(|agent| agent.email == "tom@example.com").unwrap();
    // Both agents are called Mia, but nobody is notified of their own note.
    fixture.domain.send_as_agent(&tom, id, client_id(2), "@Mia can you?", true).await.unwrap();
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    let kinds = fixture.kinds().await;
    assert_eq!(kinds, [(MailKind::Mentioned, "mia@example.com".to_owned())]);
    fixture.domain.send_as_agent(&tom, id, client_id(3), "@Mia never mind", true).await.unwrap();
    let last = fixture.domain.team_page(&mia, id, None).await.unwrap().entries.last().unwrap().seq;
    fixture.domain.read_as_agent(&mia, id, last).await.unwrap();
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    assert!(fixture.due().await.is_empty());
    fixture.domain.send_as_agent(&tom, id, client_id(4), "@Mia to the visitor", false).await.unwrap();
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    assert!(fixture.due().await.is_empty(), "a message is no note");
}

async fn what_has_no_answer_for_long_is_told_to_who_asked_for_it(fixture) {
    fixture.mails(|mail| {
        mail.team_address = None;
        mail.to_visitors = false;
    })
    .await;
    let mia = fixture.mia().await;
    fixture.want(&mia, |mail| mail.escalation_ms = Some(10 * MINUTE_MS)).await;
    let other = fixture.domain.create_inbox("Other", &[]).await.unwrap();
    let tom = agent(&fixture.domain, "tom@example.com").await;
    fixture.want(&tom, |mail| mail.escalation_ms = Some(MINUTE_MS)).await;
    let settings = AgentSettings { capacity: None, skills: [].into(), visibility: Visibility::Inboxes([other.id].into()) };
    fixture.domain.set_agent(tom.id, settings).await.unwrap();
    fixture.ann("ann@example.com").await;
    fixture.ticks.pass_ms(9 * MINUTE_MS);
    fixture.word(2, "anybody?").await;
    assert!(fixture.due().await.is_empty(), "Tom sees another inbox");
    fixture.ticks.pass_ms(MINUTE_MS);
    let one = fixture.due().await.remove(0);
    assert_eq!((one.content.kind(), &*one.address), (MailKind::Escalation, "mia@example.com"));
    assert_eq!(texts(&one), ["hello?", "anybody?"]);
    fixture.settle(&one, Outcome::Sent).await;
    // A note does not count as an answer and does not restart the wait.
    let id = only(&fixture.domain, &looker()).await.id;
    fixture.domain.send_as_agent(&looker(), id, client_id(30), "hm", true).await.unwrap();
    fixture.word(3, "nobody").await;
    fixture.ticks.pass_ms(20 * MINUTE_MS);
    assert!(fixture.due().await.is_empty(), "once");
    // After an answer the wait restarts with the first message that has no answer.
    fixture.domain.send_as_agent(&mia, id, client_id(4), "Here.", false).await.unwrap();
    fixture.word(5, "ah").await;
    fixture.ticks.pass_ms(5 * MINUTE_MS);
    fixture.domain.send_as_agent(&mia, id, client_id(6), "Yes.", false).await.unwrap();
    fixture.word(7, "one more").await;
    fixture.ticks.pass_ms(5 * MINUTE_MS);
    assert!(fixture.due().await.is_empty());
    fixture.ticks.pass_ms(5 * MINUTE_MS);
    assert_eq!(fixture.kinds().await.len(), 1);
}

async fn a_summary_comes_once_a_day_at_its_time(fixture) {
    let (mia, id) = fixture.hers().await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    fixture.kinds().await;
    // A note does not answer the visitor.
    fixture.domain.send_as_agent(&mia, id, client_id(9), "who takes it?", true).await.unwrap();
    // The clock is at 22:13 UTC on a Tuesday: 23:13 in Berlin.
    fixture.want(&mia, |mail| {
        mail.waiting = false;
        mail.summary_at = Some(23 * 60 + 30);
        mail.time_zone = "Europe/Berlin".into();
    })
    .await;
    let owe = async || {
        fixture.domain.enqueue_summaries().await.unwrap();
        fixture.domain.enqueue_summaries().await.unwrap();
        fixture.due().await
    };
    assert!(owe().await.is_empty());
    fixture.ticks.pass_ms(20 * MINUTE_MS);
    let mut due = owe().await;
    let one = due.remove(0);
    assert!(due.is_empty(), "once");
    let MailContent::Summary(of) = &one.content else { panic!("a summary") };
    assert_eq!((of.begun, of.unassigned, of.own, of.waiting), (1, 0, 1, 1));
    assert_eq!((of.longest[0].conversation, &*of.longest[0].preview), (id, "who takes it?"));
    fixture.settle(&one, Outcome::Sent).await;
    assert!(owe().await.is_empty());
    fixture.ticks.pass_ms(DAY_MS);
    assert_eq!(owe().await.len(), 1);
    // Changing a preference after today's summary time does not skip today's summary.
    fixture.ticks.pass_ms(DAY_MS);
    fixture.want(&mia, |mail| {
        mail.waiting = false;
        mail.mentioned = false;
        mail.summary_at = Some(23 * 60 + 30);
        mail.time_zone = "Europe/Berlin".into();
    })
    .await;
    assert_eq!(owe().await.len(), 1);
    // There is no summary if there is nothing to report.
    fixture.domain.change_conversation(&mia, id, Change::Resolve { seen: None }).await.unwrap();
    fixture.ticks.pass_ms(2 * DAY_MS);
    assert!(owe().await.is_empty());
    let dropped = fixture.domain.list_mails(Some(MailState::Dropped), None).await.unwrap().mails;
    assert!(dropped.iter().any(|mail| mail.kind == MailKind::Summary));
}

async fn one_click_in_a_mail_gives_up_its_kind(fixture) {
    let (mia, id) = fixture.hers().await;
    fixture.want(&mia, |mail| mail.summary_at = Some(0)).await;
    fixture.ticks.pass_ms(DAY_MS);
    fixture.domain.enqueue_summaries().await.unwrap();
    for due in fixture.due().await {
        let (kind, token) = match &due.content {
            MailContent::Summary(of) => (MailKind::Summary, of.preference.clone()),
            content => (content.kind(), due.of().preference.clone()),
        };
        fixture.settle(&due, Outcome::Sent).await;
        let before = fixture.domain.mail_preference(&token).await.unwrap();
        assert!(before.is_wanted && before.address == "mia@example.com");
        assert!(matches!(before.of, PreferenceOf::Kind(of) if of == kind), "{kind:?}");
        fixture.domain.prefer_mail(&token, false).await.unwrap();
        assert!(!fixture.domain.mail_preference(&token).await.unwrap().is_wanted, "{kind:?}");
        // A click can turn a kind off but not on again, since that takes more than a yes.
        fixture.domain.prefer_mail(&token, true).await.unwrap();
        assert!(!fixture.domain.mail_preference(&token).await.unwrap().is_wanted, "{kind:?}");
    }
    let wanted = fixture.domain.agent_mail(mia.id).await.unwrap();
    let AgentMail { assigned, mentioned, waiting, summary_at, .. } = wanted;
    assert_eq!((assigned, mentioned, waiting, summary_at), (false, true, false, None));
    // An agent's preference does not affect what visitors want.
    let ann = fixture.domain.profile_of(&mia, id).await.unwrap();
    assert!(!fixture.domain.address_status(&ann).await.unwrap().is_unsubscribed);
}

async fn an_agents_address_that_takes_no_mail_is_shown_and_left_alone(fixture) {
    let (mia, _) = fixture.hers().await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let one = fixture.due().await.remove(0);
    let reason = "550 5.1.1 nobody of this name".to_owned();
    fixture.settle(&one, Outcome::Refused { reason: reason.clone(), is_address_bad: true }).await;
    let bounced = fixture.domain.bounced_agents().await.unwrap();
    assert_eq!(bounced.get("mia@example.com"), Some(&reason));
    fixture.word(7, "anybody?").await;
    fixture.ticks.pass_ms(DAY_MS);
    assert_eq!(fixture.kinds().await, []);
    // A password link is still sent, since someone asks for it.
    fixture.domain.forget_password("mia@example.com").await.unwrap();
    assert_eq!(fixture.kinds().await.len(), 1);
    // Until she saves her preferences again.
    fixture.want(&mia, |_| {}).await;
    assert!(fixture.domain.bounced_agents().await.unwrap().is_empty());
    fixture.word(8, "well?").await;
    fixture.ticks.pass_ms(DAY_MS);
    assert_eq!(fixture.kinds().await.len(), 1);
}

async fn a_link_for_a_password_is_owed_whatever_else_is(fixture) {
    let mia = fixture.mia().await;
    fixture.want(&mia, |mail| mail.escalation_ms = Some(DAY_MS)).await;
    fixture.ann("ann@example.com").await;
    fixture.domain.forget_password("mia@example.com").await.unwrap();
    let kinds: Vec<_> = fixture.kinds().await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [MailKind::Password]);
}

async fn what_agents_choose_is_checked(fixture) {
    let mia = fixture.mia().await;
    assert_eq!(fixture.domain.agent_mail(mia.id).await.unwrap(), AgentMail::default());
    let set = async |change: fn(&mut AgentMail)| {
        let mut mail = AgentMail::default();
        change(&mut mail);
        fixture.domain.set_agent_mail(mia.id, mail).await.map_err(|error| error.code())
    };
    let wrong: [fn(&mut AgentMail); 4] = [
        |mail| mail.escalation_ms = Some(0),
        |mail| mail.escalation_ms = Some(u64::MAX),
        |mail| mail.summary_at = Some(24 * 60),
        |mail| mail.time_zone = "Mars/Olympus".into(),
    ];
    for change in wrong {
        assert_eq!(set(change).await, Err(ErrorCode::AgentMailInvalid));
    }
    set(|mail| mail.summary_at = Some(0)).await.unwrap();
    assert_eq!(fixture.domain.agent_mail(mia.id).await.unwrap().summary_at, Some(0));
}

}
