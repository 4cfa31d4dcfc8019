//! Finds the links in a text that the chat and the inbox make clickable.
//!
//! Anyone can write the text, so only harmless schemes become links: `http`, `https` and `mailto`. A link's
//! visible text is always the whole address that it leads to.

use alloc::vec::Vec;

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text to show as it is.
    Text(&'a str),
    /// Text to show as it is, as a link.
    Link {
        /// The text to show.
        said: &'a str,
        /// What to put before it for the full address; empty if the text has a scheme already.
        scheme: &'static str,
    },
}

/// Splits a text into pieces, in order. Joined, they are the text.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut done = 0;
    while let Some(Found { start, end, scheme }) = next(text, done) {
        if start > done {
            pieces.push(Piece::Text(part(text, done, start)));
        }
        pieces.push(Piece::Link { said: part(text, start, end), scheme });
        done = end;
    }
    if done < text.len() {
        pieces.push(Piece::Text(part(text, done, text.len())));
    }
    pieces
}

/// Slicing by index would add panic messages, which would cost 8 KB in the widget.
fn part(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or_default()
}

struct Found {
    start: usize,
    end: usize,
    scheme: &'static str,
}

/// How links begin: the beginning, what to put before it for the full address, and whether it is an email
/// address.
const BEGINNINGS: [(&str, &str, bool); 4] = [
    ("https://", "", false),
    ("http://", "", false),
    ("mailto:", "", true),
    ("www.", "https://", false),
];

fn next(text: &str, from: usize) -> Option<Found> {
    let bytes = text.as_bytes();
    for at in from..bytes.len() {
        let byte = byte_at(bytes, at);
        // A link can't begin inside a word: "xhttp://".
        let is_inside = at > 0 && byte_at(bytes, at - 1).is_ascii_alphanumeric();
        if !is_inside && matches!(byte, b'h' | b'H' | b'm' | b'M' | b'w' | b'W') {
            for (word, scheme, is_mail) in BEGINNINGS {
                if begins(bytes, at, word.as_bytes()) {
                    let end = extent(text, at);
                    if leads(bytes, at + word.len(), end, is_mail) {
                        return Some(Found { start: at, end, scheme });
                    }
                }
            }
        }
        if byte == b'@'
            && let Some(found) = address(bytes, from, at)
        {
            return Some(found);
        }
    }
    None
}

/// The byte at a position, or 0 after the end.
fn byte_at(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

fn begins(bytes: &[u8], at: usize, word: &[u8]) -> bool {
    word.iter().enumerate().all(|(n, byte)| byte_at(bytes, at + n).to_ascii_lowercase() == *byte)
}

/// Finds an email address around an `@`.
fn address(bytes: &[u8], from: usize, at: usize) -> Option<Found> {
    let is_local =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-');
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let mut start = at;
    while start > from && is_local(byte_at(bytes, start - 1)) {
        start -= 1;
    }
    let mut end = at + 1;
    while is_host(byte_at(bytes, end)) {
        end += 1;
    }
    while end > at + 1 && matches!(byte_at(bytes, end - 1), b'.' | b'-') {
        end -= 1;
    }
    // "user@host" as part of a web address or a shell command.
    let is_part = match byte_at(bytes, end) {
        b'@' | b'/' => true,
        b':' => byte_at(bytes, end + 1) != b' ',
        _ => false,
    };
    let is_whole = start < at && byte_at(bytes, start) != b'.' && has_domain(bytes, at + 1, end);
    (is_whole && !is_part).then_some(Found { start, end, scheme: "mailto:" })
}

/// Whether it is a name with a dot, and with only letters after the last dot.
fn has_domain(bytes: &[u8], start: usize, end: usize) -> bool {
    let mut before = b'.';
    let (mut dots, mut letters) = (0, 0);
    for at in start..end {
        let byte = byte_at(bytes, at);
        if byte == b'.' {
            if before == b'.' {
                return false;
            }
            dots += 1;
            letters = 0;
        } else if byte.is_ascii_alphabetic() {
            letters += 1;
        }
        before = byte;
    }
    let last_dot = (start..end).rev().find(|at| byte_at(bytes, *at) == b'.');
    let top = last_dot.map_or(0, |dot| end - dot - 1);
    dots > 0 && top > 1 && letters == top && byte_at(bytes, start) != b'-'
}

/// Whether what follows the beginning makes a link.
fn leads(bytes: &[u8], start: usize, end: usize, is_mail: bool) -> bool {
    if start >= end {
        return false;
    }
    if is_mail {
        return (start + 1..end.saturating_sub(1)).any(|at| byte_at(bytes, at) == b'@');
    }
    let first = byte_at(bytes, start);
    first.is_ascii_alphanumeric() || first == b'[' || first > 0x7f
}

/// The longest link, in bytes. No browser shows a longer one, and searching for its end takes time.
const LINK_BYTES: usize = 2_048;

/// Where the link that begins at `start` ends. Returns `start` if the link is too long.
fn extent(text: &str, start: usize) -> usize {
    let mut end = start;
    // For each kind of bracket, how many more closing than opening ones there are.
    let mut open = [0_i32; 3];
    for c in part(text, start, text.len()).chars() {
        if ends(c) {
            break;
        }
        end += c.len_utf8();
        if end - start > LINK_BYTES {
            return start;
        }
        if let Some((bracket, by)) = bracket(c) {
            open[bracket] += by;
        }
    }
    // Punctuation at the end belongs to the sentence, and so does a closing bracket unless the link
    // contains its opening one.
    while let Some(last) = part(text, start, end).chars().next_back() {
        let is_sentences = match bracket(last) {
            Some((bracket, 1)) if open[bracket] > 0 => {
                open[bracket] -= 1;
                true
            }
            Some(_) => false,
            None => matches!(
                last,
                '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '’' | '…' | '*' | '~' | '|'
            ),
        };
        if !is_sentences {
            break;
        }
        end -= last.len_utf8();
    }
    end
}

/// Which kind of bracket it is, and whether it closes (1) or opens (-1).
fn bracket(c: char) -> Option<(usize, i32)> {
    Some(match c {
        '(' => (0, -1),
        ')' => (0, 1),
        '[' => (1, -1),
        ']' => (1, 1),
        '{' => (2, -1),
        '}' => (2, 1),
        _ => return None,
    })
}

/// Whitespace, control characters, and marks that no address contains unescaped.
fn ends(c: char) -> bool {
    matches!(c,
        '\0'..=' ' | '"' | '<' | '>' | '`' | '\u{7f}'..='\u{a0}' | '«' | '»'
        | '\u{2000}'..='\u{200b}' | '“'..='„' | '\u{2028}'..='\u{202f}'
        | '\u{3000}'..='\u{3003}' | '《'..='】' | '！' | '（' | '）' | '，' | '：' | '；' | '？')
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    /// The text with `⟦…⟧` around its links, which include the scheme that they lack.
    fn marked(text: &str) -> String {
        let mut out = String::new();
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Link { said, scheme } => out.push_str(&["⟦", scheme, said, "⟧"].concat()),
            }
        }
        out
    }

    #[test]
    fn links_are_found_and_nothing_else() {
        for (text, expect) in [
            ("", ""),
            ("no link", "no link"),
            ("https://example.com", "⟦https://example.com⟧"),
            ("see HTTP://EXAMPLE.COM/A now", "see ⟦HTTP://EXAMPLE.COM/A⟧ now"),
            ("see https://example.com/a?b=1&c=%20#d.", "see ⟦https://example.com/a?b=1&c=%20#d⟧."),
            ("(https://example.com/a)", "(⟦https://example.com/a⟧)"),
            (
                "https://en.example.org/wiki/Rust_(language)",
                "⟦https://en.example.org/wiki/Rust_(language)⟧",
            ),
            (
                "(see https://en.example.org/Rust_(language))",
                "(see ⟦https://en.example.org/Rust_(language)⟧)",
            ),
            ("[https://example.com/]!", "[⟦https://example.com/⟧]!"),
            ("https://[::1]:3000/x", "⟦https://[::1]:3000/x⟧"),
            (
                "https://example.com/a, https://example.com/b; end",
                "⟦https://example.com/a⟧, ⟦https://example.com/b⟧; end",
            ),
            ("really?! https://example.com/?!...", "really?! ⟦https://example.com/⟧?!..."),
            ("<https://example.com/a>", "<⟦https://example.com/a⟧>"),
            ("\"https://example.com/a\"", "\"⟦https://example.com/a⟧\""),
            ("“https://example.com/a”", "“⟦https://example.com/a⟧”"),
            ("'https://example.com/a'", "'⟦https://example.com/a⟧'"),
            ("请看 https://example.com/文档。谢谢", "请看 ⟦https://example.com/文档⟧。谢谢"),
            ("見て（https://example.com/a）", "見て（⟦https://example.com/a⟧）"),
            ("https://münchen.example/straße", "⟦https://münchen.example/straße⟧"),
            ("one\nhttps://example.com\ntwo", "one\n⟦https://example.com⟧\ntwo"),
            ("www.example.com/a.", "⟦https://www.example.com/a⟧."),
            ("localhost: http://localhost:3000", "localhost: ⟦http://localhost:3000⟧"),
            ("mailto:ann@example.com", "⟦mailto:ann@example.com⟧"),
            ("write to ann.lee+x@example.co.uk.", "write to ⟦mailto:ann.lee+x@example.co.uk⟧."),
            ("ann@example.com: hi", "⟦mailto:ann@example.com⟧: hi"),
            (
                "ann@example.com,bob@example.com",
                "⟦mailto:ann@example.com⟧,⟦mailto:bob@example.com⟧",
            ),
            // Not links.
            ("http://", "http://"),
            ("https:// example.com", "https:// example.com"),
            ("xhttps://example.com", "xhttps://example.com"),
            ("javascript:alert(1)", "javascript:alert(1)"),
            ("JAVASCRIPT://example.com/%0aalert(1)", "JAVASCRIPT://example.com/%0aalert(1)"),
            ("data:text/html,<script>", "data:text/html,<script>"),
            ("file:///etc/passwd", "file:///etc/passwd"),
            ("mailto:", "mailto:"),
            ("@ann", "@ann"),
            ("ann@localhost", "ann@localhost"),
            ("a@b", "a@b"),
            ("git@example.com:repo.git", "git@example.com:repo.git"),
            ("3.5 @ 4.com", "3.5 @ 4.com"),
            ("...@example.com", "...@example.com"),
        ] {
            assert_eq!(marked(text), expect, "{text:?}");
        }
    }

    #[test]
    fn put_together_the_pieces_are_the_text() {
        for text in
            ["a https://b.c/d) e@f.gh. 👋🏽www.x", "https://a.b\u{2028}c", "@@@@", "www.www.www."]
        {
            let said = pieces(text).into_iter().map(|piece| match piece {
                Piece::Text(said) | Piece::Link { said, .. } => said,
            });
            assert_eq!(said.collect::<String>(), text);
        }
    }

    #[test]
    fn a_long_text_takes_no_time() {
        for text in ["www.", "@", "a@", "https://", "https://-", "https://a)", "mailto:x", "a.b@"] {
            assert!(!pieces(&text.repeat(16_000 / text.len())).is_empty());
        }
        let brackets = ["https://a", &")".repeat(16_000)].concat();
        assert_eq!(pieces(&brackets), [Piece::Text(&brackets)]);
    }
}
