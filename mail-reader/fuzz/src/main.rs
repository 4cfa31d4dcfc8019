//! Reads whatever comes (`script/fuzz`).

#![no_main]

mod claims;

libfuzzer_sys::fuzz_target!(
    // A parser that fails is caught; what is not still ends the run.
    init: std::panic::set_hook(Box::new(|_| {})),
    |raw: &[u8]| claims::check(raw)
);
