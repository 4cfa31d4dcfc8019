//! The server behind the binary `porchlight`: routes, sockets, the widget's files and the command
//! line. What is allowed and what is written is `domain`'s to decide; pages are `app`'s.

mod address;
mod api;
mod assets;
mod audit;
mod cli;
mod files;
mod http;
mod mail;
mod people;
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
pub use routes::paths;
pub use serve::{PublicUrl, ServeOptions, Server};
pub use traffic::{Deadlines, Proxies, TrafficOptions};
