//! The parser: from text to [`Value`].

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::error::DecodeError;
use crate::limits::JSON_DEPTH;

/// A JSON value that borrows from its text where possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as written; the wire only uses integers.
    Number(&'a str),
    /// An unescaped string.
    Str(Cow<'a, str>),
    /// An array.
    Array(Vec<Value<'a>>),
    /// An object, in the order of the text. Of duplicate names the first one counts.
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
}

impl Value<'_> {
    /// Returns the string, if the value is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// Returns a field, if the value is an object that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(fields) => fields.iter().find(|(key, _)| key == name).map(|(_, v)| v),
            _ => None,
        }
    }
}

/// Parses one JSON value and nothing after it.
///
/// # Errors
/// [`DecodeError::Syntax`] if the text is not JSON, [`DecodeError::TooDeep`] if it is nested deeper than
/// [`JSON_DEPTH`].
pub fn parse(text: &str) -> Result<Value<'_>, DecodeError> {
    let mut parser = Parser { text, at: 0 };
    let value = parser.value(0)?;
    parser.space();
    if parser.at == text.len() { Ok(value) } else { Err(DecodeError::Syntax) }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, byte: u8) -> Result<(), DecodeError> {
        if self.eat(byte) { Ok(()) } else { Err(DecodeError::Syntax) }
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, DecodeError> {
        if self.text.as_bytes().get(self.at..self.at + word.len()) == Some(word.as_bytes()) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(DecodeError::Syntax)
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value<'a>, DecodeError> {
        self.space();
        match self.peek().ok_or(DecodeError::Syntax)? {
            b'{' | b'[' if depth >= JSON_DEPTH => Err(DecodeError::TooDeep),
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string().map(Value::Str),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'n' => self.word("null", Value::Null),
            b'-' | b'0'..=b'9' => self.number(),
            _ => Err(DecodeError::Syntax),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value<'a>, DecodeError> {
        let mut fields = Vec::new();
        self.at += 1;
        self.space();
        if self.eat(b'}') {
            return Ok(Value::Object(fields));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(DecodeError::Syntax);
            }
            let name = self.string()?;
            self.space();
            self.expect(b':')?;
            fields.push((name, self.value(depth + 1)?));
            self.space();
            if self.eat(b'}') {
                return Ok(Value::Object(fields));
            }
            self.expect(b',')?;
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value<'a>, DecodeError> {
        let mut items = Vec::new();
        self.at += 1;
        self.space();
        if self.eat(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            if self.eat(b']') {
                return Ok(Value::Array(items));
            }
            self.expect(b',')?;
        }
    }

    fn digits(&mut self) -> Result<(), DecodeError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(DecodeError::Syntax) }
    }

    fn number(&mut self) -> Result<Value<'a>, DecodeError> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _signed = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        Ok(Value::Number(self.slice(start, self.at)))
    }

    /// Both ends are next to an ASCII byte, so they are always character boundaries.
    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    fn string(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        self.at += 1;
        let mut start = self.at;
        let mut unescaped: Option<String> = None;
        loop {
            match self.peek().ok_or(DecodeError::Syntax)? {
                b'"' => {
                    let rest = self.slice(start, self.at);
                    self.at += 1;
                    return Ok(match unescaped {
                        None => Cow::Borrowed(rest),
                        Some(text) => Cow::Owned(text + rest),
                    });
                }
                b'\\' => {
                    let text = unescaped.get_or_insert_default();
                    text.push_str(self.text.get(start..self.at).unwrap_or_default());
                    self.at += 1;
                    let escaped = self.escape()?;
                    if let Some(text) = &mut unescaped {
                        text.push(escaped);
                    }
                    start = self.at;
                }
                0..=0x1f => return Err(DecodeError::Syntax),
                _ => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<char, DecodeError> {
        let byte = self.peek().ok_or(DecodeError::Syntax)?;
        self.at += 1;
        Ok(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(),
            _ => return Err(DecodeError::Syntax),
        })
    }

    fn unicode_escape(&mut self) -> Result<char, DecodeError> {
        let first = self.hex4()?;
        // A surrogate pair encodes one character (RFC 8259, section 7). A lone surrogate encodes none: half
        // a character, where a page cut a text. The rest of the text is fine.
        if (0xd800..0xdc00).contains(&first) {
            let end = self.at;
            if self.eat(b'\\') && self.eat(b'u') {
                let second = self.hex4()?;
                if (0xdc00..0xe000).contains(&second) {
                    let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                    return char::from_u32(code).ok_or(DecodeError::Syntax);
                }
            }
            self.at = end;
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&mut self) -> Result<u32, DecodeError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            code = code * 16 + digit.ok_or(DecodeError::Syntax)?;
            self.at += 1;
        }
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_rfc_8259_allows() {
        let check = |text: &str, expect: Value<'_>| assert_eq!(parse(text), Ok(expect), "{text}");
        check(" null ", Value::Null);
        check("-0.5e+10", Value::Number("-0.5e+10"));
        check(r#""a\n\u00e9\ud83d\ude00""#, Value::Str("a\né😀".into()));
        check(
            r#"[1,{"a":true}]"#,
            Value::Array(vec![
                Value::Number("1"),
                Value::Object(vec![("a".into(), Value::Bool(true))]),
            ]),
        );
        check("{}", Value::Object(vec![]));
    }

    #[test]
    fn half_a_character_costs_itself_alone() {
        let check = |text: &str, expect: &str| {
            assert_eq!(parse(text), Ok(Value::Str(expect.into())), "{text}");
        };
        check(r#""Ann \ud83d""#, "Ann \u{fffd}");
        check(r#""\ud83dAnn\udc00""#, "\u{fffd}Ann\u{fffd}");
        check(r#""\ud83d\u0041""#, "\u{fffd}A");
        check(r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀");
        check(r#""\ud83d\n""#, "\u{fffd}\n");
    }

    #[test]
    fn refuses_what_rfc_8259_does_not() {
        for text in [
            "",
            " ",
            "nul",
            "tru",
            "01",
            "1.",
            "-",
            "1e",
            "'a'",
            "\"a",
            "\"\u{1}\"",
            r#""\x""#,
            r#""\ud800\uzzzz""#,
            "[1,]",
            "[1",
            "{\"a\"}",
            "{a:1}",
            "{\"a\":1,}",
            "1 2",
            "\u{feff}1",
        ] {
            assert_eq!(parse(text), Err(DecodeError::Syntax), "{text}");
        }
    }

    #[test]
    fn refuses_deep_nesting() {
        assert_eq!(parse(&"[".repeat(100_000)), Err(DecodeError::TooDeep));
        assert!(parse(&("[".repeat(JSON_DEPTH) + &"]".repeat(JSON_DEPTH))).is_ok());
    }
}
