//! The part of a text that shows what was found.

use protocol::Part;
use protocol::limits::EXCERPT_CHARS;

use super::terms::Terms;

/// What stands before the first hit, in characters.
const BEFORE: usize = 40;

/// The text around the first hit, on one line, with what was found marked.
pub(super) fn excerpt(text: &str, terms: &Terms) -> Vec<Part> {
    let words = words(text);
    let is_hit = |word: &str| terms.begin(&word.to_lowercase());
    let first = words.iter().position(|word| is_hit(word)).unwrap_or(0);
    let mut start = first;
    let mut before = 0;
    while start > 0 {
        before += words[start - 1].chars().count();
        if before > BEFORE {
            break;
        }
        start -= 1;
    }
    if start > 0 && words[start].trim().is_empty() {
        start += 1;
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut push = |text: &str, is_hit: bool| match parts.last_mut() {
        Some(last) if last.is_hit == is_hit => last.text.push_str(text),
        _ => parts.push(Part { text: text.to_owned(), is_hit }),
    };
    if start > 0 {
        push("…", false);
    }
    let mut chars = 0;
    for word in &words[start..] {
        let room = EXCERPT_CHARS - chars;
        let count = word.chars().count();
        if count > room {
            let cut: String = word.chars().take(room).collect();
            push(&cut, is_hit(word));
            push("…", false);
            break;
        }
        chars += count;
        if word.chars().all(char::is_whitespace) {
            push(" ", false);
        } else {
            push(word, is_hit(word));
        }
    }
    parts
}

/// A text as words and what is between them, in turn.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let in_word = first.is_alphanumeric();
        let end = rest.find(|c: char| c.is_alphanumeric() != in_word).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        words.push(word);
        rest = after;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, looked_for: &str) -> String {
        let parts = excerpt(text, &Terms::of(looked_for));
        parts
            .iter()
            .map(|p| if p.is_hit { format!("[{}]", p.text) } else { p.text.clone() })
            .collect()
    }

    #[test]
    fn what_was_found_is_marked_and_in_view() {
        assert_eq!(shown("Where is\nmy order?", "ORD is"), "Where [is] my [order]?");
        assert_eq!(shown("nothing of it", "x"), "nothing of it");
        assert_eq!(shown("", "x"), "");
        let long = format!("{} Größe {}", "word ".repeat(100), "more ".repeat(100));
        let shown = shown(&long, "größ");
        assert!(shown.starts_with("…word") && shown.ends_with('…'), "{shown}");
        assert!(shown.contains("[Größe]"), "{shown}");
        assert!(shown.chars().count() <= EXCERPT_CHARS + 4, "{shown}");
    }

    #[test]
    fn one_endless_word_is_cut() {
        let shown = shown(&"x".repeat(10_000), "x");
        assert_eq!(shown.chars().count(), EXCERPT_CHARS + 3);
    }
}
