//! The contents of each kind of email.

use domain::mail::{MailContent, OfAccount, OfConversation, OfSummary, QuotedMessage, Unanswered};
use protocol::{Author, MailKind, Seq};

use super::body::{EmailBody, Quote, one_line};
use super::words::Words;

/// The sender of emails to agents, and its color: the program itself.
const BRAND: &str = "Porchlight";
pub(super) const COLOR: &str = "#2f6f5e";

/// Writes the body of an email. `url` is where browsers reach the server.
pub(super) fn body(matter: &MailContent, url: &str) -> EmailBody {
    match matter {
        MailContent::NobodyAvailable(of) => nobody_available(of, url),
        MailContent::Received(of) => received(of, url),
        MailContent::UnreadReply(of) => unread_reply(of, url),
        MailContent::Transcript(of) => transcript(of, url),
        MailContent::Assigned(of)
        | MailContent::Mentioned(of)
        | MailContent::Waiting(of)
        | MailContent::Escalation(of) => of_agent(of, url, matter.kind()),
        MailContent::Summary(of) => summary(of, url),
        MailContent::Invitation(of) => invitation(of, url),
        MailContent::Password(of) => password(of, url),
    }
}

/// To the team, in the dashboard's language.
fn nobody_available(of: &OfConversation, url: &str) -> EmailBody {
    let sheet = conversation(of);
    let visitor = one_line(&of.visitor_name);
    let brand = &sheet.brand;
    let known = [
        ("Visitor", Some(visitor.clone())),
        ("Email address", of.visitor.email.clone()),
        ("Page", of.visitor.page.clone().or_else(|| of.page.clone())),
        ("Inbox", Some(brand.clone())),
    ];
    let known = known.into_iter();
    EmailBody {
        subject: format!("New message from {visitor}"),
        preheader: sheet.quotes.first().map_or_else(String::new, Quote::begin),
        heading: format!("You missed a message from {visitor}"),
        facts: known.filter_map(|(name, value)| Some((name, one_line(&value?)))).collect(),
        more: (of.more > 0).then(|| format!("… and {} more", of.more)),
        action: "Reply in the inbox",
        link: format!("{url}/conversations/{}", of.conversation),
        hints: of
            .inbox
            .inbound_address()
            .map(
                |_| "Or reply to this email from your own address. Your reply goes to the visitor.",
            )
            .map(ToOwned::to_owned)
            .into_iter()
            .collect(),
        because: format!(
            "This address is notified about messages to {brand} that arrive while no agent is online or outside business hours. Owners and admins can change this under Inboxes."
        ),
        ..sheet
    }
}

fn received(of: &OfConversation, url: &str) -> EmailBody {
    let (sheet, words) = to_visitor(of, url);
    let text = if of.is_by_mail { words.received_by_mail } else { words.received_text };
    EmailBody {
        subject: answered(of).unwrap_or_else(|| (words.received_subject)(&sheet.brand)),
        preheader: text.to_owned(),
        heading: words.received_heading.to_owned(),
        paragraphs: vec![(words.received_thanks)(&sheet.brand), text.to_owned()],
        action: words.open,
        ..sheet
    }
}

fn unread_reply(of: &OfConversation, url: &str) -> EmailBody {
    let (sheet, words) = to_visitor(of, url);
    EmailBody {
        subject: answered(of).unwrap_or_else(|| (words.unread_subject)(&sheet.brand)),
        is_whole: of.is_by_mail,
        preheader: sheet.quotes.first().map_or_else(String::new, Quote::begin),
        heading: (words.unread_heading)(sheet.quotes.len() as u64 + of.more),
        more: (of.more > 0).then(|| (words.more)(of.more)),
        action: words.answer,
        ..sheet
    }
}

/// The subject of an answer to an email: mail programs group emails by their subject.
fn answered(of: &OfConversation) -> Option<String> {
    let subject = Some(one_line(of.subject.as_deref()?)).filter(|subject| !subject.is_empty())?;
    let is_answer = subject.get(..3).is_some_and(|begin| begin.eq_ignore_ascii_case("re:"));
    Some(if is_answer { subject } else { format!("Re: {subject}") })
}

fn transcript(of: &OfConversation, url: &str) -> EmailBody {
    let (sheet, words) = to_visitor(of, url);
    EmailBody {
        subject: (words.transcript_subject)(&sheet.brand),
        preheader: words.transcript_text.to_owned(),
        heading: words.transcript_heading.to_owned(),
        paragraphs: vec![words.transcript_text.to_owned()],
        quotes: of.messages.iter().map(|said| Quote::at(said, &of.visitor_name)).collect(),
        more: (of.more > 0).then(|| (words.more)(of.more)),
        action: words.open,
        ..sheet
    }
}

/// To an agent, about a conversation, in the dashboard's language.
fn of_agent(of: &OfConversation, url: &str, kind: MailKind) -> EmailBody {
    let sheet = conversation(of);
    let visitor = one_line(&of.visitor_name);
    let (subject, heading) = match kind {
        MailKind::Assigned => (
            format!("Assigned to you: {visitor}"),
            format!("The conversation with {visitor} was assigned to you"),
        ),
        MailKind::Mentioned => (
            format!("A note mentioned you: {visitor}"),
            format!("A note in the conversation with {visitor} mentioned you"),
        ),
        MailKind::Waiting => (
            format!("{visitor} is waiting for you"),
            format!("{visitor} is waiting for your reply"),
        ),
        _ => (format!("No reply yet: {visitor}"), format!("Nobody has replied to {visitor} yet")),
    };
    let hint = of.inbox.inbound_address().map(|_| match kind {
        MailKind::Mentioned => {
            "Or reply to this email from your own address. Your reply becomes a note, too."
        }
        _ => "Or reply to this email from your own address. Your reply goes to the visitor.",
    });
    EmailBody {
        subject,
        preheader: sheet.quotes.first().map_or_else(String::new, Quote::begin),
        heading,
        more: (of.more > 0).then(|| format!("… and {} more", of.more)),
        action: "Open conversation",
        link: format!("{url}/conversations/{}", of.conversation),
        hints: hint.map(ToOwned::to_owned).into_iter().collect(),
        because: chosen(url),
        unsubscribe: Some(("Unsubscribe from these emails", preference(&of.preference, url))),
        ..sheet
    }
}

/// Why an agent gets an email of a kind that they can turn off.
fn chosen(url: &str) -> String {
    format!(
        "You’re receiving this email as a Porchlight agent. Manage your notifications: {url}/account"
    )
}

fn summary(of: &OfSummary, url: &str) -> EmailBody {
    let said = |one: &Unanswered| QuotedMessage {
        seq: Seq::START,
        author: Author::Visitor {},
        text: one.preview.clone(),
        files: Vec::new(),
        at_ms: one.since_ms,
    };
    let quote = |one: &Unanswered| Quote::at(&said(one), &one.visitor_name);
    let waiting = match of.waiting {
        0 => "No conversations are waiting for a reply".to_owned(),
        1 => "One conversation is waiting for a reply".to_owned(),
        many => format!("{many} conversations are waiting for a reply"),
    };
    let facts = [
        ("Started in the last day", of.begun),
        ("Unassigned", of.unassigned),
        ("Assigned to you", of.own),
        ("Waiting for a reply", of.waiting),
    ];
    let more = of.waiting.saturating_sub(of.longest.len() as u64);
    EmailBody {
        subject: format!("Today: {}", lower(&waiting)),
        preheader: waiting.clone(),
        heading: waiting,
        facts: facts.map(|(name, count)| (name, count.to_string())).into(),
        quotes: of.longest.iter().map(quote).collect(),
        more: (more > 0).then(|| format!("… and {more} more")),
        action: "Open inbox",
        link: format!("{url}/conversations"),
        because: chosen(url),
        unsubscribe: Some(("Unsubscribe from summaries", preference(&of.preference, url))),
        ..EmailBody::sheet(BRAND, COLOR)
    }
}

/// A sentence as it stands inside another.
fn lower(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn invitation(of: &OfAccount, url: &str) -> EmailBody {
    let sheet = account(of, url);
    EmailBody {
        subject: "Your invitation to Porchlight".to_owned(),
        preheader: "Choose a password to get started.".to_owned(),
        heading: format!("Welcome, {}", one_line(&of.name)),
        paragraphs: vec![
            "Your team uses Porchlight to chat with visitors and has created an account for you. Choose a password to get started.".to_owned(),
        ],
        action: "Choose a password",
        hints: vec!["The link works once and expires in 7 days.".to_owned()],
        because: "You’re receiving this email because you were invited to this Porchlight.".to_owned(),
        ..sheet
    }
}

fn password(of: &OfAccount, url: &str) -> EmailBody {
    let sheet = account(of, url);
    EmailBody {
        subject: "Reset your password".to_owned(),
        preheader: "The link expires in 1 hour.".to_owned(),
        heading: "Set a new password".to_owned(),
        paragraphs: vec![
            "Someone asked to reset your password. If it wasn’t you, ignore this email: your password stays the same.".to_owned(),
        ],
        action: "Set a new password",
        hints: vec!["The link works once and expires in 1 hour. Setting a new password logs you out everywhere else.".to_owned()],
        because: "You’re receiving this email because an agent of this Porchlight uses this address.".to_owned(),
        ..sheet
    }
}

/// A body of an inbox that quotes the messages.
fn conversation(of: &OfConversation) -> EmailBody {
    let quotes = of.messages.iter().map(|said| Quote::of(said, &of.visitor_name)).collect();
    EmailBody { quotes, ..EmailBody::sheet(&of.inbox.name, &of.inbox.color) }
}

/// What all emails to visitors have in common. It is safe to send to an unproven address: it contains nothing
/// that the visitor typed. A transcript is not safe, and is not sent to such an address.
fn to_visitor(of: &OfConversation, url: &str) -> (EmailBody, &'static Words) {
    let words = Words::of(of.visitor.language.as_deref());
    let sheet = conversation(of);
    let key = &of.inbox.key;
    let takes_answers = of.inbox.inbound_address().is_some();
    let answer_by_mail = if takes_answers { words.reply } else { words.no_reply };
    let body = EmailBody {
        language: words.language,
        link: format!("{url}/chat?inbox={key}#login={}", of.login),
        hints: vec![words.link.to_owned(), answer_by_mail.to_owned()],
        because: match of.is_by_mail {
            true => (words.because_by_mail)(&sheet.brand),
            false => (words.because)(&sheet.brand),
        },
        unsubscribe: Some((words.unsubscribe, preference(&of.preference, url))),
        ..sheet
    };
    (body, words)
}

/// The page where the reader of an email chooses whether to get more.
fn preference(token: &str, url: &str) -> String {
    format!("{url}/mail/preferences/{token}")
}

fn account(of: &OfAccount, url: &str) -> EmailBody {
    let link = format!("{url}/password/{}", of.link);
    EmailBody { link, ..EmailBody::sheet(BRAND, COLOR) }
}
