//! The search that a URL describes.

use protocol::{InboxId, LabelId, Status, UnixMillis};
use serde::{Deserialize, Serialize};

/// A day, in milliseconds.
#[cfg(feature = "ssr")]
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// The search that a URL describes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookedFor {
    /// The words to search for. Without any, there is no search.
    pub text: String,
    /// Only this inbox.
    pub inbox: Option<InboxId>,
    /// Only conversations with this label.
    pub label: Option<LabelId>,
    /// `open`, `assigned` or `resolved`.
    pub status: Option<Status>,
    /// Only the agent's own conversations, or only unassigned ones.
    pub who: Option<Who>,
    /// Only the last so many days.
    pub days: Option<u32>,
}

/// Whose conversations to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Who {
    /// The agent's own conversations.
    Me,
    /// Unassigned conversations.
    Nobody,
}

impl Who {
    pub(super) const fn slug(self) -> &'static str {
        match self {
            Self::Me => "me",
            Self::Nobody => "nobody",
        }
    }
}

impl LookedFor {
    /// Parses a URL's query, read with `get`. Values that cannot be parsed are ignored.
    pub(super) fn from_query(get: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            text: get("q").unwrap_or_default().trim().to_owned(),
            inbox: get("inbox").and_then(|id| InboxId::parse(&id)),
            label: get("label").and_then(|id| LabelId::parse(&id)),
            status: get("status").and_then(|word| Status::parse(&word)),
            who: get("who").and_then(|word| match &*word {
                "me" => Some(Who::Me),
                "nobody" => Some(Who::Nobody),
                _ => None,
            }),
            days: get("days").and_then(|days| days.parse().ok()),
        }
    }

    /// Returns the filter of conversations to search, for an agent.
    #[cfg(feature = "ssr")]
    pub(super) fn filter(&self, me: protocol::AgentId) -> protocol::Filter {
        use protocol::Filter;

        Filter {
            status: self.status.into_iter().collect(),
            assignee: (self.who == Some(Who::Me)).then_some(me),
            unassigned: self.who == Some(Who::Nobody),
            inbox: self.inbox,
            label: self.label,
            ..Filter::searched()
        }
    }

    /// Returns the earliest time to search, in milliseconds since 1970 (UTC).
    #[cfg(feature = "ssr")]
    pub(super) fn since_ms(&self, now_ms: UnixMillis) -> Option<UnixMillis> {
        self.days.map(|days| now_ms - u64::from(days) * DAY_MS)
    }
}
