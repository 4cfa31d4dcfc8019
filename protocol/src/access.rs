//! The scopes of access tokens: what a program may do through the API.

use crate::json::words;

words! {
    /// One thing that an access token allows a program to do.
    pub enum Scope {
        /// Read visitors' profiles.
        "visitors:read" => VisitorsRead,
        /// Identify visitors.
        "visitors:write" => VisitorsWrite,
        /// List conversations.
        "conversations:read" => ConversationsRead,
        /// Create conversations and change them: assign, resolve, archive, snooze, label.
        "conversations:write" => ConversationsWrite,
        /// Read messages and notes.
        "messages:read" => MessagesRead,
        /// Write messages and notes, and mark them as read.
        "messages:write" => MessagesWrite,
        /// See agents, teams, labels and inboxes, and whether anyone is available.
        "team:read" => TeamRead,
        /// Export and erase people.
        "people:manage" => PeopleManage,
    }
}
