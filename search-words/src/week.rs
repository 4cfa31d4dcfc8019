//! Words prefixed with the week of their message, for PostgreSQL, MySQL and MariaDB.
//!
//! Their indexes return all occurrences of a word before the first can be used (PostgreSQL manual, section
//! 64.4; MySQL manual, section 14.9): with a million messages, a common word takes half a second. With the
//! week as a prefix, a query can ask for the latest weeks only. The prefix also makes every word at least as
//! long as the minimum of InnoDB, which is three letters.

const WEEK_MS: u64 = 7 * 24 * 3_600_000;

/// The number of letters to encode weeks with.
const LETTERS: u64 = 26;

/// Encodes the week of a time, in milliseconds since 1970 (UTC), as three letters. Later weeks sort after
/// earlier ones until the year 2306.
#[must_use]
pub fn week(at_ms: u64) -> String {
    let week = at_ms / WEEK_MS;
    let letter = |place: u64| char::from(b'a' + u8::try_from(place % LETTERS).unwrap_or_default());
    [letter(week / LETTERS / LETTERS), letter(week / LETTERS), letter(week)].iter().collect()
}

/// Prefixes each of these space-separated words with the week of a time.
#[must_use]
pub fn in_week(words: &str, at_ms: u64) -> String {
    let week = week(at_ms);
    let mut out = String::with_capacity(words.len() * 2);
    for word in words.split_ascii_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&week);
        out.push_str(word);
    }
    out
}

/// Returns the weeks between two times, latest first, in groups that double in size: common words are found
/// in the first group, and for rare words there are few groups.
#[must_use]
pub fn weeks(first_ms: u64, last_ms: u64) -> Vec<Vec<String>> {
    let (first, last) = (first_ms / WEEK_MS, last_ms / WEEK_MS);
    let mut weeks: Vec<String> = (first..=last).rev().map(|n| week(n * WEEK_MS)).collect();
    let mut groups = Vec::new();
    let mut size = 2;
    while !weeks.is_empty() {
        let rest = weeks.split_off(size.min(weeks.len()));
        groups.push(std::mem::replace(&mut weeks, rest));
        size *= 2;
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_weeks_grow_and_leave_none_out() {
        let groups = weeks(WEEK_MS - 1, 8 * WEEK_MS);
        let sizes: Vec<usize> = groups.iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 4, 3]);
        assert_eq!(
            groups.concat(),
            ["aai", "aah", "aag", "aaf", "aae", "aad", "aac", "aab", "aaa"]
        );
        assert_eq!(weeks(5, 5), [["aaa"]]);
        assert!(weeks(2 * WEEK_MS, WEEK_MS).is_empty());
    }

    #[test]
    fn weeks_are_three_letters_in_order() {
        assert_eq!([week(0), week(WEEK_MS), week(26 * WEEK_MS)], ["aaa", "aab", "aba"]);
        assert_eq!(week(1_790_000_000_000), "ejv");
        assert!(week(1_790_000_000_000) < week(1_790_000_000_000 + WEEK_MS));
        assert_eq!(in_week("where 42", WEEK_MS), "aabwhere aab42");
        assert_eq!(in_week("", 0), "");
    }
}
