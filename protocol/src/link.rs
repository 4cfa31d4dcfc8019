//! The links in a text: what chat and inbox make clickable.
//!
//! A text is anybody's word, so that only what can't harm becomes one: `http`, `https` and `mailto`. What
//! is shown of a link is always all of where it leads.

use alloc::vec::Vec;

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// To be shown as it is.
    Text(&'a str),
    /// To be shown as it is, and to lead somewhere.
    Link {
        /// What is shown.
        said: &'a str,
        /// What comes before it in the address: empty where it says that itself.
        scheme: &'static str,
    },
}

/// A text in pieces, in order: put together they are the text.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut done, mut at) = (0, 0);
    while let Some(found) = next(text, at) {
        if found.start > done {
            pieces.push(Piece::Text(&text[done..found.start]));
        }
        let said = &text[found.start..found.end];
        pieces.push(Piece::Link { said, scheme: found.scheme });
        done = found.end;
        at = found.end;
    }
    if done < text.len() {
        pieces.push(Piece::Text(&text[done..]));
    }
    pieces
}

struct Found {
    start: usize,
    end: usize,
    scheme: &'static str,
}

/// What a link begins with, what its address has before that, and whether it is a mail's.
const BEGINNINGS: [(&str, &str, bool); 4] = [
    ("https://", "", false),
    ("http://", "", false),
    ("mailto:", "", true),
    ("www.", "https://", false),
];

fn next(text: &str, from: usize) -> Option<Found> {
    let mut before = text[..from].chars().next_back();
    for (offset, c) in text[from..].char_indices() {
        let at = from + offset;
        // Within a word nothing begins: "xhttp://".
        if !before.is_some_and(|c| c.is_ascii_alphanumeric()) {
            let rest = &text[at..];
            for (word, scheme, is_mail) in BEGINNINGS {
                if begins(rest, word) {
                    let length = extent(rest);
                    if leads(&rest[word.len().min(length)..length], is_mail) {
                        return Some(Found { start: at, end: at + length, scheme });
                    }
                }
            }
        }
        if c == '@'
            && let Some(found) = address(text, from, at)
        {
            return Some(found);
        }
        before = Some(c);
    }
    None
}

fn begins(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|text| text.eq_ignore_ascii_case(word))
}

/// A mail address around an `@`.
fn address(text: &str, from: usize, at: usize) -> Option<Found> {
    let is_local = |c: char| c.is_ascii_alphanumeric() || "._%+-".contains(c);
    let local = text[from..at].chars().rev().take_while(|c| is_local(*c)).count();
    let is_host = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let host = text[at + 1..].chars().take_while(is_host).count();
    let host = text[at + 1..][..host].trim_end_matches(['.', '-']);
    let start = at - local;
    // "user@host" in an address of the web, and in a shell.
    let follows = text[at + 1 + host.len()..].chars().next();
    let is_part = follows.is_some_and(|c| matches!(c, '@' | ':' | '/'))
        && !text[at + 1 + host.len()..].starts_with(": ");
    let is_whole = local > 0 && !text[start..].starts_with('.') && has_domain(host) && !is_part;
    is_whole.then_some(Found { start, end: at + 1 + host.len(), scheme: "mailto:" })
}

fn has_domain(host: &str) -> bool {
    host.rsplit_once('.').is_some_and(|(name, top)| {
        let is_word = top.len() > 1 && top.chars().all(|c| c.is_ascii_alphabetic());
        !name.is_empty() && !name.starts_with(['.', '-']) && !name.contains("..") && is_word
    })
}

/// Whether what follows a beginning leads anywhere.
fn leads(rest: &str, is_mail: bool) -> bool {
    match (is_mail, rest.split_once('@')) {
        (true, Some((local, host))) => !local.is_empty() && !host.is_empty(),
        (true, None) => false,
        (false, _) => rest.starts_with(|c: char| c.is_alphanumeric() || c == '['),
    }
}

/// The longest link, in bytes. No browser shows a longer one, and looking for its end takes time.
const LINK_BYTES: usize = 2_048;

/// How much of a text belongs to the link that it begins with; nothing, if that is too long.
fn extent(text: &str) -> usize {
    let ends = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || "<>\"`“”„«»「」『』。，、；：！？（）【】《》\u{2028}".contains(c)
    };
    let mut window = text.len().min(LINK_BYTES);
    while !text.is_char_boundary(window) {
        window -= 1;
    }
    let Some(mut end) = text[..window].find(ends).or((window == text.len()).then_some(window))
    else {
        return 0;
    };
    // Marks at the end are the sentence's; a bracket is, unless the link has the one that it closes.
    while let Some(last) = text[..end].chars().next_back() {
        let link = &text[..end];
        let is_sentences = match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '’' | '…' | '*' | '~' | '|' => true,
            ')' => is_unbalanced(link, '(', ')'),
            ']' => is_unbalanced(link, '[', ']'),
            '}' => is_unbalanced(link, '{', '}'),
            _ => false,
        };
        if !is_sentences {
            break;
        }
        end -= last.len_utf8();
    }
    end
}

fn is_unbalanced(link: &str, open: char, close: char) -> bool {
    let count = |of: char| link.chars().filter(|c| *c == of).count();
    count(close) > count(open)
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    /// The text with `[…]` around its links, which name the scheme that they lack.
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
            // Not one.
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
