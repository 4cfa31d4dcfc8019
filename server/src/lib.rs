//! The server behind the `porchlight` binary: routes, sockets, the widget's files and the command line.
//! `domain` decides what is allowed and what is written; `app` makes the pages.

mod address_prompt;
mod api;
mod assets;
mod audit;
mod cli;
mod files;
mod http;
mod mail;
mod people;
mod public_url;
mod routes;
mod serve;
mod session;
mod socket;
mod sso;
mod state;
mod traffic;
mod widget;

pub use cli::{Cli, run};
pub use mail::MailSettings;
pub use public_url::PublicUrl;
pub use routes::paths;
pub use serve::{ServeOptions, Server};
pub use traffic::{Deadlines, Proxies, TrafficOptions};
