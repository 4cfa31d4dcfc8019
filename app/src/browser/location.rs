//! Where the browser is.

use leptos::prelude::window;

/// Loads a page from the server, so that nothing of another login stays in the browser.
pub(crate) fn go_to(path: &str) {
    let _leaving = window().location().set_href(path);
}

/// Loads the page again. Without a network, it stays.
pub(crate) fn reload() {
    let _tried = window().location().reload();
}

/// Returns the address of one of the server's sockets.
pub(crate) fn socket_address(path: &str) -> Option<String> {
    let origin = window().location().origin().ok()?;
    Some(format!("{}{path}", origin.replacen("http", "ws", 1)))
}
