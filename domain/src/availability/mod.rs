//! Whether anyone is available to answer. The only place that decides it, for the chat, the agent interface,
//! the API and email. Business hours say when the team plans to answer, presence says who is online.

mod announce;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use protocol::{Availability, InboxId, UnixMillis, VisitorId};

use crate::hub::Hub;
use crate::inbox::Inbox;

/// What visitors were last told, so that they are told only of changes.
#[derive(Clone, Default)]
pub(crate) struct LastAnnounced(Arc<Mutex<Announced>>);

#[derive(Default)]
struct Announced {
    availability: HashMap<InboxId, Availability>,
    places: HashMap<VisitorId, u64>,
}

impl LastAnnounced {
    fn with<R>(&self, act: impl FnOnce(&mut Announced) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether the inbox is open now. Without business hours it always is.
fn is_open(inbox: &Inbox, now_ms: UnixMillis) -> bool {
    inbox.hours.as_ref().is_none_or(|hours| hours.are_open(now_ms))
}

/// Whether an agent is online during business hours: the same as [`protocol::Attendance::Online`].
pub(crate) fn is_anybody_available(hub: &Hub, inbox: &Inbox, now_ms: UnixMillis) -> bool {
    is_available(inbox, now_ms, || hub.is_anybody_online(inbox.id))
}

/// The same, if it is known whether an agent who may see the inbox is online.
pub(crate) fn is_available(
    inbox: &Inbox,
    now_ms: UnixMillis,
    is_anybody_online: impl FnOnce() -> bool,
) -> bool {
    is_open(inbox, now_ms) && is_anybody_online()
}
