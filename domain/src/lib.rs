//! Porchlight's rules and its store.
//!
//! [`Domain`] is what servers and server functions call. It owns the conversation log, the writer
//! that appends to it, the hub that tells sockets of it, and who may do what. It must know nothing
//! of HTTP, of sockets' frames as bytes on a wire, of pages or of how mail looks and travels.

pub mod access;
pub mod agent;
mod ambient;
pub mod audit;
mod availability;
pub mod conversation;
mod domain;
mod error;
pub mod file;
pub mod hub;
pub mod inbox;
mod keys;
mod label;
pub mod login;
pub mod mail;
pub mod privacy;
pub mod search;
mod store;
mod table;
pub mod team;
mod visible;
pub mod visitor;
mod writer;

pub use ambient::{Ambient, Clock, Entropy, OsEntropy, SystemClock};
pub use domain::Domain;
pub use error::{Error, Result};
pub use keys::{KeyError, Keys};
pub use store::{OpenError, Store};
