//! An email as its reader sees it: one design for all, in two formats.

use askama::Template;
use domain::mail::QuotedMessage;
use protocol::Author;
use time::OffsetDateTime;

/// The content of an email. All texts are one line each, except quotes.
#[derive(Clone, Debug)]
pub(super) struct EmailBody {
    pub(super) language: &'static str,
    pub(super) subject: String,
    /// What mail programs show next to the subject.
    pub(super) preheader: String,
    pub(super) brand: String,
    pub(super) color: String,
    /// A text color that is readable on `color`.
    pub(super) on_color: &'static str,
    pub(super) heading: String,
    pub(super) paragraphs: Vec<String>,
    /// Facts, as names and values.
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) quotes: Vec<Quote>,
    /// Whether the quotes are complete, for recipients who read the conversation only by email.
    pub(super) is_whole: bool,
    pub(super) more: Option<String>,
    /// The text of the button, and where it leads.
    pub(super) action: &'static str,
    pub(super) link: String,
    /// Remarks on the link.
    pub(super) hints: Vec<String>,
    /// Why the reader gets this email.
    pub(super) because: String,
    /// The text of the link to unsubscribe, and where it leads.
    pub(super) unsubscribe: Option<(&'static str, String)>,
}

/// A message.
#[derive(Clone, Debug)]
pub(super) struct Quote {
    pub(super) who: String,
    /// Its time, in transcripts.
    pub(super) at: Option<String>,
    pub(super) lines: Vec<String>,
    pub(super) files: Vec<String>,
}

#[derive(Template)]
#[template(path = "email.html")]
struct Html<'a> {
    body: &'a EmailBody,
}

#[derive(Template)]
#[template(path = "email.txt")]
struct Text<'a> {
    body: &'a EmailBody,
}

impl EmailBody {
    /// A body without content.
    pub(super) fn sheet(brand: &str, color: &str) -> Self {
        Self {
            language: "en",
            subject: String::new(),
            preheader: String::new(),
            brand: one_line(brand),
            color: color.to_owned(),
            on_color: readable_on(color),
            heading: String::new(),
            paragraphs: Vec::new(),
            facts: Vec::new(),
            quotes: Vec::new(),
            is_whole: false,
            more: None,
            action: "",
            link: String::new(),
            hints: Vec::new(),
            because: String::new(),
            unsubscribe: None,
        }
    }

    /// Renders HTML as mail programs show it: tables, and inline styles.
    pub(super) fn html(&self) -> askama::Result<String> {
        Html { body: self }.render()
    }

    /// Renders plain text.
    pub(super) fn text(&self) -> askama::Result<String> {
        let text = Text { body: self }.render()?;
        // Remove the blank lines that the template leaves for missing parts.
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
    pub(super) fn of(said: &QuotedMessage, visitor_name: &str) -> Self {
        let who = match &said.author {
            Author::Agent { name, .. } => name.clone(),
            Author::Visitor {} | Author::System {} => visitor_name.to_owned(),
        };
        Self {
            who: one_line(&who),
            at: None,
            lines: said.text.lines().map(one_line).collect(),
            files: said.files.iter().map(|name| one_line(name)).collect(),
        }
    }

    /// A quote with its time, in UTC: the reader's time zone is unknown.
    pub(super) fn at(said: &QuotedMessage, visitor_name: &str) -> Self {
        let seconds = i64::try_from(said.at_ms.seconds()).unwrap_or(0);
        let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let (hour, minute, _) = at.to_hms();
        let at = format!("{} {hour:02}:{minute:02} UTC", at.date());
        Self { at: Some(at), ..Self::of(said, visitor_name) }
    }

    /// The first line, or the name of the first file.
    pub(super) fn begin(&self) -> String {
        self.lines.iter().chain(&self.files).next().cloned().unwrap_or_default()
    }
}

/// Replaces control characters and line breaks by spaces, so that foreign text can't start a header or a line.
pub(super) fn one_line(text: &str) -> String {
    let is_break = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let plain: String = text.chars().map(|c| if is_break(c) { ' ' } else { c }).collect();
    plain.trim().to_owned()
}

/// Black or white, whichever is easier to read on a `#rrggbb` color (WCAG 2.2, relative luminance).
fn readable_on(color: &str) -> &'static str {
    let part = |at: usize| {
        let value = color.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let value = f64::from(value.unwrap_or(0)) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
    // Both have the same contrast at this luminance.
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
