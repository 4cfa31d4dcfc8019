//! Files that an entry carries.

use alloc::string::String;
use alloc::vec::Vec;

use crate::id::FileId;
use crate::json::{Decode, DecodeError, Encode, Value, record};

record! {
    /// A file that an entry carries, or is to carry. What is in it is fetched by its id.
    pub struct File {
        /// Which one. The uploader made it up.
        pub id: FileId,
        /// What to call it: without a folder, with an ending that fits its type.
        pub name: String,
        /// What it is, by its content: a media type (RFC 2046).
        pub media_type: String,
        /// How long it is, in bytes.
        pub bytes: u64,
        /// How wide a picture is, in pixels. Absent where there is no thumbnail.
        #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
        pub width: Option<u64>,
        /// How high a picture is, in pixels. Absent where there is no thumbnail.
        #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
        pub height: Option<u64>,
    }
}

/// Several of something, absent in JSON where there is none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Several<T>(
    /// They.
    pub Vec<T>,
);

/// The files of an entry, in the sender's order.
pub type Files = Several<File>;

/// Which files a send is to carry.
pub type FileIds = Several<FileId>;

impl<T> Several<T> {
    /// None.
    pub const NONE: Self = Self(Vec::new());

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Files {
    /// Which files these are.
    #[must_use]
    pub fn ids(&self) -> FileIds {
        Several(self.0.iter().map(|file| file.id).collect())
    }
}

impl<T> Default for Several<T> {
    fn default() -> Self {
        Self::NONE
    }
}

impl<T: Encode> Encode for Several<T> {
    fn encode(&self, out: &mut String) {
        self.0.encode(out);
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Decode> Decode for Several<T> {
    fn decode(value: &Value<'_>) -> Result<Self, DecodeError> {
        Vec::decode(value).map(Self)
    }

    fn decode_field(value: Option<&Value<'_>>, _name: &'static str) -> Result<Self, DecodeError> {
        value.map_or(Ok(Self::NONE), Self::decode)
    }
}
