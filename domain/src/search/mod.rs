//! Search over messages, notes and visitors. It uses the words of `search-words` and the store's own index,
//! and finds only what the agent may see.

mod excerpt;
mod find;
mod forget;
mod index;
mod query;
mod terms;
mod unindexed;

use std::collections::{HashMap, HashSet};

use protocol::limits::SEARCH_HITS;
use protocol::{ConversationId, Hit, Seq};
use sea_orm::Condition;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;

use crate::Domain;
use crate::agent::Agent;
use crate::conversation::{LogEntry, summaries};
use crate::error::Result;
use crate::table::{conversation, entry};

use excerpt::excerpt;
use find::Found;
pub(crate) use forget::{Indexed, forget};
pub(crate) use index::{index_visitor, insert_entries};
pub use query::Query;
use terms::Terms;
pub(crate) use unindexed::{IndexEntries, Unindexed};

/// The most conversations that are found by their visitor.
const VISITORS: u64 = 10;

impl Domain {
    /// Finds conversations: first those whose visitor matches, most recent first, then those with a matching
    /// message or note, best first. Without a word to search for, nothing is found.
    ///
    /// # Errors
    /// Store errors.
    pub async fn search(&self, agent: &Agent, query: &Query) -> Result<Vec<Hit>> {
        let terms = Terms::of(&query.text);
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        self.index_all().await?;
        let limit = query.limit.clamp(1, SEARCH_HITS);
        let mut found = Vec::new();
        if query.from_ms.is_none() && query.until_ms.is_none() {
            found = self.find_visitors(agent, query, &terms, Ord::min(VISITORS, limit)).await?;
        }
        found.extend(self.find_entries(agent, query, &terms).await?);
        // Only the best hit of each conversation.
        let mut seen = HashSet::new();
        found.retain(|found| seen.insert(found.conversation()));
        found.truncate(limit as usize);
        self.show(agent, &found, &terms).await
    }

    /// Waits until the index has all messages that were acknowledged.
    pub(crate) async fn index_all(&self) -> Result<()> {
        while self.writer.has_unindexed() && self.writer.run(IndexEntries).await? {}
        Ok(())
    }

    async fn show(&self, agent: &Agent, found: &[Found], terms: &Terms) -> Result<Vec<Hit>> {
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let db = &self.store.reader;
        let rows = conversation::Entity::find()
            .filter(conversation::COLUMN.id.is_in(found.iter().map(Found::conversation)))
            .all(db)
            .await?;
        let mut lines: HashMap<ConversationId, protocol::Summary> =
            summaries(db, &rows, Some(agent.id)).await?.into_iter().map(|s| (s.id, s)).collect();
        let mut entries = self.entries(found).await?;
        let mut hits = Vec::with_capacity(found.len());
        for one in found {
            let Some(conversation) = lines.remove(&one.conversation()) else { continue };
            hits.push(match one {
                Found::Entry { conversation: id, seq } => {
                    let Some(entry) = entries.remove(&(*id, *seq)) else { continue };
                    Hit {
                        conversation,
                        seq: Some(entry.seq),
                        at_ms: Some(entry.at_ms),
                        parts: excerpt(entry.body.text(), terms),
                        author: Some(entry.author),
                    }
                }
                Found::Visitor { text, .. } => {
                    let parts = excerpt(text, terms);
                    Hit { conversation, seq: None, at_ms: None, author: None, parts }
                }
            });
        }
        Ok(hits)
    }

    async fn entries(&self, found: &[Found]) -> Result<HashMap<(ConversationId, Seq), LogEntry>> {
        let mut wanted = Condition::any();
        for one in found {
            if let Found::Entry { conversation, seq } = one {
                let this =
                    entry::COLUMN.conversation_id.eq(*conversation).and(entry::COLUMN.seq.eq(*seq));
                wanted = wanted.add(this);
            }
        }
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = entry::Entity::find().filter(wanted).all(&self.store.reader).await?;
        let entry =
            |row: entry::Model| Ok(((row.conversation_id, row.seq), LogEntry::from_row(row)?));
        rows.into_iter().map(entry).collect()
    }
}
