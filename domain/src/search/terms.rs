//! Search terms in the query syntax of each store.

use search_words::Term;

/// The most terms of a search. Further ones are ignored.
const TERMS: usize = 10;

/// The terms of a search: letters and digits only, so that no store interprets them as syntax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Terms(Vec<Term>);

impl Terms {
    pub(super) fn of(text: &str) -> Self {
        let mut terms = search_words::terms(text);
        terms.truncate(TERMS);
        Self(terms)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Term> {
        self.0.iter()
    }

    /// For `MATCH` (sqlite.org/fts5.html, section 3).
    pub(super) fn for_sqlite(&self) -> String {
        self.join(" AND ", |term| match term {
            Term::Beginning(word) => format!("\"{word}\" *"),
            Term::Phrase(words) => format!("\"{}\"", words.join(" ")),
        })
    }

    /// For `to_tsquery` (PostgreSQL manual, section 12.3.2), limited to these weeks.
    pub(super) fn for_postgres(&self, weeks: &[String]) -> String {
        self.join(" & ", |term| {
            let in_week = |week: &String| match term {
                Term::Beginning(word) => format!("'{week}{word}':*"),
                Term::Phrase(words) => format!("'{}'", of_week(week, words).join("' <-> '")),
            };
            format!("({})", weeks.iter().map(in_week).collect::<Vec<_>>().join(" | "))
        })
    }

    /// For `AGAINST … IN BOOLEAN MODE` (MySQL manual, section 14.9.2), limited to these weeks.
    pub(super) fn for_mysql(&self, weeks: &[String]) -> String {
        self.join(" ", |term| {
            let in_week = |week: &String| match term {
                Term::Beginning(word) => format!("{week}{word}*"),
                Term::Phrase(words) => format!("\"{}\"", of_week(week, words).join(" ")),
            };
            format!("+({})", weeks.iter().map(in_week).collect::<Vec<_>>().join(" "))
        })
    }

    fn join(&self, between: &str, each: impl Fn(&Term) -> String) -> String {
        self.0.iter().map(each).collect::<Vec<_>>().join(between)
    }
}

fn of_week(week: &str, words: &[String]) -> Vec<String> {
    words.iter().map(|word| format!("{week}{word}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_and_digits_reach_a_store() {
        let begins = |word: &str| Term::Beginning(word.into());
        let terms =
            Terms::of("Where's  my+ORDER* 'x' \"q\" -- 42? Größe שלום \u{0} (a) OR NEAR(b)");
        let words = ["where", "s", "my", "order", "x", "q", "42", "grosse", "שלום", "a"];
        assert_eq!(terms.0, words.map(begins));
        assert!(Terms::of(" '%_* ").is_empty());
    }

    #[test]
    fn each_store_is_asked_in_its_own_words() {
        let terms = Terms::of("a \"b 尊严权");
        assert_eq!(terms.for_sqlite(), "\"a\" * AND \"b\" * AND \"尊严 严权\"");
        let weeks = ["aab".to_owned(), "aaa".to_owned()];
        assert_eq!(
            terms.for_postgres(&weeks),
            "('aaba':* | 'aaaa':*) & ('aabb':* | 'aaab':*) & ('aab尊严' <-> 'aab严权' | 'aaa尊严' <-> 'aaa严权')"
        );
        assert_eq!(
            terms.for_mysql(&weeks),
            "+(aaba* aaaa*) +(aabb* aaab*) +(\"aab尊严 aab严权\" \"aaa尊严 aaa严权\")"
        );
    }
}
