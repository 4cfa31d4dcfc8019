//! JSON that is passed on unchanged.

use alloc::string::String;

use super::codec::{Decode, Encode, Fields};
use super::error::DecodeError;
use super::parse::Value;
use super::write::write_str;

/// JSON as text, which one side passes on without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RawJson(pub String);

impl Encode for RawJson {
    /// The text must be JSON: it is not checked.
    fn encode(&self, out: &mut String) {
        out.push_str(&self.0);
    }
}

impl Decode for RawJson {
    fn decode(value: &Value<'_>) -> Result<Self, DecodeError> {
        let mut text = String::new();
        value.encode(&mut text);
        Ok(Self(text))
    }
}

impl Encode for Value<'_> {
    fn encode(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => value.encode(out),
            Self::Number(digits) => out.push_str(digits),
            Self::Str(text) => write_str(text, out),
            Self::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.encode(out);
                }
                out.push(']');
            }
            Self::Object(fields) => {
                let mut written = Fields::begin(out);
                for (name, value) in fields {
                    written.field(name, value);
                }
                written.end();
            }
        }
    }
}
