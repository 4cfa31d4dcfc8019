//! Excerpts of a text that show what was found.

use protocol::Part;
use protocol::limits::EXCERPT_CHARS;
use search_words::{Kind, Term, fold, parts};

use super::terms::Terms;

/// The most characters before the first hit.
const BEFORE: usize = 40;

/// Returns the text around the first hit, on one line, with the hits marked.
pub(super) fn excerpt(text: &str, terms: &Terms) -> Vec<Part> {
    let words = parts(text.trim());
    let hits = hits(&words, terms);
    let first = hits.iter().position(|hit| *hit).unwrap_or(0);
    let mut start = first;
    let mut before = 0;
    while start > 0 {
        before += words[start - 1].text.chars().count();
        if before > BEFORE {
            break;
        }
        start -= 1;
    }
    if start > 0 && words[start].text.trim().is_empty() {
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
    for (word, is_hit) in words.iter().zip(hits).skip(start) {
        let room = EXCERPT_CHARS - chars;
        let count = word.text.chars().count();
        if count > room {
            let cut: String = word.text.chars().take(room).collect();
            push(&cut, is_hit);
            push("…", false);
            break;
        }
        chars += count;
        if word.text.chars().all(char::is_whitespace) {
            push(" ", false);
        } else {
            push(word.text, is_hit);
        }
    }
    parts
}

/// Returns which parts match a search term.
fn hits(words: &[search_words::Part<'_>], terms: &Terms) -> Vec<bool> {
    let mut hits = vec![false; words.len()];
    for term in terms.iter() {
        match term {
            Term::Beginning(beginning) => {
                for (word, hit) in words.iter().zip(&mut hits) {
                    if let Kind::Word(word) | Kind::Character(word) = &word.kind {
                        *hit |= word.starts_with(&**beginning);
                    }
                }
            }
            Term::Phrase(pairs) => {
                let looked_for = characters(pairs);
                for at in 0..words.len().saturating_sub(looked_for.len() - 1) {
                    let window = &words[at..at + looked_for.len()];
                    let is = |(word, character): (&search_words::Part<'_>, &String)| matches!(&word.kind, Kind::Character(word) if word == character);
                    if window.iter().zip(&looked_for).all(is) {
                        hits[at..at + looked_for.len()].fill(true);
                    }
                }
            }
        }
    }
    hits
}

/// Returns the characters of a phrase, whose words are pairs of adjacent characters.
fn characters(pairs: &[String]) -> Vec<String> {
    let mut characters = Vec::new();
    for (at, pair) in pairs.iter().enumerate() {
        let both: Vec<String> = parts(pair).iter().map(|part| fold(part.text)).collect();
        characters.extend(both.into_iter().skip(usize::from(at > 0)));
    }
    characters
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
        for (text, looked_for, expect) in [
            ("Where is\nmy order?", "ORD is", "Where [is] my [order]?"),
            ("nothing of it", "x", "nothing of it"),
            ("", "x", ""),
            ("Straße, lang", "STRASSE", "[Straße], lang"),
            ("Re\u{301}sume\u{301} hier", "résumé", "[Re\u{301}sume\u{301}] hier"),
            ("人人生而自由，在尊严和权利上", "权利", "人人生而自由，在尊严和[权利]上"),
            ("人人生而自由", "人", "[人人]生而自由"),
            ("ฉันต้องการเงินคืนสำหรับ", "เงินคืน", "ฉันต้องการ[เงินคืน]สำหรับ"),
            ("ｶﾞｲﾄﾞ", "ガイド", "[ｶﾞｲﾄﾞ]"),
        ] {
            assert_eq!(shown(text, looked_for), expect, "{looked_for}");
        }
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
