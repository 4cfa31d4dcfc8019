//! Converts headers of any charset to UTF-8 before they are parsed: their encoded words (RFC 2047) and raw
//! bytes.
//!
//! Some programs split an encoded word within a character, or use an uncommon charset. A parser that decodes
//! word by word can't read those.

use std::borrow::Cow;

use data_encoding::BASE64;
use mail_parser::decoders::base64::base64_decode;

use crate::charset;

/// Converts headers, keeping the same fields in the same order. What can't be decoded stays as it is.
pub(crate) fn recoded(headers: &[u8]) -> Cow<'_, [u8]> {
    let is_plain = headers.is_ascii() && !headers.contains(&0x1b);
    if is_plain && !headers.windows(2).any(|two| two == b"=?") {
        return Cow::Borrowed(headers);
    }
    let mut out = Vec::with_capacity(headers.len() + headers.len() / 4);
    for line in headers.split_inclusive(|byte| *byte == b'\n') {
        if line.is_ascii() && !line.contains(&0x1b) {
            out.extend(line);
        } else {
            let text = charset::decode(line.trim_ascii_end(), None);
            let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            // A line's leading whitespace is kept: it shows whether the line continues a field.
            out.extend(text.as_bytes());
            out.extend(&line[line.trim_ascii_end().len()..]);
        }
    }
    Cow::Owned(joined_words(&out))
}

/// Joins each run of encoded words of one charset to one word in UTF-8.
fn joined_words(headers: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(headers.len());
    let mut at = 0;
    while at < headers.len() {
        let Some(first) = Word::at(headers, at) else {
            out.push(headers[at]);
            at += 1;
            continue;
        };
        let mut bytes = first.bytes;
        at = first.end;
        while let Some(next) = Word::at(headers, at + blank(&headers[at..]))
            .filter(|next| next.charset.eq_ignore_ascii_case(first.charset))
        {
            bytes.extend(next.bytes);
            at = next.end;
        }
        let text = charset::decode(&bytes, std::str::from_utf8(first.charset).ok());
        out.extend(b"=?utf-8?B?");
        out.extend(BASE64.encode(text.as_bytes()).into_bytes());
        out.extend(b"?=");
    }
    out
}

/// An encoded word.
struct Word<'a> {
    charset: &'a [u8],
    bytes: Vec<u8>,
    end: usize,
}

impl<'a> Word<'a> {
    fn at(headers: &'a [u8], at: usize) -> Option<Self> {
        let rest = headers.get(at..)?.strip_prefix(b"=?")?;
        let is_token = |byte: &u8| byte.is_ascii_graphic() && *byte != b'?';
        let charset_end = rest.iter().position(|byte| !is_token(byte))?;
        let (charset, rest) = rest.split_at(charset_end);
        let [b'?', encoding, b'?', rest @ ..] = rest else { return None };
        let length = rest.windows(2).position(|two| two == b"?=")?;
        let text = &rest[..length];
        if text.contains(&b'\n') {
            return None;
        }
        let bytes = match encoding {
            b'B' | b'b' => base64_decode(text)?,
            b'Q' | b'q' => unquoted(text),
            _ => return None,
        };
        // "=?utf-8*en?": the language (RFC 2231, section 5) is not needed.
        let charset = charset.split(|byte| *byte == b'*').next().filter(|name| !name.is_empty())?;
        let end = at + 2 + charset_end + 3 + length + 2;
        Some(Self { charset, bytes, end })
    }
}

/// The length of the leading whitespace, including folds.
fn blank(headers: &[u8]) -> usize {
    headers.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(headers.len())
}

/// Decodes the "Q" encoding (RFC 2047, section 4.2). Invalid escapes stay as they are.
fn unquoted(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let hex = |at: usize| char::from(*text.get(at)?).to_digit(16);
        match (text[at], hex(at + 1), hex(at + 2)) {
            (b'=', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            (b'_', ..) => {
                out.push(b' ');
                at += 1;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use mail_parser::MessageParser;

    use super::*;

    #[track_caller]
    fn check(headers: &[u8], expect: &str) {
        let whole = recoded(&[b"Subject: ", headers, b"\r\n\r\n"].concat()).into_owned();
        let parsed = MessageParser::default().parse_headers(&whole).expect("headers");
        assert_eq!(parsed.subject(), Some(expect));
    }

    #[test]
    fn words_of_any_charset_are_read() {
        check(b"plain", "plain");
        check(b"=?ISO-2022-JP?B?GyRCJCpMZCQkOWckbyQ7GyhC?=", "お問い合わせ");
        check(b"=?cp1251?Q?=CF=F0=E8=E2=E5=F2?=", "Привет");
        check(b"=?utf-8*de?Q?Gr=C3=B6=C3=9Fe?=", "Größe");
        check(b"=?koi8-r?B?8NLJ18XU?= and =?gbk?B?xOO6ww==?=", "Привет and 你好");
        check(b"=?us-ascii?Q?Gr=C3=B6=C3=9Fe?=", "Größe");
    }

    #[test]
    fn a_word_split_within_a_character_is_one() {
        check(b"=?utf-8?B?R3LD?= =?utf-8?B?tsOfZQ==?=", "Größe");
        check(b"=?UTF-8?Q?Gr=C3?=\r\n =?utf-8?Q?=B6=C3=9Fe?=", "Größe");
    }

    #[test]
    fn bare_bytes_are_read() {
        check("Größe".as_bytes(), "Größe");
        check(b"Die Gr\xf6\xdfe ist falsch, f\xfcr alle", "Die Größe ist falsch, für alle");
    }

    #[test]
    fn what_is_no_word_stays() {
        check(b"=?utf-8?X?abc?=", "=?utf-8?X?abc?=");
        check(b"=??Q?abc?=", "=??Q?abc?=");
        check(b"2 =? 3", "2 =? 3");
    }

    #[test]
    fn a_word_makes_no_header() {
        let whole = recoded(b"Subject: =?utf-8?Q?a=0D=0ABcc:_x@example.com?=\r\n\r\n").into_owned();
        let parsed = MessageParser::default().parse_headers(&whole).expect("headers");
        assert_eq!(parsed.headers().len(), 1);
    }
}
