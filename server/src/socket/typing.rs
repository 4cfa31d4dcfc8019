//! Limits how often a socket's `typing` is passed on: a client that sends it with every key harms only itself.

use std::time::Duration;

use protocol::limits;
use tokio::time::Instant;

/// Half of what clients keep to, because clocks and networks are not exact.
const PAUSE: Duration = Duration::from_millis(limits::TYPING_EVERY_MS / 2);

#[derive(Default)]
pub(super) struct Typing {
    last: Option<Instant>,
}

impl Typing {
    /// Whether to pass this one on.
    pub(super) fn may_tell(&mut self) -> bool {
        let may = self.last.is_none_or(|last| last.elapsed() >= PAUSE);
        if may {
            self.last = Some(Instant::now());
        }
        may
    }
}
