//! Hostile and malformed emails.

use std::fmt::Write as _;

use mail_reader::{Mail, MailClass, Unreadable, fingerprint, read, text_of_html, without_quote};
use proptest::prelude::*;

const HEAD: &str = "From: Ann <ann@example.com>\r\nTo: chat@example.com\r\nSubject: Hi\r\nMessage-ID: <1@example.com>\r\nMIME-Version: 1.0\r\n";

fn mail(rest: &str) -> Mail {
    read(format!("{HEAD}{rest}").as_bytes()).expect("it is read")
}

fn refused(rest: &str) -> Unreadable {
    read(format!("{HEAD}{rest}").as_bytes()).expect_err("it is refused")
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let parts = "--x\r\n\r\ny\r\n".repeat(1_000);
    assert_eq!(
        refused(&format!("Content-Type: multipart/mixed; boundary=x\r\n\r\n{parts}")),
        Unreadable::TooManyParts
    );
    let headers = "a: b\r\n".repeat(100_000);
    assert_eq!(refused(&format!("{headers}\r\nx")), Unreadable::TooManyParts);
    let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(100_000);
    assert_eq!(refused(&nested), Unreadable::TooManyParts);
    let nested: String = (0..100_000).fold(String::new(), |mut all, number| {
        let _ = write!(
            all,
            "Content-Type: multipart/mixed; boundary=\"{number}\"\r\n\r\n--{number}\r\n"
        );
        all
    });
    assert_eq!(refused(&nested), Unreadable::TooManyParts);
    let hidden =
        "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nRnJvbTogeA==";
    assert_eq!(refused(hidden), Unreadable::Hidden);
    let folded = "Content-Type:\r\n message/rfc822\r\nContent-Transfer-Encoding:\r\n\tBase64\r\n\r\nRnJvbTogeA==";
    assert_eq!(refused(folded), Unreadable::Hidden);
    let junk = format!("X: {}\r\n", "y".repeat(900)).repeat(100);
    assert_eq!(refused(&format!("{junk}{hidden}")), Unreadable::Hidden);
    let comment = hidden.replace("message/", "mess(x)age/");
    assert_eq!(refused(&comment), Unreadable::Hidden);
    // Only the parser takes these for headers.
    for odd in ["\tContent-Type", ":Content-Type", "Con tent-Type", " : content-type"] {
        let nested = format!("\r\n{odd}: message/rfc822\r\n").repeat(100_000);
        assert_eq!(
            refused(&format!("Content-Type: message/rfc822\r\n{nested}")),
            Unreadable::TooManyParts,
            "{odd}"
        );
    }
    let group = format!("To: {}\r\n\r\nx", "a;\r\n ".repeat(200_000));
    assert_eq!(refused(&group), Unreadable::TooManyParts);
    let parameters = (0..200_000).fold(String::new(), |mut all, number| {
        let _ = write!(all, " n{number}*1=x;\r\n");
        all
    });
    assert_eq!(
        refused(&format!("Content-Type: a/b;\r\n{parameters}\r\nx")),
        Unreadable::TooManyParts
    );
    let digest = "Content-Type: multipart/digest; boundary=x\r\n\r\n--x\r\nContent-Transfer-Encoding: base64\r\n\r\nRnJvbTogeA==\r\n--x--";
    assert_eq!(refused(digest), Unreadable::Hidden);
}

#[test]
fn what_stays_below_the_bounds_is_read() {
    let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(150);
    assert_eq!(mail(&nested).class, MailClass::Personal);
    let parts = "--x\r\nContent-Type: text/plain\r\n\r\ny\r\n".repeat(150);
    let read = mail(&format!("Content-Type: multipart/mixed; boundary=x\r\n\r\n{parts}--x--\r\n"));
    assert!(read.whole.starts_with("y\n"));
    let deep = "<div><blockquote>".repeat(200_000);
    assert!(mail(&format!("Content-Type: text/html\r\n\r\n{deep}deep")).whole.len() < 2_000_000);
}

#[test]
fn charsets_are_read_as_far_as_they_are_known() {
    let read = mail(
        "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe",
    );
    assert_eq!(read.said, "Grüße");
    let read = mail("Content-Type: text/plain; charset=no-such\r\n\r\nhello");
    assert_eq!(read.said, "hello");
    let mut wrong = HEAD.as_bytes().to_vec();
    wrong.extend(b"Content-Type: text/plain; charset=utf-8\r\n\r\nbad \xff\xfe bytes");
    assert!(mail_reader::read(&wrong).unwrap().said.starts_with("bad "));
}

#[test]
fn a_mail_that_its_parser_fails_on_is_refused() {
    // Found by script/fuzz.
    let broken = include_bytes!("../fuzz/seeds/broken.eml");
    assert_eq!(read(broken), Err(Unreadable::Broken));
}

#[test]
fn no_mail_is_no_mail() {
    assert!(read(b"").is_err());
    let read = read(b"hello").map(|mail| mail.sender);
    assert!(matches!(read, Err(Unreadable::NoMail) | Ok(None)));
}

#[test]
fn the_same_mail_has_one_fingerprint_by_whatever_way_it_comes() {
    let one = fingerprint(format!("Received: a\r\n{HEAD}\r\nx").as_bytes());
    let other = fingerprint(format!("Received: b\r\nDelivered-To: c\r\n{HEAD}\r\nx").as_bytes());
    assert_eq!(one, other);
    let foreign = HEAD.replace("ann@example.com", "eve@example.com");
    assert_ne!(one, fingerprint(format!("{foreign}\r\nx").as_bytes()));
    // Another email with the same `Message-ID` has another fingerprint, whether it is forged or from a program
    // that reuses ids.
    assert_ne!(one, fingerprint(format!("{HEAD}\r\nz").as_bytes()));
    assert_eq!(one, fingerprint(format!("{HEAD}\r\nx\r\n").as_bytes()));
    // Without a `Message-ID`, the whole email counts.
    assert_ne!(fingerprint(b"From: a@b.c\r\n\r\nx"), fingerprint(b"From: a@b.c\r\n\r\ny"));
}

/// Pieces of emails, combined at random.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("From: a@example.com\r\n".to_owned()),
        Just("Content-Type: multipart/mixed; boundary=x\r\n".to_owned()),
        Just(
            "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n"
                .to_owned()
        ),
        Just("Content-Type: message/delivery-status\r\n".to_owned()),
        Just("Content-Type: message/rfc822\r\n".to_owned()),
        Just("Content-Type: text/html; charset=utf-16\r\n".to_owned()),
        Just("Content-Type: text/plain; format=flowed\r\n".to_owned()),
        Just("Content-Transfer-Encoding: base64\r\n".to_owned()),
        Just("Content-Transfer-Encoding: quoted-printable\r\n".to_owned()),
        Just(
            "Content-Disposition: attachment; filename*0=\"a\"; filename*1*=utf-8''%ff\r\n"
                .to_owned()
        ),
        Just("Subject: =?utf-8?B?/////w==?= =?x?Q?=00?=\r\n".to_owned()),
        Just("References: <a@b> <c\r\n".to_owned()),
        Just("--x\r\n".to_owned()),
        Just("--x--\r\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("> quoted\r\n".to_owned()),
        Just("On 1 Jan 2025, a@b.c wrote:\r\n".to_owned()),
        Just("<blockquote><pre>&#xffffff;<!--".to_owned()),
        Just("Status: 5.1.1\r\nAction: failed\r\n".to_owned()),
        any::<String>(),
    ];
    let bytes = prop_oneof![4 => piece.prop_map(String::into_bytes), 1 => any::<Vec<u8>>()];
    proptest::collection::vec(bytes, 0..40).prop_map(|all| all.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn whatever_comes_is_read_or_refused(raw in pieces()) {
        let _ = fingerprint(&raw);
        if let Ok(read) = read(&raw) {
            prop_assert!(read.whole.contains(read.said.trim()), "what was said is part of it");
            let is_silent = read.said.is_empty() && !read.whole.trim().is_empty();
            prop_assert!(!is_silent || !read.files.is_empty(), "something always stays");
            let is_plain = |text: &str| !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
            prop_assert!(is_plain(&read.whole) && is_plain(&read.subject));
            let names = read.files.iter().all(|file| !file.name.chars().any(char::is_control));
            prop_assert!(names);
        }
    }

    #[test]
    fn cutting_takes_only_the_end(lines in proptest::collection::vec(
        prop_oneof![
            Just("> quoted".to_owned()), Just(String::new()), Just("-- ".to_owned()),
            Just("On 1 Jan 2025, a@b.c wrote:".to_owned()), Just("From: x".to_owned()),
            Just("Sent: y".to_owned()), Just("To: z".to_owned()),
            Just("-----Original Message-----".to_owned()), Just("Sent from my iPhone".to_owned()),
            "[a-zé ]{0,20}",
        ], 0..20)) {
        let text = lines.join("\n");
        let said = without_quote(&text);
        prop_assert!(text.trim_start_matches('\n').starts_with(said));
    }

    #[test]
    fn html_is_never_more_than_its_text(html in "[<>/a-z\"'=&;! \n]{0,200}") {
        let text = text_of_html(&html);
        prop_assert!(!text.to_lowercase().contains("<script"));
    }
}
