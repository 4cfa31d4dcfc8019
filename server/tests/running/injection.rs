//! Text that could be mistaken for syntax, everywhere in an email.

use std::collections::BTreeSet;

use domain::agent::{Agent, NewAgent, Role};
use domain::conversation::Draft;
use domain::file::Party;
use domain::inbox::{InboxInbound, Retention, SecretOf};
use domain::visitor::{About, Reads, User, VisitorIdentity};
use futures_util::stream;
use mail_parser::{MessageParser, MimeHeaders};
use protocol::limits::{NOBODY_WAIT_MS, UNREAD_WAIT_MS};
use protocol::{Change, ConversationId, FileId, Filter, MailState};
use testbed::smtp::Received;

use crate::mail::Post;
use crate::support::client_id;

/// What someone could write to turn one email into two, or text into a header.
fn hostile() -> Vec<String> {
    let mut texts: Vec<String> = [
        "\r\n.\r\nMAIL FROM:<evil@example.net>\r\nRCPT TO:<victim@example.net>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\n",
        "\n.\nMAIL FROM:<evil@example.net>\nRCPT TO:<victim@example.net>\nDATA\nx\n.\n",
        "\n.\r\nMAIL FROM:<evil@example.net>",
        "\r.\r\nMAIL FROM:<evil@example.net>",
        "x\r\nBcc: victim@example.net",
        "x\nBcc: victim@example.net",
        "x\rBcc: victim@example.net",
        "x\r\n\r\n<script>alert(1)</script>",
        "x\0y",
        "\u{0b}\u{0c}\u{85}\u{2028}Bcc: victim@example.net\u{2029}x",
        "=?utf-8?q?=0D=0ABcc:_victim@example.net?=",
        "=?utf-8?b?DQpCY2M6IHZpY3RpbUBleGFtcGxlLm5ldA==?=",
        "=0D=0ABcc: victim@example.net",
        "\"><img src=x onerror=alert(1)>",
        "{{ 7 * 7 }} {% include \"/etc/passwd\" %}",
        "--porchlight-",
        "Content-Type: text/html\r\n\r\n<b>",
        "From: evil@example.net",
        "\u{202e}gnp.exe",
        "\\r\\nBcc: victim@example.net",
        "%0d%0aBcc:%20victim@example.net",
        ".",
        "..",
        ".\r\n.",
        "…ünïcödé…\u{1f600}",
        "\u{feff}x",
        "\"quoted\" <evil@example.net>, other@example.net",
        "a, b; c: d <e>",
    ]
    .map(ToOwned::to_owned)
    .into();
    texts.push("x".repeat(5_000));
    texts.push("é".repeat(3_000));
    texts.push(format!("{} {}", "word ".repeat(400), "\r\nX-Evil: 1"));
    // Every control character, alone and before something like a header.
    for control in (0..0x20).chain([0x7f]) {
        let control = char::from(control);
        texts.push(format!("a{control}Bcc: victim@example.net"));
        texts.push(format!("{control}.{control}"));
        texts.push(format!("end{control}"));
    }
    texts
}

/// Writes a text wherever a visitor can.
async fn write(post: &Post, number: usize, text: &str) -> VisitorIdentity {
    let domain = &post.server.domain;
    let visitor = post.new_visitor();
    let (id, file) = (client_id(1_000 + number as u128), FileId(domain.ambient().uuid()));
    let content = stream::iter([Ok(b"words".to_vec().into())]);
    domain.upload(&Party::Visitor(visitor), file, text, 5, content).await.unwrap();
    // A text may be refused as empty: then only the file is sent.
    let draft = Draft { text, files: &[file] };
    let kept = Retention { with_queries: true, ..Retention::default() };
    let page = kept.page(&format!("https://shop.example/{text}"));
    domain.send_as_visitor(&visitor, page.clone(), id, draft).await.unwrap();
    let mut said = serde_json::Map::new();
    said.insert("name".into(), text.into());
    said.insert("plan".into(), text.chars().take(900).collect::<String>().into());
    said.insert("email".into(), format!("v{number}@example.org").into());
    let about = About { user: User::read(said).ok(), ..About::default() };
    domain.note_visitor(&visitor, about, page).await.unwrap();
    visitor
}

/// Checks that an email is one transaction, with the headers that it should have and no others.
fn check(mail: &Received, may_have: &[&str]) {
    const ALWAYS: [&str; 9] = [
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
        "X-Auto-Response-Suppress",
        "X-PM-KeepID",
    ];
    assert_eq!(mail.from, "support@example.com");
    assert_eq!(mail.to.len(), 1, "one recipient: {:?}", mail.to);
    let names = header_names(&mail.content);
    let once: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(once.len(), names.len(), "{names:?}");
    assert!(ALWAYS.iter().all(|name| once.contains(name)), "{names:?}");
    // Missing where a person wrote the email.
    let is_meant =
        |name: &&str| ALWAYS.contains(name) || may_have.contains(name) || *name == "Auto-Submitted";
    assert!(once.iter().all(is_meant), "{names:?}");
    let parsed = MessageParser::default().parse(&mail.content).unwrap();
    let types: Vec<_> = parsed
        .parts
        .iter()
        .map(|part| part.content_type().unwrap().subtype().unwrap_or("-").to_owned())
        .collect();
    assert_eq!(types, ["alternative", "plain", "html"]);
    assert_eq!(parsed.to().unwrap().iter().count(), 1);
    assert_eq!(parsed.from().unwrap().iter().count(), 1);
    let html = parsed.body_html(0).unwrap();
    assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
}

#[tokio::test]
async fn whatever_a_visitor_writes_makes_one_mail_with_its_own_headers() {
    let post = Post::start().await;
    let texts = hostile();
    assert!(texts.len() > 100, "{}", texts.len());
    for (number, text) in texts.iter().enumerate() {
        write(&post, number, text).await;
    }
    post.clock.pass_ms(NOBODY_WAIT_MS);
    let mails = texts.len() * 2;
    post.received(mails).await;
    post.settled(MailState::Sent, mails as u64).await;
    let taken = post.smtp.received();
    assert_eq!(taken.len(), mails, "one transaction for each");
    let (team, visitors): (Vec<_>, Vec<_>) =
        taken.iter().partition(|mail| mail.to == ["team@example.com"]);
    assert_eq!(visitors.len(), texts.len());
    team.into_iter().for_each(|mail| check(mail, &[]));
    for mail in visitors {
        check(mail, &["List-Unsubscribe", "List-Unsubscribe-Post"]);
    }
}

#[tokio::test]
async fn whatever_anybody_writes_makes_one_mail_to_agents_and_in_transcripts() {
    let post = Post::start().await;
    let domain = &post.server.domain;
    let inbound = InboxInbound { address: Some("help@example.net".into()), mailbox: None };
    domain.set_inbox_inbound(post.inbox.id, inbound).await.unwrap();
    domain.rotate_secret(post.inbox.id, SecretOf::Inbound, true).await.unwrap();
    let mia = domain.list_agents().await.unwrap().remove(0);
    let new = NewAgent {
        email: "tom@example.com".into(),
        name: "Tom \"<x@y.example>\", =?utf-8?q?x?=".into(),
        password: "correct horse".into(),
    };
    let tom = domain.create_agent(new, Role::Owner).await.unwrap();
    let texts = hostile();
    for (number, text) in texts.iter().enumerate() {
        let visitor = write(&post, number, text).await;
        let reads = Reads { address: Some(format!("v{number}@example.org")), generation: 1 };
        domain.prove_address(&visitor, &reads, None).await.unwrap();
        let id = conversation_of(&post, &tom, &visitor).await;
        let assign = Change::Assign { agent: Some(mia.id) };
        domain.change_conversation(&tom, id, assign).await.unwrap();
        let say = async |place: u128, text: &str, is_note| {
            let id_of_message = client_id(10_000 * place + number as u128);
            domain.send_as_agent(&tom, id, id_of_message, text, is_note).await.unwrap();
        };
        say(1, &format!("@Mia {text}"), true).await;
        say(2, &format!("Yes: {text}"), false).await;
        domain.mail_transcript(&tom, id).await.unwrap();
    }
    post.clock.pass_ms(UNREAD_WAIT_MS);
    // The assignment, the mention in a note, the transcript, and the unread answer.
    let mails = texts.len() * 4;
    post.received(mails).await;
    post.settled(MailState::Sent, mails as u64).await;
    let taken = post.smtp.received();
    assert_eq!(taken.len(), mails, "one transaction for each");
    for mail in &taken {
        let unsubscribe = ["List-Unsubscribe", "List-Unsubscribe-Post"];
        let thread = ["In-Reply-To", "References", "Reply-To"];
        check(mail, &[&unsubscribe[..], &thread[..]].concat());
        let names = header_names(&mail.content);
        assert!(names.iter().any(|name| name == "Reply-To"), "{names:?}");
    }
    assert_eq!(taken.iter().filter(|mail| mail.to == ["mia@example.com"]).count(), texts.len() * 2);
}

async fn conversation_of(post: &Post, agent: &Agent, who: &VisitorIdentity) -> ConversationId {
    let filter = Filter { visitor: Some(who.visitor), ..Filter::ALL };
    let domain = &post.server.domain;
    domain.list_conversations(agent, &filter, None, 1).await.unwrap().conversations[0].id
}

/// The names of the headers, sorted.
fn header_names(content: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(content).unwrap();
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    let mut names: Vec<String> =
        lines.map(|line| line.split_once(':').expect("a header").0.to_owned()).collect();
    names.sort();
    names
}
