//! The real server on port 0, and clients over real sockets.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod api;
mod doctor;
mod drain;
mod durable;
mod files;
mod flood;
mod headers;
mod http;
mod imap;
mod inbound;
mod injection;
mod mail;
mod markup;
mod poll;
mod routes;
mod slow;
mod socket;
mod sso;
mod support;
mod together;
