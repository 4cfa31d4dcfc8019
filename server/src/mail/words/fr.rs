//! French.

use super::Words;

pub(super) const WORDS: Words = Words {
    language: "fr",
    received_subject: |brand| format!("{brand} : nous avons reçu votre message"),
    received_heading: "Nous avons reçu votre message",
    received_thanks: |brand| format!("Merci d’avoir écrit à {brand}."),
    received_text: "Personne n’est disponible pour le moment. Vous trouverez notre réponse dans le chat, et par e-mail si vous l’avez quitté.",
    received_by_mail: "Personne n’est disponible pour le moment. Nous vous répondrons par e-mail.",
    unread_subject: |brand| format!("Nouvelle réponse de {brand}"),
    unread_heading: |count| match count {
        1 => "Vous avez une nouvelle réponse".to_owned(),
        count => format!("Vous avez {count} nouvelles réponses"),
    },
    transcript_subject: |brand| format!("Votre conversation avec {brand}"),
    transcript_heading: "Votre conversation",
    transcript_text: "Voici, comme demandé, une copie de votre conversation.",
    more: |count| format!("… et {count} de plus"),
    open: "Ouvrir la conversation",
    answer: "Répondre dans le chat",
    link: "Ce lien vous connecte sans mot de passe pendant 7 jours. Merci de ne pas transférer cet e-mail.",
    no_reply: "Merci de répondre dans le chat. Les réponses à cet e-mail ne sont pas lues.",
    reply: "Ou répondez simplement à cet e-mail : votre réponse apparaîtra dans la conversation.",
    because: |brand| {
        format!(
            "Vous recevez cet e-mail parce que cette adresse a été indiquée dans le chat de {brand}."
        )
    },
    because_by_mail: |brand| {
        format!("Vous recevez cet e-mail parce que vous avez écrit à {brand}.")
    },
    unsubscribe: "Se désabonner",
    preferences: "Préférences d’e-mail",
    subscribed: |address, brand| {
        format!("{address} reçoit un e-mail lorsqu’une réponse de {brand} n’a pas été lue.")
    },
    unsubscribed: |address, brand| {
        format!("{address} ne reçoit plus d’e-mails du chat de {brand}.")
    },
    subscribe: "Se réabonner",
    link_invalid: "Ce lien n’est pas valide ou a expiré. Utilisez le lien de l’e-mail le plus récent.",
};
