//! Where a page of the list of conversations ends.

use protocol::{ConversationId, ErrorCode, UnixMillis};
use uuid::Uuid;

use crate::error::Result;

/// Where a page of the list ends and the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListCursor {
    pub(super) last_at_ms: UnixMillis,
    pub(super) id: ConversationId,
}

impl ListCursor {
    /// Parses the output of [`ListCursor::to_text`].
    ///
    /// # Errors
    /// `cursor_invalid`.
    pub fn parse(text: &str) -> Result<Self> {
        let read = || {
            let (at, id) = text.split_once('.')?;
            Some(Self {
                last_at_ms: at.parse().ok()?,
                id: ConversationId(Uuid::try_parse(id).ok()?),
            })
        };
        read().ok_or(ErrorCode::CursorInvalid.into())
    }

    /// The cursor as text for a URL.
    #[must_use]
    pub fn to_text(self) -> String {
        format!("{}.{}", self.last_at_ms, self.id)
    }
}
