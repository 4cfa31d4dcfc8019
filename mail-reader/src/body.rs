//! A mail's text, and its files.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use crate::{Attached, charset, flowed, html, plain, words};

/// The most bytes of text that are read.
const TEXT_BYTES: usize = 1024 * 1024;

/// All text of a mail: the plain one where there is one that says something.
pub(crate) fn text(message: &Message<'_>) -> String {
    let plain = text_of(message, &message.text_body);
    // Most mails say the same in both forms, or have one.
    if plain.len() > STUB_BYTES || message.text_body == message.html_body {
        return plain;
    }
    let html = text_of(message, &message.html_body);
    if is_stub(&plain, &html) { html } else { plain }
}

/// The most bytes of a plain text that may stand for another.
const STUB_BYTES: usize = 400;

/// Whether a plain text stands only for the HTML beside it, "Your mail program does not show HTML": of its own
/// words hardly any is in the other.
fn is_stub(plain: &str, html: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    let (own, other) = (words(plain), words(html));
    let shared = own.iter().filter(|word| other.contains(word)).count();
    other.len() >= own.len().max(1) && shared * 2 <= own.len()
}

fn text_of(message: &Message<'_>, parts: &[u32]) -> String {
    let mut whole = String::new();
    for part in parts.iter().filter_map(|id| message.part(*id)) {
        let text = match &part.body {
            PartType::Text(text) => {
                let text = read_again(message, part, text);
                match flow(part) {
                    Some(drops_blank) => flowed::joined(beginning(&text), drops_blank),
                    None => beginning(&text).to_owned(),
                }
            }
            PartType::Html(text) => html::text_of_html(beginning(&read_again(message, part, text))),
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

/// A part's text, where the parser may have misread it: it believes what a part says of its charset, and takes
/// what it does not know for UTF-8.
fn read_again<'a>(message: &Message<'_>, part: &MessagePart<'_>, parsed: &'a str) -> Cow<'a, str> {
    let name = part.content_type().and_then(|kind| kind.attribute("charset"));
    let is_utf8 = name.is_none_or(|name| name.eq_ignore_ascii_case("utf-8"));
    if is_utf8 && !parsed.contains(['\u{fffd}', '\u{1b}']) {
        return Cow::Borrowed(parsed);
    }
    let (start, end) = (part.offset_body as usize, part.offset_end as usize);
    let raw = message.raw_message.get(start..end).unwrap_or_default();
    let bytes = match part.encoding {
        Encoding::None => Some(Cow::Borrowed(raw)),
        Encoding::Base64 => base64_decode(raw).map(Cow::Owned),
        Encoding::QuotedPrintable => quoted_printable_decode(raw).map(Cow::Owned),
    };
    // What the parser could repair, it has.
    bytes.map_or(Cow::Borrowed(parsed), |bytes| Cow::Owned(charset::decode(&bytes, name)))
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
            name: name(message, part),
            content: match &part.body {
                PartType::Message(message) => message.raw_message().to_vec(),
                _ => part.contents().to_vec(),
            },
        })
        .collect()
}

/// What a part is called; else what it says to be.
fn name(message: &Message<'_>, part: &MessagePart<'_>) -> String {
    if let Some(name) = part.attachment_name().map(plain).filter(|name| !name.is_empty()) {
        return name_again(message, part, name);
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

/// A part's name, where the parser may have misread it.
fn name_again(message: &Message<'_>, part: &MessagePart<'_>, parsed: String) -> String {
    if !parsed.contains('\u{fffd}') && !parsed.contains("=?") {
        return parsed;
    }
    let (start, end) = (part.offset_header as usize, part.offset_body as usize);
    let headers = words::recoded(message.raw_message.get(start..end).unwrap_or_default());
    let again = MessageParser::default().parse_headers(&headers);
    let name = again.as_ref().and_then(|part| part.attachment_name()).map(plain);
    name.filter(|name| !name.is_empty()).unwrap_or(parsed)
}

/// Whether a part's lines flow (RFC 3676), and if so, whether they drop the blank before a break.
fn flow(part: &MessagePart<'_>) -> Option<bool> {
    let says = |name: &str, value: &str| {
        let said = part.content_type().and_then(|kind| kind.attribute(name));
        said.is_some_and(|said| said.eq_ignore_ascii_case(value))
    };
    says("format", "flowed").then(|| says("delsp", "yes"))
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
    // The blank of a signature's rule is part of it (RFC 3676, section 4.3).
    let lines = text.lines().map(|line| if line == "-- " { line } else { line.trim_end() });
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
