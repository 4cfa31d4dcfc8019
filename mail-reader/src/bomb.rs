//! What would cost its reader dearly, found before it is read.
//!
//! The parser keeps something for each header, address and part, and something nested for each message
//! in a message: a mail of 28 MB may have millions of them. Each begins with a line that can be counted.
//! Lines are looked at as the parser reads them, which takes blanks and colons before and in a name for
//! nothing; where a body looks like headers, it counts, too.

use crate::Unreadable;

/// The most lines that may begin a part: each begins with two hyphens.
const DELIMITERS: usize = 900;

/// The most lines that may begin a header, and the most bytes of all of these and what they are continued
/// by.
const FIELDS: usize = 50_000;
const FIELD_BYTES: usize = 1024 * 1024;

/// The longest header, with what it is continued by, in bytes.
const LONGEST: usize = 64 * 1024;

/// The most parts that say what they are: messages within messages can't be deeper.
const TYPES: usize = 200;

/// The most bytes of a type, up to what it is detailed by.
const TYPE_BYTES: usize = 256;

/// The most bytes of headers that a mail begins with, as far as its fingerprint goes.
const HEADER_BYTES: usize = 256 * 1024;

/// The headers that a mail begins with, and what follows.
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
    // What follows the last line ends a block as a blank line does.
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
    // In a digest, a part that does not say what it is is a message (RFC 2046, section 5.1.5).
    if has_digest && has_encoded_unknown { Err(Unreadable::Hidden) } else { Ok(()) }
}

fn is_blank(line: &[u8]) -> bool {
    matches!(line, b"" | b"\r" | b"\n" | b"\r\n")
}

/// How a line begins, in lower case, without blanks, and without colons in front.
fn bare(line: &[u8]) -> Vec<u8> {
    let seen = &line[..line.len().min(LONGEST)];
    let seen = seen.iter().filter(|byte| byte.is_ascii_graphic() || !byte.is_ascii());
    let seen = seen.skip_while(|byte| **byte == b':').map(u8::to_ascii_lowercase);
    seen.collect()
}

fn has(text: &[u8], what: &[u8]) -> bool {
    text.windows(what.len()).any(|window| window == what)
}

/// What there was of everything that costs.
#[derive(Default)]
struct Counted {
    delimiters: usize,
    fields: usize,
    field_bytes: usize,
    types: usize,
    /// The length of the header that goes on, if one does.
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

/// Lines up to a blank one: the headers of a part, if they are any.
#[derive(Default)]
struct Block {
    says_encoding: bool,
    names_encoding: bool,
    is_typed: bool,
    /// What it says to be, up to what that is detailed by.
    kind: Vec<u8>,
    /// Whether the lines still say that.
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

    /// Whether what follows has to be decoded first.
    const fn is_encoded(&self) -> bool {
        self.says_encoding && self.names_encoding
    }

    /// Whether it may say to be of a kind. A comment may hide it, and nobody writes one there.
    fn may_be(&self, kind: &[u8]) -> bool {
        has(&self.kind, kind) || self.kind.contains(&b'(') || self.kind.len() > TYPE_BYTES
    }
}
