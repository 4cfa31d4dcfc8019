//! Converts HTML to the text that its reader sees. Nothing is run, fetched or kept as markup. It takes one pass
//! without a tree, whatever the input.

use html5gum::{DefaultEmitter, EndTag, HtmlString, StartTag, Token, Tokenizer};

/// Elements whose content is not shown as text.
const SILENT: [&[u8]; 7] =
    [b"style", b"script", b"title", b"template", b"noscript", b"object", b"svg"];

/// Elements that begin on a new line.
const BLOCKS: [&[u8]; 22] = [
    b"p", b"div", b"table", b"tr", b"ul", b"ol", b"li", b"h1", b"h2", b"h3", b"h4", b"h5", b"h6",
    b"hr", b"pre", b"section", b"article", b"header", b"footer", b"address", b"dl", b"center",
];

/// The most line breaks in a row: two blank lines.
const BREAKS: usize = 3;

/// The deepest quote level that is marked.
const QUOTES: usize = 8;

/// The text that a reader of the HTML sees. Quotes begin with `>`. A link whose text is not its address is
/// followed by the address.
#[must_use]
pub fn text_of_html(html: &str) -> String {
    let mut page = Page::default();
    // With the tokenizer states that HTML requires: within a script there are no tags.
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => page.open(&tag),
            Token::EndTag(tag) => page.close(&tag),
            Token::String(text) => page.write(&text),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    page.finish()
}

#[derive(Default)]
struct Page {
    text: String,
    line: String,
    /// Line breaks that are written before the next text.
    breaks: usize,
    quotes: usize,
    silent: Option<(HtmlString, usize)>,
    preformatted: usize,
    link: Option<Link>,
}

struct Link {
    href: String,
    said: String,
}

impl Page {
    fn open(&mut self, tag: &StartTag<()>) {
        let name: &[u8] = &tag.name;
        if let Some((silent, depth)) = &mut self.silent {
            if **silent == *name {
                *depth += 1;
            }
            return;
        }
        if SILENT.contains(&name) {
            if !tag.self_closing {
                self.silent = Some((tag.name.clone(), 1));
            }
            return;
        }
        let attribute = |name: &[u8]| {
            let value = tag.attributes.iter().find(|(key, _)| key.as_slice() == name);
            value.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
        };
        match name {
            b"br" => self.break_line_here(),
            b"p" | b"h1" | b"h2" | b"h3" => self.end_line(2),
            b"blockquote" => {
                self.end_line(1);
                self.quotes += 1;
            }
            b"li" => {
                self.end_line(1);
                self.line.push_str("- ");
            }
            b"td" | b"th" => self.space(),
            b"pre" => {
                self.end_line(1);
                self.preformatted += 1;
            }
            b"a" => {
                let href = attribute(b"href").unwrap_or_default();
                self.link = Some(Link { href, said: String::new() });
            }
            // A picture's description. Tracking pictures have none.
            b"img" => {
                let said = attribute(b"alt").unwrap_or_default();
                self.write(said.as_bytes());
            }
            _ if BLOCKS.contains(&name) => self.end_line(1),
            _ => {}
        }
    }

    fn close(&mut self, tag: &EndTag<()>) {
        let name: &[u8] = &tag.name;
        if let Some((silent, depth)) = &mut self.silent {
            if **silent == *name {
                *depth -= 1;
                if *depth == 0 {
                    self.silent = None;
                }
            }
            return;
        }
        match name {
            b"a" => self.end_link(),
            b"p" | b"h1" | b"h2" | b"h3" => self.end_line(2),
            b"blockquote" => {
                self.end_line(1);
                self.quotes = self.quotes.saturating_sub(1);
            }
            b"pre" => {
                self.end_line(1);
                self.preformatted = self.preformatted.saturating_sub(1);
            }
            _ if BLOCKS.contains(&name) => self.end_line(1),
            _ => {}
        }
    }

    fn write(&mut self, text: &[u8]) {
        if self.silent.is_some() {
            return;
        }
        let text = String::from_utf8_lossy(text);
        if let Some(link) = &mut self.link {
            link.said.push_str(&text);
        }
        if self.preformatted > 0 {
            for (number, line) in text.split('\n').enumerate() {
                if number > 0 {
                    self.break_line();
                }
                self.line.push_str(line);
            }
            return;
        }
        for (number, word) in text.split(|c: char| c.is_whitespace() && c != '\u{a0}').enumerate() {
            if number > 0 {
                self.space();
            }
            self.line.push_str(word);
        }
    }

    fn space(&mut self) {
        if !self.line.is_empty() && !self.line.ends_with(' ') {
            self.line.push(' ');
        }
    }

    /// Adds a link's address unless its text is the address, so that a link that pretends to lead elsewhere is
    /// visible.
    fn end_link(&mut self) {
        let Some(Link { href, said }) = self.link.take() else { return };
        let said = said.trim();
        let leads =
            ["https://", "http://", "mailto:"].iter().any(|scheme| href.starts_with(scheme));
        let bare = |text: &str| {
            let text = text.trim_start_matches("mailto:");
            let text = text.trim_start_matches("https://").trim_start_matches("http://");
            text.trim_end_matches('/').to_lowercase()
        };
        if leads && !said.is_empty() && bare(said) != bare(&href) {
            self.line.push_str(&format!(" <{href}>"));
        }
    }

    /// Ends the current line, if there is one. At least `breaks` line breaks come before the next text.
    fn end_line(&mut self, breaks: usize) {
        if !self.line.trim().is_empty() {
            self.put();
            self.breaks = 0;
        }
        self.line.clear();
        self.breaks = self.breaks.max(breaks);
    }

    /// Handles a `<br>`: a second one leaves a blank line.
    fn break_line_here(&mut self) {
        let is_blank = self.line.trim().is_empty();
        let breaks = if is_blank { (self.breaks + 1).min(BREAKS) } else { 1 };
        self.end_line(breaks);
    }

    /// The same in preformatted text, where empty lines count.
    fn break_line(&mut self) {
        self.put();
        self.line.clear();
        self.breaks = 1;
    }

    fn put(&mut self) {
        let mark = |text: &mut String, quotes: usize| {
            text.extend(std::iter::repeat_n('>', quotes.min(QUOTES)));
        };
        if !self.text.is_empty() {
            for left in (0..self.breaks.max(1)).rev() {
                self.text.push('\n');
                if left > 0 {
                    mark(&mut self.text, self.quotes);
                }
            }
        }
        mark(&mut self.text, self.quotes);
        if self.quotes > 0 {
            self.text.push(' ');
        }
        self.text.push_str(self.line.trim_end());
    }

    fn finish(mut self) -> String {
        self.end_line(0);
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_a_reader_sees() {
        let check = |html: &str, expect: &str| assert_eq!(text_of_html(html), expect, "{html}");
        check(
            "<p>Hi <b>Ann</b>,</p><p>see\n you&nbsp;&amp; bye</p>",
            "Hi Ann,\n\nsee you\u{a0}& bye",
        );
        check("<div>one<br>two</div><div>three</div>", "one\ntwo\nthree");
        check("<div>one<br><br>two<br></div><div>three</div>", "one\n\ntwo\nthree");
        check("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo");
        check("<p>one<br></p><p>two</p>", "one\n\ntwo");
        check("one<br><br><br><br><br>two", "one\n\n\ntwo");
        check("<ul><li>a<li>b</ul>", "- a\n- b");
        check(
            "<blockquote>theirs<blockquote>older</blockquote></blockquote>mine",
            "> theirs\n>> older\nmine",
        );
        check("<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc");
        check("<a href=\"https://example.com/\">example.com</a>", "example.com");
        check(
            "<a href=\"https://evil.example\">bank.example</a>",
            "bank.example <https://evil.example>",
        );
        check("<a href=\"javascript:alert(1)\">press</a>", "press");
    }

    #[test]
    fn nothing_of_it_is_markup_or_script() {
        let html = "<head><title>t</title><style>p{}</style></head><script>alert('<p>x</p>')</script>\
                    <img src=https://track.example/x><svg><text>y</text></svg>&lt;script&gt;ok";
        assert_eq!(text_of_html(html), "<script>ok");
        assert_eq!(text_of_html("<style>never closed <p>x"), "");
        assert_eq!(text_of_html("<head><title>t</title><body>said"), "said");
    }
}
