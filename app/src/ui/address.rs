//! The addresses of pages.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All characters except the unreserved ones (RFC 3986, section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Encodes a text as a value in a URL's query.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Returns a path with a query of those fields that are not empty.
pub(crate) fn address<const N: usize>(path: &str, fields: [(&str, String); N]) -> String {
    let fields = fields.iter().filter(|(_, value)| !value.is_empty());
    let query: Vec<_> = fields.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_what_is_not_empty() {
        let fields = |q: &str| [("q", q.to_owned()), ("state", "sent".to_owned())];
        assert_eq!(
            address("/a", fields("größe & more")),
            "/a?q=gr%C3%B6%C3%9Fe%20%26%20more&state=sent"
        );
        assert_eq!(address("/a", fields("")), "/a?state=sent");
        assert_eq!(address("/a", [("q", String::new())]), "/a");
    }
}
