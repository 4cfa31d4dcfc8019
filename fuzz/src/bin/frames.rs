//! JSON frames of visitors' and agents' sockets: what is parsed is written back with the same meaning.

#![no_main]

use protocol::json::{Decode, Encode, from_str, to_string};
use protocol::{FromAgent, FromVisitor, ToAgent, ToVisitor};

fn check<T: Decode + Encode + PartialEq + std::fmt::Debug>(text: &str) {
    if let Ok(frame) = from_str::<T>(text) {
        let written = to_string(&frame);
        let again = from_str::<T>(&written).expect("our own output parses");
        assert_eq!(again, frame);
        match serde_json::from_str::<serde_json::Value>(&written) {
            Ok(other) => assert!(other.is_object()),
            // Raw JSON is passed on as it is, with numbers that have no double: whoever reads it checks them.
            Err(error) => assert!(error.to_string().starts_with("number out of range"), "{error}"),
        }
    }
}

libfuzzer_sys::fuzz_target!(|raw: &[u8]| {
    let Ok(text) = std::str::from_utf8(raw) else { return };
    check::<FromVisitor>(text);
    check::<FromAgent>(text);
    check::<ToVisitor>(text);
    check::<ToAgent>(text);
});
