//! What kind of mail it is, by what its headers say.

use mail_parser::Message;

use crate::bounce::bounce;
use crate::{Nature, plain};

/// What kind of mail it is.
pub(crate) fn of(message: &Message<'_>) -> Nature {
    if let Some(bounce) = bounce(message) {
        return Nature::Bounce(bounce);
    }
    let header = |name: &str| {
        let found = message.headers_raw().find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| plain(value).to_lowercase())
    };
    // Nothing that comes from nowhere, or says so itself, was written by somebody (RFC 3834, section 2).
    let precedence = header("Precedence").unwrap_or_default();
    let is_automatic = header("Auto-Submitted").is_some_and(|how| !how.starts_with("no"))
        || header("X-Autoreply").is_some_and(|how| how != "no")
        || header("X-Autorespond").is_some()
        || header("Return-Path").is_some_and(|path| path == "<>")
        || matches!(&*precedence, "auto_reply" | "auto-reply");
    if is_automatic {
        return Nature::AutoReply;
    }
    let is_list = ["List-Id", "List-Unsubscribe", "List-Post", "Feedback-Id"];
    if is_list.iter().any(|name| header(name).is_some())
        || matches!(&*precedence, "list" | "bulk" | "junk")
    {
        let names = ["List-Id", "List-Post"].map(|name| header(name).unwrap_or_default());
        return Nature::List(names.join(" "));
    }
    // Each check of a server may have one of its own. A forged one can only say that it is forged.
    let checked = message
        .headers_raw()
        .filter(|(name, _)| name.eq_ignore_ascii_case("Authentication-Results"))
        .map(|(_, value)| plain(value).to_lowercase());
    if checked.into_iter().any(|it| it.split([';', ' ']).any(|word| word == "dmarc=fail")) {
        return Nature::Forged;
    }
    Nature::Personal
}
