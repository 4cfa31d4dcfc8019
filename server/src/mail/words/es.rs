//! Spanish.

use super::Words;

pub(super) const WORDS: Words = Words {
    language: "es",
    received_subject: |brand| format!("{brand}: hemos recibido su mensaje"),
    received_heading: "Hemos recibido su mensaje",
    received_thanks: |brand| format!("Gracias por escribir a {brand}."),
    received_text: "Ahora mismo no hay nadie disponible. Encontrará nuestra respuesta en el chat y, si ya ha salido, también por correo.",
    received_by_mail: "Ahora mismo no hay nadie disponible. Le responderemos por correo.",
    unread_subject: |brand| format!("Nueva respuesta de {brand}"),
    unread_heading: |count| match count {
        1 => "Tiene una respuesta nueva".to_owned(),
        count => format!("Tiene {count} respuestas nuevas"),
    },
    transcript_subject: |brand| format!("Su conversación con {brand}"),
    transcript_heading: "Su conversación",
    transcript_text: "Aquí tiene, como solicitó, una copia de su conversación.",
    more: |count| format!("… y {count} más"),
    open: "Abrir la conversación",
    answer: "Responder en el chat",
    link: "Este enlace le permite acceder sin contraseña durante 7 días. Por favor, no reenvíe este correo.",
    no_reply: "Por favor, responda en el chat. Las respuestas a este correo no se leen.",
    reply: "O responda simplemente a este correo: su respuesta aparecerá en la conversación.",
    because: |brand| {
        format!("Recibe este correo porque se indicó esta dirección en el chat de {brand}.")
    },
    because_by_mail: |brand| format!("Recibe este correo porque escribió a {brand}."),
    unsubscribe: "Darse de baja",
    preferences: "Preferencias de correo",
    subscribed: |address, brand| {
        format!("{address} recibe un correo cuando una respuesta de {brand} queda sin leer.")
    },
    unsubscribed: |address, brand| format!("{address} ya no recibe correos del chat de {brand}."),
    subscribe: "Volver a suscribirse",
    link_invalid: "Este enlace no es válido o ha caducado. Utilice el enlace del correo más reciente.",
};
