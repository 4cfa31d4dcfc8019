//! The conversations of the list. Each has a signal of its own, so that a frame renders only the row it is about.

use std::collections::HashMap;

use leptos::prelude::{ArcRwSignal, GetUntracked, Update, WithUntracked};
use protocol::{ConversationId, Filter, Summary, UnixMillis};

/// The conversations, most recent first.
#[derive(Debug, Default)]
pub(super) struct Summaries {
    /// A signal is never replaced while its conversation stays, because rows hold it.
    signals: HashMap<ConversationId, ArcRwSignal<Summary>>,
    /// The same conversations, most recent first.
    order: Vec<ConversationId>,
}

impl Summaries {
    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    pub(super) fn contains(&self, id: ConversationId) -> bool {
        self.signals.contains_key(&id)
    }

    pub(super) fn signal(&self, id: ConversationId) -> Option<ArcRwSignal<Summary>> {
        self.signals.get(&id).cloned()
    }

    /// Returns a conversation's summary as it is now.
    pub(super) fn get(&self, id: ConversationId) -> Option<Summary> {
        self.signals.get(&id).map(GetUntracked::get_untracked)
    }

    /// Reads a conversation's summary as it is now.
    pub(super) fn with<R>(
        &self,
        id: ConversationId,
        look: impl FnOnce(&Summary) -> R,
    ) -> Option<R> {
        self.signals.get(&id).map(|one| one.with_untracked(look))
    }

    /// Returns the conversations that match, most recent first.
    pub(super) fn matching(&self, filter: &Filter) -> Vec<ConversationId> {
        let matches =
            |id: &&ConversationId| self.with(**id, |one| filter.matches(one)) == Some(true);
        self.order.iter().filter(matches).copied().collect()
    }

    /// Returns how many have unread messages.
    pub(super) fn unread(&self) -> usize {
        self.signals.values().filter(|one| one.with_untracked(Summary::unread) > 0).count()
    }

    /// Adds a conversation, or replaces it.
    pub(super) fn put(&mut self, summary: Summary) {
        let (id, key) = (summary.id, recency(&summary));
        match self.signals.get(&id) {
            Some(known) => change(known, |known| *known = summary),
            None => {
                self.signals.insert(id, ArcRwSignal::new(summary));
            }
        }
        self.order.retain(|known| *known != id);
        let is_newer = |known: &ConversationId| self.with(*known, recency) > Some(key);
        let at = self.order.partition_point(is_newer);
        self.order.insert(at, id);
    }

    /// Changes a conversation, but not how recent it is.
    pub(super) fn change(&self, id: ConversationId, act: impl FnOnce(&mut Summary)) {
        if let Some(known) = self.signals.get(&id) {
            change(known, act);
        }
    }

    /// Removes those for which `stays` returns `false`.
    pub(super) fn retain(&mut self, mut stays: impl FnMut(&Summary) -> bool) {
        self.signals.retain(|_, known| known.with_untracked(&mut stays));
        self.order.retain(|id| self.signals.contains_key(id));
    }
}

/// Changes a summary. If it is the same afterwards, nothing is rendered again.
fn change(signal: &ArcRwSignal<Summary>, act: impl FnOnce(&mut Summary)) {
    signal.maybe_update(|summary| {
        let before = summary.clone();
        act(summary);
        *summary != before
    });
}

fn recency(summary: &Summary) -> (UnixMillis, ConversationId) {
    (summary.last_at_ms, summary.id)
}
