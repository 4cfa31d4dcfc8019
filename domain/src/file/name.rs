//! Makes the name that a sender gave a file harmless.

use protocol::limits::FILE_NAME_CHARS;

use super::kind::Kind;

/// Returns the name without folders and without characters that mislead readers or file systems, and with an
/// extension that fits the file's type.
pub(super) fn tidy(said: &str, kind: Kind) -> String {
    let last = said.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = |c: &char| !c.is_control() && !is_hidden(*c);
    let harmless = |c: char| if "<>:\"|?*".contains(c) { '_' } else { c };
    let name: String = last.chars().filter(kept).map(harmless).collect();
    let name = name.trim_matches(|c: char| c.is_whitespace() || c == '.');
    let name = if name.is_empty() { "file" } else { name };

    let usual = kind.endings.first().copied().unwrap_or("bin");
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending))
            if kind.endings.iter().any(|known| known.eq_ignore_ascii_case(ending)) =>
        {
            (stem, ending)
        }
        _ => (name, usual),
    };
    let room = FILE_NAME_CHARS - ending.chars().count() - 1;
    let stem: String = stem.chars().take(room).collect();
    format!("{}.{ending}", stem.trim_end())
}

/// Invisible characters, except those that join letters and emoji, and characters that change the direction
/// of reading: `gpj.exe` can be made to look like `exe.jpg` (Unicode Technical Report 36, section 2.5).
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
    )
}

#[cfg(test)]
mod tests {
    use super::super::kind;
    use super::*;

    #[test]
    fn names_are_harmless_and_end_as_the_content_is() {
        let png = kind::of(b"\x89PNG\r\n\x1a\n", true, "").unwrap();
        let text = kind::of(b"words", true, "").unwrap();
        for (said, kind, expect) in [
            ("photo.png", png, "photo.png"),
            ("PHOTO.PNG", png, "PHOTO.PNG"),
            ("C:\\Users\\me\\photo.png", png, "photo.png"),
            ("../../etc/passwd", text, "passwd.txt"),
            ("setup.exe", png, "setup.exe.png"),
            ("page.html", text, "page.html.txt"),
            ("data.csv", text, "data.csv"),
            ("a\r\nSet-Cookie: x=1.png", png, "aSet-Cookie_ x=1.png"),
            ("photo\u{202e}gpj.exe", png, "photogpj.exe.png"),
            ("", png, "file.png"),
            ("...", text, "file.txt"),
            ("\"quoted\".png", png, "_quoted_.png"),
            ("größe 👋.txt", text, "größe 👋.txt"),
            ("می\u{200c}خواهم 👨\u{200d}👩.txt", text, "می\u{200c}خواهم 👨\u{200d}👩.txt"),
            ("ann.vcf", text, "ann.vcf"),
            ("CERTS.PEM", text, "CERTS.PEM"),
        ] {
            assert_eq!(tidy(said, kind), expect, "{said:?}");
        }
        let long = tidy(&"x".repeat(500), png);
        assert_eq!(long.chars().count(), FILE_NAME_CHARS);
        assert!(long.ends_with(".png"));
    }
}
