//! [`Encode`] and [`Decode`].

use alloc::string::String;
use alloc::vec::Vec;

use super::error::DecodeError;
use super::parse::Value;
use super::write::write_str;

/// A type with a JSON form.
pub trait Encode {
    /// Appends the JSON form to `out`.
    fn encode(&self, out: &mut String);

    /// Whether the field is left out of its object.
    fn is_absent(&self) -> bool {
        false
    }
}

/// A type that can be read from JSON.
pub trait Decode: Sized {
    /// Reads a value.
    ///
    /// # Errors
    /// Returns what is wrong with `value`.
    fn decode(value: &Value<'_>) -> Result<Self, DecodeError>;

    /// Reads a field of an object that may be absent.
    ///
    /// # Errors
    /// [`DecodeError::Missing`] if the field is absent and the type has no meaning for that.
    fn decode_field(value: Option<&Value<'_>>, name: &'static str) -> Result<Self, DecodeError> {
        Self::decode(value.ok_or(DecodeError::Missing(name))?)
    }
}

impl Encode for str {
    fn encode(&self, out: &mut String) {
        write_str(self, out);
    }
}

impl Encode for String {
    fn encode(&self, out: &mut String) {
        write_str(self, out);
    }
}

impl Decode for String {
    fn decode(value: &Value<'_>) -> Result<Self, DecodeError> {
        value.as_str().map(Into::into).ok_or(DecodeError::Type("string"))
    }
}

impl Encode for bool {
    fn encode(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

impl Decode for bool {
    fn decode(value: &Value<'_>) -> Result<Self, DecodeError> {
        match value {
            Value::Bool(value) => Ok(*value),
            _ => Err(DecodeError::Type("boolean")),
        }
    }
}

impl Encode for u64 {
    fn encode(&self, out: &mut String) {
        let mut digits = [0_u8; 20];
        let mut at = digits.len();
        let mut rest = *self;
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        out.extend(digits[at..].iter().map(|&digit| char::from(digit)));
    }
}

impl Decode for u64 {
    /// Accepts up to 2^53 - 1: above it, JavaScript's numbers have gaps.
    fn decode(value: &Value<'_>) -> Result<Self, DecodeError> {
        const MOST: u64 = (1 << 53) - 1;
        match value {
            Value::Number(digits) => digits.parse().ok().filter(|number| *number <= MOST),
            _ => None,
        }
        .ok_or(DecodeError::Type("whole number"))
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self, out: &mut String) {
        match self {
            Some(value) => value.encode(out),
            None => out.push_str("null"),
        }
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(value: &Value<'_>) -> Result<Self, DecodeError> {
        match value {
            Value::Null => Ok(None),
            value => T::decode(value).map(Some),
        }
    }

    fn decode_field(value: Option<&Value<'_>>, _name: &'static str) -> Result<Self, DecodeError> {
        value.map_or(Ok(None), Self::decode)
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self, out: &mut String) {
        out.push('[');
        for (index, item) in self.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            item.encode(out);
        }
        out.push(']');
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(value: &Value<'_>) -> Result<Self, DecodeError> {
        match value {
            Value::Array(items) => items.iter().map(T::decode).collect(),
            _ => Err(DecodeError::Type("array")),
        }
    }
}

/// Writes an object field by field.
pub struct Fields<'a> {
    out: &'a mut String,
    first: bool,
}

impl<'a> Fields<'a> {
    /// Opens the object.
    pub fn begin(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, first: true }
    }

    /// Writes one field, unless it is absent.
    pub fn field<T: Encode + ?Sized>(&mut self, name: &str, value: &T) {
        if value.is_absent() {
            return;
        }
        if !self.first {
            self.out.push(',');
        }
        self.first = false;
        write_str(name, self.out);
        self.out.push(':');
        value.encode(self.out);
    }

    /// Closes the object.
    pub fn end(self) {
        self.out.push('}');
    }
}
