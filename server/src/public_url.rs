//! The address that browsers use.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use url::Url;

/// The origin that browsers use for this server, such as `https://chat.example.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    secure: bool,
    /// Other names of a server that listens on loopback or on all addresses, for development.
    aliases: Vec<String>,
}

impl PublicUrl {
    /// The URL of a server that is reached directly.
    #[must_use]
    pub fn of(listen: SocketAddr) -> Self {
        let port = listen.port();
        let host = if listen.ip().is_unspecified() {
            format!("localhost:{port}")
        } else {
            listen.to_string()
        };
        let loopback = listen.ip().is_loopback() || listen.ip().is_unspecified();
        let names = ["localhost", "127.0.0.1", "[::1]"];
        let alias = |name: &str| format!("http://{name}:{port}");
        Self {
            origin: format!("http://{host}"),
            secure: false,
            aliases: if loopback { names.map(alias).into() } else { Vec::new() },
        }
    }

    /// The host name or IP address, without the port.
    #[must_use]
    pub fn host(&self) -> &str {
        let authority = self.origin.split_once("://").map_or("", |(_, authority)| authority);
        match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => authority,
        }
    }

    /// Whether browsers use TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The origin by which a request with this `Host` reached us: an alias, or the public one.
    #[must_use]
    pub fn as_seen_by(&self, host: Option<&str>) -> &str {
        let seen = |alias: &&String| alias.strip_prefix("http://") == host;
        self.aliases.iter().find(seen).unwrap_or(&self.origin)
    }

    /// Whether an `Origin` header names this server (RFC 6454, section 7).
    #[must_use]
    pub fn is_own_origin(&self, origin: &str) -> bool {
        origin == self.origin || self.aliases.iter().any(|alias| alias == origin)
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

impl FromStr for PublicUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| "not a URL such as https://chat.example.com")?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err("not a URL such as https://chat.example.com");
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err("a path is not supported: use a separate host name for Porchlight");
        }
        let origin = url.origin().ascii_serialization();
        Ok(Self { origin, secure: url.scheme() == "https", aliases: Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::PublicUrl;

    #[test]
    fn only_own_origins_are_own() {
        let public: PublicUrl = "https://Chat.Example.com/".parse().unwrap();
        assert_eq!(public.to_string(), "https://chat.example.com");
        assert!(public.is_own_origin("https://chat.example.com"));
        for other in ["http://chat.example.com", "https://chat.example.com:444", "null", ""] {
            assert!(!public.is_own_origin(other), "{other}");
        }
        let local = PublicUrl::of("127.0.0.1:3000".parse().unwrap());
        assert!(local.is_own_origin("http://localhost:3000"));
        assert!(!local.is_own_origin("http://localhost:3001"));
        assert_eq!(local.as_seen_by(Some("localhost:3000")), "http://localhost:3000");
        assert_eq!(local.as_seen_by(Some("evil.example")), "http://127.0.0.1:3000");
        assert_eq!(public.as_seen_by(Some("localhost:3000")), "https://chat.example.com");
    }

    #[test]
    fn a_public_url_is_an_origin() {
        for text in [
            "chat.example.com",
            "ftp://x.example",
            "https://x.example/chat",
            "https://x.example/?a",
        ] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }
}
