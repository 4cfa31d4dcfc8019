//! A mail's text, and its files.

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use crate::{Attached, flowed, html, plain};

/// The most bytes of text that are read.
const TEXT_BYTES: usize = 1024 * 1024;

/// All text of a mail: the plain one where there is one that says something.
pub(crate) fn text(message: &Message<'_>) -> String {
    let plain = text_of(message, &message.text_body);
    if plain.trim().is_empty() { text_of(message, &message.html_body) } else { plain }
}

fn text_of(message: &Message<'_>, parts: &[u32]) -> String {
    let mut whole = String::new();
    for part in parts.iter().filter_map(|id| message.part(*id)) {
        let text = match &part.body {
            PartType::Text(text) if is_flowed(part) => flowed::joined(beginning(text)),
            PartType::Text(text) => beginning(text).to_owned(),
            PartType::Html(text) => html::text_of_html(beginning(text)),
            _ => continue,
        };
        if !whole.is_empty() {
            whole.push('\n');
        }
        whole.push_str(&text);
        if whole.len() > TEXT_BYTES {
            break;
        }
    }
    tidy(beginning(&whole))
}

/// What a mail has besides its text. What stands in both forms of it, as its HTML, is none.
pub(crate) fn files(message: &Message<'_>) -> Vec<Attached> {
    let attached = message.attachments.iter().filter_map(|id| message.part(*id));
    let is_other_form = |part: &MessagePart<'_>| {
        matches!(part.body, PartType::Html(_) | PartType::Text(_))
            && part.attachment_name().is_none()
            && part.content_disposition().is_none_or(|how| !how.is_attachment())
    };
    attached
        .filter(|part| !is_other_form(part))
        .map(|part| Attached {
            name: name(part),
            content: match &part.body {
                PartType::Message(message) => message.raw_message().to_vec(),
                _ => part.contents().to_vec(),
            },
        })
        .collect()
}

/// What a part is called; else what it says to be.
fn name(part: &MessagePart<'_>) -> String {
    if let Some(name) = part.attachment_name().map(plain).filter(|name| !name.is_empty()) {
        return name;
    }
    match (&part.body, part.content_type()) {
        (PartType::Message(_), _) => "message.eml".to_owned(),
        (_, Some(kind)) => {
            let (kind, detail) = (plain(&kind.c_type), kind.c_subtype.as_deref().map(plain));
            let ending = match detail.as_deref() {
                Some("jpeg") => "jpg",
                Some("plain") | None => "txt",
                Some(detail) => detail,
            };
            format!("{kind}.{ending}")
        }
        (_, None) => "file".to_owned(),
    }
}

fn is_flowed(part: &MessagePart<'_>) -> bool {
    let format = part.content_type().and_then(|kind| kind.attribute("format"));
    format.is_some_and(|format| format.eq_ignore_ascii_case("flowed"))
}

/// As much of it as is read.
fn beginning(text: &str) -> &str {
    let mut end = text.len().min(TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// With one kind of line break, and no other control characters.
fn tidy(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let text: String =
        text.chars().filter(kept).map(|c| if c == '\u{a0}' { ' ' } else { c }).collect();
    let lines = text.lines().map(str::trim_end);
    let mut tidied = String::with_capacity(text.len());
    let mut blank = 0;
    for line in lines {
        blank = if line.is_empty() { blank + 1 } else { 0 };
        // Mails that are made of HTML are full of empty lines.
        if blank < 3 {
            tidied.push_str(line);
            tidied.push('\n');
        }
    }
    tidied.trim_matches('\n').to_owned()
}
