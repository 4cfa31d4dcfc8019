//! The views of the list, and the conversations each one shows.

use protocol::{AgentId, Filter, InboxId, LabelId, Status};
use serde::{Deserialize, Serialize};

/// A view of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// Conversations that wait for the team.
    #[default]
    Open,
    /// Conversations that wait for the agent.
    Mine,
    /// Unassigned conversations.
    Unassigned,
    /// Snoozed conversations.
    Snoozed,
    /// Resolved conversations.
    Resolved,
    /// Archived conversations.
    Archived,
    /// Conversations that were marked as spam.
    Spam,
}

impl View {
    pub(super) const ALL: [Self; 7] = [
        Self::Open,
        Self::Mine,
        Self::Unassigned,
        Self::Snoozed,
        Self::Resolved,
        Self::Archived,
        Self::Spam,
    ];

    /// Its title on screen.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Mine => "Mine",
            Self::Unassigned => "Unassigned",
            Self::Snoozed => "Snoozed",
            Self::Resolved => "Resolved",
            Self::Archived => "Archived",
            Self::Spam => "Spam",
        }
    }

    /// Its name in a URL.
    pub(super) const fn slug(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Mine => "mine",
            Self::Unassigned => "unassigned",
            Self::Snoozed => "snoozed",
            Self::Resolved => "resolved",
            Self::Archived => "archived",
            Self::Spam => "spam",
        }
    }

    /// The text for an empty view.
    pub(super) const fn empty(self) -> &'static str {
        match self {
            Self::Open => "All caught up.",
            Self::Mine => "Nothing assigned to you.",
            Self::Unassigned => "No unassigned conversations.",
            Self::Snoozed => "No snoozed conversations.",
            Self::Resolved => "No resolved conversations yet.",
            Self::Archived => "No archived conversations.",
            Self::Spam => "No spam.",
        }
    }
}

/// What the list's URL asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Wanted {
    /// The view.
    pub view: View,
    /// Only this inbox.
    pub inbox: Option<InboxId>,
    /// Only conversations with this label.
    pub label: Option<LabelId>,
}

impl Wanted {
    /// Parses a URL's query, read with `get`. Values that cannot be parsed are ignored.
    pub(super) fn from_query(get: impl Fn(&str) -> Option<String>) -> Self {
        let slug = get("view").unwrap_or_default();
        Self {
            view: View::ALL.into_iter().find(|view| view.slug() == slug).unwrap_or_default(),
            inbox: get("inbox").and_then(|id| InboxId::parse(&id)),
            label: get("label").and_then(|id| LabelId::parse(&id)),
        }
    }

    /// Returns the URL's query, with the `?`, or an empty string.
    pub(super) fn to_query(self) -> String {
        let mut fields = Vec::new();
        if self.view != View::Open {
            fields.push(format!("view={}", self.view.slug()));
        }
        fields.extend(self.inbox.map(|id| format!("inbox={id}")));
        fields.extend(self.label.map(|id| format!("label={id}")));
        if fields.is_empty() { String::new() } else { format!("?{}", fields.join("&")) }
    }

    /// Returns the filter of the conversations to list, for an agent.
    pub fn filter(self, me: AgentId) -> Filter {
        let filter = match self.view {
            View::Open => Filter::waiting(),
            View::Mine => Filter { assignee: Some(me), ..Filter::waiting() },
            View::Unassigned => Filter { unassigned: true, ..Filter::waiting() },
            View::Snoozed => Filter { snoozed: Some(true), ..Filter::visible() },
            View::Resolved => Filter { status: vec![Status::Resolved], ..Filter::visible() },
            View::Archived => Filter { archived: Some(true), spam: Some(false), ..Filter::ALL },
            View::Spam => Filter { spam: Some(true), ..Filter::ALL },
        };
        Filter { inbox: self.inbox, label: self.label, ..filter }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_what_it_asks_for_are_the_same() {
        let label = LabelId::parse("01890000-0000-7000-8000-000000000001");
        for view in View::ALL {
            let wanted = Wanted { view, inbox: None, label };
            let query = wanted.to_query();
            let get = |name: &str| {
                let fields = query.trim_start_matches('?').split('&');
                let found = fields.filter_map(|field| field.split_once('=')).find(|f| f.0 == name);
                found.map(|(_, value)| value.to_owned())
            };
            assert_eq!(Wanted::from_query(get), wanted);
        }
        assert_eq!(Wanted::default().to_query(), "");
    }
}
