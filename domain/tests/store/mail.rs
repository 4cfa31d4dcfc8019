//! Which emails are queued, for whom, and when none is, with a clock that the tests move.

use domain::agent::{Role, Visibility};
use domain::hub::Listener;
use domain::inbox::InboxMail;
use domain::login::Login;
use domain::mail::{Delivery, MailContent, OfAccount, OfConversation, Outcome};
use domain::visitor::{About, Reads, User, VisitorIdentity};
use protocol::limits::{MAIL_LINK_MS, MAIL_TRIED_MS, NOBODY_WAIT_MS, UNREAD_WAIT_MS};
use protocol::{
    Body, Change, ConversationId, DropReason, ErrorCode, Event, MailKind, MailState, Seq, Waits,
};

use sea_orm::ConnectionTrait;

use crate::support::{Fixture, agent, client_id, log_in, looker, only, source};

const LEASE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * 60_000;
const WAITS: Waits = Waits { first_ms: 30_000, longest_ms: 3_600_000 };

impl Fixture {
    /// Claims all emails that are due, which would be sent now.
    pub(crate) async fn due(&self) -> Vec<Delivery> {
        let mut due = Vec::new();
        for id in self.domain.due_mails(1_000).await.unwrap() {
            due.extend(self.domain.claim_mail(id, LEASE_MS, "example.com").await.unwrap());
        }
        due
    }

    /// Sends all emails that are due and returns their kinds.
    async fn sent(&self) -> Vec<MailKind> {
        let due = self.due().await;
        for one in &due {
            self.settle(one, Outcome::Sent).await;
        }
        due.iter().map(|one| one.content.kind()).collect()
    }

    pub(crate) async fn settle(&self, due: &Delivery, outcome: Outcome) {
        self.domain.record_outcome(due.id, due.attempt, outcome, WAITS).await.unwrap();
    }

    pub(crate) async fn mails(&self, change: impl FnOnce(&mut InboxMail)) {
        let mut mail = self.inbox.mail.clone();
        mail.team_address = Some("team@example.com".into());
        change(&mut mail);
        self.domain.set_inbox_mail(self.inbox.id, mail).await.unwrap();
    }

    /// A visitor with an email address who wrote once.
    pub(crate) async fn ann(&self, address: &str) -> VisitorIdentity {
        let ann = self.visitor();
        let id = self.domain.ambient().uuid().as_u128();
        self.domain.send_as_visitor(&ann, None, client_id(id), "hello?").await.unwrap();
        let user = User { email: Some(address.into()), ..User::default() };
        let about = About { user: Some(user), ..About::default() };
        self.domain.note_visitor(&ann, about, None).await.unwrap();
        ann
    }

    /// Answers as an agent who does not stay online. Returns the conversation.
    pub(crate) async fn answer(&self, number: u128, text: &str) -> ConversationId {
        let id = only(&self.domain, &looker()).await.id;
        let mia = self.mia().await;
        self.domain.send_as_agent(&mia, id, client_id(number), text, false).await.unwrap();
        id
    }

    pub(crate) async fn mia(&self) -> domain::agent::Agent {
        let agents = self.domain.list_agents().await.unwrap();
        match agents.into_iter().find(|agent| agent.email == "mia@example.com") {
            Some(mia) => mia,
            None => agent(&self.domain, "mia@example.com").await,
        }
    }

    async fn somebody(&self) -> Listener {
        self.domain.hub().listen_agent(&self.mia().await)
    }

    /// The events about emails in a conversation's log.
    async fn said_of_mails(&self, id: ConversationId) -> Vec<Event> {
        let page = self.domain.team_page(&looker(), id, None).await.unwrap();
        let of_mail = |entry: protocol::Entry| match entry.body {
            Body::Event { event } => matches!(
                event,
                Event::Mailed { .. }
                    | Event::MailDelayed { .. }
                    | Event::MailFailed { .. }
                    | Event::MailDropped { .. }
            )
            .then_some(event),
            _ => None,
        };
        page.entries.into_iter().filter_map(of_mail).collect()
    }

    async fn reasons(&self) -> Vec<String> {
        let all = self.domain.list_mails(Some(MailState::Dropped), None).await.unwrap();
        all.mails.into_iter().filter_map(|mail| mail.reason).collect()
    }
}

pub(crate) trait Of {
    fn of(&self) -> &OfConversation;
}

impl Of for Delivery {
    fn of(&self) -> &OfConversation {
        self.content.of_conversation().expect("it is about a conversation")
    }
}

testbed::on_each_store! {

async fn spam_causes_no_mail(fixture) {
    fixture.mails(|_| {}).await;
    let ann = fixture.ann("ann@example.com").await;
    let id = only(&fixture.domain, &looker()).await.id;
    let mia = fixture.mia().await;
    fixture.domain.change_conversation(&mia, id, Change::Spam {}).await.unwrap();
    fixture.domain.send_as_visitor(&ann, None, client_id(77), "buy!").await.unwrap();
    fixture.ticks.pass_ms(24 * 60 * 60_000);
    assert_eq!(fixture.sent().await, []);
    let reasons = fixture.reasons().await;
    assert!(!reasons.is_empty() && reasons.iter().all(|reason| reason == "spam"), "{reasons:?}");
}

async fn nobody_there_is_told_to_the_team_and_to_the_visitor_once(fixture) {
    fixture.mails(|_| {}).await;
    let ann = fixture.ann("ann@example.com").await;
    assert!(fixture.due().await.is_empty(), "somebody may come");
    fixture.domain.send_as_visitor(&ann, None, client_id(2), "anybody?").await.unwrap();
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let mut due = fixture.due().await;
    due.sort_by_key(|one| one.content.kind());
    let [team, received] = due.try_into().ok().expect("two emails");
    assert_eq!((team.content.kind(), &*team.address), (MailKind::NobodyAvailable, "team@example.com"));
    let said: Vec<_> = team.of().messages.iter().map(|said| &*said.text).collect();
    assert_eq!(said, ["hello?", "anybody?"]);
    assert_eq!((received.content.kind(), &*received.address), (MailKind::Received, "ann@example.com"));
    assert!(received.of().messages.is_empty(), "it repeats nothing of what was typed");
    fixture.settle(&team, Outcome::Sent).await;
    fixture.settle(&received, Outcome::Sent).await;

    // One message later, the team is notified again, about that message. The visitor is not.
    fixture.domain.send_as_visitor(&ann, None, client_id(3), "well").await.unwrap();
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let due = fixture.due().await;
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].content.kind(), MailKind::NobodyAvailable);
    assert_eq!(due[0].of().messages.len(), 1);
    assert_eq!(due[0].thread, [team.message_id]);
}

async fn who_leaves_an_address_later_is_told_then_and_answered_there(fixture) {
    fixture.mails(|mail| mail.team_address = None).await;
    let domain = &fixture.domain;
    let ann = fixture.visitor();
    let asks = async || domain.asks_for_address(&ann).await.unwrap();
    assert!(!asks().await, "who has not written is not asked");
    domain.send_as_visitor(&ann, None, client_id(1), "hello?").await.unwrap();
    assert!(asks().await);
    fixture.ticks.pass_ms(HOUR_MS);
    assert!(fixture.sent().await.is_empty(), "there is nowhere to");
    for wrong in ["", "ann", "ann@", "a\r\nBcc: x@y", "<ann@example.com>"] {
        let refused = domain.leave_address(&ann, wrong).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::EmailInvalid, "{wrong}");
    }
    domain.leave_address(&ann, " Ann@Example.com").await.unwrap();
    assert!(!asks().await);
    let due = fixture.due().await;
    let [one] = &due[..] else { panic!("one mail: {}", due.len()) };
    assert_eq!((one.content.kind(), &*one.address), (MailKind::Received, "ann@example.com"));
    fixture.settle(one, Outcome::Sent).await;
    let known = domain.profile_of(&looker(), one.of().conversation).await.unwrap();
    assert!(!known.is_email_proven, "anybody can type anything");
    // Only once for each conversation, even if the address changes. The answer goes to the latest address.
    domain.leave_address(&ann, "ann@example.org").await.unwrap();
    assert!(fixture.sent().await.is_empty());
    fixture.answer(2, "Yes.").await;
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    assert_eq!(fixture.due().await[0].address, "ann@example.org");
    // If an inbox sends visitors no email, visitors are not asked for an address.
    fixture.mails(|mail| mail.to_visitors = false).await;
    let bob = fixture.visitor();
    domain.send_as_visitor(&bob, None, client_id(3), "hello?").await.unwrap();
    assert!(!domain.asks_for_address(&bob).await.unwrap());
}

async fn where_somebody_is_there_nobody_is_told_by_mail(fixture) {
    fixture.mails(|_| {}).await;
    let there = fixture.somebody().await;
    fixture.ann("ann@example.com").await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    assert!(fixture.due().await.is_empty());
    drop(there);
    assert!(fixture.due().await.is_empty(), "nothing was written since");

    // Nobody was online, but someone came before the email was sent.
    fixture.ann("bob@example.com").await;
    let _there = fixture.somebody().await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    assert!(fixture.due().await.is_empty());
    assert_eq!(fixture.reasons().await, ["somebody_came", "somebody_came"]);
}

async fn outside_of_the_hours_the_team_is_told_although_somebody_is_there(fixture) {
    fixture.mails(|_| {}).await;
    let settings = domain::inbox::InboxSettings {
        // The clock is on a Tuesday.
        hours: Some("sun 09:00-09:01".into()),
        time_zone: "UTC".into(),
        routing: protocol::Routing::Manual,
        team: None,
        label: None,
    };
    fixture.domain.set_inbox(fixture.inbox.id, settings).await.unwrap();
    let _there = fixture.somebody().await;
    fixture.ann("ann@example.com").await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    assert_eq!(fixture.due().await.len(), 2);
}

async fn an_unread_reply_goes_by_mail_after_a_while_and_once(fixture) {
    fixture.mails(|mail| mail.team_address = None).await;
    let ann = fixture.ann("ann@example.com").await;
    let id = fixture.answer(2, "Yes.").await;
    fixture.ticks.pass_ms(UNREAD_WAIT_MS / 2);
    let long = "x".repeat(500);
    fixture.answer(3, &long).await;
    let mia = fixture.mia().await;
    fixture.domain.send_as_agent(&mia, id, client_id(4), "a note", true).await.unwrap();
    assert!(fixture.due().await.is_empty());
    fixture.ticks.pass_ms(UNREAD_WAIT_MS / 2);
    let due = fixture.due().await;
    let [one] = &due[..] else { panic!("one mail: {}", due.len()) };
    assert_eq!((one.content.kind(), &*one.address), (MailKind::UnreadReply, "ann@example.com"));
    assert_eq!(one.of().messages.len(), 2, "both, and not the note");
    assert_eq!(one.of().messages[1].text.chars().count(), 201, "200 characters, and a sign of more");
    assert!(one.message_id.ends_with("@example.com"));
    fixture.settle(one, Outcome::Sent).await;
    let page = fixture.domain.team_page(&mia, id, None).await.unwrap();
    let last = page.entries.last().unwrap();
    let (from, through) = (one.of().messages[0].seq, one.of().messages[1].seq);
    let event = Event::Mailed { mail: MailKind::UnreadReply, from, through };
    assert_eq!(last.body, Body::Event { event });
    assert_eq!(fixture.domain.visitor_head(&ann).await.unwrap(), through, "visitors see nothing of it");
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    assert!(fixture.due().await.is_empty());
    // The next answer gets another email in the same thread. The address is unverified, so it gets at most
    // one email an hour.
    fixture.answer(5, "Still there?").await;
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    assert!(fixture.due().await.is_empty());
    fixture.ticks.pass_ms(HOUR_MS);
    let next = fixture.due().await;
    assert_eq!(next.len(), 1);
    assert_eq!(next[0].of().messages.len(), 1);
    assert_eq!(next[0].thread, std::slice::from_ref(&one.message_id));
}

async fn what_was_read_or_put_away_is_not_mailed(fixture) {
    fixture.mails(|mail| mail.team_address = None).await;
    let ann = fixture.ann("ann@example.com").await;
    let id = fixture.answer(2, "Yes.").await;
    let head = fixture.domain.visitor_head(&ann).await.unwrap();
    fixture.domain.read_as_visitor(&ann, head).await.unwrap();
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    assert!(fixture.due().await.is_empty());

    fixture.answer(3, "Or no.").await;
    let mia = fixture.mia().await;
    fixture.domain.change_conversation(&mia, id, Change::Archive {}).await.unwrap();
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    assert!(fixture.due().await.is_empty());
    assert_eq!(fixture.reasons().await[..2], ["archived", "read"]);

    // Resolved with an unread answer: the email is sent.
    fixture.domain.change_conversation(&mia, id, Change::Unarchive {}).await.unwrap();
    fixture.answer(4, "Well, yes.").await;
    fixture.domain.change_conversation(&mia, id, Change::Resolve { seen: None }).await.unwrap();
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    let due = fixture.due().await;
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].of().messages.len(), 2, "what the dropped one had is still unread");
}

async fn a_visitor_who_is_there_gets_no_mail_until_they_leave(fixture) {
    fixture.mails(|mail| mail.team_address = None).await;
    let ann = fixture.ann("ann@example.com").await;
    let there = fixture.domain.hub().listen_visitor(&ann);
    fixture.answer(2, "Yes.").await;
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    assert!(fixture.due().await.is_empty());
    drop(there);
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    assert_eq!(fixture.sent().await, [MailKind::UnreadReply]);
}

async fn who_unsubscribed_gets_nothing_until_they_want_it_again(fixture) {
    fixture.mails(|mail| mail.team_address = None).await;
    fixture.ann("ann@example.com").await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let received = fixture.due().await.remove(0);
    fixture.settle(&received, Outcome::Sent).await;
    let token = received.of().preference.clone();
    let domain = &fixture.domain;
    assert!(domain.mail_preference(&token).await.unwrap().is_wanted);
    domain.prefer_mail(&token, false).await.unwrap();
    domain.prefer_mail(&token, false).await.unwrap();
    let preference = domain.mail_preference(&token).await.unwrap();
    assert!(!preference.is_wanted);
    assert_eq!(preference.address, "ann@example.com");
    fixture.answer(2, "Yes.").await;
    fixture.ticks.pass_ms(HOUR_MS);
    assert!(fixture.due().await.is_empty());
    assert_eq!(fixture.reasons().await, ["unsubscribed"]);
    domain.prefer_mail(&token, true).await.unwrap();
    fixture.answer(3, "Yes?").await;
    fixture.ticks.pass_ms(HOUR_MS);
    assert_eq!(fixture.sent().await, [MailKind::UnreadReply]);
    let mut other = token.clone();
    let last = other.pop().unwrap();
    other.push(if last == '0' { '1' } else { '0' });
    for wrong in ["", ".", "x.y", &other, token.split_once('.').unwrap().0] {
        let refused = domain.prefer_mail(wrong, false).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::LinkInvalid, "{wrong}");
    }
}

async fn a_taken_mail_is_nobody_elses_until_the_lease_is_over(fixture) {
    fixture.mails(|mail| mail.to_visitors = false).await;
    fixture.ann("ann@example.com").await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let id = fixture.domain.due_mails(10).await.unwrap()[0];
    let tries = (0..8).map(|_| fixture.domain.claim_mail(id, LEASE_MS, "example.com"));
    let taken: Vec<Delivery> =
        futures_util::future::join_all(tries).await.into_iter().filter_map(Result::unwrap).collect();
    let [first] = &taken[..] else { panic!("taken {} times", taken.len()) };
    assert!(fixture.due().await.is_empty());
    // The process that had claimed it is gone. Another one claims it and sends it with the same id and content.
    fixture.ticks.pass_ms(LEASE_MS);
    let again = fixture.due().await.remove(0);
    assert_eq!((again.attempt, &again.message_id), (2, &first.message_id));
    assert_eq!(again.of().messages, first.of().messages);
    assert_eq!((&again.of().login, &again.of().preference), (&first.of().login, &first.of().preference));
    // The first one was only slow. Its failure is ignored, but its success counts.
    fixture.settle(first, Outcome::Refused { reason: "no".into(), is_address_bad: true }).await;
    fixture.settle(first, Outcome::Sent).await;
    fixture.settle(&again, Outcome::Later { reason: "later".into() }).await;
    fixture.ticks.pass_ms(HOUR_MS);
    assert!(fixture.due().await.is_empty());
    let all = fixture.domain.list_mails(None, None).await.unwrap().mails;
    assert_eq!((all.len(), all[0].state), (1, MailState::Sent));
}

async fn what_comes_while_a_mail_is_tried_is_in_the_next(fixture) {
    fixture.mails(|mail| mail.to_visitors = false).await;
    let ann = fixture.ann("ann@example.com").await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let first = fixture.due().await.remove(0);
    fixture.settle(&first, Outcome::Later { reason: "421 busy".into() }).await;
    assert_eq!(fixture.domain.mail_trouble().await.unwrap().as_deref(), Some("421 busy"));
    fixture.domain.send_as_visitor(&ann, None, client_id(2), "more").await.unwrap();
    fixture.ticks.pass_ms(HOUR_MS);
    let mut both = fixture.due().await;
    both.sort_by_key(|one| one.of().messages[0].seq);
    let texts: Vec<_> = both.iter().map(|one| &*one.of().messages[0].text).collect();
    assert_eq!(texts, ["hello?", "more"]);
    assert_eq!(both[0].message_id, first.message_id);
    assert!(both.iter().all(|one| one.of().messages.len() == 1));
}

async fn a_mail_that_is_tried_goes_to_the_address_that_the_visitor_has_by_then(fixture) {
    fixture.mails(|mail| mail.team_address = None).await;
    let ann = fixture.ann("typo@example.com").await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let one = fixture.due().await.remove(0);
    fixture.settle(&one, Outcome::Later { reason: "421 busy".into() }).await;
    let user = User { email: Some("ann@example.com".into()), ..User::default() };
    let about = About { user: Some(user), ..About::default() };
    fixture.domain.note_visitor(&ann, about, None).await.unwrap();
    fixture.ticks.pass_ms(HOUR_MS);
    // It is a different email: the recipient of the first must not pass for the recipient of this one.
    assert!(fixture.due().await.is_empty());
    assert_eq!(fixture.reasons().await, ["readdressed"]);
    let again = fixture.due().await.remove(0);
    assert_eq!(again.address, "ann@example.com");
    assert_eq!((again.content.kind(), again.attempt), (one.content.kind(), 1));
    assert_ne!(again.message_id, one.message_id);
    let token = Some(again.of().login.as_str());
    let admit = fixture.domain.admit_visitor(&fixture.inbox, token, None, About::default(), None);
    assert_eq!(admit.await.unwrap().who, ann, "its link works");
}

async fn a_mail_that_is_tried_is_not_overtaken_by_what_came_later(fixture) {
    fixture.mails(|mail| mail.to_visitors = false).await;
    let ann = fixture.ann("ann@example.com").await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let first = fixture.due().await.remove(0);
    // While the first email is being sent, the second one is queued and sent.
    fixture.domain.send_as_visitor(&ann, None, client_id(2), "more").await.unwrap();
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let second = fixture.due().await.remove(0);
    assert_eq!(second.of().messages.len(), 1);
    fixture.settle(&second, Outcome::Sent).await;
    fixture.settle(&first, Outcome::Later { reason: "421 busy".into() }).await;
    fixture.ticks.pass_ms(HOUR_MS);
    let again = fixture.due().await.remove(0);
    assert_eq!(again.message_id, first.message_id);
    assert_eq!(again.of().messages, first.of().messages);
}

async fn that_a_mail_is_late_is_said_once_and_that_it_went_when_it_does(fixture) {
    fixture.mails(|mail| mail.team_address = None).await;
    fixture.ann("ann@example.com").await;
    let id = fixture.answer(2, "Yes.").await;
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    for _ in 0..3 {
        let one = fixture.due().await.remove(0);
        fixture.settle(&one, Outcome::Later { reason: "no route".into() }).await;
        fixture.ticks.pass_ms(HOUR_MS);
    }
    let (mail, from, through, reason) = (MailKind::UnreadReply, Seq(2), Seq(2), "no route".to_owned());
    let late = Event::MailDelayed { mail, from, through, reason };
    assert_eq!(fixture.said_of_mails(id).await, std::slice::from_ref(&late));
    assert_eq!(fixture.sent().await, [MailKind::UnreadReply]);
    assert_eq!(fixture.said_of_mails(id).await, [late, Event::Mailed { mail, from, through }]);
}

async fn that_an_answer_is_not_mailed_is_said_where_nobody_has_read_it(fixture) {
    fixture.mails(|mail| mail.team_address = None).await;
    let ann = fixture.ann("ann@example.com").await;
    let id = fixture.answer(2, "Yes.").await;
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    let one = fixture.due().await.remove(0);
    fixture.settle(&one, Outcome::Sent).await;
    fixture.domain.prefer_mail(&one.of().preference, false).await.unwrap();
    let dropped = |seq, reason| {
        Event::MailDropped { mail: MailKind::UnreadReply, from: seq, through: seq, reason }
    };
    // Nothing is logged about an answer that was read in the chat.
    fixture.answer(3, "Here?").await;
    let head = fixture.domain.visitor_head(&ann).await.unwrap();
    fixture.domain.read_as_visitor(&ann, head).await.unwrap();
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    assert!(fixture.sent().await.is_empty());
    assert_eq!(fixture.said_of_mails(id).await.len(), 1);
    // The latest position is that of the email that was sent.
    fixture.answer(4, "Not even now?").await;
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    assert!(fixture.sent().await.is_empty());
    let head = fixture.domain.visitor_head(&ann).await.unwrap();
    assert_eq!(
        fixture.said_of_mails(id).await.last(),
        Some(&dropped(head, DropReason::Unsubscribed))
    );
    // The same goes for an email that an owner drops, whether it was tried or not.
    fixture.domain.prefer_mail(&one.of().preference, true).await.unwrap();
    fixture.domain.read_as_visitor(&ann, head).await.unwrap();
    fixture.answer(5, "Well?").await;
    let waits = fixture.domain.list_mails(Some(MailState::Waiting), None).await.unwrap().mails;
    fixture.domain.drop_mail(waits[0].id).await.unwrap();
    let head = fixture.domain.visitor_head(&ann).await.unwrap();
    assert_eq!(fixture.said_of_mails(id).await.last(), Some(&dropped(head, DropReason::ByHand)));
}

async fn a_mail_is_tried_for_three_days_and_failing_is_seen(fixture) {
    fixture.mails(|mail| mail.to_visitors = false).await;
    fixture.ann("ann@example.com").await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let mut tries = 0;
    let begin = fixture.domain.ambient().now_ms();
    loop {
        let due = fixture.due().await;
        let Some(one) = due.first() else { break };
        tries += 1;
        fixture.settle(one, Outcome::Later { reason: "no\r\nroute".into() }).await;
        fixture.ticks.pass_ms(HOUR_MS);
    }
    let lasted = fixture.domain.ambient().now_ms().since(begin);
    assert!((70..80).contains(&tries), "{tries}");
    assert!(lasted > MAIL_TRIED_MS);
    let failed = fixture.domain.list_mails(Some(MailState::Failed), None).await.unwrap().mails;
    assert_eq!(failed[0].reason.as_deref(), Some("no  route"));
    let (id, looker) = (only(&fixture.domain, &looker()).await.id, looker());
    let page = fixture.domain.team_page(&looker, id, None).await.unwrap();
    let Body::Event { event: Event::MailFailed { reason, .. } } = &page.entries.last().unwrap().body
    else {
        panic!("it is noted in the conversation")
    };
    assert_eq!(reason, "no  route");
    // An owner can retry or drop it.
    let domain = &fixture.domain;
    domain.retry_mail(failed[0].id).await.unwrap();
    assert_eq!(fixture.due().await.len(), 1);
    domain.retry_mail(failed[0].id).await.unwrap();
    assert!(fixture.due().await.is_empty(), "it is on its way");
    domain.drop_mail(failed[0].id).await.unwrap();
    assert_eq!(domain.drop_mail(failed[0].id).await.unwrap_err().code(), ErrorCode::MailSettled);
    assert_eq!(domain.retry_mail(failed[0].id).await.unwrap_err().code(), ErrorCode::MailSettled);
    assert_eq!(fixture.reasons().await, ["by_hand"]);
}

async fn an_address_that_takes_no_mail_gets_no_more(fixture) {
    fixture.mails(|mail| mail.team_address = None).await;
    fixture.ann("ann@example.com").await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let one = fixture.due().await.remove(0);
    let reason = "550 5.1.1 nobody of this name".to_owned();
    fixture.settle(&one, Outcome::Refused { reason, is_address_bad: true }).await;
    fixture.answer(2, "Yes.").await;
    fixture.ticks.pass_ms(HOUR_MS);
    assert!(fixture.due().await.is_empty());
    assert_eq!(fixture.reasons().await, ["bounced"]);
}

async fn a_flood_sends_an_address_one_mail_an_hour_and_the_inbox_its_limit(fixture) {
    fixture.mails(|mail| mail.an_hour = 10).await;
    for _ in 0..20 {
        fixture.ann("victim@example.com").await;
    }
    for number in 0..20 {
        fixture.ann(&format!("v{number}@example.com")).await;
    }
    let mut begun: Vec<(MailKind, String)> = Vec::new();
    for _ in 0..50 {
        fixture.ticks.pass_ms(NOBODY_WAIT_MS);
        for one in fixture.due().await {
            fixture.settle(&one, Outcome::Sent).await;
            begun.push((one.content.kind(), one.address));
        }
    }
    let of = |kind| begun.iter().filter(|(one, _)| *one == kind).count();
    assert_eq!(of(MailKind::NobodyAvailable), 10);
    assert_eq!(of(MailKind::Received), 10);
    let victims = begun.iter().filter(|(_, address)| address == "victim@example.com").count();
    assert_eq!(victims, 1);
    // The team is notified about the rest as the limit allows.
    let mut told = of(MailKind::NobodyAvailable);
    for _ in 0..60 {
        fixture.ticks.pass_ms(HOUR_MS / 6);
        let due = fixture.due().await;
        assert!(due.iter().all(|one| one.content.kind() == MailKind::NobodyAvailable));
        told += due.len();
        for one in &due {
            fixture.settle(one, Outcome::Sent).await;
        }
    }
    assert_eq!(told, 40);
}

async fn what_waited_for_a_mail_server_that_was_away_does_not_come_at_once(fixture) {
    fixture.mails(|mail| mail.team_address = None).await;
    for _ in 0..6 {
        fixture.ann("victim@example.com").await;
        fixture.ticks.pass_ms(HOUR_MS);
        for one in fixture.due().await {
            fixture.settle(&one, Outcome::Later { reason: "away".into() }).await;
        }
    }
    fixture.ticks.pass_ms(HOUR_MS);
    assert_eq!(fixture.sent().await, [MailKind::Received]);
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    assert!(fixture.due().await.is_empty());
}

async fn what_a_visitor_does_with_the_teams_address_does_not_keep_the_team_from_hearing(fixture) {
    fixture.mails(|_| {}).await;
    let ann = fixture.ann("team@example.com").await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let reason = "550 5.1.1 moving".to_owned();
    for one in fixture.due().await {
        fixture.domain.prefer_mail(&one.of().preference, false).await.unwrap();
        let reason = reason.clone();
        fixture.settle(&one, Outcome::Refused { reason, is_address_bad: true }).await;
    }
    fixture.domain.send_as_visitor(&ann, None, client_id(2), "more").await.unwrap();
    fixture.ticks.pass_ms(HOUR_MS);
    let due = fixture.due().await;
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].content.kind(), MailKind::NobodyAvailable);
    assert_eq!(due[0].of().messages.len(), 2, "with what the refused one had");
    // Retried by hand, the refused email has nothing left to say.
    let failed = fixture.domain.list_mails(Some(MailState::Failed), None).await.unwrap().mails;
    fixture.settle(&due[0], Outcome::Sent).await;
    for mail in failed {
        fixture.domain.retry_mail(mail.id).await.unwrap();
    }
    assert!(fixture.due().await.is_empty());
}

async fn a_note_is_no_answer(fixture) {
    fixture.mails(|_| {}).await;
    fixture.ann("ann@example.com").await;
    let id = only(&fixture.domain, &looker()).await.id;
    let mia = fixture.mia().await;
    fixture.domain.send_as_agent(&mia, id, client_id(2), "from the shop", true).await.unwrap();
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    assert_eq!(fixture.due().await.len(), 2);
}

async fn a_mail_that_cannot_be_read_holds_nobody_up(fixture) {
    fixture.mails(|mail| mail.to_visitors = false).await;
    fixture.ann("ann@example.com").await;
    let look = fixture.database.connect().await;
    look.execute_unprepared("UPDATE mail SET kind = 'of tomorrow'").await.unwrap();
    fixture.ann("bob@example.com").await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let due = fixture.domain.due_mails(10).await.unwrap();
    assert_eq!(due.len(), 2);
    assert!(fixture.domain.claim_mail(due[0], LEASE_MS, "example.com").await.is_err());
    let due = fixture.domain.due_mails(10).await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(fixture.due().await.len(), 1);
}

async fn what_was_never_tried_is_forgotten_after_a_while(fixture) {
    fixture.mails(|_| {}).await;
    fixture.ann("ann@example.com").await;
    let _there = fixture.somebody().await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    assert!(fixture.due().await.is_empty());
    fixture.domain.sweep_mails().await.unwrap();
    assert_eq!(fixture.reasons().await.len(), 2);
    fixture.ticks.pass_ms(8 * 24 * HOUR_MS);
    fixture.domain.sweep_mails().await.unwrap();
    assert!(fixture.reasons().await.is_empty());
}

async fn two_nodes_do_not_exceed_a_limit_together(fixture) {
    fixture.mails(|mail| mail.an_hour = 3).await;
    for number in 0..12 {
        fixture.ann(&format!("v{number}@example.com")).await;
    }
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let due = fixture.domain.due_mails(100).await.unwrap();
    let tries = due.iter().map(|id| fixture.domain.claim_mail(*id, LEASE_MS, "example.com"));
    let taken: Vec<Delivery> =
        futures_util::future::join_all(tries).await.into_iter().filter_map(Result::unwrap).collect();
    assert_eq!(taken.len(), 6, "three of each kind");
}

async fn a_flood_of_made_up_visitors_does_not_use_up_the_mails_of_others(fixture) {
    fixture.mails(|mail| mail.an_hour = 30).await;
    let note = async |who: &VisitorIdentity, network: &str| {
        let about = About { network: Some(network.into()), ..About::default() };
        fixture.domain.note_visitor(who, about, None).await.unwrap();
    };
    for number in 0..40 {
        let who = fixture.ann(&format!("flood{number}@example.com")).await;
        note(&who, "one").await;
    }
    note(&fixture.ann("innocent@example.com").await, "other").await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let due = fixture.due().await;
    let made_up = due.iter().filter(|one| one.address.starts_with("flood")).count();
    assert_eq!(made_up, 3, "a tenth");
    assert_eq!(due.iter().filter(|one| one.address == "innocent@example.com").count(), 1);
    let team = due.iter().filter(|one| one.address == "team@example.com").count();
    assert_eq!(team, 4, "the team hears of three, and of the innocent one");
}

async fn made_up_senders_of_mails_leave_half_of_what_the_team_is_told(fixture) {
    fixture.receives_mail().await;
    fixture.mails(|mail| mail.an_hour = 10).await;
    for number in 0..20 {
        let from = format!("flood{number}@example.com");
        fixture.receives(&crate::inbound::mail(&from, "help@example.org", &format!("{number}@e"), "", "Hi")).await;
    }
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let told = async || {
        let due = fixture.due().await;
        due.iter().filter(|one| one.address == "team@example.com").count()
    };
    assert_eq!(told().await, 5, "a half");
    fixture.ann("innocent@example.com").await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    assert_eq!(told().await, 1, "there is room for who is here");
}

async fn the_link_of_a_mail_logs_its_visitor_in_for_a_while(fixture) {
    fixture.mails(|mail| mail.team_address = None).await;
    let ann = fixture.ann("ann@example.com").await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let login = fixture.due().await.remove(0).of().login.clone();
    let domain = &fixture.domain;
    let admit = async |token: String| {
        domain.admit_visitor(&fixture.inbox, Some(&token), None, About::default(), None).await
    };
    let admitted = admit(login.clone()).await.unwrap();
    assert_eq!(admitted.who, ann);
    assert_eq!(domain.recognize(&fixture.inbox, &admitted.token).await.unwrap(), ann);
    let by_login = domain.recognize(&fixture.inbox, &login).await;
    assert!(by_login.is_err(), "it opens the chat, and nothing else");
    let reads = admitted.reads.unwrap();
    assert_eq!(reads, Reads { address: Some("ann@example.com".into()), generation: 1 });
    // Opening a link is not enough, since programs do that. Someone who then writes reads that address, and
    // the limit of one email an hour no longer applies.
    fixture.answer(2, "Yes.").await;
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    assert!(fixture.due().await.is_empty());
    domain.prove_address(&ann, &reads, None).await.unwrap();
    fixture.ticks.pass_ms(HOUR_MS / 2);
    fixture.answer(3, "And no.").await;
    fixture.ticks.pass_ms(HOUR_MS / 2);
    assert_eq!(fixture.sent().await, [MailKind::UnreadReply]);
    fixture.answer(4, "Or perhaps.").await;
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    assert_eq!(fixture.sent().await, [MailKind::UnreadReply]);

    let other = domain.create_inbox("Other", &[]).await.unwrap();
    let refused = domain.admit_visitor(&other, Some(&login), None, About::default(), None).await;
    assert_eq!(refused.unwrap_err().code(), ErrorCode::LinkInvalid);
    let user = User { email: Some("bob@example.com".into()), ..User::default() };
    let about = About { user: Some(user), ..About::default() };
    domain.note_visitor(&ann, about, None).await.unwrap();
    admit(login.clone()).await.expect("a page can't change a verified address");
    fixture.ticks.pass_ms(MAIL_LINK_MS);
    assert_eq!(admit(login).await.unwrap_err().code(), ErrorCode::LinkInvalid);
}

async fn who_comes_by_a_link_and_back_before_they_write_shuts_out_whoever_left_their_address(fixture) {
    fixture.mails(|mail| mail.team_address = None).await;
    let domain = &fixture.domain;
    let admit = async |token: Option<&str>| {
        let admit = domain.admit_visitor(&fixture.inbox, token, None, About::default(), None);
        admit.await.map_err(|error| error.code())
    };
    // Mallory leaves Ann's address and, in the second round, his own after Ann opened the link.
    for (ann_at, left_later) in [("ann@example.com", None), ("ann@example.net", Some("mallory@example.com"))] {
        let mallory = admit(None).await.unwrap();
        let id = domain.ambient().uuid().as_u128();
        domain.send_as_visitor(&mallory.who, None, client_id(id), "hello?").await.unwrap();
        domain.leave_address(&mallory.who, ann_at).await.unwrap();
        fixture.ticks.pass_ms(NOBODY_WAIT_MS + HOUR_MS);
        let due = fixture.due().await;
        let hers = due.iter().find(|one| one.of().visitor.id == mallory.who.visitor).unwrap();
        let login = hers.of().login.clone();
        let ann = admit(Some(&login)).await.unwrap();
        let ann = admit(Some(&ann.token)).await.expect("she reconnects");
        if let Some(address) = left_later {
            domain.leave_address(&mallory.who, address).await.unwrap();
        }
        let ann = admit(Some(&ann.token)).await.expect("she reconnects once more");
        let reads = ann.reads.expect("she has not written yet");
        assert_eq!(reads.address.as_deref(), left_later.is_none().then_some(ann_at));
        domain.prove_address(&ann.who, &reads, None).await.unwrap();
        assert_eq!(admit(Some(&mallory.token)).await.err(), Some(ErrorCode::TokenInvalid));
        let again = admit(Some(&ann.token)).await.unwrap();
        assert_eq!(again.reads, None);
        let known = domain.find_visitor(&looker(), ann.who.visitor).await.unwrap();
        let expect = left_later.is_none().then_some(ann_at);
        assert_eq!((known.email.as_deref(), known.is_email_proven), (expect, left_later.is_none()));
        // Logging the visitor out revokes their tokens, including those that came from a link.
        let login = domain.log_out_visitor(&looker(), ann.who.visitor).await;
        login.unwrap();
        assert_eq!(admit(Some(&ann.token)).await.err(), Some(ErrorCode::TokenInvalid));
    }
}

async fn a_transcript_goes_to_an_address_that_is_known_to_be_the_visitors(fixture) {
    fixture.mails(|mail| mail.team_address = None).await;
    let domain = &fixture.domain;
    let ann = fixture.ann("ann@example.com").await;
    let id = fixture.answer(2, &"Yes. ".repeat(300)).await;
    let mia = fixture.mia().await;
    domain.send_as_agent(&mia, id, client_id(3), "a note", true).await.unwrap();
    let refused = domain.mail_transcript(&mia, id).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::AddressUnproven);
    let reads = Reads { address: Some("ann@example.com".into()), generation: 1 };
    domain.prove_address(&ann, &reads, None).await.unwrap();
    domain.mail_transcript(&mia, id).await.unwrap();
    domain.mail_transcript(&mia, id).await.unwrap();
    // It contains what was said before it was requested, even if the conversation changes later.
    domain.send_as_visitor(&ann, None, client_id(4), "later").await.unwrap();
    domain.change_conversation(&mia, id, Change::Archive {}).await.unwrap();
    let due = fixture.due().await;
    let [one] = &due[..] else { panic!("one mail: {}", due.len()) };
    assert_eq!(one.content.kind(), MailKind::Transcript);
    let said: Vec<_> = one.of().messages.iter().map(|said| said.text.len()).collect();
    assert_eq!(said, ["hello?".len(), "Yes. ".len() * 300 - 1], "both sides, whole, and no note");
    fixture.settle(one, Outcome::Sent).await;
    // A second transcript is another email with the complete conversation.
    domain.mail_transcript(&mia, id).await.unwrap();
    assert_eq!(fixture.due().await[0].of().messages.len(), 3);
    let user = User { email: Some("bob@example.com".into()), ..User::default() };
    let about = About { user: Some(user), ..About::default() };
    domain.note_visitor(&ann, about, None).await.unwrap();
    fixture.ticks.pass_ms(HOUR_MS);
    let due = fixture.due().await;
    assert!(due.iter().all(|one| one.address == "ann@example.com"), "whatever a page says");
    let unknown = domain.mail_transcript(&mia, ConversationId(uuid::Uuid::nil())).await;
    assert_eq!(unknown.unwrap_err().code(), ErrorCode::ConversationUnknown);
}

async fn an_invited_agent_sets_a_password_by_the_link_of_a_mail(fixture) {
    let domain = &fixture.domain;
    let invite = domain.invite_agent("ann@example.com", "Ann", Role::Agent, Visibility::All);
    let ann = invite.await.unwrap();
    assert!(ann.is_invited);
    let none = log_in(domain, "ann@example.com", "correct horse").await;
    assert_eq!(none.unwrap_err().code(), ErrorCode::LoginWrong);
    fixture.due().await;
    fixture.ticks.pass_ms(LEASE_MS);
    let first = domain.password_link(ann.id).await.unwrap();
    fixture.ticks.pass_ms(LEASE_MS);
    let due = fixture.due().await;
    let [one] = &due[..] else { panic!("one mail: {}", due.len()) };
    let MailContent::Invitation(OfAccount { name, link }) = &one.content else { panic!("an invitation") };
    assert_eq!((&*one.address, &**name), ("ann@example.com", "Ann"));
    assert!(link < &first, "its life began with the first try");
    let holder = domain.link_holder(link).await.unwrap();
    assert_eq!((&*holder.email, holder.is_invited), ("ann@example.com", true));
    let short = domain.set_password(link, "short".into()).await;
    assert_eq!(short.unwrap_err().code(), ErrorCode::PasswordLength);
    let set = domain.set_password(link, "correct horse".into()).await.unwrap();
    assert_eq!((set.id, set.is_invited), (ann.id, false));
    log_in(domain, "ann@example.com", "correct horse").await.unwrap();
    // It works only once, so it is worthless to anyone who reads the email later.
    let again = domain.set_password(link, "another horse".into()).await;
    assert_eq!(again.unwrap_err().code(), ErrorCode::LinkInvalid);
    assert_eq!(domain.link_holder(link).await.unwrap_err().code(), ErrorCode::LinkInvalid);
    // A later attempt has nothing to do.
    fixture.ticks.pass_ms(LEASE_MS);
    assert!(fixture.due().await.is_empty());
    assert_eq!(fixture.reasons().await, ["done"]);
}

async fn a_forgotten_password_is_set_anew_within_an_hour_and_ends_logins(fixture) {
    let domain = &fixture.domain;
    let mia = fixture.mia().await;
    domain.save_login("hers", &Login::of(&mia, &source()), "{}").await.unwrap();
    let tom = agent(domain, "tom@example.com").await;
    domain.save_login("other", &Login::of(&tom, &source()), "{}").await.unwrap();
    domain.forget_password("nobody@example.com").await.unwrap();
    assert!(fixture.due().await.is_empty());
    let ask = async || {
        domain.forget_password(" Mia@Example.com ").await.unwrap();
        domain.forget_password("mia@example.com").await.unwrap();
        let mut due = fixture.due().await;
        assert!(due.len() < 2);
        let one = due.pop()?;
        fixture.settle(&one, Outcome::Sent).await;
        let MailContent::Password(OfAccount { link, .. }) = one.content else { panic!("a link") };
        Some(link)
    };
    let late = ask().await.unwrap();
    fixture.ticks.pass_ms(HOUR_MS);
    let refused = domain.set_password(&late, "another horse".into()).await;
    assert_eq!(refused.unwrap_err().code(), ErrorCode::LinkInvalid);
    let link = ask().await.unwrap();
    domain.set_password(&link, "another horse".into()).await.unwrap();
    log_in(domain, "mia@example.com", "another horse").await.unwrap();
    let old = log_in(domain, "mia@example.com", "correct horse").await;
    assert_eq!(old.unwrap_err().code(), ErrorCode::LoginWrong);
    assert!(domain.load_login("hers").await.unwrap().is_none());
    assert!(domain.load_login("other").await.unwrap().is_some());
    // Repeated requests send at most five emails an hour.
    let mut sent = 0;
    for _ in 0..20 {
        sent += usize::from(ask().await.is_some());
    }
    assert_eq!(sent, 4);
    // A deactivated agent can't get in with a link.
    fixture.ticks.pass_ms(HOUR_MS);
    let link = ask().await.unwrap();
    domain.set_agent_active(mia.id, false).await.unwrap();
    let refused = domain.set_password(&link, "another horse".into()).await;
    assert_eq!(refused.unwrap_err().code(), ErrorCode::LinkInvalid);
    for wrong in ["", "x", "x.y.z", &format!("{}.1.00", mia.id), &link.replace(&mia.id.to_string(), &looker().id.to_string())] {
        let refused = domain.link_holder(wrong).await;
        assert_eq!(refused.unwrap_err().code(), ErrorCode::LinkInvalid, "{wrong}");
    }
}

async fn without_a_mail_server_nothing_waits(fixture) {
    fixture.mails(|_| {}).await;
    fixture.ann("ann@example.com").await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    fixture.domain.drop_due_mails().await.unwrap();
    let all = async || fixture.domain.list_mails(None, None).await.unwrap().mails;
    assert_eq!(all().await.len(), 2, "somebody may have forgotten a setting");
    // An email that was tried before waits for a mail server indefinitely.
    let tried = fixture.due().await.remove(0);
    fixture.settle(&tried, Outcome::Later { reason: "no route".into() }).await;
    fixture.ticks.pass_ms(3 * HOUR_MS);
    fixture.ann("bob@example.com").await;
    fixture.domain.drop_due_mails().await.unwrap();
    assert!(all().await.iter().any(|mail| mail.id == tried.id));
    fixture.ticks.pass_ms(3 * HOUR_MS);
    fixture.domain.drop_due_mails().await.unwrap();
    let left: Vec<_> = all().await.into_iter().filter(|mail| mail.attempts == 0).collect();
    assert!(left.is_empty(), "{left:?}");
}

async fn a_conversation_that_was_settled_by_mistake_waits_as_it_did(fixture) {
    fixture.mails(|mail| mail.to_visitors = false).await;
    fixture.ann("ann@example.com").await;
    let (mia, id) = (fixture.mia().await, only(&fixture.domain, &looker()).await.id);
    for (done, undone) in [
        (Change::Resolve { seen: None }, Change::Reopen {}),
        (Change::Archive {}, Change::Unarchive {}),
    ] {
        fixture.domain.change_conversation(&mia, id, done).await.unwrap();
        fixture.domain.change_conversation(&mia, id, undone).await.unwrap();
    }
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    assert_eq!(fixture.sent().await, [MailKind::NobodyAvailable]);
}

async fn who_was_not_told_because_somebody_came_is_told_another_time(fixture) {
    fixture.mails(|mail| mail.team_address = None).await;
    let ann = fixture.ann("ann@example.com").await;
    let there = fixture.somebody().await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    assert!(fixture.sent().await.is_empty());
    drop(there);
    fixture.domain.send_as_visitor(&ann, None, client_id(2), "anybody?").await.unwrap();
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    assert_eq!(fixture.sent().await, [MailKind::Received]);
    fixture.domain.send_as_visitor(&ann, None, client_id(3), "well").await.unwrap();
    fixture.ticks.pass_ms(HOUR_MS);
    assert!(fixture.sent().await.is_empty(), "once for the conversation");
}

async fn who_wants_no_mail_is_not_asked_about_with_each_line(fixture) {
    fixture.mails(|mail| mail.team_address = None).await;
    fixture.ann("ann@example.com").await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let one = fixture.due().await.remove(0);
    fixture.settle(&one, Outcome::Sent).await;
    fixture.domain.prefer_mail(&one.of().preference, false).await.unwrap();
    let again = fixture.ann("ann@example.com").await;
    for number in 2..5 {
        fixture.domain.send_as_visitor(&again, None, client_id(number), "well?").await.unwrap();
        fixture.ticks.pass_ms(HOUR_MS);
        assert!(fixture.sent().await.is_empty());
    }
    assert_eq!(fixture.reasons().await, ["unsubscribed"], "said once");
}

async fn one_address_that_takes_nothing_now_is_no_trouble_of_the_outbox(fixture) {
    fixture.mails(|mail| mail.team_address = None).await;
    for name in ["ann", "bob"] {
        fixture.ann(&format!("{name}@example.com")).await;
    }
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let due = fixture.due().await;
    fixture.settle(&due[0], Outcome::Later { reason: "452 full".into() }).await;
    let trouble = async || fixture.domain.mail_trouble().await.unwrap();
    assert_eq!(trouble().await.as_deref(), Some("452 full"));
    fixture.ticks.pass_ms(1_000);
    fixture.settle(&due[1], Outcome::Sent).await;
    assert_eq!(trouble().await, None, "mail goes out");
    fixture.ann("cy@example.com").await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let cys = fixture.due().await.into_iter().find(|one| one.address == "cy@example.com").unwrap();
    fixture.settle(&cys, Outcome::Later { reason: "no route".into() }).await;
    assert_eq!(trouble().await.as_deref(), Some("no route"));
}

async fn that_a_late_mail_is_not_needed_any_more_is_said(fixture) {
    fixture.mails(|mail| mail.team_address = None).await;
    let ann = fixture.ann("ann@example.com").await;
    let id = fixture.answer(2, "Yes.").await;
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    let one = fixture.due().await.remove(0);
    fixture.settle(&one, Outcome::Later { reason: "no route".into() }).await;
    fixture.domain.read_as_visitor(&ann, Seq(2)).await.unwrap();
    fixture.ticks.pass_ms(HOUR_MS);
    assert!(fixture.due().await.is_empty());
    let (mail, reason) = (MailKind::UnreadReply, DropReason::Read);
    let expect = Event::MailDropped { mail, from: Seq(2), through: Seq(2), reason };
    assert_eq!(fixture.said_of_mails(id).await.last(), Some(&expect));
}

async fn settings_of_mail_are_checked(fixture) {
    let check = async |change: fn(&mut InboxMail)| {
        let mut mail = fixture.inbox.mail.clone();
        change(&mut mail);
        fixture.domain.set_inbox_mail(fixture.inbox.id, mail).await.map(|inbox| inbox.mail)
    };
    let saved = check(|mail| mail.team_address = Some(" Team@Example.com ".into())).await.unwrap();
    assert_eq!(saved.team_address.as_deref(), Some("team@example.com"));
    let saved = check(|mail| mail.from = Some("  ".into())).await.unwrap();
    assert_eq!(saved.from, None);
    for (change, code) in [
        ((|mail| mail.from = Some("x\r\nBcc: y@z".into())) as fn(&mut InboxMail), ErrorCode::EmailInvalid),
        (|mail| mail.team_address = Some("nobody".into()), ErrorCode::EmailInvalid),
        (|mail| mail.from = Some("x@exa_mple.com".into()), ErrorCode::EmailInvalid),
        (|mail| mail.from = Some(".x@example.com".into()), ErrorCode::EmailInvalid),
        (|mail| mail.unread_wait_ms = 1, ErrorCode::MailSettingsInvalid),
        (|mail| mail.an_hour = 0, ErrorCode::MailSettingsInvalid),
    ] {
        assert_eq!(check(change).await.unwrap_err().code(), code);
    }
}

}
