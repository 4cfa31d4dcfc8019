//! How emails look and how they are sent: letters in the reader's language, and SMTP. `domain` decides which
//! emails are queued, and whether they are still wanted.

mod body;
mod compose;
mod contents;
mod deliver;
pub(crate) mod inbound;
mod preferences;
mod preview;
mod settings;
mod smtp;
mod words;

pub(crate) use deliver::{run, try_server};
pub(crate) use preferences::{choose, preferences};
pub(crate) use preview::preview;
pub use settings::MailSettings;
