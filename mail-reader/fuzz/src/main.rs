//! Feeds arbitrary input to the reader (`script/fuzz`).

#![no_main]

mod claims;

libfuzzer_sys::fuzz_target!(
    // Panics of the parser are caught; others still end the run.
    init: std::panic::set_hook(Box::new(|_| {})),
    |raw: &[u8]| claims::check(raw)
);
