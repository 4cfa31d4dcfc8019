//! English.

use super::Words;

pub(super) const WORDS: Words = Words {
    language: "en",
    received_subject: |brand| format!("{brand}: we got your message"),
    received_heading: "We got your message",
    received_thanks: |brand| format!("Thanks for writing to {brand}."),
    received_text: "Nobody is available right now. You’ll find our reply in the chat, and by email if you’ve left.",
    received_by_mail: "Nobody is available right now. We’ll reply by email.",
    unread_subject: |brand| format!("New reply from {brand}"),
    unread_heading: |count| match count {
        1 => "You have a new reply".to_owned(),
        count => format!("You have {count} new replies"),
    },
    transcript_subject: |brand| format!("Your conversation with {brand}"),
    transcript_heading: "Your conversation",
    transcript_text: "Here’s a copy of your conversation, as requested.",
    more: |count| format!("… and {count} more"),
    open: "Open conversation",
    answer: "Reply in the chat",
    link: "This link logs you in for 7 days. Please don’t forward this email.",
    no_reply: "Please reply in the chat. Replies to this email are not read.",
    reply: "Or just reply to this email. Your reply will appear in the conversation.",
    because: |brand| {
        format!(
            "You’re receiving this email because someone entered this address in the {brand} chat."
        )
    },
    because_by_mail: |brand| format!("You’re receiving this email because you wrote to {brand}."),
    unsubscribe: "Unsubscribe",
    preferences: "Email preferences",
    subscribed: |address, brand| {
        format!("{address} gets an email when a reply from {brand} goes unread.")
    },
    unsubscribed: |address, brand| {
        format!("{address} no longer gets emails from the {brand} chat.")
    },
    subscribe: "Subscribe again",
    link_invalid: "This link is invalid or has expired. Use the link in the latest email.",
};
