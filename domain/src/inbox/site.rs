//! A site: an origin that may embed a chat.

use protocol::ErrorCode;
use url::{Origin, Url};

/// A web origin (RFC 6454) as browsers write it: `https://example.com`, or with an asterisk in place of one
/// label: `https://*.example.com`.
///
/// The text is safe in a header: it holds a scheme, a host and perhaps a port, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Site(String);

/// The prefix of a host that any label may precede.
const ANY_LABEL: &str = "*.";

impl Site {
    /// Parses an origin. A trailing slash and upper case are accepted.
    ///
    /// # Errors
    /// `site_invalid` for anything but `http(s)://host[:port]`, where a host of at least two labels may have
    /// `*.` before it.
    pub fn parse(text: &str) -> Result<Self, ErrorCode> {
        let text = text.trim();
        let Some((scheme, host)) = text.split_once("://*.") else {
            return origin(text).map(Self).ok_or(ErrorCode::SiteInvalid);
        };
        let origin = origin(&format!("{scheme}://{host}")).ok_or(ErrorCode::SiteInvalid)?;
        match origin.split_once("://") {
            // Nobody owns all of `*.com`, or all of a network.
            Some((scheme, host)) if host.contains('.') && host.contains(char::is_alphabetic) => {
                Ok(Self(format!("{scheme}://{ANY_LABEL}{host}")))
            }
            _ => Err(ErrorCode::SiteInvalid),
        }
    }

    /// Whether this is that origin, or a wildcard that matches it.
    #[must_use]
    pub fn covers(&self, origin: &Self) -> bool {
        let Some((scheme, host)) = self.0.split_once(ANY_LABEL) else { return self == origin };
        let labels = origin.0.strip_prefix(scheme).and_then(|rest| rest.split_once('.'));
        labels.is_some_and(|(label, rest)| !label.is_empty() && label != "*" && rest == host)
    }

    /// The origin as browsers write it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let bare = matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let web = matches!(url.scheme(), "http" | "https");
    match url.origin() {
        origin @ Origin::Tuple(..) if bare && web => {
            let text = origin.ascii_serialization();
            // The URL standard allows characters in a host that CSP and headers do not: `;`, `,`, `*`.
            let plain = |c: char| c.is_ascii_alphanumeric() || ":/.-[]_".contains(c);
            text.chars().all(plain).then_some(text)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_label() {
        let site = |text: &str| Site::parse(text).unwrap();
        let any = site("https://*.example.com:8443");
        for (origin, expect) in [
            ("https://shop.example.com:8443", true),
            ("https://SHOP.example.com:8443/", true),
            ("https://a.b.example.com:8443", false),
            ("https://example.com:8443", false),
            ("https://shop.example.com", false),
            ("http://shop.example.com:8443", false),
            ("https://shopexample.com:8443", false),
            ("https://shop.example.com.evil.example:8443", false),
            ("https://*.example.com:8443", false),
        ] {
            assert_eq!(any.covers(&site(origin)), expect, "{origin}");
        }
        assert!(site("https://example.com").covers(&site("https://example.com")));
        assert!(!site("https://example.com").covers(&site("https://shop.example.com")));
    }

    #[test]
    fn sites_are_origins() {
        let check = |text: &str, expect: Result<&str, ErrorCode>| {
            assert_eq!(
                Site::parse(text).as_ref().map(Site::as_str),
                expect.as_ref().copied(),
                "{text}"
            );
        };
        check("https://example.com", Ok("https://example.com"));
        check(" HTTPS://Example.COM:443/ ", Ok("https://example.com"));
        check("http://localhost:8080", Ok("http://localhost:8080"));
        check(" https://*.Example.COM:443/ ", Ok("https://*.example.com"));
        check("https://*.bücher.example", Ok("https://*.xn--bcher-kva.example"));
        check("https://bücher.example", Ok("https://xn--bcher-kva.example"));
        for text in [
            "",
            "example.com",
            "https://",
            "https://example.com/shop",
            "https://a.example?x",
            "ftp://example.com",
            "javascript:alert(1)",
            "https://user@example.com",
            "null",
            "https://a.example;script-src",
            "https://*.com",
            "https://*",
            "https://*.*.example.com",
            "https://a.*.example.com",
            "https://*example.com",
            "https://*.10.0.0.1",
            "https://*.[::1]",
            "https://a.example, b",
        ] {
            check(text, Err(ErrorCode::SiteInvalid));
        }
    }
}
