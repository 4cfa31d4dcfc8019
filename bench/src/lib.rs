//! Load tests of the real binary over real sockets: what it must withstand, and how fast it is.

mod agent;
mod client;
pub mod crash;
pub mod flood;
pub mod latency;
pub mod mail;
pub mod search;
mod server;
pub mod throughput;
pub mod times;
