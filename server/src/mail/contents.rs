//! What each mail says.

use domain::mail::{Matter, OfAccount, OfConversation, OfSummary, Said, Unanswered};
use protocol::{Author, MailKind};

use super::letter::{Letter, Quote, one_line};
use super::words::Words;

/// Who writes to agents, and the colour of it: the program's own.
const BRAND: &str = "Porchlight";
pub(super) const COLOR: &str = "#2f6f5e";

/// Writes the letter of a mail, for a server that browsers reach at `url`.
pub(super) fn letter(matter: &Matter, url: &str) -> Letter {
    match matter {
        Matter::NobodyAvailable(of) => nobody_available(of, url),
        Matter::Received(of) => received(of, url),
        Matter::UnreadReply(of) => unread_reply(of, url),
        Matter::Transcript(of) => transcript(of, url),
        Matter::Assigned(of)
        | Matter::Mentioned(of)
        | Matter::Waiting(of)
        | Matter::Escalation(of) => of_agent(of, url, matter.kind()),
        Matter::Summary(of) => summary(of, url),
        Matter::Invitation(of) => invitation(of, url),
        Matter::Password(of) => password(of, url),
    }
}

/// To the team, in the dashboard's language.
fn nobody_available(of: &OfConversation, url: &str) -> Letter {
    let sheet = conversation(of);
    let visitor = one_line(&of.visitor_name);
    let brand = &sheet.brand;
    let known = [
        ("Visitor", Some(visitor.clone())),
        ("Mail address", of.visitor.email.clone()),
        ("Page", of.visitor.page.clone().or_else(|| of.page.clone())),
        ("Inbox", Some(brand.clone())),
    ];
    let known = known.into_iter();
    Letter {
        subject: format!("New message from {visitor}"),
        preheader: sheet.quotes.first().map_or_else(String::new, Quote::begin),
        heading: format!("{visitor} wrote while nobody was there"),
        facts: known.filter_map(|(name, value)| Some((name, one_line(&value?)))).collect(),
        more: (of.more > 0).then(|| format!("… and {} more", of.more)),
        action: "Answer in the inbox",
        link: format!("{url}/conversations/{}", of.conversation),
        hints: of
            .inbox
            .inbound_address()
            .map(|_| "Or answer this mail from your own address: what you write goes to the visitor.")
            .map(ToOwned::to_owned)
            .into_iter()
            .collect(),
        because: format!(
            "This address hears of what comes in to {brand} while no agent is online, or outside of its hours. An owner can change that on the page of its inboxes."
        ),
        ..sheet
    }
}

fn received(of: &OfConversation, url: &str) -> Letter {
    let (sheet, words) = to_visitor(of, url);
    let text = if of.is_by_mail { words.received_by_mail } else { words.received_text };
    Letter {
        subject: answered(of).unwrap_or_else(|| (words.received_subject)(&sheet.brand)),
        preheader: text.to_owned(),
        heading: words.received_heading.to_owned(),
        paragraphs: vec![(words.received_thanks)(&sheet.brand), text.to_owned()],
        action: words.open,
        ..sheet
    }
}

fn unread_reply(of: &OfConversation, url: &str) -> Letter {
    let (sheet, words) = to_visitor(of, url);
    Letter {
        subject: answered(of).unwrap_or_else(|| (words.unread_subject)(&sheet.brand)),
        is_whole: of.is_by_mail,
        preheader: sheet.quotes.first().map_or_else(String::new, Quote::begin),
        heading: (words.unread_heading)(sheet.quotes.len() as u64 + of.more),
        more: (of.more > 0).then(|| (words.more)(of.more)),
        action: words.answer,
        ..sheet
    }
}

/// The subject of an answer to a mail: mail programs show together what has the same.
fn answered(of: &OfConversation) -> Option<String> {
    let subject = Some(one_line(of.subject.as_deref()?)).filter(|subject| !subject.is_empty())?;
    let is_answer = subject.get(..3).is_some_and(|begin| begin.eq_ignore_ascii_case("re:"));
    Some(if is_answer { subject } else { format!("Re: {subject}") })
}

fn transcript(of: &OfConversation, url: &str) -> Letter {
    let (sheet, words) = to_visitor(of, url);
    Letter {
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
fn of_agent(of: &OfConversation, url: &str, kind: MailKind) -> Letter {
    let sheet = conversation(of);
    let visitor = one_line(&of.visitor_name);
    let (subject, heading) = match kind {
        MailKind::Assigned => (
            format!("Yours now: {visitor}"),
            format!("The conversation with {visitor} was given to you"),
        ),
        MailKind::Mentioned => (
            format!("A note names you: {visitor}"),
            format!("A note in the conversation with {visitor} names you"),
        ),
        MailKind::Waiting => {
            (format!("{visitor} waits for you"), format!("{visitor} waits for an answer from you"))
        }
        _ => (format!("No answer yet: {visitor}"), format!("Nobody has answered {visitor} yet")),
    };
    let hint = of.inbox.inbound_address().map(|_| match kind {
        MailKind::Mentioned => {
            "Or answer this mail from your own address: what you write becomes a note, too."
        }
        _ => "Or answer this mail from your own address: what you write goes to the visitor.",
    });
    Letter {
        subject,
        preheader: sheet.quotes.first().map_or_else(String::new, Quote::begin),
        heading,
        more: (of.more > 0).then(|| format!("… and {} more", of.more)),
        action: "Open the conversation",
        link: format!("{url}/conversations/{}", of.conversation),
        hints: hint.map(ToOwned::to_owned).into_iter().collect(),
        because: chosen(url),
        unsubscribe: Some(("No more mails of this kind", preference(&of.preference, url))),
        ..sheet
    }
}

/// Why an agent gets a mail that they can choose.
fn chosen(url: &str) -> String {
    format!(
        "You get this mail as an agent of this Porchlight. Choose which you want: {url}/account"
    )
}

fn summary(of: &OfSummary, url: &str) -> Letter {
    let said = |one: &Unanswered| Said {
        seq: 0,
        author: Author::Visitor {},
        text: one.preview.clone(),
        files: Vec::new(),
        at_ms: one.since_ms,
    };
    let quote = |one: &Unanswered| Quote::at(&said(one), &one.visitor_name);
    let waiting = match of.waiting {
        0 => "Nobody waits for an answer".to_owned(),
        1 => "One conversation waits for an answer".to_owned(),
        many => format!("{many} conversations wait for an answer"),
    };
    let facts = [
        ("Began in the last day", of.begun),
        ("Nobody has", of.unassigned),
        ("Yours", of.own),
        ("Wait for an answer", of.waiting),
    ];
    let more = of.waiting.saturating_sub(of.longest.len() as u64);
    Letter {
        subject: format!("Today: {}", lower(&waiting)),
        preheader: waiting.clone(),
        heading: waiting,
        facts: facts.map(|(name, count)| (name, count.to_string())).into(),
        quotes: of.longest.iter().map(quote).collect(),
        more: (more > 0).then(|| format!("… and {more} more")),
        action: "Open the inbox",
        link: format!("{url}/conversations"),
        because: chosen(url),
        unsubscribe: Some(("No more summaries", preference(&of.preference, url))),
        ..Letter::sheet(BRAND, COLOR)
    }
}

/// A sentence within another.
fn lower(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn invitation(of: &OfAccount, url: &str) -> Letter {
    let sheet = account(of, url);
    Letter {
        subject: "You are invited to Porchlight".to_owned(),
        preheader: "Choose a password, and answer your visitors.".to_owned(),
        heading: format!("Welcome, {}", one_line(&of.name)),
        paragraphs: vec![
            "Your team answers its visitors with Porchlight, and has made an account for you. Choose a password to come in.".to_owned(),
        ],
        action: "Choose a password",
        hints: vec!["The link works once, for 7 days.".to_owned()],
        because: "You get this mail because an owner of this Porchlight has named your address.".to_owned(),
        ..sheet
    }
}

fn password(of: &OfAccount, url: &str) -> Letter {
    let sheet = account(of, url);
    Letter {
        subject: "Set a new password".to_owned(),
        preheader: "The link works for an hour.".to_owned(),
        heading: "Set a new password".to_owned(),
        paragraphs: vec![
            "Somebody asked for a new password for your account. If it was not you, do nothing: the old one stays.".to_owned(),
        ],
        action: "Set a new password",
        hints: vec!["The link works once, for an hour. Whoever is logged in with the old password is logged out then.".to_owned()],
        because: "You get this mail because this address is that of an agent of this Porchlight.".to_owned(),
        ..sheet
    }
}

/// An inbox's sheet, with what was said.
fn conversation(of: &OfConversation) -> Letter {
    let quotes = of.messages.iter().map(|said| Quote::of(said, &of.visitor_name)).collect();
    Letter { quotes, ..Letter::sheet(&of.inbox.name, &of.inbox.color) }
}

/// What all letters to visitors have. It is safe to send to an address that nobody has proven:
/// nothing of it is what the visitor typed. A transcript is not, and goes to no such address.
fn to_visitor(of: &OfConversation, url: &str) -> (Letter, &'static Words) {
    let words = Words::of(of.visitor.language.as_deref());
    let sheet = conversation(of);
    let key = &of.inbox.key;
    let takes_answers = of.inbox.inbound_address().is_some();
    let answer_by_mail = if takes_answers { words.reply } else { words.no_reply };
    let letter = Letter {
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
    (letter, words)
}

/// Where the reader of a mail says whether they want more.
fn preference(token: &str, url: &str) -> String {
    format!("{url}/mail/preferences/{token}")
}

fn account(of: &OfAccount, url: &str) -> Letter {
    let link = format!("{url}/password/{}", of.link);
    Letter { link, ..Letter::sheet(BRAND, COLOR) }
}
