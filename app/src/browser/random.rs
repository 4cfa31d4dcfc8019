//! Randomness.

use leptos::prelude::window;
use uuid::{Builder, Uuid};

/// Returns a new random id, by which the server will know something.
pub(crate) fn random_id() -> Option<Uuid> {
    let crypto = window().crypto().ok()?;
    // `randomUUID` exists only in secure contexts, and a first visit is often to http://an.address.
    let mut random = [0; 16];
    crypto.get_random_values_with_u8_array(&mut random).ok()?;
    Some(Builder::from_random_bytes(random).into_uuid())
}

/// Returns a number that need not be unpredictable.
pub(crate) fn random_number() -> u32 {
    (js_sys::Math::random() * f64::from(u32::MAX)) as u32
}
