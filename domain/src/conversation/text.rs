//! Validates and normalizes the text of messages.

use protocol::limits::{MESSAGE_BYTES, PREVIEW_CHARS};
use protocol::{ErrorCode, Files};

/// Returns the text as it is stored: trimmed, with `\n` for every line break and no other control character
/// but tabs.
///
/// # Errors
/// `message_empty` if nothing visible is left, `message_too_long` above [`MESSAGE_BYTES`].
pub(super) fn tidy(text: &str) -> Result<String, ErrorCode> {
    let kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    // Everything that Unicode treats as a line break (UAX 14).
    let breaks = ['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
    let text: String =
        text.replace("\r\n", "\n").replace(breaks, "\n").chars().filter(kept).collect();
    let text = text.trim();
    if !crate::visible::shows(text) {
        return Err(ErrorCode::MessageEmpty);
    }
    if text.len() > MESSAGE_BYTES {
        return Err(ErrorCode::MessageTooLong);
    }
    Ok(text.to_owned())
}

/// The beginning of a message, on one line: of its text, or of its files' names.
pub(super) fn preview(text: &str, files: &Files) -> String {
    if text.is_empty() {
        let names: Vec<&str> = files.0.iter().map(|file| file.name.as_str()).collect();
        return if names.is_empty() { String::new() } else { begin(&names.join(", ")) };
    }
    begin(text)
}

fn begin(text: &str) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match one_line.char_indices().nth(PREVIEW_CHARS) {
        Some((end, _)) => one_line[..end].trim_end().to_owned() + "…",
        None => one_line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_tidied() {
        let check = |text: &str, expect: &str| assert_eq!(tidy(text).as_deref(), Ok(expect));
        check("  hi \r\n there\r! \n", "hi \n there\n!");
        check("a\u{b}b\u{c}c\u{85}d\u{2028}e\u{2029}f", "a\nb\nc\nd\ne\nf");
        check("a\0b\u{1b}[31mc\td", "ab[31mc\td");
        check("שלום 👋🏽", "שלום 👋🏽");
    }

    #[test]
    fn nothing_to_see_is_empty() {
        for text in ["", " \n\t", "\u{200b}\u{feff}", "\0\u{7}", "\u{3164}\u{2800}"] {
            assert_eq!(tidy(text), Err(ErrorCode::MessageEmpty), "{text:?}");
        }
    }

    #[test]
    fn the_limit_is_in_bytes_and_exact() {
        assert!(tidy(&"é".repeat(MESSAGE_BYTES / 2)).is_ok());
        assert_eq!(tidy(&"x".repeat(MESSAGE_BYTES + 1)), Err(ErrorCode::MessageTooLong));
    }

    #[test]
    fn a_preview_is_one_short_line() {
        assert_eq!(preview("a\n\n b", &Files::NONE), "a b");
        assert_eq!(preview(&"ü".repeat(500), &Files::NONE).chars().count(), PREVIEW_CHARS + 1);
    }
}
