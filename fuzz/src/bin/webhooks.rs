//! Webhook bodies from email providers: multipart forms, URL-encoded forms, JSON. The first line is the type.

#![no_main]

use axum::body::Body;
use axum::extract::Request;

#[path = "../../../server/src/mail/inbound/wrapped.rs"]
mod wrapped;

libfuzzer_sys::fuzz_target!(|raw: &[u8]| {
    let at = raw.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (kind, body) = raw.split_at(at);
    let request = Request::builder().header("content-type", kind).body(Body::from(body.to_vec()));
    // A type that is not a valid header value never gets this far.
    let Ok(request) = request else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let Ok((mail, checked)) = runtime.block_on(wrapped::unwrapped(request)) else { return };
    assert!(mail.len() <= body.len());
    let is_one_line = |said: &String| !said.contains(['\r', '\n', '\0']);
    assert!(checked.as_ref().is_none_or(is_one_line));
});
