//! Reads mails that anybody may have sent: what was said, by whom, and in answer to what.
//!
//! Knows nothing of conversations, stores or networks, and so can be tried with anything at all.
//! Whatever comes in, [`read`] returns: a [`Mail`], or why it is none that is read here.

mod authentication;
mod body;
mod bomb;
mod bounce;
mod charset;
mod flowed;
mod html;
mod languages;
mod nature;
mod quote;
mod words;

use std::borrow::Cow;
use std::panic::catch_unwind;

use mail_parser::{Addr, Address, HeaderName, HeaderValue, Message, MessageParser};

pub use authentication::{Checked, Found, Verdict};
pub use bounce::{Bounce, says_address_is_bad};
pub use html::text_of_html;
pub use quote::{without_quote, without_signature};

/// A mail, as far as it matters to a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Its `Message-ID`, without the brackets.
    pub message_id: Option<String>,
    /// Who it says to be from, if that is one.
    pub sender: Option<Sender>,
    /// Who it says to be answered (`Reply-To`), if that is one, and another. Nothing proves it.
    pub reply_to: Option<Sender>,
    /// Every address that it says to have gone to, as written.
    pub recipients: Vec<String>,
    /// The `Message-ID`s of what it answers, without the brackets: the nearest first.
    pub answers: Vec<String>,
    /// Its subject, on one line.
    pub subject: String,
    /// What was written, without what is quoted and signed.
    pub said: String,
    /// All of its text.
    pub whole: String,
    /// What is attached.
    pub files: Vec<Attached>,
    /// What kind of mail it is.
    pub nature: Nature,
    /// What the servers that it came by say of who sent it, the last one first. Anybody can write anything there.
    pub checked: Vec<Checked>,
}

/// Who a mail says to be from. Anybody can write anything there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// What they call themselves.
    pub name: Option<String>,
    /// Their address, as written.
    pub address: String,
}

/// A file in a mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Attached {
    /// What its sender calls it.
    pub name: String,
    /// Its content, decoded.
    pub content: Vec<u8>,
}

impl std::fmt::Debug for Attached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} bytes)", self.name, self.content.len())
    }
}

/// What kind of mail it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Somebody wrote it.
    Personal,
    /// A program answered by itself (RFC 3834).
    AutoReply,
    /// It goes to many who can leave it (RFC 2369): what the list says of itself, in lower case.
    List(String),
    /// A program says that a mail was read (RFC 8098).
    ReadReceipt,
    /// A mail server says that a mail did not arrive (RFC 3464).
    Bounce(Bounce),
}

/// Why a mail is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// No mail at all.
    NoMail,
    /// It has more parts or headers than anybody writes.
    TooManyParts,
    /// Its parts are not where they say to be.
    Broken,
    /// It has another in it, hidden by an encoding that is not allowed there (RFC 2046, section 5.2.1).
    Hidden,
}

impl Unreadable {
    /// A stable code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoMail => "no_mail",
            Self::TooManyParts => "too_many_parts",
            Self::Broken => "broken",
            Self::Hidden => "hidden",
        }
    }
}

/// Reads a mail (RFC 5322). Takes time and room in proportion to its length.
///
/// # Errors
/// [`Unreadable`] for what is no mail, or made to cost its reader dearly.
pub fn read(raw: &[u8]) -> Result<Mail, Unreadable> {
    bomb::look_for(raw)?;
    let (headers, body) = bomb::parted(raw);
    let raw = match words::recoded(headers) {
        Cow::Borrowed(_) => Cow::Borrowed(raw),
        Cow::Owned(headers) => Cow::Owned([&headers, body].concat()),
    };
    // The parser fails on some mails that no program writes.
    let parsed = catch_unwind(|| MessageParser::default().parse(raw.as_ref()));
    let message = parsed.map_err(|_| Unreadable::Broken)?.ok_or(Unreadable::NoMail)?;
    let whole = body::text(&message);
    let files = body::files(&message);
    let answers = answers(&message);
    let subject = message.subject().map(plain).unwrap_or_default();
    let is_answer = !answers.is_empty() || is_reply(&subject);
    let cut = if is_answer { without_quote(&whole) } else { without_signature(&whole) };
    let said = match cut {
        // Where all of it looks like a quote, it is what was written; but for a picture's sake.
        "" if files.is_empty() => whole.trim(),
        said => said,
    };
    let said = said.to_owned();
    let sender = sender(&message);
    Ok(Mail {
        message_id: message.message_id().map(plain).filter(|id| !id.is_empty()),
        reply_to: reply_to(&message).filter(|other| !is_same(other, sender.as_ref())),
        sender,
        recipients: recipients(&message),
        answers,
        subject,
        said,
        files,
        nature: nature::of(&message, &whole),
        checked: authentication::of(&message),
        whole,
    })
}

/// What tells a mail from all others: who it is from, its name, its time, its subject and what it says. The
/// same mail is the same by every way that it comes; another under its name is another. Never fails; what is no
/// mail is told by its bytes.
#[must_use]
pub fn fingerprint(raw: &[u8]) -> Vec<u8> {
    let (headers, body) = bomb::parted(raw);
    let parsed = catch_unwind(|| MessageParser::default().parse_headers(headers));
    let message = parsed.ok().flatten();
    let told = message.and_then(|message| {
        let id = message.message_id().map(plain).filter(|id| !id.is_empty())?;
        let from = sender(&message)?.address.to_lowercase();
        let date = message.header_raw("Date").map(plain).unwrap_or_default();
        let subject = message.subject().map(plain).unwrap_or_default();
        Some(format!("{from}\n{id}\n{date}\n{subject}\n").into_bytes())
    });
    let Some(mut told) = told else { return raw.to_vec() };
    // Line breaks change on the way.
    told.extend(body.trim_ascii_end().iter().filter(|byte| **byte != b'\r'));
    told
}

/// A single sender: a mail of several is nobody's word. Nor is one that says it in a way that those who
/// check senders may read otherwise: twice, for a group, or under a name that is not quite "From".
fn sender(message: &Message<'_>) -> Option<Sender> {
    let mut fields = message.headers().iter().filter(|header| header.name == HeaderName::From);
    let (field, None) = (fields.next()?, fields.next()) else { return None };
    let name = message.raw_message.get(field.offset_field as usize..)?;
    let is_literal = name.get(..5).is_some_and(|name| name.eq_ignore_ascii_case(b"from:"));
    let Some(Address::List(all)) = message.from() else { return None };
    let ([one], true) = (all.as_slice(), is_literal) else { return None };
    let address = one.address.as_deref().map(plain).filter(|address| !address.is_empty())?;
    let name = one.name.as_deref().map(plain).filter(|name| !name.is_empty());
    Some(Sender { name, address })
}

/// Who a mail says to be answered: one, or nobody's word.
fn reply_to(message: &Message<'_>) -> Option<Sender> {
    let Address::List(all) = message.reply_to()? else { return None };
    let [one] = all.as_slice() else { return None };
    let address = one.address.as_deref().map(plain).filter(|address| !address.is_empty())?;
    let name = one.name.as_deref().map(plain).filter(|name| !name.is_empty());
    Some(Sender { name, address })
}

fn is_same(one: &Sender, other: Option<&Sender>) -> bool {
    other.is_some_and(|other| one.address.eq_ignore_ascii_case(&other.address))
}

/// Whether a subject is that of an answer, as programs write it that do not say what they answer.
fn is_reply(subject: &str) -> bool {
    const BEFORE: [&str; 15] = [
        "re", "aw", "sv", "vs", "antw", "odp", "ynt", "rif", "res", "atb", "на", "отв", "回复",
        "回覆", "答复",
    ];
    let Some((before, _)) = subject.split_once([':', '：']) else { return false };
    BEFORE.contains(&&*before.trim().to_lowercase())
}

fn recipients(message: &Message<'_>) -> Vec<String> {
    let address = |one: &Addr<'_>| one.address.as_deref().map(plain);
    let named = [message.to(), message.cc()].into_iter().flatten();
    let mut all: Vec<String> = named.flat_map(Address::iter).filter_map(address).collect();
    // What the servers that it came through noted, where the sender wrote something else.
    for name in ["Delivered-To", "X-Original-To", "X-Forwarded-To", "Envelope-To", "X-Envelope-To"]
    {
        for (header, value) in message.headers_raw() {
            if header.eq_ignore_ascii_case(name) {
                all.push(plain(value).trim_matches(['<', '>']).to_owned());
            }
        }
    }
    all.truncate(RECIPIENTS);
    all
}

/// The most recipients that are looked at.
const RECIPIENTS: usize = 200;

/// The most earlier mails that are looked at.
const ANSWERS: usize = 50;

fn answers(message: &Message<'_>) -> Vec<String> {
    let ids = |value: &HeaderValue<'_>| -> Vec<String> {
        match value {
            HeaderValue::Text(one) => vec![plain(one)],
            HeaderValue::TextList(all) => all.iter().map(|one| plain(one)).collect(),
            _ => Vec::new(),
        }
    };
    let mut all = ids(message.in_reply_to());
    all.extend(ids(message.references()).into_iter().rev());
    all.truncate(ANSWERS);
    all
}

/// On one line, without control characters.
pub(crate) fn plain(text: &str) -> String {
    let one_line = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    one_line.collect::<String>().trim().to_owned()
}
