//! JSON frames of visitors' and agents' sockets: what is parsed is written back with the same meaning.

#![no_main]

use protocol::json::{Decode, Encode, from_str, to_string};
use protocol::{FromAgent, FromVisitor, ToAgent, ToVisitor};

fn check<T: Decode + Encode + PartialEq + std::fmt::Debug>(text: &str) {
    if let Ok(frame) = from_str::<T>(text) {
        let written = to_string(&frame);
        let again = from_str::<T>(&written).expect("our own output parses");
        assert_eq!(again, frame);
        let other: serde_json::Value =
            serde_json::from_str(&written).expect("serde_json parses our output");
        assert!(other.is_object());
    }
}

libfuzzer_sys::fuzz_target!(|raw: &[u8]| {
    let Ok(text) = std::str::from_utf8(raw) else { return };
    check::<FromVisitor>(text);
    check::<FromAgent>(text);
    check::<ToVisitor>(text);
    check::<ToAgent>(text);
});
