//! From where somebody asks.

use std::net::IpAddr;

/// From where somebody asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Their address.
    pub address: IpAddr,
    /// The network that counts as theirs: an IPv4 address, or the first 64 bits of an IPv6 address.
    pub network: IpAddr,
    /// What their browser says that it is: at most 300 characters.
    pub browser: Option<String>,
}
