//! Reads emails that anyone may have sent: what was said, by whom, and in reply to what.
//!
//! It knows nothing about conversations, stores or networks, so it can be tested with any input. Whatever the
//! input, [`read`] returns: a [`Mail`], or why it can't be read.

mod authentication;
mod body;
mod bomb;
mod bounce;
mod charset;
mod class;
mod flowed;
mod html;
mod languages;
mod quote;
mod words;

use std::borrow::Cow;
use std::panic::catch_unwind;

use mail_parser::{Addr, Address, HeaderName, HeaderValue, Message, MessageParser};

pub use authentication::{Checked, Found, Verdict};
pub use bounce::{Bounce, says_address_is_bad};
pub use html::text_of_html;
pub use quote::{without_quote, without_signature};

/// An email, as far as it matters to a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Its `Message-ID`, without brackets.
    pub message_id: Option<String>,
    /// The sender that it names, if that is one.
    pub sender: Option<Sender>,
    /// The one address to reply to (`Reply-To`), if it differs from the sender. Nothing proves it.
    pub reply_to: Option<Sender>,
    /// All recipient addresses that it names, as written.
    pub recipients: Vec<String>,
    /// The `Message-ID`s of the emails that it replies to, without brackets, the nearest first.
    pub answers: Vec<String>,
    /// Its subject, on one line.
    pub subject: String,
    /// The new text, without quotes and signature.
    pub said: String,
    /// All of its text.
    pub whole: String,
    /// The attachments.
    pub files: Vec<Attached>,
    /// The kind of email.
    pub class: MailClass,
    /// What the servers that it passed through report about its sender, the last server first. Anyone can forge
    /// these.
    pub checked: Vec<Checked>,
}

/// The sender that an email names. Anyone can forge it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The display name.
    pub name: Option<String>,
    /// The address, as written.
    pub address: String,
}

/// A file attached to an email.
#[derive(Clone, PartialEq, Eq)]
pub struct Attached {
    /// The file name that the sender gave.
    pub name: String,
    /// The decoded content.
    pub content: Vec<u8>,
}

impl std::fmt::Debug for Attached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} bytes)", self.name, self.content.len())
    }
}

/// The kind of an email.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailClass {
    /// A person wrote it.
    Personal,
    /// An automatic reply (RFC 3834).
    AutoReply,
    /// Sent to many who can unsubscribe (RFC 2369); holds what the list says about itself, in lower case.
    List(String),
    /// A receipt that an email was read (RFC 8098).
    ReadReceipt,
    /// A report that an email was not delivered (RFC 3464).
    Bounce(Bounce),
}

/// Why an email can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is not an email.
    NoMail,
    /// It has more parts or headers than any real email.
    TooManyParts,
    /// Its structure makes the parser fail.
    Broken,
    /// It hides another message in an encoding that is not allowed there (RFC 2046, section 5.2.1).
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

/// Reads an email (RFC 5322). Time and memory are proportional to its length.
///
/// # Errors
/// [`Unreadable`] if it is not an email, or is built to exhaust its reader.
pub fn read(raw: &[u8]) -> Result<Mail, Unreadable> {
    bomb::look_for(raw)?;
    let (headers, body) = bomb::parted(raw);
    let raw = match words::recoded(headers) {
        Cow::Borrowed(_) => Cow::Borrowed(raw),
        Cow::Owned(headers) => Cow::Owned([&headers, body].concat()),
    };
    // The parser panics on some emails that no program writes.
    let parsed = catch_unwind(|| MessageParser::default().parse(raw.as_ref()));
    let message = parsed.map_err(|_| Unreadable::Broken)?.ok_or(Unreadable::NoMail)?;
    let whole = body::text(&message);
    let files = body::files(&message);
    let answers = answers(&message);
    let subject = message.subject().map(plain).unwrap_or_default();
    let is_answer = !answers.is_empty() || is_reply(&subject);
    let cut = if is_answer { without_quote(&whole) } else { without_signature(&whole) };
    let said = match cut {
        // If everything looks like a quote, it is taken as written, unless the email has files.
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
        class: class::of(&message, &whole),
        checked: authentication::of(&message),
        whole,
    })
}

/// Identifies an email by its sender, `Message-ID`, date, subject and body. The same email has the same
/// fingerprint however it arrives; another one with the same `Message-ID` has another. Never fails: what is not
/// an email is identified by its bytes.
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
    // Line breaks may change on the way.
    told.extend(body.trim_ascii_end().iter().filter(|byte| **byte != b'\r'));
    told
}

/// The sender, if there is exactly one, and it is written so that everyone who checks senders reads it the
/// same: not twice, not as a group, and in a field whose name is exactly "From".
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

/// The address to reply to, if there is exactly one.
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

/// Whether a subject is a reply's, for programs that don't say what they reply to.
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
    // The servers that it passed through may have noted other recipients than the sender wrote.
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

/// The most recipients that are read.
const RECIPIENTS: usize = 200;

/// The most earlier emails that are read.
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

/// Puts a text on one line, without control characters.
pub(crate) fn plain(text: &str) -> String {
    let one_line = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    one_line.collect::<String>().trim().to_owned()
}
