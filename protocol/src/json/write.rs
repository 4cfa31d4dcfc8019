//! The writer: from values to text.

use alloc::string::String;

/// Writes a JSON string, quotes and escapes included (RFC 8259, section 7).
pub fn write_str(text: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // `<` and the line separators are escaped too, so that a frame may be placed in a script.
            '\0'..='\u{1f}' | '<' | '\u{2028}' | '\u{2029}' => {
                out.push_str("\\u");
                for shift in [12, 8, 4, 0] {
                    out.push(char::from(HEX[(u32::from(c) >> shift) as usize & 15]));
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
