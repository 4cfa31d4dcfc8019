//! The browser's storage for this site. If the browser forbids it, it is empty and stays so.

use web_sys::Storage;

fn storage() -> Option<Storage> {
    leptos::prelude::window().local_storage().ok().flatten()
}

/// Returns the value of a key.
pub(crate) fn get(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Sets the value of a key, unless there is no room.
pub(crate) fn set(key: &str, value: &str) {
    if let Some(storage) = storage() {
        let _full = storage.set_item(key, value);
    }
}

/// Removes a key.
pub(crate) fn remove(key: &str) {
    if let Some(storage) = storage() {
        let _removed = storage.remove_item(key);
    }
}

/// Returns all keys.
pub(crate) fn keys() -> Vec<String> {
    let Some(storage) = storage() else { return Vec::new() };
    let count = storage.length().unwrap_or(0);
    (0..count).filter_map(|index| storage.key(index).ok().flatten()).collect()
}
