//! Detects emails that would be too expensive to parse, before they are parsed.
//!
//! The parser allocates something for each header, address and part, and something nested for each message
//! within a message. An email of 28 MB may have millions of them. Each begins with a line that can be counted.
//! Lines are compared as the parser reads them: it ignores whitespace before and within a header's name, and
//! colons before it. Body lines that look like headers count, too.

use crate::Unreadable;

/// The most lines that may begin a part: those that start with two hyphens.
const DELIMITERS: usize = 900;

/// The most lines that may begin a header, and the most bytes of all such lines with their continuations.
const FIELDS: usize = 50_000;
const FIELD_BYTES: usize = 1024 * 1024;

/// The longest header with its continuations, in bytes.
const LONGEST: usize = 64 * 1024;

/// The most lines with a `Content-Type`. Messages within messages can't be nested deeper.
const TYPES: usize = 200;

/// The most bytes of a media type, before its parameters.
const TYPE_BYTES: usize = 256;

/// The most bytes of headers at the start of an email that count for its fingerprint.
const HEADER_BYTES: usize = 256 * 1024;

/// Splits an email into its leading headers and the rest.
pub(crate) fn parted(raw: &[u8]) -> (&[u8], &[u8]) {
    let mut end = 0;
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        end += line.len();
        if is_blank(line) || end > HEADER_BYTES {
            break;
        }
    }
    raw.split_at(end.min(HEADER_BYTES))
}

pub(crate) fn look_for(raw: &[u8]) -> Result<(), Unreadable> {
    let mut counted = Counted::default();
    let mut block = Block::default();
    let (mut has_digest, mut has_encoded_unknown) = (false, false);
    // The end of the text ends a block as a blank line does.
    let lines = raw.split(|byte| *byte == b'\n').chain(std::iter::once(b"".as_slice()));
    for line in lines {
        if is_blank(line) {
            if block.is_encoded() && block.may_be(b"message") {
                return Err(Unreadable::Hidden);
            }
            has_digest |= block.may_be(b"digest");
            has_encoded_unknown |= block.is_encoded() && !block.is_typed;
            block = Block::default();
            counted.field = 0;
            continue;
        }
        let bare = bare(line);
        counted.add(line, &bare)?;
        block.add(line, &bare);
    }
    // In a digest, a part without a type is a message (RFC 2046, section 5.1.5).
    if has_digest && has_encoded_unknown { Err(Unreadable::Hidden) } else { Ok(()) }
}

fn is_blank(line: &[u8]) -> bool {
    matches!(line, b"" | b"\r" | b"\n" | b"\r\n")
}

/// The beginning of a line in lower case, without whitespace and leading colons.
fn bare(line: &[u8]) -> Vec<u8> {
    let seen = &line[..line.len().min(LONGEST)];
    let seen = seen.iter().filter(|byte| byte.is_ascii_graphic() || !byte.is_ascii());
    let seen = seen.skip_while(|byte| **byte == b':').map(u8::to_ascii_lowercase);
    seen.collect()
}

fn has(text: &[u8], what: &[u8]) -> bool {
    text.windows(what.len()).any(|window| window == what)
}

/// Counts everything that costs memory or time.
#[derive(Default)]
struct Counted {
    delimiters: usize,
    fields: usize,
    field_bytes: usize,
    types: usize,
    /// The length so far of a header that may be continued, otherwise 0.
    field: usize,
}

impl Counted {
    fn add(&mut self, line: &[u8], bare: &[u8]) -> Result<(), Unreadable> {
        if line.starts_with(b"--") {
            self.delimiters += 1;
        }
        if bare.starts_with(b"content-type") {
            self.types += 1;
        }
        let is_continued = line.first().is_some_and(u8::is_ascii_whitespace);
        if bare.contains(&b':') {
            self.fields += 1;
            self.field = if is_continued { self.field + line.len() } else { line.len() };
            self.field_bytes += line.len();
        } else if is_continued && self.field > 0 {
            self.field += line.len();
            self.field_bytes += line.len();
        } else {
            self.field = 0;
        }
        let is_too_much = self.delimiters > DELIMITERS
            || self.fields > FIELDS
            || self.types > TYPES
            || self.field > LONGEST
            || self.field_bytes > FIELD_BYTES;
        if is_too_much { Err(Unreadable::TooManyParts) } else { Ok(()) }
    }
}

/// Lines up to a blank one: possibly the headers of a part.
#[derive(Default)]
struct Block {
    says_encoding: bool,
    names_encoding: bool,
    is_typed: bool,
    /// The media type that it declares, before its parameters.
    kind: Vec<u8>,
    /// Whether the next lines may still be part of the media type.
    is_in_kind: bool,
}

impl Block {
    fn add(&mut self, line: &[u8], bare: &[u8]) {
        self.says_encoding |= bare.starts_with(b"content-transfer-encoding");
        self.names_encoding |= has(bare, b"base64") || has(bare, b"quoted-printable");
        let mut said = bare;
        if bare.starts_with(b"content-type") {
            self.is_typed = true;
            self.is_in_kind = true;
            said = &bare[b"content-type".len()..];
        } else if !line.first().is_some_and(u8::is_ascii_whitespace) {
            self.is_in_kind = false;
        }
        if self.is_in_kind {
            let end = said.iter().position(|byte| *byte == b';');
            let kept = &said[..end.unwrap_or(said.len()).min(TYPE_BYTES)];
            if self.kind.len() <= TYPE_BYTES {
                self.kind.extend_from_slice(kept);
            }
            self.is_in_kind = end.is_none();
        }
    }

    /// Whether the body has to be decoded first.
    const fn is_encoded(&self) -> bool {
        self.says_encoding && self.names_encoding
    }

    /// Whether it may declare this kind. A comment could hide it, and no honest program writes one there.
    fn may_be(&self, kind: &[u8]) -> bool {
        has(&self.kind, kind) || self.kind.contains(&b'(') || self.kind.len() > TYPE_BYTES
    }
}
