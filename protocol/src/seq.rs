//! Positions in a conversation.

use crate::json::number;

number! {
    /// A position in a conversation: 1, 2, 3 ... without gaps; 0 is before the first entry.
    Seq
}

impl Seq {
    /// The position before the first entry.
    pub const START: Self = Self(0);

    /// The next position.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The previous position; for the position before the first entry, itself.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}
