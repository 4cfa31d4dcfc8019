//! German.

use super::Words;

pub(super) const WORDS: Words = Words {
    language: "de",
    received_subject: |brand| format!("{brand}: Wir haben Ihre Nachricht erhalten"),
    received_heading: "Wir haben Ihre Nachricht erhalten",
    received_thanks: |brand| format!("Vielen Dank für Ihre Nachricht an {brand}."),
    received_text: "Im Moment ist niemand erreichbar. Unsere Antwort finden Sie im Chat. Wenn Sie ihn verlassen haben, erhalten Sie sie auch per E-Mail.",
    received_by_mail: "Im Moment ist niemand erreichbar. Wir antworten Ihnen per E-Mail.",
    unread_subject: |brand| format!("Neue Antwort von {brand}"),
    unread_heading: |count| match count {
        1 => "Sie haben eine neue Antwort".to_owned(),
        count => format!("Sie haben {count} neue Antworten"),
    },
    transcript_subject: |brand| format!("Ihre Unterhaltung mit {brand}"),
    transcript_heading: "Ihre Unterhaltung",
    transcript_text: "Hier ist, wie gewünscht, eine Kopie Ihrer Unterhaltung.",
    more: |count| format!("… und {count} weitere"),
    open: "Unterhaltung öffnen",
    answer: "Im Chat antworten",
    link: "Dieser Link meldet Sie 7 Tage lang ohne Passwort an. Bitte leiten Sie diese E-Mail nicht weiter.",
    no_reply: "Bitte antworten Sie im Chat. Antworten auf diese E-Mail werden nicht gelesen.",
    reply: "Oder antworten Sie einfach auf diese E-Mail. Ihre Antwort erscheint dann in der Unterhaltung.",
    because: |brand| {
        format!(
            "Sie erhalten diese E-Mail, weil diese Adresse im Chat von {brand} angegeben wurde."
        )
    },
    because_by_mail: |brand| {
        format!("Sie erhalten diese E-Mail, weil Sie an {brand} geschrieben haben.")
    },
    unsubscribe: "Abbestellen",
    preferences: "E-Mail-Einstellungen",
    subscribed: |address, brand| {
        format!("{address} erhält eine E-Mail, wenn eine Antwort von {brand} ungelesen bleibt.")
    },
    unsubscribed: |address, brand| {
        format!("{address} erhält keine E-Mails mehr aus dem Chat von {brand}.")
    },
    subscribe: "Wieder abonnieren",
    link_invalid: "Dieser Link ist ungültig oder abgelaufen. Bitte verwenden Sie den Link aus der neuesten E-Mail.",
};
