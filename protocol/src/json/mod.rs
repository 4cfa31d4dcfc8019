//! JSON (RFC 8259) for the wire: a small parser and writer, and macros that implement both for a type.
//!
//! Written for its size: in a prototype of the widget (brotli), serde_json cost about 20 KB more than this
//! code and miniserde about 13 KB. Unknown fields are ignored, so that a newer peer may add some.

use alloc::string::String;

mod codec;
mod error;
mod macros;
mod parse;
mod raw;
#[cfg(feature = "openapi")]
pub(crate) mod schema;
mod write;

pub use codec::{Decode, Encode, Fields};
pub use error::DecodeError;
pub(crate) use macros::{number, record, tagged, words};
pub use parse::{Value, parse};
pub use raw::RawJson;
pub use write::write_str;

/// Parses one frame.
///
/// # Errors
/// Returns what is wrong with `text`. Never panics, whatever the text.
pub fn from_str<T: Decode>(text: &str) -> Result<T, DecodeError> {
    T::decode(&parse(text)?)
}

/// Serializes one frame.
#[must_use]
pub fn to_string<T: Encode>(value: &T) -> String {
    let mut out = String::with_capacity(256);
    value.encode(&mut out);
    out
}
