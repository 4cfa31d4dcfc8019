//! German.

use super::Words;

pub(super) const WORDS: Words = Words {
    language: "de",
    received_subject: |brand| format!("{brand}: Ihre Nachricht ist da"),
    received_heading: "Ihre Nachricht ist da",
    received_thanks: |brand| format!("Danke, dass Sie {brand} geschrieben haben."),
    received_text: "Im Augenblick ist niemand da. Die Antwort finden Sie im Chat und, wenn Sie nicht da sind, in Ihrer Mailbox.",
    received_by_mail: "Gerade ist niemand da. Die Antwort kommt per Mail.",
    unread_subject: |brand| format!("Neue Antwort von {brand}"),
    unread_heading: |count| match count {
        1 => "Sie haben eine neue Antwort".to_owned(),
        count => format!("Sie haben {count} neue Antworten"),
    },
    transcript_subject: |brand| format!("Ihre Unterhaltung mit {brand}"),
    transcript_heading: "Ihre Unterhaltung",
    transcript_text: "Hier ist, wie gewünscht, was geschrieben wurde.",
    more: |count| format!("… und {count} weitere"),
    open: "Unterhaltung öffnen",
    answer: "Im Chat antworten",
    link: "Die Schaltfläche öffnet Ihre Unterhaltung 7 Tage lang ohne Passwort: Leiten Sie diese Mail nicht weiter.",
    no_reply: "Bitte antworten Sie im Chat. Eine Antwort auf diese Mail erreicht die Unterhaltung nicht.",
    reply: "Oder antworten Sie einfach auf diese Mail: Ihre Antwort erscheint in der Unterhaltung.",
    because: |brand| {
        format!(
            "Sie erhalten diese Mail, weil jemand diese Adresse im Chat von {brand} angegeben hat."
        )
    },
    because_by_mail: |brand| {
        format!("Sie erhalten diese Mail, weil Sie an {brand} geschrieben haben.")
    },
    unsubscribe: "Abbestellen",
    preferences: "Mail vom Chat",
    subscribed: |address, brand| {
        format!("{address} erhält eine Mail, wenn eine Antwort von {brand} ungelesen bleibt.")
    },
    unsubscribed: |address, brand| {
        format!("{address} erhält keine Mail mehr vom Chat von {brand}.")
    },
    subscribe: "Wieder bestellen",
    link_invalid: "Dieser Link gilt nicht. Eine neuere Mail hat einen neueren.",
};
