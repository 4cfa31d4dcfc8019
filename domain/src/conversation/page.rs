//! Reading a log, page by page.

use protocol::json::to_string;
use protocol::limits::{PAGE_BYTES, PAGE_ENTRIES};
use protocol::{ConversationId, Entry, ErrorCode, Seq, VisitorId};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, Order, QueryOrder, QuerySelect, Select};

use super::entry::{Audience, LogEntry};
use crate::Domain;
use crate::agent::Agent;
use crate::error::Result;
use crate::table::{conversation, entry};
use crate::visitor::VisitorIdentity;

/// A run of entries, and the state of the conversation.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The conversation; `None` if there is none.
    pub conversation: Option<ConversationId>,
    /// The conversation's visitor; `None` if there is no conversation.
    pub visitor: Option<VisitorId>,
    /// The last position that the audience may see; 0 if there is none.
    pub head: Seq,
    /// How far the visitor has read.
    pub visitor_read_seq: Seq,
    /// How far the team has read.
    pub team_read_seq: Seq,
    /// The entries, oldest first: at most [`PAGE_ENTRIES`], and at most [`PAGE_BYTES`] as JSON unless there
    /// is only one.
    pub entries: Vec<Entry>,
}

/// Which run of entries is wanted.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    Latest,
    After(Seq),
    Before(Seq),
}

impl Domain {
    /// The page of the visitor's conversation after `after`, or its latest page. Empty without a
    /// conversation.
    ///
    /// # Errors
    /// Store errors.
    pub async fn visitor_page(&self, who: &VisitorIdentity, after: Option<Seq>) -> Result<Page> {
        self.page_of_visitor(who, after.map_or(Wanted::Latest, Wanted::After)).await
    }

    /// The page of the visitor's conversation that ends before `before`.
    ///
    /// # Errors
    /// Store errors.
    pub async fn visitor_page_before(&self, who: &VisitorIdentity, before: Seq) -> Result<Page> {
        self.page_of_visitor(who, Wanted::Before(before)).await
    }

    /// The page that ends before `before` of one of the visitor's earlier conversations, and the conversation
    /// before that one.
    ///
    /// # Errors
    /// `conversation_unknown`, also for one that is not theirs; store errors.
    pub async fn earlier_page_before(
        &self,
        who: &VisitorIdentity,
        id: ConversationId,
        before: Seq,
    ) -> Result<(Page, Option<ConversationId>)> {
        let reader = &self.store.reader;
        let found = conversation::Entity::find_by_id(id).one(reader).await?;
        let row = found.filter(|row| row.visitor_id == who.visitor);
        let row = row.ok_or(ErrorCode::ConversationUnknown)?;
        let earlier = self.earlier_than(who, id).await?;
        Ok((page(reader, row, Audience::Visitor, Wanted::Before(before)).await?, earlier))
    }

    /// The visitor's conversation before `id` that has something for them to read. The unresolved one counts
    /// as the last, whenever it began.
    ///
    /// # Errors
    /// Store errors.
    pub async fn earlier_than(
        &self,
        who: &VisitorIdentity,
        id: ConversationId,
    ) -> Result<Option<ConversationId>> {
        let ids: Vec<ConversationId> = of_visitor_query(who.visitor)
            // `id` itself may be empty, if it was begun without a message. It is included because its place
            // is needed.
            .filter(
                Condition::any()
                    .add(conversation::COLUMN.last_public_seq.gt(Seq::START))
                    .add(conversation::COLUMN.id.eq(id)),
            )
            .select_only()
            .column(conversation::Column::Id)
            .into_tuple()
            .all(&self.store.reader)
            .await?;
        let after = ids.into_iter().skip_while(|one| *one != id).nth(1);
        Ok(after)
    }

    /// The last position of the visitor's conversation that they may see; 0 if there is none.
    ///
    /// # Errors
    /// Store errors.
    pub async fn visitor_head(&self, who: &VisitorIdentity) -> Result<Seq> {
        let row = of_visitor(&self.store.reader, who.visitor).await?;
        Ok(row.map_or(Seq::START, |row| row.last_public_seq))
    }

    /// The page of a conversation after `after`, or its latest page, as the team sees it.
    ///
    /// # Errors
    /// `conversation_unknown`; store errors.
    pub async fn team_page(
        &self,
        agent: &Agent,
        id: ConversationId,
        after: Option<Seq>,
    ) -> Result<Page> {
        self.page_of_team(agent, id, after.map_or(Wanted::Latest, Wanted::After)).await
    }

    /// The page of a conversation that ends before `before`, as the team sees it.
    ///
    /// # Errors
    /// `conversation_unknown`; store errors.
    pub async fn team_page_before(
        &self,
        agent: &Agent,
        id: ConversationId,
        before: Seq,
    ) -> Result<Page> {
        self.page_of_team(agent, id, Wanted::Before(before)).await
    }

    async fn page_of_visitor(&self, who: &VisitorIdentity, wanted: Wanted) -> Result<Page> {
        match of_visitor(&self.store.reader, who.visitor).await? {
            Some(row) => page(&self.store.reader, row, Audience::Visitor, wanted).await,
            None => Ok(Page::default()),
        }
    }

    async fn page_of_team(
        &self,
        agent: &Agent,
        id: ConversationId,
        wanted: Wanted,
    ) -> Result<Page> {
        let row = seen(&self.store.reader, id, agent).await?;
        page(&self.store.reader, row, Audience::Team, wanted).await
    }
}

/// A conversation that an agent may see.
///
/// # Errors
/// `conversation_unknown`, also for one that they may not see; store errors.
pub(crate) async fn seen(
    db: &impl ConnectionTrait,
    id: ConversationId,
    agent: &Agent,
) -> Result<conversation::Model> {
    let found = conversation::Entity::find_by_id(id).one(db).await?;
    let row = found.ok_or(ErrorCode::ConversationUnknown)?;
    agent.visibility.check(&row)?;
    Ok(row)
}

/// The conversation that a visitor sees: their unresolved one, else their latest.
pub(super) async fn of_visitor(
    db: &impl ConnectionTrait,
    visitor: VisitorId,
) -> Result<Option<conversation::Model>> {
    Ok(of_visitor_query(visitor).one(db).await?)
}

pub(super) fn of_visitor_query(visitor: VisitorId) -> Select<conversation::Entity> {
    conversation::Entity::find()
        .filter(conversation::COLUMN.visitor_id.eq(visitor))
        .order_by(conversation::COLUMN.unresolved_visitor_id.is_null(), Order::Asc)
        .order_by_desc(conversation::Column::CreatedAtMs)
        .order_by_desc(conversation::Column::Id)
}

async fn page(
    db: &impl ConnectionTrait,
    row: conversation::Model,
    audience: Audience,
    wanted: Wanted,
) -> Result<Page> {
    let mut query =
        entry::Entity::find().filter(entry::COLUMN.conversation_id.eq(row.id)).limit(PAGE_ENTRIES);
    if audience == Audience::Visitor {
        query = query.filter(entry::COLUMN.is_public.eq(true));
    }
    let rows = match wanted {
        Wanted::Latest => query.order_by_desc(entry::Column::Seq),
        Wanted::Before(seq) => {
            query.filter(entry::COLUMN.seq.lt(seq)).order_by_desc(entry::Column::Seq)
        }
        Wanted::After(seq) => {
            query.filter(entry::COLUMN.seq.gt(seq)).order_by_asc(entry::Column::Seq)
        }
    }
    .all(db)
    .await?;
    let mut entries = Vec::new();
    let mut bytes = 0;
    for row in rows {
        let Some(entry) = LogEntry::from_row(row)?.seen_by(audience) else { continue };
        bytes += to_string(&entry).len() + 1;
        if bytes > PAGE_BYTES && !entries.is_empty() {
            break;
        }
        entries.push(entry);
    }
    if !matches!(wanted, Wanted::After(_)) {
        entries.reverse();
    }
    let head = match audience {
        Audience::Visitor => row.last_public_seq,
        Audience::Team => row.last_seq,
    };
    Ok(Page {
        conversation: Some(row.id),
        visitor: Some(row.visitor_id),
        head,
        visitor_read_seq: row.visitor_read_seq,
        team_read_seq: row.team_read_seq,
        entries,
    })
}
