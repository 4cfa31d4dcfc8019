//! Splits texts into the words that search uses, both for indexing and for queries.
//!
//! The databases' own tokenizers differ, and none of them handles Chinese, Japanese or Thai, which have no
//! spaces between words. This one is the same for all stores: words are folded (compatibility forms, case,
//! accents), and in scripts without spaces, every two adjacent characters are a word.

mod fold;
mod week;

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup, Script};

pub use fold::fold;
pub use week::{in_week, week, weeks};

/// The longest word, in characters. Longer words are found by their beginning.
pub const WORD_CHARS: usize = 40;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// The original text.
    pub text: &'a str,
    /// The kind of part.
    pub kind: Kind,
}

/// The kind of a part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A word between spaces, folded.
    Word(String),
    /// A character, with its marks, of a script without spaces, folded.
    Character(String),
    /// Everything that is not part of a word.
    Between,
}

/// Splits a text into parts, in order. Concatenated, they are the text.
#[must_use]
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts: Vec<(usize, Class)> = Vec::new();
    for (at, c) in text.char_indices() {
        let before = parts.last().map(|(_, class)| *class);
        let class = match Class::of(c) {
            // A mark belongs to the character before it.
            Class::Mark => before.unwrap_or(Class::Between),
            Class::Dense => {
                parts.push((at, Class::Dense));
                continue;
            }
            class => class,
        };
        if before != Some(class) {
            parts.push((at, class));
        }
    }
    let ends = parts.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
    let part = |((start, class), end): (&(usize, Class), usize)| {
        let text = &text[*start..end];
        let kind = match class {
            Class::Plain => Kind::Word(fold(text).chars().take(WORD_CHARS).collect()),
            Class::Dense => Kind::Character(fold(text)),
            Class::Mark | Class::Between => Kind::Between,
        };
        Part { text, kind }
    };
    parts.iter().zip(ends).map(part).collect()
}

/// Returns the words that a text is found by, separated by spaces: letters and digits only.
#[must_use]
pub fn index(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut push = |word: [&str; 2]| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word);
    };
    let mut last: Option<String> = None;
    for part in parts(text) {
        match part.kind {
            Kind::Character(character) => {
                if let Some(last) = &last {
                    push([last, &character]);
                }
                last = Some(character);
                continue;
            }
            Kind::Word(word) => {
                // The last character of a run is also a word, so that every character begins one.
                if let Some(last) = last.take() {
                    push([&last, ""]);
                }
                push([&word, ""]);
            }
            Kind::Between => {
                if let Some(last) = last.take() {
                    push([&last, ""]);
                }
            }
        }
    }
    if let Some(last) = last {
        push([&last, ""]);
    }
    out
}

/// A search term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// A word with this beginning.
    Beginning(String),
    /// Adjacent words of [`index`], for text written without spaces.
    Phrase(Vec<String>),
}

/// Returns the terms of a search query, without duplicates.
#[must_use]
pub fn terms(text: &str) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    let mut run: Vec<String> = Vec::new();
    let mut push = |term: Term| {
        if !terms.contains(&term) {
            terms.push(term);
        }
    };
    for part in parts(text).into_iter().map(|part| part.kind).chain([Kind::Between]) {
        if let Kind::Character(character) = part {
            run.push(character);
            continue;
        }
        match std::mem::take(&mut run).as_slice() {
            [] => {}
            [only] => push(Term::Beginning(only.clone())),
            several => {
                let words = several.windows(2).take(WORD_CHARS);
                push(Term::Phrase(words.map(<[_]>::concat).collect()));
            }
        }
        if let Kind::Word(word) = part {
            push(Term::Beginning(word));
        }
    }
    terms
}

/// How a character forms words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Part of a word between spaces.
    Plain,
    /// A character of a script without spaces.
    Dense,
    /// Belongs to the character before it.
    Mark,
    /// Not part of a word.
    Between,
}

impl Class {
    fn of(c: char) -> Self {
        if c.is_ascii() {
            return if c.is_ascii_alphanumeric() { Self::Plain } else { Self::Between };
        }
        let category = CodePointMapData::<GeneralCategory>::new().get(c);
        // By category, the half-width sound marks of Japanese are letters.
        if GeneralCategoryGroup::Mark.contains(category) || matches!(c, '\u{ff9e}' | '\u{ff9f}') {
            return Self::Mark;
        }
        if !c.is_alphanumeric() {
            return Self::Between;
        }
        match CodePointMapData::<Script>::new().get(c) {
            Script::Han
            | Script::Hiragana
            | Script::Katakana
            | Script::Hangul
            | Script::Bopomofo
            | Script::Yi
            | Script::Thai
            | Script::Lao
            | Script::Khmer
            | Script::Myanmar
            | Script::Javanese
            | Script::Balinese
            | Script::TaiLe
            | Script::NewTaiLue => Self::Dense,
            // The long vowel mark, which two Japanese scripts share.
            _ if matches!(c, 'ー' | 'ｰ') => Self::Dense,
            _ => Self::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_what_has_no_blanks_is_cut_in_twos() {
        for (text, expect) in [
            ("", ""),
            (" \n-!? ", ""),
            ("Where's my ORDER-42?", "where s my order 42"),
            ("Straße STRASSE ẞ", "strasse strasse ss"),
            ("Résumé Re\u{301}sume\u{301}", "resume resume"),
            ("Ὀδυσσεύς", "οδυσσευσ"),
            ("İstanbul ISTANBUL ıstanbul", "istanbul istanbul istanbul"),
            ("Søren Łódź œuvre", "soren lodz oeuvre"),
            ("ﬁne ｗｉｄｅ ①", "fine wide 1"),
            ("שָׁלוֹם", "שלום"),
            ("人人生而自由，在尊严", "人人 人生 生而 而自 自由 由 在尊 尊严 严"),
            ("返金をお願い", "返金 金を をお お願 願い い"),
            ("ガイド ｶﾞｲﾄﾞ", "ガイ イド ド ガイ イド ド"),
            ("カード", "カー ード ド"),
            ("เงินคืน", "เงิ งิน นคื คืน น"),
            ("환불", "환불 불"),
            ("iPhone手机15", "iphone 手机 机 15"),
            ("की", "की"),
            ("🚨 alarm", "alarm"),
        ] {
            assert_eq!(index(text), expect, "{text:?}");
        }
    }

    #[test]
    fn parts_put_together_are_the_text() {
        for text in ["a人\u{301}b", "\u{301}x", "a-b 人人 ｶﾞ", "", "👋🏽"] {
            assert_eq!(parts(text).iter().map(|part| part.text).collect::<String>(), text);
        }
    }

    #[test]
    fn what_is_looked_for_are_beginnings_and_phrases() {
        let begins = |word: &str| Term::Beginning(word.into());
        let phrase =
            |words: &[&str]| Term::Phrase(words.iter().map(|word| (*word).into()).collect());
        assert_eq!(terms("Straße x x"), [begins("strasse"), begins("x")]);
        assert_eq!(terms("权利"), [phrase(&["权利"])]);
        assert_eq!(terms("权 iPhone手机"), [begins("权"), begins("iphone"), phrase(&["手机"])]);
        assert_eq!(terms("เงินคืน"), [phrase(&["เงิ", "งิน", "นคื", "คืน"])]);
        assert_eq!(terms("'\"-*"), []);
    }

    #[test]
    fn a_long_word_is_found_by_its_beginning() {
        let long = "x".repeat(1_000);
        assert_eq!(index(&long).len(), WORD_CHARS);
        assert_eq!(terms(&long), [Term::Beginning("x".repeat(WORD_CHARS))]);
    }
}
