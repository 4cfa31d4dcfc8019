//! What visitors' mails say, in their language. A language that lacks a text does not compile.

mod de;
mod en;
mod es;
mod fr;

/// One language's texts.
pub(super) struct Words {
    /// As BCP 47 writes it.
    pub(super) language: &'static str,
    pub(super) received_subject: fn(&str) -> String,
    pub(super) received_heading: &'static str,
    pub(super) received_thanks: fn(&str) -> String,
    pub(super) received_text: &'static str,
    /// The same, to who wrote a mail.
    pub(super) received_by_mail: &'static str,
    pub(super) unread_subject: fn(&str) -> String,
    /// For how many messages.
    pub(super) unread_heading: fn(u64) -> String,
    pub(super) transcript_subject: fn(&str) -> String,
    pub(super) transcript_heading: &'static str,
    pub(super) transcript_text: &'static str,
    /// How many messages are left out.
    pub(super) more: fn(u64) -> String,
    pub(super) open: &'static str,
    pub(super) answer: &'static str,
    /// What the link does.
    pub(super) link: &'static str,
    /// What an answer by mail does, where the inbox takes none, and where it does.
    pub(super) no_reply: &'static str,
    pub(super) reply: &'static str,
    pub(super) because: fn(&str) -> String,
    /// The same, to who wrote a mail.
    pub(super) because_by_mail: fn(&str) -> String,
    pub(super) unsubscribe: &'static str,
    /// The page of preferences: for an address.
    pub(super) preferences: &'static str,
    pub(super) subscribed: fn(&str, &str) -> String,
    pub(super) unsubscribed: fn(&str, &str) -> String,
    pub(super) subscribe: &'static str,
    pub(super) link_invalid: &'static str,
}

const ALL: [&Words; 4] = [&en::WORDS, &de::WORDS, &fr::WORDS, &es::WORDS];

impl Words {
    /// The texts for a language as a browser names it; English for one that there are none in.
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
