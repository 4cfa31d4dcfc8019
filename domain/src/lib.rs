//! Porchlight's rules and its store.
//!
//! Servers and server functions call [`Domain`]. This crate owns the conversation log, the writer that
//! appends to it, the hub that notifies sockets of it, and the permissions. It must know nothing about HTTP,
//! the bytes of WebSocket frames, pages, or how email looks and travels.

pub mod access;
pub mod agent;
mod ambient;
pub mod audit;
mod availability;
mod command;
pub mod conversation;
mod directory;
mod domain;
mod error;
pub mod file;
pub mod hub;
pub mod inbox;
mod keys;
mod label;
pub mod login;
pub mod mail;
mod pace;
pub mod privacy;
pub mod search;
mod store;
mod system;
mod table;
pub mod team;
mod visible;
pub mod visitor;
mod writer;

pub use ambient::Ambient;
pub use domain::Domain;
pub use error::{Error, Result};
pub use keys::{KeyError, Keys};
pub use store::{OpenError, Store};
pub use system::{Clock, Entropy, OsEntropy, SystemClock};
