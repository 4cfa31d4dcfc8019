//! Positions in a conversation.

/// A position in a conversation: 1, 2, 3 ... without gaps; 0 is before the first entry.
pub type Seq = u64;
