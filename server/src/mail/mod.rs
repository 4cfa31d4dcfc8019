//! How mail looks and travels: letters in the reader's language, and SMTP. What is owed to whom, and
//! whether it is still wanted, is `domain`'s to decide.

mod compose;
mod contents;
mod deliver;
pub(crate) mod inbound;
mod letter;
mod preferences;
mod preview;
mod settings;
mod smtp;
mod words;

pub(crate) use deliver::{run, try_server};
pub(crate) use preferences::{choose, preferences};
pub(crate) use preview::preview;
pub use settings::MailSettings;
