//! Macros that give a type its JSON form.

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

        $crate::spelled!($name { $($text => $variant,)* });

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

        #[cfg(feature = "sea-orm")]
        $crate::stored!($name as String, |word| word.as_str().into(), |word| Self::parse(word));
    };
}

/// A whole number of one kind, which is a plain number in JSON.
macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name(pub u64);

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<u64> for $name {
            fn from(number: u64) -> Self {
                Self(number)
            }
        }

        impl core::str::FromStr for $name {
            type Err = core::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl $crate::json::Encode for $name {
            fn encode(&self, out: &mut alloc::string::String) {
                self.0.encode(out);
            }
        }

        impl $crate::json::Decode for $name {
            fn decode(value: &$crate::json::Value<'_>) -> Result<Self, $crate::json::DecodeError> {
                $crate::json::Decode::decode(value).map(Self)
            }
        }

        // Not every store has unsigned numbers. Beyond the largest signed one there is nothing.
        #[cfg(feature = "sea-orm")]
        $crate::stored!(
            $name as i64,
            |number| i64::try_from(number.0).unwrap_or(i64::MAX),
            |number| (*number).try_into().ok().map(Self)
        );
    };
}

pub(crate) use {number, record, tagged, words};
