//! What an inbox retains about its visitors, and for how long.

use protocol::limits;

use crate::table::inbox;

/// What an inbox retains about its visitors, and for how long. Without a number of days, it is retained
/// forever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// How long a conversation is retained after its last message, in days.
    pub conversations_days: Option<u32>,
    /// How long a file is retained after it was uploaded, in days. Never longer than its conversation.
    pub files_days: Option<u32>,
    /// How long a visitor's email address and client network are retained after their last visit, in days.
    pub addresses_days: Option<u32>,
    /// Whether page URLs are stored with their query and fragment.
    pub with_queries: bool,
}

/// The URL of a page that a visitor was on, as far as their inbox retains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageUrl(String);

impl PageUrl {
    /// The URL as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<PageUrl> for String {
    fn from(page: PageUrl) -> Self {
        page.0
    }
}

impl Retention {
    pub(super) fn of(row: &inbox::Model) -> Self {
        let days = |days: Option<i32>| days.map(i32::unsigned_abs);
        Self {
            conversations_days: days(row.keep_conversations_days),
            files_days: days(row.keep_files_days),
            addresses_days: days(row.keep_addresses_days),
            with_queries: row.keeps_queries,
        }
    }

    /// What is retained of a page's URL: only http(s) URLs on one line that are not too long. Whatever follows
    /// the path may be a key to someone's account.
    #[must_use]
    pub fn page(self, said: &str) -> Option<PageUrl> {
        let end = if self.with_queries { None } else { said.find(['?', '#']) };
        let page = &said[..end.unwrap_or(said.len())];
        let is_web = page.starts_with("https://") || page.starts_with("http://");
        let fits = page.len() <= limits::PAGE_URL_BYTES && !page.contains(char::is_control);
        (is_web && fits).then(|| PageUrl(page.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_kept_without_what_may_be_secret() {
        let retention = Retention::default();
        let page = |said: &str| retention.page(said).map(String::from);
        for (said, expect) in [
            ("https://a.example/reset?token=s3cret#top", Some("https://a.example/reset")),
            ("https://a.example/#/reset/s3cret", Some("https://a.example/")),
            ("http://a.example", Some("http://a.example")),
            ("javascript:alert(1)", None),
            ("https://a.example/\n", None),
            ("?https://a.example", None),
            ("", None),
        ] {
            assert_eq!(page(said).as_deref(), expect, "{said}");
        }
        // A URL that is only too long because of its query is stored without it.
        let long = format!("https://a.example/b?{}", "c".repeat(limits::PAGE_URL_BYTES));
        assert_eq!(page(&long).as_deref(), Some("https://a.example/b"));
        let with_queries = Retention { with_queries: true, ..retention };
        assert_eq!(with_queries.page(&long), None);
        assert_eq!(
            with_queries.page("https://a/?b#c").map(String::from).as_deref(),
            Some("https://a/?b#c")
        );
    }
}
