//! Email, through a mail server on a real socket, with a clock that the test moves.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::agent::{Agent, NewAgent, Role};
use domain::inbox::{Inbox, InboxMail, SecretOf};
use domain::visitor::{About, User, VisitorIdentity};
use mail_parser::MessageParser;
use protocol::limits::{NOBODY_WAIT_MS, UNREAD_WAIT_MS};
use protocol::{Filter, MailState, ToVisitor, VisitorId, Waits};
use server::MailSettings;
use testbed::smtp::{Fault, Received, Smtp, Step};
use tokio::time::timeout;

use crate::support::{Moved, Running, ack, client_id, send};

/// Longer than anything takes: reaching it is a failure.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Post {
    pub(crate) server: Running,
    pub(crate) smtp: Smtp,
    pub(crate) clock: Moved,
    pub(crate) inbox: Inbox,
}

impl Post {
    pub(crate) async fn start() -> Self {
        Self::with(Smtp::start().await).await
    }

    async fn with(smtp: Smtp) -> Self {
        let settings = MailSettings {
            smtp: format!("smtp://{}?tls=none", smtp.address()).parse().unwrap(),
            from: "support@example.com".parse().unwrap(),
            timeout: Duration::from_secs(1),
            waits: Waits { first_ms: 1_000, longest_ms: 60_000 },
        };
        let clock = Moved::default();
        let server = Running::start_with(clock.ambient(), Some(settings)).await;
        let inbox = server.domain.find_inbox(None).await.unwrap();
        let mail = InboxMail {
            team_address: Some("team@example.com".into()),
            an_hour: 100_000,
            ..inbox.mail.clone()
        };
        let inbox = server.domain.set_inbox_mail(inbox.id, mail).await.unwrap();
        Self { server, smtp, clock, inbox }
    }

    pub(crate) fn new_visitor(&self) -> VisitorIdentity {
        let visitor = VisitorId(self.server.domain.ambient().uuid());
        VisitorIdentity { inbox: self.inbox.id, visitor }
    }

    /// A visitor writes, and says who they are.
    async fn say(&self, who: &VisitorIdentity, text: &str, about: About) {
        let domain = &self.server.domain;
        let id = client_id(domain.ambient().uuid().as_u128());
        domain.send_as_visitor(who, None, id, text).await.unwrap();
        domain.note_visitor(who, about, None).await.unwrap();
    }

    /// Waits until the mail server has accepted this many emails.
    pub(crate) async fn received(&self, mails: usize) -> Vec<Received> {
        let taken = timeout(PATIENCE, self.smtp.wait_for(mails)).await;
        taken.unwrap_or_else(|_| panic!("{} of {mails} mails", self.smtp.received().len()))
    }

    /// Waits until this many emails are in a state.
    pub(crate) async fn settled(&self, state: MailState, mails: u64) {
        let mut moved = self.server.domain.outbox_moved();
        let wait = async {
            loop {
                let counts = self.server.domain.count_mails().await.unwrap();
                if counts.get(&state).copied().unwrap_or(0) >= mails {
                    return;
                }
                moved.changed().await.unwrap();
            }
        };
        timeout(PATIENCE, wait).await.expect("mails come to that");
    }
}

/// What mail programs send according to RFC 8058.
const ONE_CLICK: &str = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";

fn address(email: &str) -> About {
    let user = User { email: Some(email.into()), ..User::default() };
    About { user: Some(user), ..About::default() }
}

fn header<'a>(mail: &'a mail_parser::Message<'_>, name: &'static str) -> &'a str {
    mail.header_raw(name).unwrap_or_else(|| panic!("there is a {name}")).trim()
}

#[tokio::test]
async fn a_conversation_goes_on_by_mail_and_its_link_logs_in() {
    let post = Post::start().await;
    let ann = post.new_visitor();
    let about = About { language: Some("de-DE".into()), ..address("ann@example.org") };
    post.say(&ann, "Haben Sie offen?", about).await;
    post.clock.pass_ms(NOBODY_WAIT_MS);
    let taken = post.received(2).await;
    // That they were sent is recorded a moment later, with the time then.
    post.settled(MailState::Sent, 2).await;
    let to = |address: &str| {
        let mail = taken.iter().find(|mail| mail.to == [address]).expect("a mail to them");
        MessageParser::default().parse(&mail.content).expect("a mail")
    };
    let team = to("team@example.com");
    assert_eq!(team.subject(), Some("New message from ann@example.org"));
    assert!(team.body_text(0).unwrap().contains("> Haben Sie offen?"));
    let link = format!("{}/conversations/", post.server.origin());
    assert!(team.body_text(0).unwrap().contains(&link));
    assert!(team.header_raw("List-Unsubscribe").is_none());
    assert_eq!(header(&team, "Auto-Submitted"), "auto-generated");

    let received = to("ann@example.org");
    assert_eq!(received.subject(), Some("Shop: Wir haben Ihre Nachricht erhalten"));
    assert_eq!(header(&received, "Auto-Submitted"), "auto-replied");
    let from = received.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Shop"), Some("support@example.com")));
    for part in [received.body_text(0).unwrap(), received.body_html(0).unwrap()] {
        assert!(!part.contains("Haben Sie offen"), "nothing of what was typed: {part}");
    }

    // An agent answers and leaves. Nobody reads it.
    let domain = &post.server.domain;
    let mia = domain.list_agents().await.unwrap().remove(0);
    let all = domain.list_conversations(&mia, &Filter::ALL, None, 10).await.unwrap();
    let id = all.conversations[0].id;
    domain.send_as_agent(&mia, id, client_id(7), "Ja, <b>immer</b>.", false).await.unwrap();
    // The address is not proven, and already got an email within the hour.
    post.clock.pass_ms(UNREAD_WAIT_MS + 60 * 60_000);
    let taken = post.received(3).await;
    let unread = MessageParser::default().parse(&taken[2].content).unwrap();
    assert_eq!(unread.subject(), Some("Neue Antwort von Shop"));
    let text = unread.body_text(0).unwrap().into_owned();
    assert!(
        text.contains("Mia:\n> Ja, <b>immer</b>.") || text.contains("Mia:\r\n> Ja, <b>immer</b>."),
        "{text}"
    );
    let html = unread.body_html(0).unwrap();
    assert!(html.contains("&#60;b&#62;immer") && !html.contains("<b>immer"), "it stays text");
    // Mail programs show them as a thread.
    let first = received.message_id().unwrap();
    assert_eq!(unread.in_reply_to().as_text(), Some(first));
    assert_eq!(unread.references().as_text(), Some(first));

    // The link opens the chat at the conversation, without the earlier token.
    let link = text.lines().find_map(|line| line.split_once("#login=")).expect("a link");
    let login = link.1.trim();
    let mut socket = post.server.knock().await;
    socket.send(&post.server.hello(Some(login), None)).await;
    let token = loop {
        if let ToVisitor::Welcome { token, conversation, entries, .. } = socket.next().await {
            assert_eq!(conversation, Some(id));
            assert_eq!(entries.last().unwrap().body.text(), "Ja, <b>immer</b>.");
            break token;
        }
    };
    assert_eq!(post.server.domain.recognize(&post.inbox, &token).await.unwrap(), ann);
    socket.send(&send(9, "Danke")).await;
    ack(&mut socket).await;

    // One click, from a mail program: no origin, no session, no cookie.
    let list = header(&unread, "List-Unsubscribe").trim_matches(['<', '>']).to_owned();
    assert_eq!(header(&unread, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    let path = list.strip_prefix(&post.server.origin()).expect("our own address").to_owned();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let parts = [("content-type", "multipart/form-data; boundary=x")];
    let page = post.server.http("GET", &path, &[], "").await;
    assert_eq!(page.status, 200, "{page}");
    assert!(page.body.contains("ann@example.org gets an email"), "{page}");
    let page = post.server.http("POST", &path, &parts, ONE_CLICK).await;
    assert_eq!(page.status, 200, "{page}");
    let page = post.server.http("GET", &path, &[], "").await;
    assert!(page.body.contains("ann@example.org no longer gets emails"), "{page}");
    let page = post.server.http("POST", &path, &form, "mail=wanted").await;
    assert!(page.body.contains("ann@example.org gets an email"), "{page}");
    let page = post.server.http("POST", "/mail/preferences/x.y", &form, "").await;
    assert_eq!(page.status, 404, "{page}");
}

#[tokio::test]
async fn a_mail_arrives_once_however_the_server_fails() {
    let faults = [
        Fault::HangUp,
        Fault::Answer(Step::Greeting, "421 4.3.2 busy\r\n"),
        Fault::Answer(Step::Greeting, "554 5.3.2 none\r\n"),
        Fault::Answer(Step::From, "451 4.3.0 trouble\r\n"),
        Fault::Answer(Step::From, "553 5.7.1 not yours\r\n"),
        Fault::Answer(Step::To, "450 4.2.1 not now\r\n"),
        Fault::Answer(Step::Data, "452 4.3.1 no room\r\n"),
        Fault::Answer(Step::Content, "451 4.3.0 again\r\n"),
        Fault::Hang(Step::Greeting),
        Fault::Hang(Step::Data),
        Fault::CutInContent,
        Fault::CutAfterContent,
    ];
    let tries = AtomicUsize::new(0);
    let smtp = Smtp::with(move |step| {
        let fault = faults.get(tries.load(Ordering::Relaxed)).copied();
        let is_at_greeting = matches!(
            fault,
            Some(Fault::HangUp | Fault::Answer(Step::Greeting, _) | Fault::Hang(Step::Greeting))
        );
        let fails = fault.filter(|_| is_at_greeting == (step == Step::Greeting));
        if fails.is_some() {
            tries.fetch_add(1, Ordering::Relaxed);
        }
        fails
    });
    let post = Post::with(smtp.await).await;
    let mail = InboxMail { to_visitors: false, ..post.inbox.mail.clone() };
    post.server.domain.set_inbox_mail(post.inbox.id, mail).await.unwrap();
    let ann = post.new_visitor();
    post.say(&ann, "hello?", About::default()).await;
    post.clock.pass_ms(NOBODY_WAIT_MS);
    // Each retry waits longer. Move the clock instead of waiting.
    let domain = &post.server.domain;
    let mut moved = domain.outbox_moved();
    let wait = async {
        while !domain.count_mails().await.unwrap().contains_key(&MailState::Sent) {
            let waiting = domain.list_mails(Some(MailState::Waiting), None).await.unwrap();
            if waiting.mails.iter().any(|mail| mail.reason.is_some()) {
                post.clock.pass_ms(60_000);
            }
            moved.changed().await.unwrap();
        }
    };
    timeout(PATIENCE * 2, wait).await.expect("it is sent at last");
    let taken = post.smtp.received();
    assert_eq!(taken.len(), 1);
    let sent = domain.list_mails(Some(MailState::Sent), None).await.unwrap().mails;
    assert_eq!(sent[0].attempts as usize, faults.len() + 1);
}

#[tokio::test]
async fn a_refusal_for_good_is_shown_and_not_repeated() {
    let smtp = Smtp::with(|step| {
        (step == Step::From).then_some(Fault::Answer(Step::To, "550 5.1.1 nobody of this name\r\n"))
    });
    let post = Post::with(smtp.await).await;
    let ann = post.new_visitor();
    post.say(&ann, "hello?", address("ann@example.org")).await;
    post.clock.pass_ms(NOBODY_WAIT_MS);
    post.settled(MailState::Failed, 2).await;
    let domain = &post.server.domain;
    let failed = domain.list_mails(Some(MailState::Failed), None).await.unwrap().mails;
    for mail in failed {
        assert_eq!(mail.attempts, 1);
        assert!(mail.reason.unwrap().contains("550"), "the server's own words");
    }
}

#[tokio::test]
async fn without_a_mail_server_the_chat_goes_on_and_mail_waits() {
    let gone = Smtp::start().await;
    let address_of_none = gone.address();
    drop(gone);
    let settings = MailSettings {
        smtp: format!("smtp://{address_of_none}?tls=none").parse().unwrap(),
        from: "support@example.com".parse().unwrap(),
        timeout: Duration::from_secs(1),
        waits: Waits { first_ms: 1_000, longest_ms: 60_000 },
    };
    let clock = Moved::default();
    let server = Running::start_with(clock.ambient(), Some(settings)).await;
    let (mut visitor, _) = server.visitor(None).await;
    visitor.send(&send(1, "hello?")).await;
    ack(&mut visitor).await;
    let inbox = server.domain.find_inbox(None).await.unwrap();
    let mail = InboxMail { team_address: Some("team@example.com".into()), ..inbox.mail };
    server.domain.set_inbox_mail(inbox.id, mail).await.unwrap();
    visitor.send(&send(2, "anybody?")).await;
    ack(&mut visitor).await;
    clock.pass_ms(NOBODY_WAIT_MS);
    let mut moved = server.domain.outbox_moved();
    let trouble = timeout(PATIENCE, async {
        loop {
            if let Some(trouble) = server.domain.mail_trouble().await.unwrap() {
                return trouble;
            }
            moved.changed().await.unwrap();
        }
    });
    let trouble = trouble.await.expect("owners see it");
    assert!(trouble.to_lowercase().contains("connection"), "{trouble}");
    visitor.send(&send(3, "well")).await;
    ack(&mut visitor).await;
}

#[tokio::test]
async fn agents_and_inboxes_of_any_name_make_sound_mails() {
    let post = Post::start().await;
    let domain = &post.server.domain;
    for (number, name) in [
        "Ünï \"Q\" <x@y.example>, z",
        "=?utf-8?q?x?=",
        "a: b; c",
        "名前 \u{1f600}",
        "O'Neil & Söhne (GmbH)",
    ]
    .into_iter()
    .enumerate()
    {
        let inbox = domain.create_inbox(name, &[]).await.unwrap();
        let visitor =
            VisitorIdentity { inbox: inbox.id, visitor: VisitorId(domain.ambient().uuid()) };
        post.say(&visitor, "hello?", address(&format!("n{number}@example.org"))).await;
        let new = NewAgent {
            email: format!("a{number}@example.com"),
            name: name.into(),
            password: "correct horse".into(),
        };
        let agent: Agent = domain.create_agent(new, Role::Owner).await.unwrap();
        let filter = Filter { visitor: Some(visitor.visitor), ..Filter::ALL };
        let all = domain.list_conversations(&agent, &filter, None, 1).await.unwrap();
        let id = all.conversations[0].id;
        domain.send_as_agent(&agent, id, client_id(5), "yes", false).await.unwrap();
    }
    post.clock.pass_ms(UNREAD_WAIT_MS);
    let taken = post.received(5).await;
    for mail in taken {
        let parsed = MessageParser::default().parse(&mail.content).unwrap();
        let from: Vec<_> = parsed.from().unwrap().iter().collect();
        assert_eq!(from.len(), 1);
        assert_eq!(from[0].address(), Some("support@example.com"));
        let number: usize = mail.to[0][1..2].parse().unwrap();
        let name = [
            "Ünï \"Q\" <x@y.example>, z",
            "=?utf-8?q?x?=",
            "a: b; c",
            "名前 \u{1f600}",
            "O'Neil & Söhne (GmbH)",
        ][number];
        assert_eq!(from[0].name(), Some(name));
    }
}

#[tokio::test]
async fn who_only_writes_mail_gets_the_whole_answer_as_one() {
    let post = Post::start().await;
    let domain = &post.server.domain;
    let inbound =
        domain::inbox::InboxInbound { address: Some("help@example.org".into()), mailbox: None };
    domain.set_inbox_inbound(post.inbox.id, inbound).await.unwrap();
    domain.rotate_secret(post.inbox.id, SecretOf::Inbound, true).await.unwrap();
    let inbox = domain.find_inbox(None).await.unwrap();
    let webhook = inbox.webhook(&post.server.origin()).unwrap();
    let bearer = format!("Bearer {}", webhook.split(['@', ':']).nth(2).unwrap());
    let mut mia = post.server.agent().await;
    mia.welcome().await;
    let mail = "From: Ann <ann@example.net>\r\nTo: help@example.org\r\nSubject: A question\r\n\
                Message-ID: <1@example.net>\r\n\r\nWhere is it?\r\n";
    let path = format!("/mail/inbound/{}", post.server.key);
    let headers = [("authorization", &*bearer), ("content-type", "message/rfc822")];
    assert_eq!(post.server.http("POST", &path, &headers, mail).await.status, 200);
    crate::inbound::said(&mut mia, "Where is it?").await;
    let owner = domain.list_agents().await.unwrap().remove(0);
    let all = domain.list_conversations(&owner, &Filter::ALL, None, 10).await.unwrap();
    let id = all.conversations[0].id;

    let answer =
        format!("{} https://example.com/{} {}", "word ".repeat(60), "x".repeat(90), "end.");
    domain.send_as_agent(&owner, id, client_id(1), &*answer, false).await.unwrap();
    post.clock.pass_ms(UNREAD_WAIT_MS + 60 * 60_000);
    let is_answer =
        |mail: &Received| mail.to == ["ann@example.net"] && text_of(mail).contains("word");
    let mut mails = 1;
    let sent = loop {
        let taken = post.received(mails).await;
        if let Some(found) = taken.into_iter().find(is_answer) {
            break found;
        }
        mails += 1;
    };
    let read = MessageParser::default().parse(&sent.content).unwrap();
    assert_eq!(read.subject(), Some("Re: A question"));
    let text = text_of(&sent);
    assert!(text.lines().any(|line| line == answer.trim()), "{text}");
    assert!(text.contains("because you wrote to"), "{text}");
    assert!(read.header("Auto-Submitted").is_none(), "a person wrote it");
}

fn text_of(mail: &Received) -> String {
    MessageParser::default().parse(&mail.content).unwrap().body_text(0).unwrap().into_owned()
}
