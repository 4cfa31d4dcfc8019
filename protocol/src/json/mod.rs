//! The wire's JSON (RFC 8259): a small parser and writer, and macros that give a type both.
//!
//! Ours because of its weight: on a spike of the widget (brotli), serde_json cost about 20 KB more
//! than this and miniserde about 13 KB. Unknown fields are passed over, so that a newer peer may
//! add some.

use alloc::string::String;

mod codec;
mod parse;
mod raw;
#[cfg(feature = "openapi")]
pub(crate) mod schema;
mod write;

pub use codec::{Decode, DecodeError, Encode, Fields};
pub(crate) use codec::{record, tagged, words};
pub use parse::{Value, parse};
pub use raw::RawJson;
pub use write::write_str;

/// Reads one frame.
///
/// # Errors
/// Says what is wrong with `text`; never panics, whatever it holds.
pub fn from_str<T: Decode>(text: &str) -> Result<T, DecodeError> {
    T::decode(&parse(text)?)
}

/// Writes one frame.
#[must_use]
pub fn to_string<T: Encode>(value: &T) -> String {
    let mut out = String::with_capacity(256);
    value.encode(&mut out);
    out
}
