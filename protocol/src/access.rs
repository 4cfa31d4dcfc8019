//! What an access token lets a program do.

use crate::json::words;

words! {
    /// One thing that an access token lets a program do.
    pub enum Scope {
        /// See what is known of visitors.
        "visitors:read" => VisitorsRead,
        /// Say who visitors are.
        "visitors:write" => VisitorsWrite,
        /// List conversations.
        "conversations:read" => ConversationsRead,
        /// Begin conversations and change them: assign, resolve, archive, snooze, label.
        "conversations:write" => ConversationsWrite,
        /// Read what was written.
        "messages:read" => MessagesRead,
        /// Write, and mark as read.
        "messages:write" => MessagesWrite,
        /// See agents, teams, labels and inboxes, and whether somebody answers.
        "team:read" => TeamRead,
        /// Export and erase people.
        "people:manage" => PeopleManage,
    }
}
