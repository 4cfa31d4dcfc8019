//! The files attached to entries.

use alloc::string::String;
use alloc::vec::Vec;

use crate::id::FileId;
use crate::json::{Decode, DecodeError, Encode, Value, record};

record! {
    /// A file that is attached to an entry, or will be. Clients fetch the content by id.
    pub struct File {
        /// The id, which the uploader chose.
        pub id: FileId,
        /// The file name: without a folder, with an extension that fits its type.
        pub name: String,
        /// The media type (RFC 2046), detected from the content.
        pub media_type: String,
        /// The size in bytes.
        pub bytes: u64,
        /// A picture's width in pixels. Absent if there is no thumbnail.
        #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
        pub width: Option<u64>,
        /// A picture's height in pixels. Absent if there is no thumbnail.
        #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
        pub height: Option<u64>,
    }
}

/// A list that is absent in JSON if it is empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Several<T>(
    /// The items.
    pub Vec<T>,
);

/// The files of an entry, in the sender's order.
pub type Files = Several<File>;

/// The ids of the files to attach to a send.
pub type FileIds = Several<FileId>;

impl<T> Several<T> {
    /// The empty list.
    pub const NONE: Self = Self(Vec::new());

    /// Whether the list is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Files {
    /// The ids of these files.
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
