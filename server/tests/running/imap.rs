//! Mailboxes that fail. Successes are tested with a real one, in the browser tests.

use std::collections::BTreeSet;

use domain::inbox::InboxInbound;
use protocol::{Filter, InboundReason, InboundState};
use testbed::imap::{Fault, Imap};

use crate::inbound::said;
use crate::support::{Client, Running};

const ADDRESS: &str = "help@example.org";

fn mail(name: &str) -> String {
    format!(
        "From: {name}@example.com\r\nTo: {ADDRESS}\r\nSubject: Hi\r\n\
         Message-ID: <{name}@example.com>\r\n\r\nThis is {name}.\r\n"
    )
}

/// A server whose inbox has a mailbox.
async fn start(imap: &Imap) -> (Running, Client) {
    let server = Running::start().await;
    let inbox = server.domain.find_inbox(None).await.unwrap();
    let inbound = InboxInbound { address: Some(ADDRESS.into()), mailbox: Some(imap.url()) };
    server.domain.set_inbox_inbound(inbox.id, inbound).await.unwrap();
    let mut agent = server.agent().await;
    agent.welcome().await;
    (server, agent)
}

async fn trouble(server: &Running) -> Option<String> {
    server.domain.mailboxes().await.unwrap().remove(0).trouble
}

async fn left(server: &Running) -> Vec<(Option<String>, Option<InboundReason>)> {
    let mia = server.domain.list_agents().await.unwrap().remove(0);
    let page = server.domain.list_inbound(&mia, InboundState::Review, None, "").await.unwrap();
    page.mails.into_iter().map(|mail| (mail.sender, mail.reason)).collect()
}

#[tokio::test]
async fn a_mailbox_that_refuses_is_tried_again_and_says_why_meanwhile() {
    let imap = Imap::start().await;
    imap.fail(Fault::NoLogin);
    let (server, mut agent) = start(&imap).await;
    imap.logins(2).await;
    let why = trouble(&server).await.unwrap();
    assert!(why.contains("the mail server rejected the login") && !why.contains("secret"), "{why}");
    imap.fail(Fault::NoFolder);
    imap.logins(4).await;
    let why = trouble(&server).await.unwrap();
    assert!(why.contains("the folder INBOX can't be opened"), "{why}");
    imap.fail(None);
    imap.listened(1).await;
    assert_eq!(trouble(&server).await, None);
    imap.deliver(&mail("ann"));
    said(&mut agent, "This is ann.").await;
}

#[tokio::test]
async fn what_lay_there_before_is_not_read_and_new_numbers_make_nothing_double() {
    let imap = Imap::start().await;
    imap.deliver(&mail("before"));
    let (server, mut agent) = start(&imap).await;
    imap.listened(1).await;
    imap.deliver(&mail("ann"));
    said(&mut agent, "This is ann.").await;
    imap.listened(2).await;
    imap.number_anew();
    imap.deliver(&mail("bob"));
    said(&mut agent, "This is bob.").await;
    imap.listened(3).await;
    imap.deliver(&mail("cy"));
    said(&mut agent, "This is cy.").await;
    let mia = server.domain.list_agents().await.unwrap().remove(0);
    let all = server.domain.list_conversations(&mia, &Filter::ALL, None, 10).await.unwrap();
    let said: BTreeSet<String> = all.conversations.into_iter().map(|one| one.preview).collect();
    // Nobody knows what was in a restored mailbox before: what is from the last two days is read.
    let expect = ["ann", "before", "bob", "cy"].map(|name| format!("This is {name}."));
    assert_eq!(said, expect.into());
}

#[tokio::test]
async fn a_mail_that_the_mailbox_does_not_give_holds_up_none_after_it() {
    let imap = Imap::start().await;
    let (server, mut agent) = start(&imap).await;
    imap.listened(1).await;
    imap.fail(Fault::CutInMail(1));
    imap.deliver(&mail("torn"));
    imap.deliver(&mail("ann"));
    said(&mut agent, "This is ann.").await;
    imap.listened(2).await;
    imap.fail(Fault::RefuseMail(3));
    imap.deliver(&mail("refused"));
    imap.deliver(&mail("bob"));
    said(&mut agent, "This is bob.").await;
    let unreadable = (None, Some(InboundReason::Unreadable));
    assert_eq!(left(&server).await, [unreadable.clone(), unreadable]);
}

#[tokio::test]
async fn a_mail_that_is_too_long_is_left_where_it_lies() {
    let imap = Imap::start().await;
    let (server, mut agent) = start(&imap).await;
    imap.listened(1).await;
    imap.fail(Fault::Length(1, 50 << 20));
    imap.deliver(&mail("long"));
    imap.deliver(&mail("ann"));
    said(&mut agent, "This is ann.").await;
    let sender = Some("long@example.com".to_owned());
    assert_eq!(left(&server).await, [(sender, Some(InboundReason::TooLarge))]);
}
