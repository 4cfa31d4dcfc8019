//! Refuses the chat to sites that an inbox does not allow, and remembers them.

use std::sync::PoisonError;

use super::{Inbox, RefusedSite, Site};
use crate::Domain;

/// How many are remembered per inbox, the latest ones: anyone can make them up.
const SITES: usize = 5;

impl Domain {
    /// Records that a page of a site requested an inbox's chat, if the inbox does not allow it. Returns whether
    /// it was refused.
    pub fn refuse_site(&self, inbox: &Inbox, origin: &str) -> bool {
        let Ok(site) = Site::parse(origin) else { return false };
        if inbox.allows(site.as_str()) {
            return false;
        }
        let mut all = self.refused_sites.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sites = all.entry(inbox.id).or_default();
        sites.retain(|refused| refused.site != site);
        sites.insert(0, RefusedSite { site, at_ms: self.ambient.now_ms() });
        sites.truncate(SITES);
        true
    }

    /// The sites that an inbox refused since the program started and would still refuse, latest first.
    #[must_use]
    pub fn refused_sites(&self, inbox: &Inbox) -> Vec<RefusedSite> {
        let all = self.refused_sites.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sites = all.get(&inbox.id).cloned().unwrap_or_default();
        sites.into_iter().filter(|refused| !inbox.allows(refused.site.as_str())).collect()
    }
}
