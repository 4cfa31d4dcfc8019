//! The summary of a conversation, from its row and what is named in it.

use protocol::{Label, Person, Summary};

use super::entry::author_from_row;
use super::lifecycle::is_spam;
use crate::error::Result;
use crate::table::conversation;

/// What a summary has that is not in the row.
pub(super) struct Beside {
    pub(super) inbox_name: String,
    pub(super) visitor_name: String,
    /// The assignee's name, if there is one.
    pub(super) assignee_name: String,
    /// By name.
    pub(super) labels: Vec<Label>,
    /// How many of the visitor's messages an agent has read; `None` in a summary for all agents.
    pub(super) read_messages: Option<u64>,
}

/// The summary of a conversation.
///
/// # Errors
/// A corrupt row.
pub(super) fn summary(row: &conversation::Model, beside: Beside) -> Result<Summary> {
    let Beside { inbox_name, visitor_name, assignee_name, labels, read_messages } = beside;
    Ok(Summary {
        id: row.id,
        inbox: row.inbox_id,
        inbox_name,
        visitor: row.visitor_id,
        visitor_name,
        page: row.page.clone(),
        status: row.status,
        assignee: row.assignee_id.map(|id| Person { id, name: assignee_name }),
        queued_at_ms: row.queued_at_ms,
        archived: row.archived_at_ms.is_some(),
        spam: is_spam(row).then_some(true),
        snoozed_until_ms: row.snoozed_until_ms,
        labels,
        head: row.last_seq,
        last_at_ms: row.last_at_ms,
        last_author: author_from_row(
            row.last_author_kind,
            row.last_author_id,
            row.last_author_name.clone(),
        )?,
        preview: row.preview.clone(),
        visitor_messages: row.visitor_messages.unsigned_abs(),
        read_messages,
    })
}
