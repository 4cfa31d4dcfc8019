//! Where a request comes from.

use std::net::IpAddr;

/// Where a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The client's IP address.
    pub address: IpAddr,
    /// The client network: an IPv4 address, or the first 64 bits of an IPv6 address.
    pub network: IpAddr,
    /// The browser's `User-Agent`: at most 300 characters.
    pub browser: Option<String>,
}
