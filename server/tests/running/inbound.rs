//! Email that providers deliver, each in its own way.

use domain::inbox::SecretOf;
use protocol::ToAgent;
use serde_json::json;

use crate::http::Answer;
use crate::support::{Client, Running};

const ADDRESS: &str = "help@example.org";

/// A server whose inbox gets email from a provider, and the key for it.
async fn start() -> (Running, String) {
    let server = Running::start().await;
    let inbox = server.domain.find_inbox(None).await.unwrap();
    let inbound = domain::inbox::InboxInbound { address: Some(ADDRESS.into()), mailbox: None };
    server.domain.set_inbox_inbound(inbox.id, inbound).await.unwrap();
    server.domain.rotate_secret(inbox.id, SecretOf::Inbound, true).await.unwrap();
    let inbox = server.domain.find_inbox(None).await.unwrap();
    let webhook = inbox.webhook(&server.origin()).unwrap();
    let key = webhook.split(['@', ':']).nth(2).unwrap().to_owned();
    (server, key)
}

fn mail(number: u32, text: &str) -> String {
    format!(
        "From: Ann <ann{number}@example.com>\r\nTo: {ADDRESS}\r\nSubject: Hi\r\n\
         Message-ID: <{number}@example.com>\r\n\r\n{text}\r\n"
    )
}

/// Waits for a conversation whose last message is this.
pub(crate) async fn said(agent: &mut Client, text: &str) {
    agent
        .find(|frame| match frame {
            ToAgent::Conversation { summary, .. } if summary.preview == text => Some(()),
            _ => None,
        })
        .await;
}

async fn hand_in(server: &Running, key: &str, kind: &str, body: &str) -> Answer {
    let path = format!("/mail/inbound/{}", server.key);
    let bearer = format!("Bearer {key}");
    server.http("POST", &path, &[("authorization", &bearer), ("content-type", kind)], body).await
}

#[tokio::test]
async fn a_mail_is_taken_in_whatever_a_provider_wraps_it_in() {
    let (server, key) = start().await;
    let mut agent = server.agent().await;
    agent.welcome().await;

    let raw = mail(1, "as it came");
    let answer = hand_in(&server, &key, "message/rfc822", &raw).await;
    assert_eq!(answer.status, 200, "{answer}");
    said(&mut agent, "as it came").await;

    let json = json!({ "From": "x", "RawEmail": mail(2, "as Postmark does") }).to_string();
    hand_in(&server, &key, "application/json", &json).await;
    said(&mut agent, "as Postmark does").await;

    let parts = format!(
        "--b\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\nx\r\n\
         --b\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n{}\r\n--b--\r\n",
        mail(3, "as SendGrid does")
    );
    hand_in(&server, &key, "multipart/form-data; boundary=b", &parts).await;
    said(&mut agent, "as SendGrid does").await;

    let encoded: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("sender", "x")
        .append_pair("body-mime", &mail(4, "as Mailgun does"))
        .finish();
    hand_in(&server, &key, "application/x-www-form-urlencoded", &encoded).await;
    said(&mut agent, "as Mailgun does").await;

    // In bytes that are not UTF-8: the email says which character set they are.
    let latin = mail(5, "f%FCr dich")
        .replace("Subject: Hi", "Subject: Hi\r\nContent-Type: text/plain; charset=iso-8859-1");
    let encoded = latin.replace("\r\n", "%0D%0A").replace(' ', "+");
    let form = "application/x-www-form-urlencoded";
    hand_in(&server, &key, form, &format!("sender=x&body-mime={encoded}")).await;
    said(&mut agent, "für dich").await;

    // Delivered again, because the response was lost: there is no second message.
    let first = answer.body;
    let again = hand_in(&server, &key, "message/rfc822", &raw).await;
    assert_eq!(again.body, first, "{again}");
    let mia = server.domain.list_agents().await.unwrap().remove(0);
    let all = server.domain.list_conversations(&mia, &protocol::Filter::ALL, None, 10).await;
    assert_eq!(all.unwrap().conversations.len(), 5);
}

#[tokio::test]
async fn what_is_no_mail_or_not_from_the_provider_is_refused() {
    let (server, key) = start().await;
    let says = |answer: &Answer, status: u16, code: &str| {
        assert_eq!(answer.status, status, "{answer}");
        assert!(answer.says(code), "{answer}");
    };
    let answer = hand_in(&server, "x", "message/rfc822", &mail(1, "x")).await;
    says(&answer, 401, "access_token_invalid");
    says(&hand_in(&server, &key, "message/rfc822", "").await, 400, "mail_empty");
    says(&hand_in(&server, &key, "application/json", "{").await, 400, "mail_empty");
    says(&hand_in(&server, &key, "application/json", "{}").await, 400, "mail_empty");
    let parts = "--b\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\nx\r\n--b--\r\n";
    let answer = hand_in(&server, &key, "multipart/form-data; boundary=b", parts).await;
    says(&answer, 400, "mail_empty");
    let large = "x".repeat(30 << 20);
    says(&hand_in(&server, &key, "message/rfc822", &large).await, 413, "mail_too_large");
    // A request that declares 100 MB is refused before any of it has arrived.
    let (path, bearer) = (format!("/mail/inbound/{}", server.key), format!("Bearer {key}"));
    let headers = [("authorization", &*bearer)];
    let length = (100 << 20).to_string();
    let answer = server.http_of_length("POST", &path, &headers, Some(&length), "").await;
    says(&answer, 413, "mail_too_large");
    // The next one is accepted.
    let answer = hand_in(&server, &key, "message/rfc822", &mail(2, "fine")).await;
    assert_eq!(answer.status, 200, "{answer}");
}
