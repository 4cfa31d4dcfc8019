//! Emails like those in real mailboxes that are easy to misread, each with the right result.

use mail_reader::{Mail, MailClass, read};

/// An email with these headers, and a body in any charset.
fn raw(headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("From: Ann Lee <ann@example.com>\nTo: help@example.org\n{headers}\n\n");
    [head.replace('\n', "\r\n").as_bytes(), body].concat()
}

#[track_caller]
fn mail(headers: &str, body: &[u8]) -> Mail {
    read(&raw(headers, body)).expect("it is read")
}

#[track_caller]
fn says(headers: &str, body: &[u8], expect: &str) {
    assert_eq!(mail(headers, body).said, expect, "{headers}");
}

const ANSWER: &str = "Subject: Re: Question\nIn-Reply-To: <ours@example.org>";

#[test]
fn any_charset_is_read_in_whatever_wrapping() {
    let eight = |name: &str| {
        format!("Content-Type: text/plain; charset={name}\nContent-Transfer-Encoding: 8bit")
    };
    says(
        &eight("x-sjis"),
        b"\x89\xd7\x95\xa8\x82\xcd\x82\xc7\x82\xb1\x82\xc5\x82\xb7\x82\xa9",
        "荷物はどこですか",
    );
    says(&eight("cp932"), b"\x87\x40\x89\xd7\x95\xa8", "①荷物");
    // The last character but one is in GBK, but not in GB 2312 itself.
    says(
        &eight("gb2312"),
        b"\xc4\xe3\xba\xc3\xa3\xac\xd0\xbb\xd0\xbb\xe6\x67\xa1\xa3",
        "你好，谢谢鎔。",
    );
    says(&eight("us-ascii"), "Die Größe ist falsch".as_bytes(), "Die Größe ist falsch");
    says(
        &eight("utf-8"),
        b"Die Gr\xf6\xdfe ist falsch, f\xfcr uns alle",
        "Die Größe ist falsch, für uns alle",
    );
    says("Content-Type: text/plain", b"\x1b$B%F%9%H$G$9!#\x1b(B", "テストです。");
    let quoted = "Content-Type: text/plain; charset=\"iso-2022-jp\"\nContent-Transfer-Encoding: quoted-printable";
    says(quoted, b"=1B$B%F%9%H$G$9!#=1B(B", "テストです。");
    let base64 = "Content-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: base64";
    says(base64, b"8NLJ18XU", "Привет");
    says(
        "Content-Type: text/html",
        b"<p>Die Gr\xf6\xdfe ist falsch, f\xfcr uns alle</p>",
        "Die Größe ist falsch, für uns alle",
    );
}

#[test]
fn names_and_subjects_are_read_in_any_charset() {
    let subject = |headers: &str| mail(headers, b"x").subject;
    assert_eq!(subject("Subject: =?ISO-2022-JP?B?GyRCJCpMZCQkOWckbyQ7GyhC?="), "お問い合わせ");
    assert_eq!(subject("Subject: =?utf-8?Q?Gr=C3?=\n =?utf-8?Q?=B6=C3=9Fe?="), "Größe");
    let name = |from: &str| {
        let raw = format!("{from}\r\nSubject: x\r\n\r\nx");
        read(raw.as_bytes()).unwrap().sender.unwrap().name.unwrap()
    };
    assert_eq!(name("From: =?koi8-r?B?4c7OwQ==?= <anna@example.com>"), "Анна");
    assert_eq!(name("From: =?gbk?B?xOO6ww==?= <ni@example.com>"), "你好");
    let part = |name: &str| {
        format!(
            "--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; {name}\r\n\r\nx\r\n--b--\r\n"
        )
    };
    let file = |name: &str| {
        mail("Content-Type: multipart/mixed; boundary=b", part(name).as_bytes())
            .files
            .remove(0)
            .name
    };
    assert_eq!(file("filename=\"=?gbk?B?xOO6ww==?=.txt\""), "你好.txt");
    assert_eq!(file("filename*=utf-8''Gr%C3%B6%C3%9Fe.txt"), "Größe.txt");
    assert_eq!(file("filename=\"=?utf-8?Q?Gr=C3?= =?utf-8?Q?=B6=C3=9Fe.txt?=\""), "Größe.txt");
}

#[test]
fn what_answers_nothing_is_not_cut() {
    for body in [
        "Please see below.\n\nBegin forwarded message:\n\n> From: Bank <bank@example.net>\n> Subject: Refused\n>\n> Payment 4711 was refused.",
        "See below.\n\n---------- Forwarded message ---------\nFrom: Bank <bank@example.net>\nDate: Tue\nSubject: Refused\nTo: <ann@example.com>\n\nPayment 4711 was refused.",
        "Hello,\n\nI see this when I pay:\n\n> Error 42: the card was declined\n> Please call your bank",
        "Hi,\n\nOn 3 March 2026 at 10:00 your colleague Bob <bob@example.org> wrote:\nWe will refund you.\n\nIt has not come.",
        "please find my enquiry below.\n\n--\nOrder: 4711\nSize: XL",
    ] {
        says("Subject: Question", body.as_bytes(), body);
    }
    // A reply may also forward a message.
    let forward = "Here it is.\n\n---------- Forwarded message ---------\nFrom: Bank <bank@example.net>\nDate: Tue\nSubject: Refused\nTo: <ann@example.com>\n\nRefused.";
    says(ANSWER, forward.as_bytes(), forward);
}

#[test]
fn what_is_quoted_under_an_answer_is_cut() {
    says(
        ANSWER,
        "OK.\n\nvt, 3 mar. 2026 10:00, Help <help@example.org>:\n\n> Works?".as_bytes(),
        "OK.",
    );
    says(
        "Subject: AW: Frage",
        b"OK.\n\nAm 03.03.2026 um 10:00 schrieb Help <help@example.org>:\n> Works?",
        "OK.",
    );
    says(ANSWER, b"OK.\n\nSent from my iPhone\n\nFrom: Help <help@example.org>\nSent: Tuesday\nTo: Ann\nSubject: Question\n\nWorks?", "OK.");
}

#[test]
fn a_plain_part_that_only_points_to_the_other_is_passed_over() {
    let both = |plain: &str, html: &str| {
        let body = format!(
            "--b\r\nContent-Type: text/plain\r\n\r\n{plain}\r\n--b\r\nContent-Type: text/html\r\n\r\n{html}\r\n--b--\r\n"
        );
        mail("Content-Type: multipart/alternative; boundary=b", body.as_bytes()).said
    };
    let said = "My parcel 4711 never came. Please help.";
    assert_eq!(both("Your mail program does not show HTML.", &format!("<p>{said}</p>")), said);
    assert_eq!(both(said, &format!("<p><b>{said}</b></p>")), said);
    assert_eq!(both("Yes.", "<p>Yes.</p><p>Ann Lee<br>Acme Ltd<br>1 Long Street</p>"), "Yes.");
}

#[test]
fn lines_are_as_they_were_written() {
    let flowed = "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes";
    says(
        flowed,
        b"https://example.com/bro \r\nken?to=travel  \r\nbye now",
        "https://example.com/broken?to=travel bye now",
    );
    says(
        "Content-Type: text/html; charset=utf-8",
        b"<div>Dear team,<br><br>first point.<br><br>second point.<br><br>Ann</div>",
        "Dear team,\n\nfirst point.\n\nsecond point.\n\nAnn",
    );
    says("Subject: x", b"Yes.\r\n\r\n-- \r\nAnn", "Yes.");
}

#[test]
fn who_is_to_be_answered_is_told_apart_from_who_sent_it() {
    let to = |headers: &str| mail(headers, b"x").reply_to.map(|who| (who.name, who.address));
    let bob = (Some("Bob Ray".to_owned()), "bob@example.net".to_owned());
    assert_eq!(to("Reply-To: Bob Ray <bob@example.net>"), Some(bob));
    assert_eq!(to("Reply-To: ann@example.com"), None, "the same");
    assert_eq!(to("Reply-To: a@example.com, b@example.com"), None, "several");
    assert_eq!(to("Subject: x"), None);
}

#[test]
fn notes_of_programs_are_told_by_their_subject_where_no_header_tells() {
    let class = |headers: &str, body: &str| mail(headers, body.as_bytes()).class;
    for subject in [
        "Automatic reply: Your question",
        "Automatische Antwort: Frage",
        "Réponse automatique : Question",
        "Автоответ: Вопрос",
        "自動返信: 質問",
    ] {
        let class = class(&format!("Subject: {subject}"), "I am away until Monday.");
        assert_eq!(class, MailClass::AutoReply, "{subject}");
    }
    let long =
        "I write to you about the notice that your program sends while I am away. ".repeat(40);
    assert_eq!(class("Subject: Automatic reply: what is it?", &long), MailClass::Personal);
    let suppressed = format!("{ANSWER}\nX-Auto-Response-Suppress: All");
    assert_eq!(class(&suppressed, "I am away."), MailClass::AutoReply);
    // A contact form asks for no automatic replies, but a person filled it in.
    let form = "Subject: Form\nX-Auto-Response-Suppress: All\nReply-To: bob@example.net";
    assert_eq!(class(form, "Where is it?"), MailClass::Personal);
}

#[test]
fn receipts_and_bounces_are_no_words_of_people() {
    let receipt = "Subject: Read: Your question\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b";
    assert_eq!(mail(receipt, b"--b\r\n\r\nread\r\n--b--\r\n").class, MailClass::ReadReceipt);
    let from = |from: &str, subject: &str| {
        let raw = format!(
            "From: {from}\r\nTo: help@example.org\r\nSubject: {subject}\r\n\r\nYour message to bob@example.net could not be delivered: no such user."
        );
        read(raw.as_bytes()).unwrap().class
    };
    assert!(matches!(
        from("postmaster@mx.example.net", "Undeliverable: Your question"),
        MailClass::Bounce(_)
    ));
    assert!(matches!(
        from("postmaster@mx.example.net", "Unzustellbar: Ihre Frage"),
        MailClass::Bounce(_)
    ));
    assert_eq!(
        from("postmaster@mx.example.net", "A question about your mails"),
        MailClass::Personal
    );
    assert_eq!(from("bob@example.net", "Undeliverable: my parcel"), MailClass::Personal);
}
