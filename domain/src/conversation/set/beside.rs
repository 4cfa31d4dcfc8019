//! Reads what belongs to conversations with one query, because on a server each is a round trip.

use std::collections::{BTreeSet, HashMap};

use protocol::{
    AgentId, ClientId, ConversationId, DropReason, LabelId, MailKind, MailState, Seq, VisitorId,
};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Query, SelectStatement, UnionType};
use sea_orm::{Condition, QueryResult};

use crate::command::Write;
use crate::conversation::core::{Desk, OpenMail};
use crate::conversation::lifecycle::NEEDLESS;
use crate::error::{Error, Result};
use crate::table::{
    conversation, conversation_label, directory, entry, mail, read_cursor, visitor,
};

/// What to read.
pub(super) struct Wanted<'a> {
    /// The conversations that were just read.
    pub(super) rows: &'a [conversation::Model],
    pub(super) visitors: &'a BTreeSet<VisitorId>,
    pub(super) sent: &'a [(ConversationId, ClientId)],
    pub(super) cursors: &'a BTreeSet<(ConversationId, AgentId)>,
}

/// What was read and is not on the desk yet.
#[derive(Default)]
pub(super) struct Beside {
    /// The revision of the directory.
    pub(super) revision: i64,
    pub(super) labels: HashMap<ConversationId, Vec<LabelId>>,
    pub(super) mails: HashMap<ConversationId, OpenMail>,
    /// The entries whose client ids are used again.
    pub(super) duplicates: Vec<(ConversationId, Seq)>,
}

/// The parts of the query. Their numbers tell the rows apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Mail = 1,
    Label = 2,
    Visitor = 3,
    Sent = 4,
    Cursor = 5,
    Revision = 6,
}

impl Part {
    const ALL: [Self; 6] =
        [Self::Mail, Self::Label, Self::Visitor, Self::Sent, Self::Cursor, Self::Revision];
}

/// The columns that all parts have.
struct Columns {
    conversation: Expr,
    /// The id of something else.
    of: Expr,
    word: Expr,
    more: Expr,
    number: Expr,
}

impl Default for Columns {
    fn default() -> Self {
        let null = || Expr::cust("NULL");
        Self { conversation: null(), of: null(), word: null(), more: null(), number: null() }
    }
}

impl Columns {
    fn from(self, part: Part, table: impl EntityTrait, wanted: Condition) -> SelectStatement {
        Query::select()
            .expr_as(Expr::cust((part as i32).to_string()), Alias::new("part"))
            .expr_as(self.conversation, Alias::new("conversation"))
            .expr_as(self.of, Alias::new("of"))
            .expr_as(self.word, Alias::new("word"))
            .expr_as(self.more, Alias::new("more"))
            .expr_as(self.number, Alias::new("number"))
            .from(table)
            .cond_where(wanted)
            .to_owned()
    }
}

/// Reads what belongs to conversations. Puts visitors and read positions on the desk.
pub(super) async fn beside(
    write: &Write<'_>,
    desk: &mut Desk<'_>,
    wanted: &Wanted<'_>,
) -> Result<Beside> {
    // The first part gives the columns their types: it has a value in each.
    let mut query = mails(wanted);
    let mut parts = vec![labels(wanted), visitors(wanted), revision()];
    parts.extend((!wanted.sent.is_empty()).then(|| sent(wanted)));
    parts.extend((!wanted.cursors.is_empty()).then(|| cursors(wanted)));
    for part in parts {
        query.union(UnionType::All, part);
    }
    let mut beside = Beside::default();
    for row in write.tx.query_all(&query).await? {
        beside.take(&row, desk)?;
    }
    Ok(beside)
}

fn mails(wanted: &Wanted<'_>) -> SelectStatement {
    let ids = wanted.rows.iter().map(|row| row.id);
    let of_them = mail::COLUMN.conversation_id.is_in(ids);
    let columns = Columns {
        conversation: Expr::col(mail::Column::ConversationId),
        of: Expr::col(mail::Column::AgentId),
        word: Expr::col(mail::Column::Kind),
        more: Expr::col(mail::Column::State),
        number: Expr::col(mail::Column::ThroughSeq),
    };
    columns.from(Part::Mail, mail::Entity, Condition::all().add(of_them).add(matters()))
}

/// The emails that matter: those that wait and whose messages are not decided yet, and the confirmation that the
/// visitor's message arrived. One that was not needed and never attempted does not count; one that was not allowed
/// does.
fn matters() -> Condition {
    let waits = Condition::all()
        .add(mail::COLUMN.state.eq(MailState::Waiting))
        .add(mail::COLUMN.through_seq.is_null());
    let counts = Condition::any()
        .add(mail::COLUMN.state.ne(MailState::Dropped))
        .add(mail::COLUMN.message_id.is_not_null())
        .add(mail::COLUMN.reason.is_not_in(NEEDLESS.map(DropReason::as_str)));
    let confirms = Condition::all().add(mail::COLUMN.kind.eq(MailKind::Received)).add(counts);
    Condition::any().add(waits).add(confirms)
}

fn labels(wanted: &Wanted<'_>) -> SelectStatement {
    let ids = wanted.rows.iter().map(|row| row.id);
    let of_them = conversation_label::COLUMN.conversation_id.is_in(ids);
    let columns = Columns {
        conversation: Expr::col(conversation_label::Column::ConversationId),
        of: Expr::col(conversation_label::Column::LabelId),
        ..Columns::default()
    };
    columns.from(Part::Label, conversation_label::Entity, Condition::all().add(of_them))
}

fn visitors(wanted: &Wanted<'_>) -> SelectStatement {
    let these = visitor::COLUMN.id.is_in(wanted.visitors.iter().copied());
    let columns = Columns {
        of: Expr::col(visitor::Column::Id),
        word: Expr::col(visitor::Column::Name),
        more: Expr::col(visitor::Column::Email),
        ..Columns::default()
    };
    columns.from(Part::Visitor, visitor::Entity, Condition::all().add(these))
}

/// The entries whose client ids are used again.
fn sent(wanted: &Wanted<'_>) -> SelectStatement {
    let one = |(id, client_id): &(ConversationId, ClientId)| {
        Condition::all()
            .add(entry::COLUMN.conversation_id.eq(*id))
            .add(entry::COLUMN.client_id.eq(*client_id))
    };
    let columns = Columns {
        conversation: Expr::col(entry::Column::ConversationId),
        number: Expr::col(entry::Column::Seq),
        ..Columns::default()
    };
    let any = wanted.sent.iter().map(one).fold(Condition::any(), Condition::add);
    columns.from(Part::Sent, entry::Entity, any)
}

fn cursors(wanted: &Wanted<'_>) -> SelectStatement {
    let one = |(id, agent): &(ConversationId, AgentId)| {
        Condition::all()
            .add(read_cursor::COLUMN.conversation_id.eq(*id))
            .add(read_cursor::COLUMN.agent_id.eq(*agent))
    };
    let columns = Columns {
        conversation: Expr::col(read_cursor::Column::ConversationId),
        of: Expr::col(read_cursor::Column::AgentId),
        number: Expr::col(read_cursor::Column::Seq),
        ..Columns::default()
    };
    let any = wanted.cursors.iter().map(one).fold(Condition::any(), Condition::add);
    columns.from(Part::Cursor, read_cursor::Entity, any)
}

fn revision() -> SelectStatement {
    let columns = Columns { number: Expr::col(directory::Column::Revision), ..Columns::default() };
    columns.from(Part::Revision, directory::Entity, Condition::all())
}

impl Beside {
    fn take(&mut self, row: &QueryResult, desk: &mut Desk<'_>) -> Result<()> {
        let number: i32 = row.try_get("", "part")?;
        let part = Part::ALL.into_iter().find(|part| *part as i32 == number);
        let conversation = || -> Result<ConversationId> { Ok(row.try_get("", "conversation")?) };
        match part.ok_or(Error::Corrupt("a part of a query"))? {
            Part::Mail => {
                let mails = self.mails.entry(conversation()?).or_default();
                let word: String = row.try_get("", "word")?;
                let state: String = row.try_get("", "more")?;
                let through: Option<Seq> = row.try_get("", "number")?;
                // A newer program may know more kinds. They are none that this one queues.
                let Some(kind) = MailKind::parse(&word) else { return Ok(()) };
                mails.is_confirmed |= kind == MailKind::Received;
                if state == MailState::Waiting.as_str() && through.is_none() {
                    mails.waiting.push((kind, row.try_get("", "of")?));
                }
            }
            Part::Label => {
                let label = row.try_get("", "of")?;
                self.labels.entry(conversation()?).or_default().push(label);
            }
            Part::Visitor => {
                let id = row.try_get("", "of")?;
                let (name, email) = (row.try_get("", "word")?, row.try_get("", "more")?);
                desk.put_visitor(id, crate::visitor::name_to_show(id, name, email));
            }
            Part::Sent => {
                self.duplicates.push((conversation()?, row.try_get("", "number")?));
            }
            Part::Cursor => {
                desk.put_cursor(
                    conversation()?,
                    row.try_get("", "of")?,
                    row.try_get("", "number")?,
                );
            }
            Part::Revision => self.revision = row.try_get("", "number")?,
        }
        Ok(())
    }
}
