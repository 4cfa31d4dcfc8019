//! How presence looks: a dot.

use protocol::Presence;

/// Returns the CSS classes of the dot.
pub(crate) const fn presence_class(presence: Presence) -> &'static str {
    match presence {
        Presence::Online => "dot online",
        Presence::Away => "dot away",
        Presence::Offline => "dot",
    }
}
