//! What is looked for, word by word, and as each store wants to be asked.

/// The most words of a search: more narrow it no further.
const TERMS: usize = 10;

/// The longest word, in characters.
const TERM_CHARS: usize = 40;

/// The words of a search, in lower case: letters and digits only, so that nothing in them means
/// anything to a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Terms(Vec<String>);

impl Terms {
    pub(super) fn of(text: &str) -> Self {
        let mut terms = Vec::new();
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let word: String = word.to_lowercase().chars().take(TERM_CHARS).collect();
            if !terms.contains(&word) && terms.len() < TERMS {
                terms.push(word);
            }
        }
        Self(terms)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a word, in lower case, begins with one of them.
    pub(super) fn begin(&self, word: &str) -> bool {
        self.0.iter().any(|term| word.starts_with(&**term))
    }

    /// For `MATCH` (sqlite.org/fts5.html, section 3).
    pub(super) fn for_sqlite(&self) -> String {
        self.join(" AND ", |term| format!("\"{term}\" *"))
    }

    /// For `to_tsquery` (PostgreSQL's manual, section 12.3.2).
    pub(super) fn for_postgres(&self) -> String {
        self.join(" & ", |term| format!("'{term}':*"))
    }

    /// For `AGAINST … IN BOOLEAN MODE` (MySQL's manual, section 12.10.2).
    pub(super) fn for_mysql(&self) -> String {
        self.join(" ", |term| format!("+{term}*"))
    }

    fn join(&self, between: &str, each: impl Fn(&str) -> String) -> String {
        self.0.iter().map(|term| each(term)).collect::<Vec<_>>().join(between)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_and_digits_reach_a_store() {
        let terms =
            Terms::of("Where's  my+ORDER* 'x' \"q\" -- 42? Größe שלום \u{0} (a) OR NEAR(b)");
        let words = ["where", "s", "my", "order", "x", "q", "42", "größe", "שלום", "a"];
        assert_eq!(terms.0, words);
        assert_eq!(Terms::of("a \"b").for_sqlite(), "\"a\" * AND \"b\" *");
        assert_eq!(Terms::of("a & 'b").for_postgres(), "'a':* & 'b':*");
        assert_eq!(Terms::of("a -b +").for_mysql(), "+a* +b*");
        assert!(Terms::of(" '%_* ").is_empty());
    }
}
