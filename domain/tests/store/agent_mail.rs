//! Emails to agents, according to each agent's preferences.

use domain::agent::{Agent, AgentMail, AgentSettings, Sight};
use domain::mail::{Matter, Outcome, Owed, PreferenceOf};
use protocol::limits::{NOBODY_WAIT_MS, UNREAD_WAIT_MS};
use protocol::{Change, ConversationId, ErrorCode, MailKind, MailState};

use crate::mail::Of;
use crate::support::{Bench, agent, client_id, looker, only};

const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;

impl Bench {
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
        let owed = self.owed().await;
        for one in &owed {
            self.settle(one, Outcome::Sent).await;
        }
        owed.iter().map(|one| (one.matter.kind(), one.address.clone())).collect()
    }

    async fn want(&self, agent: &Agent, change: impl FnOnce(&mut AgentMail)) {
        let mut mail = AgentMail::default();
        change(&mut mail);
        self.domain.set_agent_mail(agent.id, mail).await.unwrap();
    }
}

fn texts(owed: &Owed) -> Vec<&str> {
    owed.of().messages.iter().map(|said| &*said.text).collect()
}

testbed::on_each_store! {

async fn who_is_given_a_conversation_hears_of_it_if_they_are_not_there(bench) {
    let (mia, id) = bench.hers().await;
    assert!(bench.owed().await.is_empty());
    bench.ticks.pass_ms(NOBODY_WAIT_MS);
    let one = bench.owed().await.remove(0);
    assert_eq!((one.matter.kind(), &*one.address), (MailKind::Assigned, "mia@example.com"));
    assert_eq!(texts(&one), ["hello?"]);
    bench.settle(&one, Outcome::Sent).await;
    let log = bench.domain.team_page(&mia, id, None).await.unwrap().entries;
    assert!(!log.iter().any(|entry| matches!(entry.body, protocol::Body::Event { event: protocol::Event::Mailed { .. } })), "that is no news in the conversation");

    // No email if the agent claimed it, it was reassigned, they are online, it is resolved, or they don't want it.
    let tom = agent(&bench.domain, "tim@example.com").await;
    bench.domain.change_conversation(&tom, id, Change::Assign { agent: None }).await.unwrap();
    bench.domain.change_conversation(&tom, id, Change::Claim {}).await.unwrap();
    bench.ticks.pass_ms(NOBODY_WAIT_MS);
    assert!(bench.owed().await.is_empty());
    let give = async |to: &Agent| {
        let assign = Change::Assign { agent: Some(to.id) };
        bench.domain.change_conversation(&looker(), id, assign).await.unwrap();
    };
    give(&mia).await;
    give(&tom).await;
    let there = bench.domain.hub().listen_agent(&tom);
    bench.ticks.pass_ms(NOBODY_WAIT_MS);
    assert!(bench.owed().await.is_empty());
    drop(there);
    bench.want(&mia, |mail| mail.assigned = false).await;
    give(&mia).await;
    bench.ticks.pass_ms(NOBODY_WAIT_MS);
    assert!(bench.owed().await.is_empty());
}

async fn who_has_a_conversation_hears_of_a_visitor_who_waits(bench) {
    let (mia, id) = bench.hers().await;
    bench.ticks.pass_ms(NOBODY_WAIT_MS);
    assert_eq!(bench.kinds().await.len(), 1);
    bench.word(2, "still there?").await;
    bench.word(3, "please").await;
    bench.ticks.pass_ms(UNREAD_WAIT_MS);
    let one = bench.owed().await.remove(0);
    assert_eq!((one.matter.kind(), &*one.address), (MailKind::Waiting, "mia@example.com"));
    assert_eq!(texts(&one), ["hello?", "still there?", "please"]);
    bench.settle(&one, Outcome::Sent).await;
    // No email once anyone has read or answered it.
    bench.word(4, "well").await;
    let last = bench.domain.team_page(&mia, id, None).await.unwrap().entries.last().unwrap().seq;
    bench.domain.read_as_agent(&mia, id, last).await.unwrap();
    bench.ticks.pass_ms(UNREAD_WAIT_MS);
    assert!(bench.owed().await.is_empty());
    bench.word(5, "hm").await;
    bench.domain.send_as_agent(&looker(), id, client_id(6), "Yes?", false).await.unwrap();
    bench.ticks.pass_ms(UNREAD_WAIT_MS);
    assert!(bench.owed().await.is_empty());
}

async fn who_is_named_in_a_note_hears_of_it(bench) {
    let (mia, id) = bench.hers().await;
    bench.ticks.pass_ms(NOBODY_WAIT_MS);
    bench.kinds().await;
    bench.want(&mia, |mail| mail.waiting = false).await;
    let tom = bench.domain.list_agents().await.unwrap().into_iter().find(|agent| agent.email == "tom@example.com").unwrap();
    // Both agents are called Mia, but nobody is notified of their own note.
    bench.domain.send_as_agent(&tom, id, client_id(2), "@Mia can you?", true).await.unwrap();
    bench.ticks.pass_ms(UNREAD_WAIT_MS);
    let kinds = bench.kinds().await;
    assert_eq!(kinds, [(MailKind::Mentioned, "mia@example.com".to_owned())]);
    bench.domain.send_as_agent(&tom, id, client_id(3), "@Mia never mind", true).await.unwrap();
    let last = bench.domain.team_page(&mia, id, None).await.unwrap().entries.last().unwrap().seq;
    bench.domain.read_as_agent(&mia, id, last).await.unwrap();
    bench.ticks.pass_ms(UNREAD_WAIT_MS);
    assert!(bench.owed().await.is_empty());
    bench.domain.send_as_agent(&tom, id, client_id(4), "@Mia to the visitor", false).await.unwrap();
    bench.ticks.pass_ms(UNREAD_WAIT_MS);
    assert!(bench.owed().await.is_empty(), "a message is no note");
}

async fn what_has_no_answer_for_long_is_told_to_who_asked_for_it(bench) {
    bench.mails(|mail| {
        mail.team_address = None;
        mail.to_visitors = false;
    })
    .await;
    let mia = bench.mia().await;
    bench.want(&mia, |mail| mail.escalation_ms = Some(10 * MINUTE_MS)).await;
    let other = bench.domain.create_inbox("Other", &[]).await.unwrap();
    let tom = agent(&bench.domain, "tom@example.com").await;
    bench.want(&tom, |mail| mail.escalation_ms = Some(MINUTE_MS)).await;
    let settings = AgentSettings { capacity: None, skills: [].into(), sight: Sight::Inboxes([other.id].into()) };
    bench.domain.set_agent(tom.id, settings).await.unwrap();
    bench.ann("ann@example.com").await;
    bench.ticks.pass_ms(9 * MINUTE_MS);
    bench.word(2, "anybody?").await;
    assert!(bench.owed().await.is_empty(), "Tom sees another inbox");
    bench.ticks.pass_ms(MINUTE_MS);
    let one = bench.owed().await.remove(0);
    assert_eq!((one.matter.kind(), &*one.address), (MailKind::Escalation, "mia@example.com"));
    assert_eq!(texts(&one), ["hello?", "anybody?"]);
    bench.settle(&one, Outcome::Sent).await;
    // A note does not count as an answer and does not restart the wait.
    let id = only(&bench.domain, &looker()).await.id;
    bench.domain.send_as_agent(&looker(), id, client_id(30), "hm", true).await.unwrap();
    bench.word(3, "nobody").await;
    bench.ticks.pass_ms(20 * MINUTE_MS);
    assert!(bench.owed().await.is_empty(), "once");
    // After an answer the wait restarts with the first message that has no answer.
    bench.domain.send_as_agent(&mia, id, client_id(4), "Here.", false).await.unwrap();
    bench.word(5, "ah").await;
    bench.ticks.pass_ms(5 * MINUTE_MS);
    bench.domain.send_as_agent(&mia, id, client_id(6), "Yes.", false).await.unwrap();
    bench.word(7, "one more").await;
    bench.ticks.pass_ms(5 * MINUTE_MS);
    assert!(bench.owed().await.is_empty());
    bench.ticks.pass_ms(5 * MINUTE_MS);
    assert_eq!(bench.kinds().await.len(), 1);
}

async fn a_summary_comes_once_a_day_at_its_time(bench) {
    let (mia, id) = bench.hers().await;
    bench.ticks.pass_ms(NOBODY_WAIT_MS);
    bench.kinds().await;
    // A note does not answer the visitor.
    bench.domain.send_as_agent(&mia, id, client_id(9), "who takes it?", true).await.unwrap();
    // The clock is at 22:13 UTC on a Tuesday: 23:13 in Berlin.
    bench.want(&mia, |mail| {
        mail.waiting = false;
        mail.summary_at = Some(23 * 60 + 30);
        mail.time_zone = "Europe/Berlin".into();
    })
    .await;
    let owe = async || {
        bench.domain.owe_summaries().await.unwrap();
        bench.domain.owe_summaries().await.unwrap();
        bench.owed().await
    };
    assert!(owe().await.is_empty());
    bench.ticks.pass_ms(20 * MINUTE_MS);
    let mut owed = owe().await;
    let one = owed.remove(0);
    assert!(owed.is_empty(), "once");
    let Matter::Summary(of) = &one.matter else { panic!("a summary") };
    assert_eq!((of.begun, of.unassigned, of.own, of.waiting), (1, 0, 1, 1));
    assert_eq!((of.longest[0].conversation, &*of.longest[0].preview), (id, "who takes it?"));
    bench.settle(&one, Outcome::Sent).await;
    assert!(owe().await.is_empty());
    bench.ticks.pass_ms(DAY_MS);
    assert_eq!(owe().await.len(), 1);
    // Changing a preference after today's summary time does not skip today's summary.
    bench.ticks.pass_ms(DAY_MS);
    bench.want(&mia, |mail| {
        mail.waiting = false;
        mail.mentioned = false;
        mail.summary_at = Some(23 * 60 + 30);
        mail.time_zone = "Europe/Berlin".into();
    })
    .await;
    assert_eq!(owe().await.len(), 1);
    // There is no summary if there is nothing to report.
    bench.domain.change_conversation(&mia, id, Change::Resolve { seen: None }).await.unwrap();
    bench.ticks.pass_ms(2 * DAY_MS);
    assert!(owe().await.is_empty());
    let dropped = bench.domain.list_mails(Some(MailState::Dropped), None).await.unwrap().mails;
    assert!(dropped.iter().any(|mail| mail.kind == MailKind::Summary));
}

async fn one_click_in_a_mail_gives_up_its_kind(bench) {
    let (mia, id) = bench.hers().await;
    bench.want(&mia, |mail| mail.summary_at = Some(0)).await;
    bench.ticks.pass_ms(DAY_MS);
    bench.domain.owe_summaries().await.unwrap();
    for owed in bench.owed().await {
        let (kind, token) = match &owed.matter {
            Matter::Summary(of) => (MailKind::Summary, of.preference.clone()),
            matter => (matter.kind(), owed.of().preference.clone()),
        };
        bench.settle(&owed, Outcome::Sent).await;
        let before = bench.domain.mail_preference(&token).await.unwrap();
        assert!(before.is_wanted && before.address == "mia@example.com");
        assert!(matches!(before.of, PreferenceOf::Kind(of) if of == kind), "{kind:?}");
        bench.domain.prefer_mail(&token, false).await.unwrap();
        assert!(!bench.domain.mail_preference(&token).await.unwrap().is_wanted, "{kind:?}");
        // A click can turn a kind off but not on again, since that takes more than a yes.
        bench.domain.prefer_mail(&token, true).await.unwrap();
        assert!(!bench.domain.mail_preference(&token).await.unwrap().is_wanted, "{kind:?}");
    }
    let wanted = bench.domain.agent_mail(mia.id).await.unwrap();
    let AgentMail { assigned, mentioned, waiting, summary_at, .. } = wanted;
    assert_eq!((assigned, mentioned, waiting, summary_at), (false, true, false, None));
    // An agent's preference does not affect what visitors want.
    let ann = bench.domain.profile_of(&mia, id).await.unwrap();
    assert!(!bench.domain.mail_standing(&ann).await.unwrap().is_unsubscribed);
}

async fn an_agents_address_that_takes_no_mail_is_shown_and_left_alone(bench) {
    let (mia, _) = bench.hers().await;
    bench.ticks.pass_ms(NOBODY_WAIT_MS);
    let one = bench.owed().await.remove(0);
    let reason = "550 5.1.1 nobody of this name".to_owned();
    bench.settle(&one, Outcome::Refused { reason: reason.clone(), is_address_bad: true }).await;
    let bounced = bench.domain.bounced_agents().await.unwrap();
    assert_eq!(bounced.get("mia@example.com"), Some(&reason));
    bench.word(7, "anybody?").await;
    bench.ticks.pass_ms(DAY_MS);
    assert_eq!(bench.kinds().await, []);
    // A password link is still sent, since someone asks for it.
    bench.domain.forget_password("mia@example.com").await.unwrap();
    assert_eq!(bench.kinds().await.len(), 1);
    // Until she saves her preferences again.
    bench.want(&mia, |_| {}).await;
    assert!(bench.domain.bounced_agents().await.unwrap().is_empty());
    bench.word(8, "well?").await;
    bench.ticks.pass_ms(DAY_MS);
    assert_eq!(bench.kinds().await.len(), 1);
}

async fn a_link_for_a_password_is_owed_whatever_else_is(bench) {
    let mia = bench.mia().await;
    bench.want(&mia, |mail| mail.escalation_ms = Some(DAY_MS)).await;
    bench.ann("ann@example.com").await;
    bench.domain.forget_password("mia@example.com").await.unwrap();
    let kinds: Vec<_> = bench.kinds().await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [MailKind::Password]);
}

async fn what_agents_choose_is_checked(bench) {
    let mia = bench.mia().await;
    assert_eq!(bench.domain.agent_mail(mia.id).await.unwrap(), AgentMail::default());
    let set = async |change: fn(&mut AgentMail)| {
        let mut mail = AgentMail::default();
        change(&mut mail);
        bench.domain.set_agent_mail(mia.id, mail).await.map_err(|error| error.code())
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
    assert_eq!(bench.domain.agent_mail(mia.id).await.unwrap().summary_at, Some(0));
}

}
