//! What an agent has begun to write. A draft belongs to its conversation, whatever is on screen, and is stored on
//! the device until it is sent.

use std::collections::{HashMap, HashSet};

use leptos::prelude::*;
use protocol::{AgentId, ConversationId, File, Files, Outgoing, Several};
use serde::{Deserialize, Serialize};

use super::picked::Picked;
use crate::live::{Device, Live};

/// The drafts of all conversations, for the lifetime of the page.
#[derive(Clone, Copy)]
pub(crate) struct Drafts {
    known: StoredValue<HashMap<(AgentId, ConversationId), Draft>>,
    /// The conversations that have an unsent draft.
    begun: RwSignal<HashSet<ConversationId>>,
}

/// A draft. Its signals outlive the components that show them, so an upload continues while another conversation
/// is on screen.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) text: ArcRwSignal<String>,
    /// Whether it is a note for the team.
    pub(super) is_note: ArcRwSignal<bool>,
    pub(super) picked: ArcRwSignal<Vec<Picked>>,
    place: Option<(Drafts, AgentId, ConversationId)>,
}

/// Provides the drafts as a context for all pages.
pub(crate) fn provide_drafts() {
    provide_context(Drafts {
        known: StoredValue::new(HashMap::new()),
        begun: RwSignal::new(HashSet::new()),
    });
}

impl Drafts {
    pub(super) fn get() -> Self {
        expect_context()
    }

    /// Whether a conversation has an unsent draft. Tracked.
    pub(super) fn has(self, id: ConversationId) -> bool {
        self.begun.with(|begun| begun.contains(&id))
    }

    /// Returns the draft of a conversation. It is empty until the device's copy is read.
    pub(super) fn of(self, id: ConversationId) -> Draft {
        let me = Live::get().me();
        let known = self.known.with_value(|known| known.get(&(me?, id)).cloned());
        known.unwrap_or_else(|| {
            let draft = Draft {
                text: ArcRwSignal::new(String::new()),
                is_note: ArcRwSignal::new(false),
                picked: ArcRwSignal::new(Vec::new()),
                place: me.map(|me| (self, me, id)),
            };
            if let Some(me) = me {
                self.known.update_value(|known| {
                    known.insert((me, id), draft.clone());
                });
            }
            draft
        })
    }
}

impl Draft {
    /// Puts a refused message back in front of what has been written since.
    pub(super) fn return_to_draft(&self, outgoing: Outgoing, is_note: bool) {
        self.text.update(|text| *text = joined(&outgoing.text, text));
        self.is_note.set(is_note);
        self.picked.update(|picked| {
            picked.splice(0..0, outgoing.files.0.into_iter().map(Picked::uploaded));
        });
    }
}

/// Joins two texts with a line break, if neither is blank.
fn joined(before: &str, after: &str) -> String {
    match (before.trim().is_empty(), after.trim().is_empty()) {
        (true, _) => after.to_owned(),
        (_, true) => before.to_owned(),
        _ => format!("{}\n{after}", before.trim_end()),
    }
}

const FOLDER: &str = "draft/";

/// A draft, as stored on the device.
#[derive(Serialize, Deserialize)]
struct Kept {
    text: String,
    is_note: bool,
    files: Files,
}

impl Drafts {
    /// Reads all drafts stored on the device. Drafts that already have content stay. To be called in browsers
    /// after hydration, because the server does not know the drafts.
    pub(super) fn restore(self) {
        let Some(me) = Live::get().me() else { return };
        for (name, kept) in Device(me).kept::<Kept>(FOLDER) {
            let Some(id) = ConversationId::parse(&name) else { continue };
            let draft = self.of(id);
            let is_empty = draft.text.with_untracked(String::is_empty)
                && draft.picked.with_untracked(Vec::is_empty);
            if is_empty {
                draft.text.set(kept.text);
                draft.is_note.set(kept.is_note);
                draft.picked.set(kept.files.0.into_iter().map(Picked::uploaded).collect());
                self.begun.update(|begun| {
                    begun.insert(id);
                });
            }
        }
    }
}

impl Draft {
    /// Adopts the text typed before the scripts ran, for which there was no event.
    pub(super) fn adopt_typed(&self, typed: &str) {
        if self.text.with_untracked(|text| !text.ends_with(typed)) {
            self.text.update(|text| *text = joined(text, typed));
        }
    }

    /// Stores the draft on the device, or deletes it there if it is empty. Tracked.
    pub(super) fn keep(&self) {
        let text = self.text.get();
        let is_note = self.is_note.get();
        let files: Vec<File> =
            self.picked.with(|picked| picked.iter().filter_map(Picked::file).cloned().collect());
        let Some((drafts, me, id)) = self.place else { return };
        let is_begun = !text.trim().is_empty() || !files.is_empty();
        let name = format!("{FOLDER}{id}");
        if is_begun {
            Device(me).keep(&name, &Kept { text, is_note, files: Several(files) });
        } else {
            Device(me).forget(&name);
        }
        if drafts.begun.with_untracked(|begun| begun.contains(&id) != is_begun) {
            drafts.begun.update(|begun| {
                if is_begun {
                    begun.insert(id)
                } else {
                    begun.remove(&id)
                };
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn what_is_joined_is_all_there() {
        let check = |before, after, expect: &str| assert_eq!(joined(before, after), expect);
        check("", "", "");
        check("one", "", "one");
        check(" ", "two", "two");
        check("one\n", "two", "one\ntwo");
    }
}
