//! Why a decision was not made.

use protocol::{ConversationId, ErrorCode, Seq, VisitorId};

use crate::error::Error;

/// Why a decision was not made.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It is refused.
    Refused(Error),
    /// It needs something that is not on the desk.
    Wants(Want),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<ErrorCode> for Stop {
    fn from(code: ErrorCode) -> Self {
        Self::Refused(code.into())
    }
}

/// What is needed only sometimes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// Conversations.
    Conversations(Vec<ConversationId>),
    /// A visitor's unresolved conversation, else their latest, and the visitor.
    Visitor(VisitorId),
    /// All conversations of a visitor.
    AllOf(VisitorId),
    /// Whether the visitor wrote after a position.
    HasWritten(ConversationId, Seq),
    /// How many messages the visitor sent after a position.
    Messages(ConversationId, Seq),
    /// The agents who are online: how many conversations they have, and when they got the last one.
    Staff,
    /// The conversations that wait for an agent.
    Queue,
}
