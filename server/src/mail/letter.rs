//! What a mail says, and its two forms. All kinds of mail share one sheet of paper.

use askama::Template;
use domain::mail::{Owed, Said};
use protocol::{Author, MailKind};

use super::words::Words;

/// A mail's content. Its texts are one line each, but for quotes.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) language: &'static str,
    pub(super) subject: String,
    /// What mail programs show beside the subject.
    pub(super) preheader: String,
    pub(super) brand: String,
    pub(super) color: String,
    /// Readable on the colour.
    pub(super) on_color: &'static str,
    pub(super) heading: String,
    pub(super) paragraphs: Vec<String>,
    /// What is known: names and values.
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) quotes: Vec<Quote>,
    pub(super) more: Option<String>,
    /// What the button says, and where it leads.
    pub(super) action: &'static str,
    pub(super) link: String,
    /// What is said of the link.
    pub(super) hints: Vec<String>,
    /// Why this mail came.
    pub(super) because: String,
    /// Where its reader says whether they want more, and what the link says.
    pub(super) preference: String,
    pub(super) unsubscribe: Option<&'static str>,
}

/// What somebody wrote.
#[derive(Clone, Debug)]
pub(super) struct Quote {
    pub(super) who: String,
    pub(super) lines: Vec<String>,
    pub(super) files: Vec<String>,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Html<'a> {
    letter: &'a Letter,
}

#[derive(Template)]
#[template(path = "letter.txt")]
struct Text<'a> {
    letter: &'a Letter,
}

impl Letter {
    /// Writes the letter of a mail, for a server that browsers reach at `url`.
    pub(super) fn of(owed: &Owed, url: &str) -> Self {
        let brand = one_line(&owed.inbox.name);
        let preference = format!("{url}/mail/preferences/{}", owed.preference);
        let quote = |said: &Said| Quote::of(said, &owed.visitor_name);
        let letter = Self {
            language: "en",
            subject: String::new(),
            preheader: String::new(),
            color: owed.inbox.color.clone(),
            on_color: readable_on(&owed.inbox.color),
            heading: String::new(),
            paragraphs: Vec::new(),
            facts: Vec::new(),
            quotes: owed.messages.iter().map(quote).collect(),
            more: None,
            action: "",
            link: String::new(),
            hints: Vec::new(),
            because: String::new(),
            preference,
            unsubscribe: None,
            brand,
        };
        match owed.kind {
            MailKind::NobodyAvailable => letter.nobody_available(owed, url),
            MailKind::Received => letter.received(owed, url),
            MailKind::UnreadReply => letter.unread(owed, url),
        }
    }

    /// To the team, in the dashboard's language.
    fn nobody_available(self, owed: &Owed, url: &str) -> Self {
        let visitor = one_line(&owed.visitor_name);
        let brand = &self.brand;
        let known = [
            ("Visitor", Some(visitor.clone())),
            ("Mail address", owed.visitor.email.clone()),
            ("Page", owed.visitor.page.clone().or_else(|| owed.page.clone())),
            ("Inbox", Some(brand.clone())),
        ];
        let known = known.into_iter();
        Self {
            subject: format!("New message from {visitor}"),
            preheader: self.quotes.first().map_or_else(String::new, Quote::begin),
            heading: format!("{visitor} wrote while nobody was there"),
            facts: known.filter_map(|(name, value)| Some((name, one_line(&value?)))).collect(),
            more: (owed.more > 0).then(|| format!("… and {} more", owed.more)),
            action: "Answer in the inbox",
            link: format!("{url}/conversations/{}", owed.conversation),
            because: format!(
                "This address hears of what comes in to {brand} while no agent is online, or outside of its hours. An owner can change that on the page of its inboxes."
            ),
            ..self
        }
    }

    fn received(self, owed: &Owed, url: &str) -> Self {
        let words = Words::of(owed.visitor.language.as_deref());
        let brand = self.brand.clone();
        Self {
            subject: (words.received_subject)(&brand),
            preheader: words.received_text.to_owned(),
            heading: words.received_heading.to_owned(),
            paragraphs: vec![(words.received_thanks)(&brand), words.received_text.to_owned()],
            action: words.open,
            ..self.for_visitor(owed, url, words)
        }
    }

    fn unread(self, owed: &Owed, url: &str) -> Self {
        let words = Words::of(owed.visitor.language.as_deref());
        let count = self.quotes.len() as u64 + owed.more;
        let brand = self.brand.clone();
        Self {
            subject: (words.unread_subject)(&brand),
            preheader: self.quotes.first().map_or_else(String::new, Quote::begin),
            heading: (words.unread_heading)(count),
            more: (owed.more > 0).then(|| (words.more)(owed.more)),
            action: words.answer,
            ..self.for_visitor(owed, url, words)
        }
    }

    /// What all letters to visitors have. It is safe to send to an address that nobody has proven:
    /// nothing of it is what the visitor typed.
    fn for_visitor(self, owed: &Owed, url: &str, words: &'static Words) -> Self {
        let key = &owed.inbox.key;
        Self {
            language: words.language,
            link: format!("{url}/chat?inbox={key}#login={}", owed.login),
            hints: vec![words.link.to_owned(), words.no_reply.to_owned()],
            because: (words.because)(&self.brand),
            unsubscribe: Some(words.unsubscribe),
            ..self
        }
    }

    /// As HTML that mail programs show: tables, and styles on the elements.
    pub(super) fn html(&self) -> askama::Result<String> {
        Html { letter: self }.render()
    }

    /// As plain text.
    pub(super) fn text(&self) -> askama::Result<String> {
        let text = Text { letter: self }.render()?;
        // What a template leaves where there is nothing to say.
        let mut plain = String::with_capacity(text.len());
        let mut blank = 0;
        for line in text.trim().lines() {
            blank = if line.trim().is_empty() { blank + 1 } else { 0 };
            if blank < 2 {
                plain.push_str(line.trim_end());
                plain.push('\n');
            }
        }
        Ok(plain)
    }
}

impl Quote {
    fn of(said: &Said, visitor_name: &str) -> Self {
        let who = match &said.author {
            Author::Agent { name, .. } => name.clone(),
            Author::Visitor {} | Author::System {} => visitor_name.to_owned(),
        };
        Self {
            who: one_line(&who),
            lines: said.text.lines().map(one_line).collect(),
            files: said.files.iter().map(|name| one_line(name)).collect(),
        }
    }

    fn begin(&self) -> String {
        self.lines.iter().chain(&self.files).next().cloned().unwrap_or_default()
    }
}

/// A text without control characters, on one line: what others wrote can't begin a header or a line.
pub(super) fn one_line(text: &str) -> String {
    let is_break = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let plain: String = text.chars().map(|c| if is_break(c) { ' ' } else { c }).collect();
    plain.trim().to_owned()
}

/// Black or white, whichever is easier to read on a colour `#rrggbb` (WCAG 2.2, relative luminance).
fn readable_on(color: &str) -> &'static str {
    let part = |at: usize| {
        let value = color.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let value = f64::from(value.unwrap_or(0)) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
    // Where both have the same contrast.
    if luminance > 0.179 { "#000000" } else { "#ffffff" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_readable_on_any_colour() {
        for (color, expect) in [
            ("#2f6f5e", "#ffffff"),
            ("#ffffff", "#000000"),
            ("#ffd98a", "#000000"),
            ("#000000", "#ffffff"),
            ("#0000ff", "#ffffff"),
            ("#ffff00", "#000000"),
        ] {
            assert_eq!(readable_on(color), expect, "{color}");
        }
    }

    #[test]
    fn one_line_stays_one() {
        assert_eq!(one_line("a\r\nBcc: x\0\u{2028}y"), "a  Bcc: x  y");
    }
}
