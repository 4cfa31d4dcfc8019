//! What mail servers report about an email's sender: `Authentication-Results` (RFC 8601).
//!
//! Anyone can write such a header. It only counts if it comes from a server that is known to receive email for
//! us, and that removes headers others wrote in its name (section 5 of the RFC).

use mail_parser::Message;

use crate::{Mail, plain};

/// The most headers that are read, and the most results in one.
const MOST: usize = 32;

/// The report of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The server's id, in lower case.
    pub server: String,
    /// The results, in order.
    pub results: Vec<Found>,
}

/// The result of one method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The method: `dmarc`, `dkim`, `spf` and others, in lower case.
    pub method: String,
    /// The outcome: `pass`, `fail` and others, in lower case.
    pub result: String,
    /// The domain that the result is about, in lower case, if it names one.
    pub domain: Option<String>,
}

/// Whether an email comes from its stated sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A trusted server confirms the sender.
    Pass,
    /// A trusted server does not confirm the sender.
    Fail,
}

impl Checked {
    /// Parses the header's value, which may be folded and have comments.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let value = without_comments(value).to_lowercase();
        let mut parts = value.split(';').map(str::trim);
        // The version of the format may follow the id.
        let server = parts.next()?.split_whitespace().next()?.trim_matches('"').to_owned();
        Some(Self { server, results: parts.take(MOST).filter_map(Found::parse).collect() })
    }

    /// The results of a method, in order.
    fn of<'a>(&'a self, method: &'a str) -> impl Iterator<Item = &'a Found> {
        self.results.iter().filter(move |found| found.method == method)
    }
}

impl Found {
    /// Parses a result such as `dkim/1 = pass header.d=example.com`.
    fn parse(text: &str) -> Option<Self> {
        let mut words = words(text).into_iter();
        let (method, result) = words.next()?;
        let method = method.split('/').next()?.to_owned();
        let of = |value: &str| {
            let domain = value.trim_matches(['"', '<', '>']).rsplit('@').next()?;
            let is_domain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
            let is_one = !domain.is_empty() && domain.chars().all(is_domain);
            is_one.then(|| domain.trim_end_matches('.').to_owned())
        };
        let mut domain = None;
        for (name, value) in words {
            if matches!(&*name, "header.d" | "header.i" | "smtp.mailfrom" | "smtp.mail") {
                domain = domain.or_else(|| of(&value));
            }
        }
        Some(Self { method, result, domain })
    }
}

/// The `name=value` pairs in a text, with or without spaces around the equals sign.
fn words(text: &str) -> Vec<(String, String)> {
    let spaced = text.replace('=', " = ");
    let mut words = spaced.split_whitespace().peekable();
    let mut pairs = Vec::new();
    while let Some(name) = words.next() {
        if words.peek() == Some(&"=") {
            words.next();
            pairs.push((name.to_owned(), words.next().unwrap_or_default().to_owned()));
        }
    }
    pairs
}

/// Removes comments in parentheses (RFC 5322, section 3.2.2). They may be nested, but don't begin within
/// quotes.
fn without_comments(text: &str) -> String {
    let (mut depth, mut is_quoted, mut is_escaped) = (0_usize, false, false);
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        if is_escaped {
            is_escaped = false;
            if depth == 0 {
                kept.push(c);
            }
            continue;
        }
        match c {
            '\\' if is_quoted || depth > 0 => is_escaped = true,
            '"' if depth == 0 => {
                is_quoted = !is_quoted;
                kept.push(c);
            }
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted && depth > 0 => {
                depth -= 1;
                kept.push(' ');
            }
            _ if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept
}

/// The reports of the servers that an email passed through, the last server first.
pub(crate) fn of(message: &Message<'_>) -> Vec<Checked> {
    let named = |name: &str| name.eq_ignore_ascii_case("Authentication-Results");
    let values = message.headers_raw().filter(|(name, _)| named(name));
    values.take(MOST).filter_map(|(_, value)| Checked::parse(&plain(value))).collect()
}

impl Mail {
    /// What trusted servers report about the sender: `None` if there is no report of theirs. If a method was
    /// reported more than once, the latest report counts.
    #[must_use]
    pub fn verdict(&self, trusted: &[String]) -> Option<Verdict> {
        let is_trusted =
            |one: &&Checked| trusted.iter().any(|id| id.eq_ignore_ascii_case(&one.server));
        let said: Vec<&Checked> = self.checked.iter().filter(is_trusted).collect();
        if said.is_empty() {
            return None;
        }
        Some(self.conclude(&said))
    }

    /// The same for a report that a provider sends apart from the email.
    #[must_use]
    pub fn verdict_of(&self, checked: &Checked) -> Verdict {
        self.conclude(&[checked])
    }

    /// Whether any server reports that the sender is forged (RFC 7489). Such a report needs no trust.
    #[must_use]
    pub fn is_disowned(&self) -> bool {
        let mut all = self.checked.iter().flat_map(|one| one.of("dmarc"));
        all.any(|found| found.result == "fail")
    }

    fn conclude(&self, said: &[&Checked]) -> Verdict {
        // A signature or envelope sender only counts in the author's own domain (RFC 7489, section 3.1).
        let author = self.sender.as_ref().and_then(|sender| sender.address.rsplit('@').next());
        let author = author.unwrap_or_default().to_lowercase();
        let is_theirs = |found: &&Found| {
            let domain = found.domain.as_deref().unwrap_or_default();
            is_within(domain, &author) || is_within(&author, domain)
        };
        let first = |method: &'static str| {
            said.iter().find(|one| one.of(method).next().is_some()).map(|one| one.of(method))
        };
        if let Some(found) = first("dmarc").and_then(|mut found| found.next()) {
            match &*found.result {
                "pass" => return Verdict::Pass,
                "fail" => return Verdict::Fail,
                // The domain has no policy on who may send in its name.
                _ => {}
            }
        }
        let passes = ["dkim", "spf"].into_iter().filter_map(first).flatten();
        let mut theirs = passes.filter(|found| found.result == "pass").filter(is_theirs);
        if theirs.next().is_some() { Verdict::Pass } else { Verdict::Fail }
    }
}

/// Whether a domain is another one, or a subdomain of it.
fn is_within(domain: &str, of: &str) -> bool {
    // Nobody signs for a whole top-level domain.
    of.contains('.')
        && (domain == of || domain.strip_suffix(of).is_some_and(|rest| rest.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read;

    const TRUSTED: &str = "mx.example.org";

    fn verdict(headers: &str) -> Option<Verdict> {
        let mail = format!("From: Ann <ann@example.com>\r\n{headers}\r\n\r\nHi.\r\n");
        read(mail.as_bytes()).unwrap().verdict(&[TRUSTED.to_owned()])
    }

    #[test]
    fn only_the_servers_that_are_trusted_count() {
        let (pass, fail) = (Some(Verdict::Pass), Some(Verdict::Fail));
        for (headers, expect) in [
            ("Authentication-Results: mx.example.org; dmarc=pass", pass),
            ("Authentication-Results: MX.Example.org 1; dmarc=pass header.from=example.com", pass),
            (
                "Authentication-Results: mx.example.org; dmarc=fail(p=reject) header.from=example.com",
                fail,
            ),
            ("Authentication-Results: mx.example.org; dmarc = fail", fail),
            ("Authentication-Results: mx.example.org; dmarc (dmarc=pass) =\r\n fail", fail),
            ("Authentication-Results: mx.example.org; dmarc=none; spf=fail", fail),
            ("Authentication-Results: mx.example.org; dmarc=permerror", fail),
            ("Authentication-Results: mx.example.org; none", fail),
            ("Authentication-Results: mx.example.org", fail),
            ("Authentication-Results: mx.example.org; dkim=pass header.d=example.com", pass),
            ("Authentication-Results: mx.example.org; dkim=pass header.i=@mail.example.com", pass),
            ("Authentication-Results: mx.example.org; dkim=pass header.d=evil.example", fail),
            ("Authentication-Results: mx.example.org; dkim=pass header.d=com", fail),
            ("Authentication-Results: mx.example.org; dkim=pass header.d=notexample.com", fail),
            ("Authentication-Results: mx.example.org; dkim=pass", fail),
            (
                "Authentication-Results: mx.example.org; dkim=fail header.d=example.com; dkim=pass header.d=example.com",
                pass,
            ),
            (
                "Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=bounces@example.com",
                pass,
            ),
            ("Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=example.net", fail),
            ("Authentication-Results: mx.example.org; spf=pass smtp.helo=example.com", fail),
            ("Authentication-Results: evil.example; dmarc=pass", None),
            ("Authentication-Results: \"mx.example.org\"; dmarc=pass", pass),
            ("Authentication-Results: (mx.example.org) evil.example; dmarc=pass", None),
            ("X-Authentication-Results: mx.example.org; dmarc=pass", None),
            ("", None),
            // The server puts its own header above those that came with the email.
            (
                "Authentication-Results: mx.example.org; dmarc=fail\r\nAuthentication-Results: mx.example.org; dmarc=pass",
                fail,
            ),
            (
                "Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=x@example.com\r\n\
                 Authentication-Results: mx.example.org; dmarc=fail",
                fail,
            ),
        ] {
            assert_eq!(verdict(headers), expect, "{headers}");
        }
    }

    #[test]
    fn a_header_without_end_costs_nothing() {
        for piece in ["(", ";", "a=b ", "\\", "\"", "dmarc=pass;"] {
            let value = format!("mx.example.org; {}", piece.repeat(20_000));
            assert!(Checked::parse(&value).is_some_and(|checked| checked.results.len() <= MOST));
        }
    }
}
