//! Privacy: exports and erases all data retained about a person on request, and erases data whose retention
//! period is over.
//!
//! Erasing removes whole rows, never parts of a log: what remains of a conversation is as it was written. The
//! only exception is the content of files, which can go by itself.

mod archive;
mod erase;
mod find;
mod keep;
mod record;
