//! Pieces that pages share.

mod state;
mod time;

pub(crate) use state::{Notice, Waiting, state_page};
pub(crate) use time::{Clock, Zone, day_label, day_of};
