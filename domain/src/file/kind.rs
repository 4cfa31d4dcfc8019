//! What a file is, by its content: what its name or its sender says of it counts for nothing.

use infer::MatcherType;

/// How many of the first bytes are looked at.
pub(super) const LOOKED_AT: usize = 8 * 1024;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// Its media type (RFC 2046).
    pub(super) media_type: &'static str,
    /// The endings that names of such files have, the usual one first.
    pub(super) endings: &'static [&'static str],
    /// Whether a thumbnail is made of it.
    pub(super) is_picture: bool,
}

const fn kind(media_type: &'static str, endings: &'static [&'static str]) -> Kind {
    Kind { media_type, endings, is_picture: false }
}

const fn picture(media_type: &'static str, endings: &'static [&'static str]) -> Kind {
    Kind { media_type, endings, is_picture: true }
}

/// What people send each other when something does not work. Nothing that a double click runs.
const KINDS: &[Kind] = &[
    picture("image/png", &["png"]),
    picture("image/jpeg", &["jpg", "jpeg"]),
    picture("image/gif", &["gif"]),
    picture("image/webp", &["webp"]),
    kind("image/heif", &["heic", "heif"]),
    kind("image/avif", &["avif"]),
    kind("image/bmp", &["bmp"]),
    kind("image/tiff", &["tiff", "tif"]),
    kind("application/pdf", &["pdf"]),
    kind("application/rtf", &["rtf"]),
    kind("application/msword", &["doc"]),
    kind("application/vnd.ms-excel", &["xls"]),
    kind("application/vnd.ms-powerpoint", &["ppt"]),
    kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"]),
    kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"]),
    kind("application/vnd.openxmlformats-officedocument.presentationml.presentation", &["pptx"]),
    kind("application/vnd.oasis.opendocument.text", &["odt"]),
    kind("application/vnd.oasis.opendocument.spreadsheet", &["ods"]),
    kind("application/vnd.oasis.opendocument.presentation", &["odp"]),
    kind("application/zip", &["zip"]),
    kind("application/gzip", &["gz", "tgz"]),
    kind("video/mp4", &["mp4", "m4v"]),
    kind("video/x-m4v", &["m4v"]),
    kind("video/quicktime", &["mov"]),
    kind("video/webm", &["webm"]),
    kind("video/x-matroska", &["mkv", "webm"]),
    kind("audio/mpeg", &["mp3"]),
    kind("audio/m4a", &["m4a"]),
    kind("audio/ogg", &["ogg", "opus"]),
    kind("audio/opus", &["opus", "ogg"]),
    kind("audio/x-wav", &["wav"]),
];

/// Every text is just that: it is served so that no browser takes it for a page or a script.
const TEXT: Kind = kind(
    "text/plain",
    &["txt", "log", "csv", "tsv", "md", "json", "xml", "yaml", "yml", "toml", "ini", "eml", "ics"],
);

/// How files of Microsoft's compound format begin ([MS-CFB], section 2.2). What is in them stands
/// anywhere; installers are of that form, too.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// What stands near the beginning of office documents, which are zip archives.
const OFFICE: [(&[u8], &str); 3] = [(b"word/", "docx"), (b"xl/", "xlsx"), (b"ppt/", "pptx")];

/// What a file is that begins so; `None` if it is not taken. `is_whole` says that no more follows. The
/// name decides among the compound files alone.
pub(super) fn of(beginning: &[u8], is_whole: bool, name: &str) -> Option<Kind> {
    let ending = |ending: &str| KINDS.iter().find(|kind| kind.endings.contains(&ending)).copied();
    if beginning.starts_with(COMPOUND) {
        let said = name.rsplit('.').next().unwrap_or_default().to_lowercase();
        return ["doc", "xls", "ppt"].iter().find(|one| **one == said).and_then(|one| ending(one));
    }
    let found = infer::get(beginning);
    if found.is_some_and(|found| found.mime_type() == "application/zip") {
        let has = |mark: &[u8]| beginning.windows(mark.len()).any(|part| part == mark);
        let office = OFFICE.iter().find(|(mark, _)| has(b"[Content_Types].xml") && has(mark));
        return ending(office.map_or("zip", |(_, ending)| ending));
    }
    match found {
        Some(found) if found.matcher_type() != MatcherType::Text => {
            KINDS.iter().find(|kind| kind.media_type == found.mime_type()).copied()
        }
        _ => is_text(beginning, is_whole).then_some(TEXT),
    }
}

fn is_text(beginning: &[u8], is_whole: bool) -> bool {
    let text = match std::str::from_utf8(beginning) {
        Ok(text) => text,
        // The last character goes on after what is looked at.
        Err(error) if error.error_len().is_none() && !is_whole => {
            std::str::from_utf8(&beginning[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_says_what_it_is() {
        let check = |content: &[u8], expect: Option<&str>| {
            let found = of(content, true, "x.exe").map(|kind| kind.media_type);
            assert_eq!(found, expect, "{content:?}");
        };
        check(b"\x89PNG\r\n\x1a\n....", Some("image/png"));
        check(b"%PDF-1.7 ...", Some("application/pdf"));
        check(b"plain words", Some("text/plain"));
        check("שלום 👋🏽".as_bytes(), Some("text/plain"));
        // Pages and scripts are texts to be read, not to be run.
        check(b"<!doctype html><script>alert(1)</script>", Some("text/plain"));
        check(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", Some("text/plain"));
        check(b"#!/bin/sh\nrm -rf /", Some("text/plain"));
        check(b"MZ\x90\x00\x03\x00\x00\x00", None);
        check(b"\x7fELF\x02\x01\x01\x00", None);
        check(b"\x00asm\x01\x00\x00\x00", None);
        check(b"words \x00 and a NUL", None);
        check(b"\xff\xfe\x00", None);
        check(b"half of an \xc3", None);
    }

    #[test]
    fn documents_are_told_from_archives_and_installers() {
        let zip = |names: &[&str]| {
            let mut content = Vec::new();
            for name in names {
                content.extend_from_slice(b"PK\x03\x04\x14\x00\x00\x00\x08\x00");
                content.extend_from_slice(&[0; 16]);
                content.extend_from_slice(&(name.len() as u16).to_le_bytes());
                content.extend_from_slice(&[0; 2]);
                content.extend_from_slice(name.as_bytes());
            }
            content
        };
        let ending =
            |content: &[u8], name: &str| of(content, false, name).map(|kind| kind.endings[0]);
        assert_eq!(
            ending(&zip(&["[Content_Types].xml", "_rels/.rels", "word/document.xml"]), ""),
            Some("docx")
        );
        assert_eq!(ending(&zip(&["[Content_Types].xml", "xl/workbook.xml"]), ""), Some("xlsx"));
        assert_eq!(ending(&zip(&["notes/word.txt", "photo.jpg"]), "a.docx"), Some("zip"));
        let compound = [COMPOUND, &[0; 100]].concat();
        assert_eq!(ending(&compound, "old.DOC"), Some("doc"));
        assert_eq!(ending(&compound, "prices.xls"), Some("xls"));
        assert_eq!(ending(&compound, "setup.msi"), None);
        assert_eq!(ending(&compound, "doc"), Some("doc"));
    }

    #[test]
    fn a_character_may_be_cut_by_the_look_only() {
        let found = of(b"half of an \xc3", false, "");
        assert_eq!(found.map(|kind| kind.media_type), Some("text/plain"));
    }
}
