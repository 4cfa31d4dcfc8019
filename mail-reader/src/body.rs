//! The text and the files of an email.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use crate::{Attached, charset, flowed, html, plain, words};

/// The most bytes of text that are read.
const TEXT_BYTES: usize = 1024 * 1024;

/// All text of an email: the plain text if it has content of its own, otherwise the HTML.
pub(crate) fn text(message: &Message<'_>) -> String {
    let plain = text_of(message, &message.text_body);
    // Most emails have the same text in both forms, or only one form.
    if plain.len() > STUB_BYTES || message.text_body == message.html_body {
        return plain;
    }
    let html = text_of(message, &message.html_body);
    if is_stub(&plain, &html) { html } else { plain }
}

/// The longest plain text, in bytes, that may be a stub.
const STUB_BYTES: usize = 400;

/// Whether a plain text is only a stub beside the HTML, such as "Your mail program does not show HTML": hardly
/// any of its words are in the HTML.
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

/// Decodes a part again where the parser may have misread it: the parser believes the declared charset, and
/// takes an unknown one for UTF-8.
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
    // If decoding fails, the parser's repaired text is the best there is.
    bytes.map_or(Cow::Borrowed(parsed), |bytes| Cow::Owned(charset::decode(&bytes, name)))
}

/// An email's attachments. Another form of the text, such as its HTML, is not one.
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

/// A part's file name, or one made from its type.
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

/// A part's file name, decoded again where the parser may have misread it.
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

/// `Some` if a part's text is flowed (RFC 3676); the value says whether the space before a break is dropped.
fn flow(part: &MessagePart<'_>) -> Option<bool> {
    let says = |name: &str, value: &str| {
        let said = part.content_type().and_then(|kind| kind.attribute(name));
        said.is_some_and(|said| said.eq_ignore_ascii_case(value))
    };
    says("format", "flowed").then(|| says("delsp", "yes"))
}

/// As much of the text as is read.
fn beginning(text: &str) -> &str {
    let mut end = text.len().min(TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Normalizes line breaks and removes other control characters.
fn tidy(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let text: String =
        text.chars().filter(kept).map(|c| if c == '\u{a0}' { ' ' } else { c }).collect();
    // The space in a signature separator is part of it (RFC 3676, section 4.3).
    let lines = text.lines().map(|line| if line == "-- " { line } else { line.trim_end() });
    let mut tidied = String::with_capacity(text.len());
    let mut blank = 0;
    for line in lines {
        blank = if line.is_empty() { blank + 1 } else { 0 };
        // Emails converted from HTML are full of empty lines.
        if blank < 3 {
            tidied.push_str(line);
            tidied.push('\n');
        }
    }
    tidied.trim_matches('\n').to_owned()
}
