//! Tests of the domain on every store: SQLite, PostgreSQL and MySQL.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod agent_mail;
mod cancel;
mod directory;
mod files;
mod identity;
mod inbound;
mod lifecycle;
mod log;
mod login;
mod machine;
mod mail;
mod migrations;
mod plans;
mod privacy;
mod races;
mod routing;
mod search;
mod statements;
mod support;
mod visibility;
