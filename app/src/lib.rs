//! Porchlight's dashboard: pages for agents, rendered on the server and hydrated in the browser.
//!
//! Pages are grouped by feature: `access`, `account`, `audit`, `conversations`, `inboxes`, `outbox`, `people`,
//! `review`, `team`. `ui` is the kit that they share, and `browser` what only a browser has. `live` keeps the screen
//! up to date through a socket. `domain` decides what is allowed: a server function identifies the caller, calls
//! `domain` and converts the result.

#![expect(unreachable_pub, reason = "Leptos macros put `pub` items into private modules")]

mod access;
mod account;
mod app;
mod audit;
#[cfg(feature = "ssr")]
mod backend;
mod browser;
mod conversations;
#[cfg(feature = "ssr")]
mod cookie;
mod failure;
mod inboxes;
mod live;
mod outbox;
mod people;
mod review;
mod shell;
#[cfg(feature = "ssr")]
mod status;
mod team;
mod ui;

#[cfg(feature = "ssr")]
pub use account::own_page;
pub use app::{App, shell};
#[cfg(feature = "ssr")]
pub use backend::{Backend, LOGIN, SetupLink, current_agent, hold, login_in};
#[cfg(feature = "ssr")]
pub use cookie::{CookieName, STEP};
#[cfg(feature = "ssr")]
pub use status::status;

/// Hydrates the page that the server rendered.
#[cfg(feature = "hydrate")]
pub fn hydrate() {
    browser::crash::watch(live::hang_up);
    leptos::mount::hydrate_body(App);
}
