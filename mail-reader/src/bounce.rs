//! Bounces: reports that an email was not delivered (RFC 3464), including those in a mail server's own format.

use mail_parser::{Message, MimeHeaders, PartType};

use crate::{answers, body, languages, plain};

/// A report that an email was not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounce {
    /// The `Message-ID`s of the emails that it may be about, without brackets.
    pub about: Vec<String>,
    /// Whether delivery has failed for good. A delay is not final.
    pub is_final: bool,
    /// Whether no other email can reach the address either: see [`says_address_is_bad`]. False for a full
    /// mailbox, and for an email that was taken for spam.
    pub is_address_bad: bool,
    /// What the mail server said, on one line.
    pub reason: String,
}

/// The most emails that a report may be about.
const ABOUT: usize = 50;

/// The longest reason, in characters.
const REASON_CHARS: usize = 300;

/// The most bytes of a text that are searched for header fields.
const LOOKED_AT: usize = 64 * 1024;

pub(crate) fn bounce(message: &Message<'_>) -> Option<Bounce> {
    let kind = message.parts.first()?.content_type();
    let is_report = kind.is_some_and(|kind| {
        let detail = kind.c_subtype.as_deref().unwrap_or_default();
        let report = kind.attribute("report-type").unwrap_or_default();
        detail.eq_ignore_ascii_case("report") && report.eq_ignore_ascii_case("delivery-status")
    });
    let mut bounce = if is_report { report(message) } else { in_own_words(message) }?;
    bounce.about.truncate(ABOUT);
    bounce.reason = bounce.reason.chars().take(REASON_CHARS).collect();
    Some(bounce)
}

/// Reads a report in the format of RFC 3464.
fn report(message: &Message<'_>) -> Option<Bounce> {
    let mut about = answers(message);
    let (mut action, mut status, mut said) = (String::new(), String::new(), String::new());
    for part in &message.parts {
        if let PartType::Message(returned) = &part.body {
            about.extend(returned.message_id().map(plain));
            continue;
        }
        let text = String::from_utf8_lossy(part.contents());
        if part.is_content_type("message", "delivery-status") {
            for (name, value) in fields(&text) {
                let column = match name.to_lowercase().as_str() {
                    "action" => &mut action,
                    "status" => &mut status,
                    "diagnostic-code" => &mut said,
                    _ => continue,
                };
                // With several recipients, the first one counts: our emails have only one.
                if column.is_empty() {
                    *column = value;
                }
            }
        } else if part.is_content_type("text", "rfc822-headers")
            || part.is_content_type("message", "rfc822")
        {
            about.extend(message_id_in(&text));
        }
    }
    let reason = match said.split_once(';') {
        Some((_, said)) if !said.trim().is_empty() => said.trim().to_owned(),
        _ if said.is_empty() => format!("{action} {status}").trim().to_owned(),
        _ => said,
    };
    Some(Bounce {
        about,
        is_final: action.eq_ignore_ascii_case("failed"),
        is_address_bad: says_address_is_bad(&status),
        reason,
    })
}

/// Reads a report in a mail server's own format.
fn in_own_words(message: &Message<'_>) -> Option<Bounce> {
    let is_failed =
        message.headers_raw().any(|(name, _)| name.eq_ignore_ascii_case("X-Failed-Recipients"));
    let from =
        message.from().and_then(|from| from.first()).and_then(|from| from.address.as_deref());
    let (local, _) = from.unwrap_or_default().split_once('@').unwrap_or_default();
    let is_server = ["mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon"]
        .iter()
        .any(|name| local.eq_ignore_ascii_case(name));
    // A postmaster may also be a person who writes.
    let is_told = local.eq_ignore_ascii_case("mailer-daemon")
        || is_server && languages::says(message, |language| language.undelivered);
    if !is_failed && !is_told {
        return None;
    }
    let mut about = answers(message);
    let text = body::text(message);
    about.extend(message_id_in(&text));
    for part in &message.parts {
        match &part.body {
            PartType::Message(returned) => about.extend(returned.message_id().map(plain)),
            _ if part.is_content_type("text", "rfc822-headers") => {
                about.extend(message_id_in(&String::from_utf8_lossy(part.contents())));
            }
            _ => {}
        }
    }
    let said = text.lines().find_map(|line| Some((line, status_in(line)?)));
    let (said, status) = said.unwrap_or(("the mail came back", ""));
    // Delays are reported in the same way, by the same sender.
    let subject = message.subject().unwrap_or_default().to_lowercase();
    let is_delay =
        ["delayed", "warning", "still being retried"].iter().any(|it| subject.contains(it));
    Some(Bounce {
        about,
        is_final: !is_delay && !status.starts_with("4."),
        is_address_bad: says_address_is_bad(status),
        reason: plain(said),
    })
}

/// A status code (RFC 3463) in a line.
fn status_in(line: &str) -> Option<&str> {
    let words = line.split_whitespace().map(|word| word.trim_matches(['(', ')', '#', ',', ':']));
    let is_status = |word: &&str| {
        let is_plain = word.chars().all(|c| c.is_ascii_digit() || c == '.');
        word.len() >= 5 && is_plain && (word.starts_with("5.") || word.starts_with("4."))
    };
    words.into_iter().find(is_status)
}

/// Whether a mail server's words mean that no email can ever reach the address (RFC 3463, sections 3.2 and
/// 3.3).
#[must_use]
pub fn says_address_is_bad(said: &str) -> bool {
    const BAD: [&str; 7] = ["5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"];
    said.split(|c: char| !c.is_ascii_digit() && c != '.')
        .any(|word| BAD.contains(&word.trim_matches('.')))
}

/// Parses header fields, unfolded.
fn fields(text: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in beginning(text).lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(&plain(line));
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((plain(name), plain(value)));
        }
    }
    fields
}

/// The `Message-ID`s in a text's header fields.
fn message_id_in(text: &str) -> Vec<String> {
    let is_id = |(name, _): &(String, String)| {
        name.trim_start_matches(['>', ' ']).eq_ignore_ascii_case("message-id")
    };
    let inner = |(_, value): (String, String)| value.trim_matches(['<', '>', ' ']).to_owned();
    fields(text).into_iter().filter(is_id).map(inner).collect()
}

fn beginning(text: &str) -> &str {
    let mut end = text.len().min(LOOKED_AT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::says_address_is_bad;

    #[test]
    fn a_bad_address_is_told_from_a_bad_mail() {
        assert!(says_address_is_bad("permanent error (550): 5.1.1 no such user"));
        assert!(says_address_is_bad("permanent error (553): 5.1.3: bad address"));
        assert!(says_address_is_bad("permanent error (550): nobody of this name, 5.1.1."));
        assert!(!says_address_is_bad("permanent error (554): 5.7.1 relay access denied"));
        assert!(!says_address_is_bad("permanent error (550): 15.1.1"));
    }
}
