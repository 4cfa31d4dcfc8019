//! The texts of emails to visitors, in their language. A language that lacks a text does not compile.

mod de;
mod en;
mod es;
mod fr;

/// The texts in one language.
pub(super) struct Words {
    /// The language's BCP 47 tag.
    pub(super) language: &'static str,
    pub(super) received_subject: fn(&str) -> String,
    pub(super) received_heading: &'static str,
    pub(super) received_thanks: fn(&str) -> String,
    pub(super) received_text: &'static str,
    /// For visitors who wrote an email.
    pub(super) received_by_mail: &'static str,
    pub(super) unread_subject: fn(&str) -> String,
    /// For a number of messages.
    pub(super) unread_heading: fn(u64) -> String,
    pub(super) transcript_subject: fn(&str) -> String,
    pub(super) transcript_heading: &'static str,
    pub(super) transcript_text: &'static str,
    /// For a number of messages that are left out.
    pub(super) more: fn(u64) -> String,
    pub(super) open: &'static str,
    pub(super) answer: &'static str,
    /// What the link does.
    pub(super) link: &'static str,
    /// What an answer by email does: for inboxes that don't accept them, and for those that do.
    pub(super) no_reply: &'static str,
    pub(super) reply: &'static str,
    pub(super) because: fn(&str) -> String,
    /// For visitors who wrote an email.
    pub(super) because_by_mail: fn(&str) -> String,
    pub(super) unsubscribe: &'static str,
    /// The page of preferences for an address.
    pub(super) preferences: &'static str,
    pub(super) subscribed: fn(&str, &str) -> String,
    pub(super) unsubscribed: fn(&str, &str) -> String,
    pub(super) subscribe: &'static str,
    pub(super) link_invalid: &'static str,
}

const ALL: [&Words; 4] = [&en::WORDS, &de::WORDS, &fr::WORDS, &es::WORDS];

impl Words {
    /// The texts in a browser's language, or in English if there are none.
    pub(super) fn of(language: Option<&str>) -> &'static Self {
        let wanted = language.unwrap_or_default().split(['-', '_']).next().unwrap_or_default();
        let found = ALL.iter().find(|words| words.language.eq_ignore_ascii_case(wanted));
        found.copied().unwrap_or(&en::WORDS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_by_what_browsers_call_it() {
        for (language, expect) in [
            (Some("de-AT"), "de"),
            (Some("FR"), "fr"),
            (Some("es_MX"), "es"),
            (Some("ja"), "en"),
            (Some(""), "en"),
            (None, "en"),
        ] {
            assert_eq!(Words::of(language).language, expect, "{language:?}");
        }
    }
}
