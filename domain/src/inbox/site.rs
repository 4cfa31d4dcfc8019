//! A site: an origin that may embed a chat.

use protocol::ErrorCode;
use url::{Origin, Url};

/// An origin of the web (RFC 6454), as browsers write it: `https://example.com`.
///
/// The text is safe in a header: it holds a scheme, a host and perhaps a port, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Site(String);

impl Site {
    /// Reads an origin. A trailing slash and upper case are forgiven.
    ///
    /// # Errors
    /// `site_invalid` for anything but `http(s)://host[:port]`.
    pub fn parse(text: &str) -> Result<Self, ErrorCode> {
        let invalid = ErrorCode::SiteInvalid;
        let url = Url::parse(text.trim()).map_err(|_| invalid)?;
        let bare = matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let web = matches!(url.scheme(), "http" | "https");
        match url.origin() {
            origin @ Origin::Tuple(..) if bare && web => {
                let text = origin.ascii_serialization();
                // What a host may hold by the URL standard, CSP and headers may not: `;`, `,`, `*`.
                let plain = |c: char| c.is_ascii_alphanumeric() || ":/.-[]_".contains(c);
                if text.chars().all(plain) { Ok(Self(text)) } else { Err(invalid) }
            }
            _ => Err(invalid),
        }
    }

    /// The origin as browsers write it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            "https://*.example.com",
            "https://a.example, b",
        ] {
            check(text, Err(ErrorCode::SiteInvalid));
        }
    }
}
