//! What sites load: the loader, the chat's frame, and the demo site that embeds them.

mod demo;
mod frame;
mod loader;

pub(crate) use demo::{demo, demo_file};
pub(crate) use frame::frame;
pub(crate) use loader::loader;

use serde::Deserialize;

/// `?inbox=KEY`; without a key, the default inbox.
#[derive(Deserialize)]
pub(crate) struct OfInbox {
    inbox: Option<String>,
}
