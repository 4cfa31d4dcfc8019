//! The real server on port 0, and clients over real sockets.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod api;
mod doctor;
mod durable;
mod files;
mod flood;
mod headers;
mod http;
mod imap;
mod inbound;
mod injection;
mod live_updates;
mod mail;
mod markup;
mod poll;
mod routes;
mod shutdown;
mod slow_sockets;
mod socket;
mod sso;
mod support;
