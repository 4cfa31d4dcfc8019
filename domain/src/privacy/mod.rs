//! What people may ask of whoever runs an inbox: a copy of all that is kept of them, and that it is erased; and
//! what is erased by itself because it is old enough.
//!
//! Erasing takes rows away, never parts of a log: what stays of a conversation is as it was written. The one thing
//! that goes by itself is a file's content.

mod archive;
mod erase;
mod find;
mod keep;
mod record;

pub use erase::Erased;
pub use find::PersonFound;
