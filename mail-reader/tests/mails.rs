//! Typical emails, as people and programs write them.

use mail_reader::{Mail, MailClass, read};

fn mail(text: &str) -> Mail {
    read(text.replace('\n', "\r\n").as_bytes()).expect("it is read")
}

const ANSWER: &str = r#"Return-Path: <ann@example.com>
Delivered-To: support+abc@example.org
From: =?utf-8?Q?Ann_M=C3=BCller?= <Ann@example.com>
To: "Support, Inc." <support+abc@example.org>
Cc: boss@example.com
Subject: Re: New reply
 from Support
Message-ID: <answer@example.com>
In-Reply-To: <ours@example.org>
References: <first@example.org> <ours@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

--outer
Content-Type: multipart/alternative; boundary="inner"

--inner
Content-Type: text/plain; charset=utf-8; format=flowed

It works now, thank you very 
much!

-- 
Ann

On 3 Mar 2025, Mia <support@example.org> wrote:
> Did it help?

--inner
Content-Type: text/html; charset=utf-8

<p>It works <b>now</b></p>
--inner--
--outer
Content-Type: image/png; name="shot.png"
Content-Disposition: attachment; filename="shot.png"
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--outer--
"#;

#[test]
fn an_answer_is_read() {
    let mail = mail(ANSWER);
    let sender = mail.sender.unwrap();
    assert_eq!((sender.name.as_deref(), &*sender.address), (Some("Ann Müller"), "Ann@example.com"));
    assert_eq!(mail.message_id.as_deref(), Some("answer@example.com"));
    assert_eq!(mail.answers[..2], ["ours@example.org", "ours@example.org"]);
    assert!(mail.answers.contains(&"first@example.org".to_owned()));
    assert_eq!(
        mail.recipients,
        ["support+abc@example.org", "boss@example.com", "support+abc@example.org"]
    );
    assert_eq!(mail.subject, "Re: New reply from Support");
    assert_eq!(mail.said, "It works now, thank you very much!");
    assert!(mail.whole.contains("Did it help?"));
    let files: Vec<_> = mail.files.iter().map(|file| (&*file.name, file.content.len())).collect();
    assert_eq!(files, [("shot.png", 8)]);
    assert_eq!(mail.class, MailClass::Personal);
}

#[test]
fn html_alone_is_text_and_its_quote_is_cut() {
    let mail = mail(
        "From: a@example.com\nIn-Reply-To: <ours@example.org>\nContent-Type: text/html\n\n<div>Fine, <a href='https://x.example/y'>look</a></div>\
         <div class=gmail_quote>On Mon, 3 Mar 2025 at 10:00, Mia &lt;a@b.c&gt; wrote:<blockquote>Is it?</blockquote></div>",
    );
    assert_eq!(mail.said, "Fine, look <https://x.example/y>");
    assert!(mail.whole.ends_with("> Is it?"));
}

#[test]
fn programs_are_told_from_people() {
    let class = |headers: &str| mail(&format!("From: a@example.com\n{headers}\n\nx")).class;
    for headers in [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated (rejected)",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
        "Return-Path: <>",
    ] {
        assert_eq!(class(headers), MailClass::AutoReply, "{headers}");
    }
    for headers in [
        "List-Unsubscribe: <https://x.example>",
        "List-Id: <l.example.com>\nList-Unsubscribe: <https://x.example>\nPrecedence: bulk",
        "List-Unsubscribe: <mailto:out@example.com>\nList-Post: NO",
    ] {
        assert!(matches!(class(headers), MailClass::List(_)), "{headers}");
    }
    // People also write through groups, and through services that send on behalf of others.
    for headers in [
        "Auto-Submitted: no",
        "Precedence: first-class",
        "X-Spam: no",
        "Precedence: bulk",
        "Precedence: junk\nReply-To: bob@example.net",
        "Feedback-ID: 1.eu-west-1.x:AmazonSES",
        "List-Id: <l.example.com>\nList-Post: <mailto:l@example.com>\nList-Unsubscribe: <https://x.example>",
    ] {
        assert_eq!(class(headers), MailClass::Personal, "{headers}");
    }
}

const REPORT: &str = r#"Return-Path: <>
From: MAILER-DAEMON@mx.example.org
To: chat@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; nobody@example.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <nobody@example.com>:
    user unknown

--b
Content-Type: message/rfc822

Message-ID: <ours@example.org>
Subject: New reply

text
--b--
"#;

#[test]
fn a_report_says_which_mail_did_not_arrive_and_why() {
    let MailClass::Bounce(bounce) = mail(REPORT).class else { panic!("a bounce") };
    assert_eq!(bounce.about, ["ours@example.org"]);
    assert!(bounce.is_final && bounce.is_address_bad);
    assert_eq!(bounce.reason, "550 5.1.1 <nobody@example.com>: user unknown");

    let headers = REPORT.replace("message/rfc822", "text/rfc822-headers");
    let MailClass::Bounce(bounce) = mail(&headers).class else { panic!("a bounce") };
    assert_eq!(bounce.about, ["ours@example.org"]);

    let delayed = REPORT
        .replace("Action: failed", "Action: delayed")
        .replace("Status: 5.1.1", "Status: 4.4.1");
    let MailClass::Bounce(bounce) = mail(&delayed).class else { panic!("a bounce") };
    assert!(!bounce.is_final && !bounce.is_address_bad);

    // Neither a full mailbox nor a spam verdict says anything about the address.
    for status in ["5.2.2", "5.7.1"] {
        let MailClass::Bounce(bounce) = mail(&REPORT.replace("5.1.1", status)).class else {
            panic!("a bounce")
        };
        assert!(bounce.is_final && !bounce.is_address_bad, "{status}");
    }
}

#[test]
fn servers_that_use_their_own_words_are_understood() {
    let text = "From: MAILER-DAEMON@old.example.org\nSubject: failure notice\n\nHi. I wasn't able to deliver.\n\
                <nobody@example.com>:\n550 #5.1.1 no such user\n\n--- Below this line is a copy.\n\n\
                Message-ID: <ours@example.org>\nSubject: x\n";
    let MailClass::Bounce(bounce) = mail(text).class else { panic!("a bounce") };
    assert_eq!(bounce.about, ["ours@example.org"]);
    assert!(bounce.is_final && bounce.is_address_bad);
    assert_eq!(bounce.reason, "550 #5.1.1 no such user");

    for delayed in [
        text.replace("failure notice", "Warning: message delayed 4 hours"),
        text.replace("550 #5.1.1 no such user", "451 4.3.0 try again later"),
    ] {
        let MailClass::Bounce(bounce) = mail(&delayed).class else { panic!("a bounce") };
        assert!(!bounce.is_final, "{delayed}");
    }
}

#[test]
fn a_sender_is_one_that_all_read_alike() {
    let sender = |headers: &str| mail(&format!("{headers}\n\nx")).sender.map(|one| one.address);
    assert_eq!(sender("From: a@example.com").as_deref(), Some("a@example.com"));
    for headers in [
        "From: a@example.com, b@example.com",
        "From: a@example.com\nFrom: b@example.com",
        "From: x: a@example.com;",
        "Fr om: a@example.com",
        "Subject: x",
    ] {
        assert_eq!(sender(headers), None, "{headers}");
    }
}

#[test]
fn an_empty_form_does_not_hide_the_other() {
    let mail = mail(
        "From: a@example.com\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n \n\
         --b\nContent-Type: text/html\n\n<html><head><title>t</title><body>Here.</body></html>\n--b--\n",
    );
    assert_eq!(mail.said, "Here.");
}

#[test]
fn an_answer_of_only_a_picture_quotes_nothing() {
    let quoted = ANSWER.replace("It works now, thank you very \nmuch!", "");
    assert_eq!(mail(&quoted).said, "");
    let alone = "From: a@example.com\n\n> all of it";
    assert_eq!(mail(alone).said, "> all of it");
}
