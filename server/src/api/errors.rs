//! The list of error codes, for people: the `type` of a problem document points here.

use std::fmt::Write;

use app::status;
use axum::response::Html;
use protocol::ErrorCode;

/// `GET /api/errors`: every code, its status and its meaning.
pub(super) async fn list() -> Html<String> {
    let mut rows = String::new();
    for code in ErrorCode::ALL {
        let (name, status) = (code.as_str(), status(*code).as_u16());
        let again = if code.is_temporary() { "may succeed later" } else { "" };
        // The sentences are our own, but are escaped all the same.
        let sentence = code.sentence().replace('&', "&amp;").replace('<', "&lt;");
        let _ = write!(
            rows,
            "<tr id=\"{name}\"><th scope=\"row\"><code>{name}</code></th><td>{status}</td>\
             <td>{sentence}</td><td>{again}</td></tr>"
        );
    }
    Html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <title>Error codes · Porchlight</title><h1>Error codes</h1>\
         <table cellpadding=\"6\"><thead><tr align=\"left\"><th>Code</th><th>Status</th>\
         <th>Meaning</th><th>Retry?</th></tr></thead><tbody>{rows}</tbody></table></html>"
    ))
}
