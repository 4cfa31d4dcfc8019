//! [`Encode`] and [`Decode`], and the macros that implement them for a type.

use alloc::string::String;
use alloc::vec::Vec;

use super::parse::Value;
use super::write::write_str;

/// Why a text is not a valid frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// Not JSON.
    Syntax,
    /// Nested too deep.
    TooDeep,
    /// A field is missing.
    Missing(&'static str),
    /// A value has the wrong type; holds the expected one.
    Type(&'static str),
    /// An unknown tag; holds the name of the tag's field.
    UnknownTag(&'static str),
}

impl core::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (what, detail) = match self {
            Self::Syntax => ("not JSON", ""),
            Self::TooDeep => ("nested too deep", ""),
            Self::Missing(field) => ("missing field: ", *field),
            Self::Type(expected) => ("expected a value of type ", *expected),
            Self::UnknownTag(tag) => ("unknown value of ", *tag),
        };
        f.write_str(what)?;
        f.write_str(detail)
    }
}

impl core::error::Error for DecodeError {}

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

/// A struct whose JSON form is an object with the same field names.
macro_rules! record {
    (
        $(#[$doc:meta])*
        pub struct $name:ident { $($(#[$fdoc:meta])* pub $field:ident: $type:ty,)* }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name { $($(#[$fdoc])* pub $field: $type,)* }

        impl $crate::json::Encode for $name {
            fn encode(&self, out: &mut alloc::string::String) {
                let mut fields = $crate::json::Fields::begin(out);
                $(fields.field(stringify!($field), &self.$field);)*
                fields.end();
            }
        }

        impl $crate::json::Decode for $name {
            fn decode(value: &$crate::json::Value<'_>) -> Result<Self, $crate::json::DecodeError> {
                Ok(Self { $($field: $crate::json::Decode::decode_field(
                    value.get(stringify!($field)), stringify!($field))?,)* })
            }
        }
    };
}

/// An enum whose JSON form is an object: the variant's fields, and the variant's name in the tag field.
macro_rules! tagged {
    (
        $(#[$doc:meta])*
        pub enum $name:ident: $tag:literal {
            $($(#[$vdoc:meta])* $text:literal => $variant:ident {
                $($(#[$fdoc:meta])* $field:ident: $type:ty,)*
            },)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(tag = $tag))]
        pub enum $name {
            $($(#[$vdoc])* #[cfg_attr(feature = "serde", serde(rename = $text))] $variant {
                $($(#[$fdoc])* $field: $type,)*
            },)*
        }

        // The derived schema would use Rust's names of the variants.
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                use $crate::json::schema::{one_of, variant};
                one_of([$(
                    variant($tag, $text)
                        $(.field::<$type>(stringify!($field)))*
                        .build(),
                )*])
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {
            fn schemas(all: &mut $crate::json::schema::Schemas) {
                $($(<$type as utoipa::ToSchema>::schemas(all);)*)*
                let _ = all;
            }
        }

        impl $name {
            /// The variant's name on the wire.
            #[must_use]
            pub const fn tag(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $text,)* }
            }
        }

        impl $crate::json::Encode for $name {
            fn encode(&self, out: &mut alloc::string::String) {
                let mut fields = $crate::json::Fields::begin(out);
                fields.field($tag, self.tag());
                match self {
                    $(Self::$variant { $($field,)* } => {
                        $(fields.field(stringify!($field), $field);)*
                    })*
                }
                fields.end();
            }
        }

        impl $crate::json::Decode for $name {
            fn decode(value: &$crate::json::Value<'_>) -> Result<Self, $crate::json::DecodeError> {
                let tag = value.get($tag).ok_or($crate::json::DecodeError::Missing($tag))?;
                match tag.as_str() {
                    $(Some($text) => Ok(Self::$variant {
                        $($field: $crate::json::Decode::decode_field(
                            value.get(stringify!($field)), stringify!($field))?,)*
                    }),)*
                    _ => Err($crate::json::DecodeError::UnknownTag($tag)),
                }
            }
        }
    };
}

/// An enum of words: each variant has one text, used in JSON, in the store and in URLs.
macro_rules! words {
    (
        $(#[$doc:meta])*
        pub enum $name:ident { $($(#[$vdoc:meta])* $text:literal => $variant:ident,)* }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub enum $name {
            $($(#[$vdoc])* #[cfg_attr(feature = "serde", serde(rename = $text))] $variant,)*
        }

        // The derived schema would use Rust's names of the variants.
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                use utoipa::openapi::schema::{ObjectBuilder, Type};
                let object = ObjectBuilder::new().schema_type(Type::String);
                object.enum_values(Some([$($text,)*])).into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}

        impl $name {
            /// All variants, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The variant's word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Returns the variant with this word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($text => Some(Self::$variant),)* _ => None }
            }
        }

        impl $crate::json::Encode for $name {
            fn encode(&self, out: &mut alloc::string::String) {
                $crate::json::write_str(self.as_str(), out);
            }
        }

        impl $crate::json::Decode for $name {
            fn decode(value: &$crate::json::Value<'_>) -> Result<Self, $crate::json::DecodeError> {
                value
                    .as_str()
                    .and_then(Self::parse)
                    .ok_or($crate::json::DecodeError::Type(stringify!($name)))
            }
        }
    };
}

pub(crate) use {record, tagged, words};
