//! Sites that requested a chat but may not embed it, for the owner who wonders why it does not open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use protocol::{InboxId, UnixMillis};

use super::Site;

/// A site that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedSite {
    /// The site.
    pub site: Site,
    /// When it last requested the chat, in milliseconds since 1970 (UTC).
    pub at_ms: UnixMillis,
}

/// The sites that were refused since the program started, by inbox, latest first.
#[derive(Clone, Default)]
pub(crate) struct RefusedSites(pub(super) Arc<Mutex<HashMap<InboxId, Vec<RefusedSite>>>>);
