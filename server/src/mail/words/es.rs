//! Spanish.

use super::Words;

pub(super) const WORDS: Words = Words {
    language: "es",
    received_subject: |brand| format!("{brand}: hemos recibido su mensaje"),
    received_heading: "Hemos recibido su mensaje",
    received_thanks: |brand| format!("Gracias por escribir a {brand}."),
    received_text: "Ahora mismo no hay nadie. Encontrará la respuesta en el chat y, si no está, por correo.",
    received_by_mail: "Ahora mismo no hay nadie. Recibirá la respuesta por correo.",
    unread_subject: |brand| format!("Nueva respuesta de {brand}"),
    unread_heading: |count| match count {
        1 => "Tiene una respuesta nueva".to_owned(),
        count => format!("Tiene {count} respuestas nuevas"),
    },
    transcript_subject: |brand| format!("Su conversación con {brand}"),
    transcript_heading: "Su conversación",
    transcript_text: "Aquí tiene, como pidió, lo que se escribió.",
    more: |count| format!("… y {count} más"),
    open: "Abrir la conversación",
    answer: "Responder en el chat",
    link: "El botón abre su conversación sin contraseña durante 7 días: no reenvíe este correo.",
    no_reply: "Responda en el chat, por favor. Una respuesta a este correo no llega a la conversación.",
    reply: "O responda simplemente a este correo: su respuesta aparecerá en la conversación.",
    because: |brand| {
        format!("Recibe este correo porque alguien dio esta dirección en el chat de {brand}.")
    },
    because_by_mail: |brand| format!("Recibe este correo porque escribió a {brand}."),
    unsubscribe: "Darse de baja",
    preferences: "Correo del chat",
    subscribed: |address, brand| {
        format!("{address} recibe un correo cuando una respuesta de {brand} queda sin leer.")
    },
    unsubscribed: |address, brand| format!("{address} ya no recibe correo del chat de {brand}."),
    subscribe: "Volver a suscribirse",
    link_invalid: "Este enlace no es válido. Un correo más reciente tiene uno nuevo.",
};
