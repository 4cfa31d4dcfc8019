//! English.

use super::Words;

pub(super) const WORDS: Words = Words {
    language: "en",
    received_subject: |brand| format!("{brand}: we got your message"),
    received_heading: "We got your message",
    received_thanks: |brand| format!("Thank you for writing to {brand}."),
    received_text: "Nobody is there right now. You will find the answer in the chat, and by mail if you are away.",
    received_by_mail: "Nobody is there right now. You will get the answer by mail.",
    unread_subject: |brand| format!("New reply from {brand}"),
    unread_heading: |count| match count {
        1 => "You have a new reply".to_owned(),
        count => format!("You have {count} new replies"),
    },
    transcript_subject: |brand| format!("Your conversation with {brand}"),
    transcript_heading: "Your conversation",
    transcript_text: "Here is what was said, as you asked.",
    more: |count| format!("… and {count} more"),
    open: "Open the conversation",
    answer: "Answer in the chat",
    link: "The button opens your conversation without a password for 7 days: do not forward this mail.",
    no_reply: "Please answer in the chat. An answer to this mail does not reach the conversation.",
    reply: "Or just answer this mail: your answer appears in the conversation.",
    because: |brand| {
        format!("You get this mail because somebody gave this address in the chat of {brand}.")
    },
    because_by_mail: |brand| format!("You get this mail because you wrote to {brand}."),
    unsubscribe: "Unsubscribe",
    preferences: "Mail from the chat",
    subscribed: |address, brand| {
        format!("{address} gets a mail when there is a reply from {brand} that was not read.")
    },
    unsubscribed: |address, brand| format!("{address} gets no more mail from the chat of {brand}."),
    subscribe: "Subscribe again",
    link_invalid: "This link is not valid. A newer mail has a newer one.",
};
