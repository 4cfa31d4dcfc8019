//! What only a browser has.
//!
//! On the server these functions panic, unless they say otherwise. They are for event handlers, effects, and the
//! tasks that those start: none of them run there.

mod clipboard;
mod clock;
#[cfg(feature = "hydrate")]
pub(crate) mod crash;
mod dismiss;
mod files;
mod form;
mod location;
mod network;
pub(crate) mod passkeys;
mod random;
pub(crate) mod scroll;
pub(crate) mod storage;

pub(crate) use clipboard::copy;
pub(crate) use clock::{now_ms, time_zone, utc_offset_minutes};
pub(crate) use dismiss::close_elsewhere;
pub(crate) use files::{chosen, dropped, pasted, put};
pub(crate) use form::submit_form_of;
pub(crate) use location::{go_to, reload, socket_address};
pub(crate) use network::{Sign, Signs, wait};
pub(crate) use random::{random_id, random_number};
