//! Why a text is not a valid frame.

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
