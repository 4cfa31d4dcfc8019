//! Inbound email: who wrote it, which conversation it joins, that it counts once, and what people review.

use bytes::Bytes;
use domain::agent::{AgentSettings, Visibility};
use domain::inbox::{Inbox, InboxInbound, SecretOf};
use domain::mail::{Delivery, InboundMail, MailRules, Outcome};
use domain::visitor::{About, User, VisitorIdentity};
use futures_util::TryStreamExt;
use protocol::limits::{MAIL_BYTES, NOBODY_WAIT_MS, UNREAD_WAIT_MS};
use protocol::{
    Author, Body, ConversationId, Entry, ErrorCode, Event, InboundReason, InboundState, MailState,
};
use sea_orm::ConnectionTrait;

use crate::mail::Of;
use crate::support::{Fixture, agent, client_id, listed, looker, only};

const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

impl Fixture {
    /// An inbox that receives email.
    pub(crate) async fn receives_mail(&self) -> Inbox {
        self.mails(|mail| mail.team_address = None).await;
        let address = Some("help@example.org".into());
        let inbound = InboxInbound { address, mailbox: None };
        self.domain.set_inbox_inbound(self.inbox.id, inbound).await.unwrap();
        self.domain.rotate_secret(self.inbox.id, SecretOf::Inbound, true).await.unwrap();
        self.domain.find_inbox(None).await.unwrap()
    }

    /// Ann wrote, Mia answered, and the answer was sent by email.
    pub(crate) async fn mailed(&self) -> (VisitorIdentity, ConversationId, Delivery) {
        self.receives_mail().await;
        let ann = self.ann("ann@example.com").await;
        let id = self.answer(2, "Does it work?").await;
        self.ticks.pass_ms(UNREAD_WAIT_MS);
        let mut due = self.due().await;
        due.retain(|one| !one.of().messages.is_empty());
        let [one] = &due[..] else { panic!("one mail: {}", due.len()) };
        self.settle(one, Outcome::Sent).await;
        (ann, id, one.clone())
    }

    /// Receives an email and reads all inbound emails.
    pub(crate) async fn receives(&self, mail: &str) {
        self.receives_checked(mail, None).await;
    }

    /// The same, with the provider's check of the sender.
    async fn receives_checked(&self, mail: &str, checked: Option<&str>) {
        let raw = Bytes::from(mail.replace('\n', "\r\n"));
        let checked = checked.map(ToOwned::to_owned);
        self.domain.ingest_inbound(self.inbox.id, raw, checked).await.unwrap();
        self.read().await;
    }

    async fn read(&self) {
        for id in self.domain.due_inbound(100).await.unwrap() {
            self.domain.process_inbound(id).await.unwrap();
        }
    }

    async fn of_state(&self, state: InboundState) -> Vec<InboundMail> {
        self.domain.list_inbound(&looker(), state, None, "").await.unwrap().mails
    }

    async fn reviewed(&self) -> Vec<InboundReason> {
        let mails = self.of_state(InboundState::Review).await;
        mails.into_iter().filter_map(|mail| mail.reason).collect()
    }

    async fn log_of(&self, id: ConversationId) -> Vec<Entry> {
        self.domain.team_page(&looker(), id, None).await.unwrap().entries
    }

    /// The messages of a conversation, with their authors.
    async fn talk(&self, id: ConversationId) -> Vec<(String, String)> {
        let log = self.log_of(id).await;
        let messages = log.iter().filter(|entry| matches!(entry.body, Body::Message { .. }));
        let who = |author: &Author| match author {
            Author::Agent { name, .. } => name.clone(),
            other => other.tag().to_owned(),
        };
        messages.map(|entry| (who(&entry.author), entry.body.text().to_owned())).collect()
    }

    fn mails_kept(&self) -> usize {
        std::fs::read_dir(self.files.path().join("mails")).map_or(0, Iterator::count)
    }
}

/// A minimal email.
pub(crate) fn mail(from: &str, to: &str, id: &str, headers: &str, text: &str) -> String {
    format!("From: {from}\nTo: {to}\nSubject: Re: x\nMessage-ID: <{id}>\n{headers}\n{text}\n")
}

testbed::on_each_store! {

async fn an_answer_becomes_a_message_once_and_proves_the_address(fixture) {
    let (ann, id, sent) = fixture.mailed().await;
    let to = sent.reply_to.clone().unwrap();
    assert!(to.starts_with("help+") && to.ends_with("@example.org"), "{to}");
    assert!(to.split('@').next().unwrap().len() <= 64);
    let text = "Yes!\n\n-- \nAnn\n\nOn 3 Mar 2025, Mia <help@example.org> wrote:\n> Does it work?";
    // Some servers change the case of the address.
    let one = mail("Ann <Ann@Example.com>", &to.to_uppercase(), "1@example.com", "", text);
    fixture.receives(&one).await;
    let expect = [("visitor", "hello?"), ("Mia", "Does it work?"), ("visitor", "Yes!")];
    let expect = expect.map(|(who, text)| (who.to_owned(), text.to_owned()));
    assert_eq!(fixture.talk(id).await, expect);
    let log = fixture.log_of(id).await;
    let said = log.iter().find(|entry| entry.body.text() == "Yes!").unwrap();
    let Body::Event { event: Event::CameByMail { seq, sender, is_cut, .. } } = &log.last().unwrap().body else {
        panic!("it is told how it came: {log:?}")
    };
    assert_eq!((*seq, &**sender, *is_cut), (said.seq, "ann@example.com", true));
    let all = fixture.domain.inbound_text(&looker(), id, said.seq).await.unwrap();
    assert!(all.whole.contains("> Does it work?"));
    let profile = fixture.domain.profile_of(&looker(), id).await.unwrap();
    assert!(profile.is_email_proven && profile.id == ann.visitor);
    assert_eq!(fixture.mails_kept(), 1, "it is kept as it came");

    // The same email again: by another route, after a restart, and from a mailbox that was read before.
    fixture.receives(&format!("Received: from there\n{one}")).await;
    fixture.receives(&one).await;
    let fixture = fixture.restart().await;
    fixture.receives(&one).await;
    assert_eq!(fixture.talk(id).await.len(), 3);

    // The next answer threads with the inbound email.
    fixture.answer(9, "Good.").await;
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    let next = fixture.due().await.remove(0);
    assert_eq!(next.thread.last().map(String::as_str), Some("1@example.com"));
    assert!(next.thread.contains(&sent.message_id));
}

async fn an_answer_that_came_to_two_inboxes_is_said_once(fixture) {
    let (_, id, sent) = fixture.mailed().await;
    let other = fixture.domain.create_inbox("Other", &[]).await.unwrap();
    let both = format!("{}, sales@example.org", sent.reply_to.clone().unwrap());
    let one = mail("ann@example.com", &both, "1@example.com", "", "Yes!");
    fixture.receives(&one).await;
    let raw = Bytes::from(one.replace('\n', "\r\n"));
    fixture.domain.ingest_inbound(other.id, raw, None).await.unwrap();
    fixture.read().await;
    assert_eq!(fixture.talk(id).await.iter().filter(|(_, text)| text == "Yes!").count(), 1);
    assert_eq!(fixture.of_state(InboundState::Posted).await.len(), 2);
    assert!(fixture.of_state(InboundState::Review).await.is_empty());
}

async fn what_logs_the_visitor_in_is_not_kept_with_what_they_quote(fixture) {
    let (_, id, sent) = fixture.mailed().await;
    let to = sent.reply_to.clone().unwrap();
    let text = format!(
        "Yes, see https://x.example/chat#login={0}\n\nOn 3 Mar 2025, Mia wrote:\n> https://x.example/chat#login={0}",
        sent.of().login
    );
    fixture.receives(&mail("ann@example.com", &to, "1@example.com", "", &text)).await;
    let (_, said) = fixture.talk(id).await.pop().unwrap();
    assert_eq!(said, "Yes, see https://x.example/chat#login=…");
    let seq = fixture.log_of(id).await.iter().find(|entry| entry.body.text() == said).unwrap().seq;
    let all = fixture.domain.inbound_text(&looker(), id, seq).await.unwrap().whole;
    assert!(all.contains("> https://x.example/chat#login=…"), "{all}");
    assert!(!all.contains(&sent.of().login));
}

async fn who_has_a_mail_that_went_elsewhere_does_not_prove_an_address_by_it(fixture) {
    fixture.receives_mail().await;
    let ann = fixture.ann("evil@example.net").await;
    let id = fixture.answer(2, "Does it work?").await;
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    let mut due = fixture.due().await;
    due.retain(|one| !one.of().messages.is_empty());
    let first = due.remove(0);
    // Their server has the email, but reports that it does not.
    fixture.settle(&first, Outcome::Later { reason: "451 again".into() }).await;
    let user = User { email: Some("ann@example.com".into()), ..User::default() };
    let about = About { user: Some(user), ..About::default() };
    fixture.domain.note_visitor(&ann, about, None).await.unwrap();
    fixture.ticks.pass_ms(24 * 60 * 60_000);
    fixture.due().await;
    let second = fixture.due().await.into_iter().find(|one| one.address == "ann@example.com");
    fixture.settle(&second.expect("an email to her"), Outcome::Sent).await;
    let to = first.reply_to.clone().unwrap();
    fixture.receives(&mail("ann@example.com", &to, "1@example.net", "", "I am Ann")).await;
    let names = format!("In-Reply-To: <{}>\n", first.message_id);
    fixture.receives(&mail("ann@example.com", "help@example.org", "2@example.net", &names, "Yes")).await;
    let known = fixture.domain.profile_of(&looker(), id).await.unwrap();
    assert!(!known.is_email_proven);
}

async fn an_answer_is_known_by_what_it_names_but_not_by_its_subject(fixture) {
    let (_, id, sent) = fixture.mailed().await;
    let names = format!("References: <x@y> <{}>\n", sent.message_id);
    fixture.receives(&mail("ann@example.com", "help@example.org", "1@example.com", &names, "By name.")).await;
    // It also finds a reference to that email, as when someone replies to themselves.
    let names = "In-Reply-To: <1@example.com>\n";
    fixture.receives(&mail("ann@example.com", "help@example.org", "2@example.com", names, "PS.")).await;
    let talk = fixture.talk(id).await;
    assert_eq!(talk[2..], [("visitor".to_owned(), "By name.".to_owned()), ("visitor".to_owned(), "PS.".to_owned())]);
    // A subject alone starts another conversation, with another visitor.
    fixture.receives(&mail("ann@example.com", "help@example.org", "3@example.com", "", "New.")).await;
    assert_eq!(fixture.talk(id).await.len(), 4);
    assert_eq!(listed(&fixture.domain, &looker()).await.len(), 2);
}

async fn who_is_not_the_visitor_is_looked_at_by_people(fixture) {
    let (_, id, sent) = fixture.mailed().await;
    let to = sent.reply_to.clone().unwrap();
    fixture.receives(&mail("Eve <eve@example.net>", &to, "1@e", "", "It is me, Ann.")).await;
    let forged = "Authentication-Results: mx.example.org; dmarc=fail\n";
    fixture.receives(&mail("ann@example.com", &to, "2@e", forged, "It is me, too.")).await;
    let list = "List-Id: <l.example.net>\nList-Unsubscribe: <https://x.example>\n";
    fixture.receives(&mail("ann@example.com", &to, "3@e", list, "To all.")).await;
    fixture.receives(&mail("ann@example.com, eve@example.net", &to, "4@e", "", "Both.")).await;
    assert_eq!(fixture.talk(id).await.len(), 2, "nothing was posted");
    let reasons = [InboundReason::NoSender, InboundReason::List, InboundReason::Forged, InboundReason::OtherSender];
    assert_eq!(fixture.reviewed().await, reasons);
    assert_eq!(fixture.domain.count_for_review(&looker()).await.unwrap(), 4);

    // An agent reviews it: it is from Ann's colleague, who may speak for her.
    let eve = fixture.of_state(InboundState::Review).await.pop().unwrap();
    assert_eq!((eve.conversation, eve.text.as_deref()), (Some(id), Some("It is me, Ann.")));
    fixture.domain.allow_inbound(&looker(), eve.id, true).await.unwrap();
    fixture.read().await;
    assert_eq!(fixture.talk(id).await.last().unwrap().1, "It is me, Ann.");
    let profile = fixture.domain.profile_of(&looker(), id).await.unwrap();
    assert_eq!(profile.email.as_deref(), Some("ann@example.com"), "who she is stays");
    assert!(!profile.is_email_proven);
    let again = fixture.domain.allow_inbound(&looker(), eve.id, true).await.unwrap_err();
    assert_eq!(again.code(), ErrorCode::MailSettled);

    // Discarded, then accepted as a new conversation.
    let list = fixture.of_state(InboundState::Review).await.into_iter().find(|one| one.reason == Some(InboundReason::List)).unwrap();
    fixture.domain.discard_inbound(&looker(), list.id).await.unwrap();
    assert_eq!(fixture.of_state(InboundState::Discarded).await.len(), 1);
    fixture.domain.allow_inbound(&looker(), list.id, false).await.unwrap();
    fixture.read().await;
    assert_eq!(listed(&fixture.domain, &looker()).await.len(), 2);
    // An email without a sender can only be viewed.
    let nobodys = fixture.of_state(InboundState::Review).await.into_iter().find(|one| one.sender.is_none()).unwrap();
    assert!(!nobodys.can_be_message);
    assert!(fixture.domain.allow_inbound(&looker(), nobodys.id, true).await.is_err());
}

async fn a_token_of_another_mail_or_inbox_is_none(fixture) {
    let (_, id, sent) = fixture.mailed().await;
    let to = sent.reply_to.clone().unwrap();
    let (name, host) = to.split_once('@').unwrap();
    let last = name.chars().next_back().unwrap();
    let other = if last == 'a' { 'b' } else { 'a' };
    let forged = format!("{}{other}@{host}", &name[..name.len() - 1]);
    fixture.receives(&mail("ann@example.com", &forged, "1@e", "", "Forged.")).await;
    fixture.receives(&mail("ann@example.com", "help+@example.org, help+x@example.org", "2@e", "", "None.")).await;
    assert_eq!(fixture.talk(id).await.len(), 2);
}

async fn agents_answer_from_their_mail_program(fixture) {
    fixture.receives_mail().await;
    fixture.mails(|mail| mail.team_address = Some("team@example.org".into())).await;
    fixture.ann("ann@example.com").await;
    fixture.mia().await;
    let bob = agent(&fixture.domain, "bob@example.com").await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let due = fixture.due().await;
    let team = due.iter().find(|one| one.address == "team@example.org").unwrap();
    let to = team.reply_to.clone().unwrap();
    let id = only(&fixture.domain, &looker()).await.id;
    let said = mail("Mia <mia@example.com>", &to, "1@e", "", "I am on it.");
    fixture.receives_checked(&said, Some("provider; dkim=pass header.d=example.com")).await;
    assert_eq!(fixture.talk(id).await.last().unwrap(), &("Mia".to_owned(), "I am on it.".to_owned()));
    // Refused: the visitor's address, an agent who may not see the conversation, and an agent who has left.
    let other = fixture.domain.create_inbox("Other", &[]).await.unwrap();
    let settings = AgentSettings { visibility: Visibility::Inboxes([other.id].into()), capacity: None, skills: [].into() };
    fixture.domain.set_agent(bob.id, settings).await.unwrap();
    fixture.receives(&mail("bob@example.com", &to, "2@e", "", "Me, too.")).await;
    fixture.receives(&mail("ann@example.com", &to, "3@e", "", "I am an agent.")).await;
    assert_eq!(fixture.reviewed().await, [InboundReason::OtherSender; 2]);
    // An agent's email to the inbox that replies to nothing is not a visitor's message.
    fixture.receives(&mail("mia@example.com", "help@example.org", "4@e", "", "Fwd")).await;
    assert_eq!(fixture.reviewed().await[0], InboundReason::FromAgent);
    assert_eq!(fixture.talk(id).await.len(), 2);
}

async fn no_header_that_its_sender_wrote_vouches_for_a_mail(fixture) {
    let mut fixture = fixture;
    let (_, id, sent) = fixture.mailed().await;
    let visitors = sent.reply_to.clone().unwrap();
    fixture.mails(|mail| mail.team_address = Some("team@example.org".into())).await;
    fixture.ann("bea@example.com").await;
    fixture.mia().await;
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let due = fixture.due().await;
    let team = due.iter().find(|one| one.address == "team@example.org").unwrap();
    let teams = team.reply_to.clone().unwrap();
    let own_list = "List-Id: <help.example.org>\nList-Unsubscribe: <https://x.example>\n";
    let mut number = 0;
    let mut becomes = async |fixture: &Fixture, to: &str, headers: &str, checked: Option<&str>| {
        number += 1;
        let from = if to == teams { "mia@example.com" } else { "ann@example.com" };
        let reviewed = fixture.reviewed().await.len();
        fixture.receives_checked(&mail(from, to, &format!("v{number}@e"), headers, "Pay here."), checked).await;
        if fixture.reviewed().await.len() > reviewed { Some(fixture.reviewed().await[0]) } else { None }
    };
    let (posted, forged, unchecked) = (None, Some(InboundReason::Forged), Some(InboundReason::Unchecked));
    let says = |results: &str| format!("Authentication-Results: mx.example.org; {results}\n");
    // No trusted server is configured: visitors' emails are accepted with a mark, and agents' are not.
    assert_eq!(becomes(&fixture, &visitors, "", None).await, posted);
    let Body::Event { event: Event::CameByMail { is_unchecked, .. } } = &fixture.log_of(id).await.last().unwrap().body.clone() else {
        panic!("it came by mail");
    };
    assert_eq!(*is_unchecked, Some(true));
    assert_eq!(becomes(&fixture, &teams, "", None).await, unchecked);
    assert_eq!(becomes(&fixture, &teams, &says("dmarc=pass"), None).await, unchecked, "anybody writes that");
    for results in ["dmarc=fail", "dmarc=fail(p=reject)", "dmarc = fail"] {
        for list in ["", own_list] {
            let headers = format!("{list}{}", says(results));
            assert_eq!(becomes(&fixture, "help@example.org", &headers, None).await, forged, "{headers}");
            assert_eq!(becomes(&fixture, &teams, &headers, None).await, forged, "{headers}");
        }
    }
    // The provider's check counts, and nothing in the email can override it.
    let pass = Some("provider; spf=pass smtp.mailfrom=x@example.com");
    let other = Some("provider; spf=pass smtp.mailfrom=eve@example.net; dkim=pass header.d=example.net");
    assert_eq!(becomes(&fixture, &teams, &says("dmarc=fail"), pass).await, posted);
    assert_eq!(becomes(&fixture, &teams, &says("dmarc=pass"), other).await, forged);
    assert_eq!(becomes(&fixture, &visitors, "", other).await, forged);
    // A trusted server is configured: each email needs its check.
    let rules = MailRules { authserv_ids: vec!["mx.example.org".into()], ..MailRules::default() };
    fixture.domain = fixture.domain.clone().with_mail_rules(rules);
    for (to, is_agent) in [(&visitors, false), (&teams, true)] {
        assert_eq!(becomes(&fixture, to, &says("dmarc=pass"), None).await, posted, "{is_agent}");
        for headers in [
            String::new(),
            says("dmarc=permerror"),
            says("dmarc=none; spf=fail"),
            "Authentication-Results: evil.example; dmarc=pass\n".into(),
            format!("{own_list}{}", says("dmarc=fail")),
        ] {
            assert_eq!(becomes(&fixture, to, &headers, None).await, forged, "{headers} {is_agent}");
        }
    }
    let last = fixture.log_of(id).await.into_iter().rev().find_map(|entry| match entry.body {
        Body::Event { event: Event::CameByMail { is_unchecked, .. } } => Some(is_unchecked),
        _ => None,
    });
    assert_eq!(last, Some(None), "it was checked");
}

async fn an_answer_to_a_note_stays_among_the_team(fixture) {
    fixture.receives_mail().await;
    fixture.mails(|mail| mail.to_visitors = false).await;
    fixture.ann("ann@example.com").await;
    let (mia, bob) = (fixture.mia().await, agent(&fixture.domain, "bob@example.com").await);
    let id = only(&fixture.domain, &looker()).await.id;
    fixture.domain.send_as_agent(&bob, id, client_id(2), "@Mia is that true?", true).await.unwrap();
    fixture.ticks.pass_ms(UNREAD_WAIT_MS);
    let due = fixture.due().await;
    let note = due.iter().find(|one| one.address == mia.email).unwrap();
    let to = note.reply_to.clone().unwrap();
    let said = mail("mia@example.com", &to, "1@e", "", "Yes, I looked.");
    fixture.receives_checked(&said, Some("provider; spf=pass smtp.mailfrom=mia@example.com")).await;
    assert_eq!(fixture.talk(id).await.len(), 1, "the visitor hears nothing of it");
    let log = fixture.log_of(id).await;
    assert!(log.iter().any(|entry| entry.body == Body::Note { text: "Yes, I looked.".into() }));
}

async fn a_mail_to_the_inbox_begins_a_conversation_of_its_own(fixture) {
    fixture.receives_mail().await;
    // Someone in the chat claims this address. The sender of an email must not get to read what they wrote.
    let typed = fixture.ann("ann@example.com").await;
    fixture.receives(&mail("Ann Miller <ann@example.com>", "help@example.org", "1@e", "", "I need help.")).await;
    let all = listed(&fixture.domain, &looker()).await;
    let new = all.iter().find(|summary| summary.visitor != typed.visitor).unwrap();
    assert_eq!(new.visitor_name, "Ann Miller");
    let profile = fixture.domain.profile_of(&looker(), new.id).await.unwrap();
    assert_eq!(profile.email.as_deref(), Some("ann@example.com"));
    assert!(!profile.is_email_proven, "anybody can write that");
    let names = "References: <1@e>\n";
    fixture.receives(&mail("ann@example.com", "help@example.org", "2@e", names, "Hello?")).await;
    assert_eq!(fixture.talk(new.id).await.len(), 2, "who answers themselves goes on");
    // No other email joins it, neither by the same address nor by another sender's reference.
    fixture.receives(&mail("ann@example.com", "help@example.org", "3@e", "", "Me, too.")).await;
    fixture.receives(&mail("eve@example.net", "help@example.org", "4@e", names, "And me.")).await;
    assert_eq!(fixture.talk(new.id).await.len(), 2);
    assert_eq!(listed(&fixture.domain, &looker()).await.len(), 4);
    // The sender of an email gets no confirmation by email. The answer goes to their address.
    fixture.ticks.pass_ms(NOBODY_WAIT_MS);
    let due = fixture.due().await;
    assert_eq!(due.len(), 1, "only who wrote in the chat");
    let mia = fixture.mia().await;
    fixture.domain.send_as_agent(&mia, new.id, client_id(5), "What is it?", false).await.unwrap();
    fixture.settle(&due[0], Outcome::Sent).await;
    fixture.ticks.pass_ms(UNREAD_WAIT_MS + 60 * 60_000);
    let answer = fixture.due().await.remove(0);
    assert_eq!((answer.of().conversation, &*answer.address), (new.id, "ann@example.com"));
    assert_eq!(answer.thread, ["1@e", "2@e"]);
}

async fn programs_and_loops_are_left_out(fixture) {
    let (_, id, sent) = fixture.mailed().await;
    let to = sent.reply_to.clone().unwrap();
    let auto = "Auto-Submitted: auto-replied\n";
    fixture.receives(&mail("ann@example.com", &to, "1@e", auto, "I am on holiday.")).await;
    let news = "List-Unsubscribe: <https://news.example.net/leave>\n";
    fixture.receives(&mail("news@example.net", "help@example.org", "2@e", news, "Buy!")).await;
    // An email that we sent comes back by some route.
    fixture.receives(&mail("help@example.org", "help@example.org", &sent.message_id, "", "Myself.")).await;
    let read = "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n";
    fixture.receives(&mail("ann@example.com", &to, "3@e", read, "--b\n\nread\n--b--")).await;
    let ignored = fixture.of_state(InboundState::Ignored).await;
    let reasons: Vec<_> = ignored.iter().filter_map(|mail| mail.reason).collect();
    use InboundReason as R;
    assert_eq!(reasons, [R::ReadReceipt, R::Loop, R::List, R::AutoReply]);
    assert_eq!(fixture.talk(id).await.len(), 2);
    // Except if the list is the inbox itself.
    let own = "List-Id: Help <help.example.org>\nList-Unsubscribe: <https://x.example>\n";
    fixture.receives(&mail("bob@example.net", "help@example.org", "4@e", own, "To the team.")).await;
    assert_eq!(listed(&fixture.domain, &looker()).await.len(), 2);
    // Two autoresponders that answer each other are stopped.
    for number in 0..70 {
        fixture.receives(&mail("ann@example.com", &to, &format!("{number}@loop"), "", "again")).await;
    }
    assert_eq!(fixture.reviewed().await, [InboundReason::TooMany; 10]);
    // All are retained for the configured time, since an ignored email may have been someone's message.
    assert_eq!(fixture.mails_kept(), 4 + 1 + 70);
    fixture.ticks.pass_ms(364 * 24 * 60 * 60_000);
    fixture.domain.sweep_inbound().await.unwrap();
    assert_eq!(fixture.mails_kept(), 4 + 1 + 70);
    fixture.ticks.pass_ms(2 * 24 * 60 * 60_000);
    fixture.domain.sweep_inbound().await.unwrap();
    assert_eq!(fixture.of_state(InboundState::Ignored).await.len(), 0);
    assert_eq!(fixture.mails_kept(), 10, "what waits for somebody stays");
    assert_eq!(fixture.of_state(InboundState::Posted).await.len(), 30, "a message goes on to tell how it came");
}

async fn forms_and_programs_that_send_for_others_bring_whom_they_name(fixture) {
    fixture.mailed().await;
    let bob = "Reply-To: Bob Ray <bob@example.net>\n";
    let to = "help@example.org";
    // A site's contact form sends from its own address, the inbox's, the program's, or an agent's.
    for (number, from) in ["noreply@example.org", to, "chat@example.org", "mia@example.com"].into_iter().enumerate() {
        fixture.receives(&mail(from, to, &format!("{number}@form"), bob, "Where is my parcel?")).await;
        let latest = listed(&fixture.domain, &looker()).await.remove(0);
        let profile = fixture.domain.profile_of(&looker(), latest.id).await.unwrap();
        assert_eq!(profile.email.as_deref(), Some("bob@example.net"), "{from}");
        assert_eq!(latest.visitor_name, "Bob Ray", "{from}");
        assert!(!profile.is_email_proven, "{from}");
    }
    for headers in ["Precedence: junk\n", "Feedback-ID: 1:AmazonSES\n", "List-Id: <l.example.com>\nList-Post: <mailto:l@example.com>\n"] {
        let before = listed(&fixture.domain, &looker()).await.len();
        fixture.receives(&mail("eve@example.net", to, &format!("{before}@bulk"), headers, "A question.")).await;
        assert_eq!(listed(&fixture.domain, &looker()).await.len(), before + 1, "{headers}");
    }
    // From one of our own addresses and without another reply address: someone has to review it.
    for from in [to, "chat@example.org"] {
        fixture.receives(&mail(from, to, &format!("{from}1"), "", "A copy.")).await;
        fixture.receives(&mail(from, to, &format!("{from}2"), "Reply-To: help@example.org\n", "Another.")).await;
    }
    assert_eq!(fixture.reviewed().await, [InboundReason::Loop; 4]);
}

async fn what_was_left_out_is_found_downloaded_and_becomes_a_conversation(fixture) {
    fixture.mailed().await;
    let news = "List-Unsubscribe: <https://news.example.net/leave>\n";
    let one = mail("Shop <news@example.net>", "help@example.org", "1@e", news, "My parcel 100%_ is LOST.");
    fixture.receives(&one).await;
    fixture.receives(&mail("ads@example.net", "help@example.org", "2@e", news, "Buy more.")).await;
    let found = async |words: &str| {
        let page = fixture.domain.list_inbound(&looker(), InboundState::Ignored, None, words).await.unwrap();
        page.mails.into_iter().map(|mail| mail.sender.unwrap_or_default()).collect::<Vec<_>>()
    };
    assert_eq!(found("").await.len(), 2);
    for words in ["parcel", "is lost", "100%_", " NEWS@ ", "shop"] {
        assert_eq!(found(words).await, ["news@example.net"], "{words}");
    }
    for words in ["%", "!", "_x", "'; --"] {
        assert_eq!(found(words).await.len(), usize::from(words == "%" ), "{words}");
    }
    let left_out = fixture.domain.list_inbound(&looker(), InboundState::Ignored, None, "parcel").await.unwrap().mails.remove(0);
    assert!(left_out.is_kept && left_out.can_be_message);
    let raw = fixture.domain.raw_inbound(&looker(), left_out.id).await.unwrap();
    let content = raw.content.try_collect::<Vec<_>>().await.unwrap().concat();
    assert_eq!(content.len() as u64, raw.bytes);
    assert_eq!(content, one.replace('\n', "\r\n").into_bytes());
    fixture.domain.allow_inbound(&looker(), left_out.id, false).await.unwrap();
    fixture.read().await;
    let latest = listed(&fixture.domain, &looker()).await.remove(0);
    assert_eq!(latest.preview, "My parcel 100%_ is LOST.");
    let unknown = fixture.domain.raw_inbound(&looker(), protocol::InboundId(uuid::Uuid::nil())).await;
    assert!(unknown.is_err_and(|error| error.code() == protocol::ErrorCode::MailUnknown));
}

async fn a_bounce_marks_the_address_and_stops_mail_until_somebody_answers(fixture) {
    let (_, id, sent) = fixture.mailed().await;
    let bounce = |action: &str, status: &str, about: &str| format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nTo: help@example.org\nMessage-ID: <{action}{about}>\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; x\n\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; 550 no such user\n\n\
         --b\nContent-Type: message/rfc822\n\nMessage-ID: <{about}>\n\nx\n--b--\n"
    );
    fixture.receives(&bounce("delayed", "4.4.1", &sent.message_id)).await;
    fixture.receives(&bounce("failed", "5.1.1", "not-ours@example.org")).await;
    let profile = fixture.domain.profile_of(&looker(), id).await.unwrap();
    assert_eq!(fixture.domain.address_status(&profile).await.unwrap().bounced, None);
    fixture.receives(&bounce("failed", "5.1.1", &sent.message_id)).await;
    let standing = fixture.domain.address_status(&profile).await.unwrap();
    assert_eq!(standing.bounced.as_deref(), Some("550 no such user"));
    let log = fixture.log_of(id).await;
    assert!(matches!(&log.last().unwrap().body, Body::Event { event: Event::MailFailed { reason, .. } } if reason == "550 no such user"));
    let failed = fixture.domain.list_mails(Some(MailState::Failed), None).await.unwrap().mails;
    assert_eq!(failed.len(), 1);
    fixture.answer(5, "Still there?").await;
    fixture.ticks.pass_ms(UNREAD_WAIT_MS + 60 * 60_000);
    assert!(fixture.due().await.is_empty());
    // The mailbox may have been full for a day: Ann answers after all.
    fixture.receives(&mail("ann@example.com", &sent.reply_to.clone().unwrap(), "9@e", "", "Here.")).await;
    assert_eq!(fixture.domain.address_status(&profile).await.unwrap().bounced, None);
}

async fn what_is_attached_comes_along_within_the_limits(fixture) {
    let (_, id, sent) = fixture.mailed().await;
    let part = |name: &str, content: &str| format!(
        "--b\nContent-Type: application/octet-stream; name=\"{name}\"\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n{content}\n"
    );
    let parts = [part("../../shot.png", PICTURE), part("setup.exe", "TVqQAAMAAAAEAAAA//8AALgAAAA="), part("empty.txt", "")];
    let headers = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n";
    let text = format!("--b\nContent-Type: text/plain\n\nSee.\n{}--b--", parts.concat());
    fixture.receives(&mail("ann@example.com", &sent.reply_to.clone().unwrap(), "1@e", headers, &text)).await;
    let log = fixture.log_of(id).await;
    let said = log.iter().find(|entry| entry.body.text() == "See.").unwrap();
    let files: Vec<_> = said.files.0.iter().map(|file| (&*file.name, &*file.media_type)).collect();
    assert_eq!(files, [("shot.png", "image/png")]);
    let all = fixture.domain.inbound_text(&looker(), id, said.seq).await.unwrap();
    assert_eq!(all.left_out, ["setup.exe", "empty.txt"]);
}

async fn what_can_not_be_read_is_kept_and_the_next_is_read(fixture) {
    let (_, id, sent) = fixture.mailed().await;
    let to = sent.reply_to.clone().unwrap();
    let parts = "--b\n\nx\n".repeat(1_000);
    let bomb = mail("ann@example.com", &to, "1@e", "Content-Type: multipart/mixed; boundary=b\n", &parts);
    let nothing = mail("ann@example.com", &to, "2@e", "", "").replace("Subject: Re: x\n", "");
    let large = vec![b'x'; MAIL_BYTES as usize + 1];
    let refused = fixture.domain.ingest_inbound(fixture.inbox.id, large.into(), None).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::MailTooLarge);
    assert_eq!(fixture.domain.ingest_inbound(fixture.inbox.id, Bytes::new(), None).await.unwrap_err().code(), ErrorCode::MailEmpty);
    for one in [&bomb, &nothing] {
        let raw = Bytes::from(one.replace('\n', "\r\n"));
        fixture.domain.ingest_inbound(fixture.inbox.id, raw, None).await.unwrap();
    }
    fixture.domain.leave_inbound(fixture.inbox.id, Bytes::from_static(b"From: a@b.c\r\nSubject: Big\r\n\r\n"), 50 << 20, InboundReason::TooLarge).await.unwrap();
    fixture.receives(&mail("ann@example.com", &to, "3@e", "", "Fine.")).await;
    assert_eq!(fixture.talk(id).await.last().unwrap().1, "Fine.");
    let mut reasons = fixture.reviewed().await;
    reasons.sort_by_key(|reason| reason.as_str());
    assert_eq!(reasons, [InboundReason::Empty, InboundReason::TooLarge, InboundReason::Unreadable]);
    let large = fixture.of_state(InboundState::Review).await.into_iter().find(|one| one.reason == Some(InboundReason::TooLarge)).unwrap();
    assert_eq!((large.sender.as_deref(), large.subject.as_deref(), large.bytes), (Some("a@b.c"), Some("Big"), 50 << 20));
}

async fn a_mail_that_ends_the_program_each_time_is_left_to_people(fixture) {
    fixture.receives_mail().await;
    let raw = Bytes::from_static(b"From: a@example.com\r\nMessage-ID: <1@e>\r\n\r\nhello");
    let id = fixture.domain.ingest_inbound(fixture.inbox.id, raw, None).await.unwrap();
    // While the content is unavailable, it is retried indefinitely: that is not the email's fault.
    let folder = fixture.files.path().join("mails");
    let away = fixture.files.path().join("away");
    std::fs::rename(&folder, &away).unwrap();
    for _ in 0..8 {
        assert!(fixture.domain.process_inbound(id).await.is_err());
        assert!(fixture.domain.due_inbound(10).await.unwrap().is_empty(), "nobody else reads it meanwhile");
        fixture.ticks.pass_ms(60_000);
    }
    std::fs::rename(&away, &folder).unwrap();
    // An email that was started five times without finishing is not started again automatically.
    let look = fixture.database.connect().await;
    look.execute_unprepared("UPDATE inbound_mail SET attempts = 5").await.unwrap();
    fixture.read().await;
    assert_eq!(fixture.reviewed().await, [InboundReason::Unreadable]);
    // A newer version of the program may be able to read it.
    fixture.domain.allow_inbound(&looker(), id, false).await.unwrap();
    fixture.read().await;
    assert_eq!(only(&fixture.domain, &looker()).await.preview, "hello");
}

async fn an_answer_reaches_the_conversation_that_goes_on(fixture) {
    let (ann, id, sent) = fixture.mailed().await;
    let to = sent.reply_to.clone().unwrap();
    let mia = fixture.mia().await;
    let resolve = protocol::Change::Resolve { seen: None };
    fixture.domain.change_conversation(&mia, id, resolve).await.unwrap();
    // The answer reopens it.
    fixture.receives(&mail("ann@example.com", &to, "1@e", "", "One more thing.")).await;
    assert_eq!(fixture.talk(id).await.last().unwrap().1, "One more thing.");
    assert_eq!(only(&fixture.domain, &looker()).await.status, protocol::Status::Open);
    assert_eq!(fixture.domain.visitor_head(&ann).await.unwrap(), fixture.log_of(id).await.iter().filter(|entry| matches!(entry.body, Body::Message { .. })).map(|entry| entry.seq).max().unwrap());
}

async fn settings_of_what_comes_in_are_checked(fixture) {
    let set = async |id, address: &str, mailbox: &str| {
        let inbound = InboxInbound { address: Some(address.into()), mailbox: Some(mailbox.into()) };
        fixture.domain.set_inbox_inbound(id, inbound).await.map_err(|error| error.code())
    };
    let id = fixture.inbox.id;
    for wrong in ["a-name-that-is-far-too-long@example.org", "help+me@example.org"] {
        assert_eq!(set(id, wrong, "").await.err(), Some(ErrorCode::InboundAddressInvalid));
    }
    let url = set(id, "", "imaps://imap.example.org").await;
    assert_eq!(url.err(), Some(ErrorCode::ImapUrlInvalid));
    let saved = set(id, "Help@Example.org", "imaps://help:secret@imap.example.org/Help").await.unwrap();
    assert_eq!(saved.inbound_address(), Some("help@example.org"));
    let shown = saved.mailbox_shown().unwrap();
    assert!(!shown.contains("secret"), "{shown}");
    // The masked address that was shown keeps the stored password when it is saved again.
    let again = set(id, "help@example.org", &shown).await.unwrap();
    assert_eq!(again.inbound, saved.inbound);
    assert_eq!(fixture.domain.mailboxes().await.unwrap().len(), 1);
    // The folder can be changed alone, but another user needs a password.
    let folder = shown.replace("/Help", "/Desk");
    let desk = set(id, "help@example.org", &folder).await.unwrap();
    assert_eq!(desk.inbound.mailbox.as_deref(), Some("imaps://help:secret@imap.example.org/Desk"));
    let other = set(id, "help@example.org", &folder.replace("help:", "desk:")).await;
    assert_eq!(other.err(), Some(ErrorCode::ImapUrlInvalid));
    set(id, "help@example.org", &shown).await.unwrap();
    // Another mailbox has its own emails.
    let position = domain::mail::Position { uid_validity: 1, uid: 50 };
    let here = "imaps://help:secret@imap.example.org/Help";
    assert!(fixture.domain.note_mailbox(id, here, position).await.unwrap());
    let mailbox = async || fixture.domain.mailboxes().await.unwrap().remove(0);
    set(id, "help@example.org", "imaps://help:other@imap.example.org/Help").await.unwrap();
    assert_eq!(mailbox().await.position, Some(position), "another password is the same mailbox");
    set(id, "help@example.org", "imaps://help:other@imap.example.org").await.unwrap();
    assert_eq!(mailbox().await.position, None);
    // A reader of the previous mailbox can't change the state of this one.
    assert!(!fixture.domain.note_mailbox(id, here, position).await.unwrap());
    fixture.domain.note_mailbox_trouble(id, here, "gone".into()).await.unwrap();
    assert_eq!((mailbox().await.position, mailbox().await.trouble), (None, None));
    let here = "imaps://help:other@imap.example.org";
    fixture.domain.note_mailbox_trouble(id, here, "x".repeat(1 << 20)).await.unwrap();
    assert_eq!(mailbox().await.trouble.unwrap().len(), 300);
    // Only one inbox can have an address.
    let other = fixture.domain.create_inbox("Other", &[]).await.unwrap();
    let taken = set(other.id, "help@example.org", "").await;
    assert_eq!(taken.err(), Some(ErrorCode::InboundAddressInvalid));
    let taken = set(other.id, "desk@example.org", "imaps://help:x@IMAP.example.org").await;
    assert_eq!(taken.err(), Some(ErrorCode::MailboxTaken));
    // A key is void after the next rotation.
    fixture.domain.rotate_secret(fixture.inbox.id, SecretOf::Inbound, true).await.unwrap();
    let one = fixture.domain.find_inbox(None).await.unwrap();
    let url = one.webhook("https://chat.example.org").unwrap();
    let key = url.split(['@', ':']).nth(2).unwrap();
    assert!(one.accepts_mail_by(key) && !one.accepts_mail_by("") && !one.accepts_mail_by("x"));
    fixture.domain.rotate_secret(fixture.inbox.id, SecretOf::Inbound, false).await.unwrap();
    assert!(fixture.domain.find_inbox(None).await.unwrap().accepts_mail_by(key), "for a day");
    fixture.ticks.pass_ms(24 * 60 * 60 * 1_000);
    assert!(!fixture.domain.find_inbox(None).await.unwrap().accepts_mail_by(key));
    fixture.domain.drop_inbound_key(fixture.inbox.id).await.unwrap();
    assert!(!fixture.domain.find_inbox(None).await.unwrap().accepts_mail_by(""));
}

}
