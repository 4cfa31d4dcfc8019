//! Determines the type of a file by its content, and not by its name or what the sender says.

use std::io::{Read, Seek};

use infer::MatcherType;

/// How many bytes at the beginning of a file are examined.
pub(super) const LOOKED_AT: usize = 8 * 1024;

/// A type of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// Its media type (RFC 2046).
    pub(super) media_type: &'static str,
    /// The extensions of such files, the most common first.
    pub(super) endings: &'static [&'static str],
    /// Whether it gets a thumbnail.
    pub(super) is_picture: bool,
}

const fn kind(media_type: &'static str, endings: &'static [&'static str]) -> Kind {
    Kind { media_type, endings, is_picture: false }
}

const fn picture(media_type: &'static str, endings: &'static [&'static str]) -> Kind {
    Kind { media_type, endings, is_picture: true }
}

/// What people send each other when something does not work. Nothing that runs on a double click.
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

/// All text has one type. It is served so that no browser treats it as a page or a script.
const TEXT: Kind = kind(
    "text/plain",
    &[
        "txt",
        "log",
        "csv",
        "tsv",
        "md",
        "json",
        "jsonl",
        "xml",
        "yaml",
        "yml",
        "toml",
        "ini",
        "conf",
        "cfg",
        "env",
        "properties",
        "sql",
        "diff",
        "patch",
        "eml",
        "ics",
        "vcf",
        "srt",
        "vtt",
        "gpx",
        "kml",
        "geojson",
        "pem",
        "crt",
        "cer",
        "csr",
        "asc",
        "sig",
        "po",
        "tex",
        "bib",
        "rst",
    ],
);

/// The first bytes of files in Microsoft's compound format ([MS-CFB], section 2.2). The position of what is
/// in them varies, and installers use this format, too.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Folders in office documents, which are zip archives, and the extension that each implies.
const OFFICE: [(&str, &str); 3] = [("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx")];

/// The most parts of an archive that are examined.
const PARTS: usize = 10_000;

/// Determines the type of a file from its beginning. Returns `None` if such files are not accepted.
/// `is_whole` says that nothing follows. The name counts only for compound files. For archives, ask
/// [`of_archive`].
pub(super) fn of(beginning: &[u8], is_whole: bool, name: &str) -> Option<Kind> {
    if beginning.starts_with(COMPOUND) {
        let said = name.rsplit('.').next().unwrap_or_default().to_lowercase();
        return ["doc", "xls", "ppt"].iter().find(|one| **one == said).and_then(|one| ending(one));
    }
    let found = infer::get(beginning);
    // The library detects office documents by the order of their parts, but any order is valid.
    let is_zip = found.is_some_and(|found| found.matcher_type() == MatcherType::Doc)
        && beginning.starts_with(b"PK");
    if is_zip {
        return ending("zip");
    }
    let known = found
        .and_then(|found| KINDS.iter().find(|kind| kind.media_type == found.mime_type()).copied());
    known.or_else(|| is_text(beginning, is_whole).then_some(TEXT))
}

/// Determines whether an archive is an office document, by its parts in any order.
pub(super) fn of_archive(file: impl Read + Seek) -> Option<Kind> {
    let archive = zip::ZipArchive::new(file).ok();
    let names: Vec<&str> = match &archive {
        Some(archive) => archive.file_names().take(PARTS).collect(),
        None => Vec::new(),
    };
    let is_office = names.contains(&"[Content_Types].xml");
    let office = OFFICE
        .iter()
        .find(|(folder, _)| is_office && names.iter().any(|name| name.starts_with(folder)));
    ending(office.map_or("zip", |(_, ending)| ending))
}

fn ending(ending: &str) -> Option<Kind> {
    KINDS.iter().find(|kind| kind.endings.contains(&ending)).copied()
}

/// Text in any charset, including the control characters of terminals and printers. Only UTF-16 text contains
/// NUL, and its byte order mark identifies it. Nearly all other files contain NUL.
fn is_text(beginning: &[u8], is_whole: bool) -> bool {
    if let [0xff, 0xfe, rest @ ..] | [0xfe, 0xff, rest @ ..] = beginning {
        let units = rest.chunks_exact(2);
        let is_even = units.remainder().is_empty() || !is_whole;
        return is_even && !rest.is_empty() && !rest.chunks_exact(2).any(|unit| unit == [0, 0]);
    }
    if beginning.contains(&0) {
        return false;
    }
    let is_utf8 = match std::str::from_utf8(beginning) {
        Ok(_) => true,
        // The last character may continue after the examined bytes.
        Err(error) => error.error_len().is_none() && !is_whole,
    };
    // Another charset is fine unless there are bytes that no text contains.
    let is_odd = |byte: &u8| matches!(byte, 0x01..=0x06 | 0x0e..=0x19 | 0x1c..=0x1f | 0x7f);
    is_utf8 || !beginning.iter().any(is_odd)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::CompressionMethod;
    use zip::write::SimpleFileOptions;

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
        // Pages and scripts count as text to read, not to run.
        check(b"<!doctype html><script>alert(1)</script>", Some("text/plain"));
        check(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", Some("text/plain"));
        check(b"#!/bin/sh\nrm -rf /", Some("text/plain"));
        check(b"MZ\x90\x00\x03\x00\x00\x00", None);
        check(b"\x7fELF\x02\x01\x01\x00", None);
        check(b"\x00asm\x01\x00\x00\x00", None);
        check(b"words \x00 and a NUL", None);
        check(b"\xff\xfe\x00", None);
        check(b"\xff\xfea\x00\n\x00", Some("text/plain"));
        check(b"\x1b[31mred\x1b[0m", Some("text/plain"));
        check(b"Gr\xf6\xdfe;3,50 \x80\r\n", Some("text/plain"));
        check(b"-----BEGIN CERTIFICATE-----\nMIIB\n", Some("text/plain"));
        check(b"\xde\xad\xbe\xef\x01\x02", None);
    }

    #[test]
    fn documents_are_told_from_archives_and_installers() {
        let zip = |names: &[&str]| {
            let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
            for name in names {
                let stored =
                    SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
                archive.start_file(*name, stored).unwrap();
                archive.write_all(&[b' '; 9_000]).unwrap();
            }
            archive.finish().unwrap()
        };
        let of_zip = |names: &[&str]| {
            let content = zip(names);
            let beginning = &content.get_ref()[..LOOKED_AT];
            assert_eq!(of(beginning, false, "").unwrap().endings[0], "zip");
            of_archive(content).unwrap().endings[0]
        };
        assert_eq!(of_zip(&["[Content_Types].xml", "_rels/.rels", "word/document.xml"]), "docx");
        // Other programs order the parts differently and put custom parts first.
        assert_eq!(of_zip(&["xl/workbook.xml", "docProps/app.xml", "[Content_Types].xml"]), "xlsx");
        assert_eq!(of_zip(&["customXml/item1.xml", "[Content_Types].xml", "ppt/x.xml"]), "pptx");
        assert_eq!(of_zip(&["notes/word.txt", "photo.jpg"]), "zip");
        assert_eq!(of_archive(Cursor::new(b"PK\x03\x04 cut off")).unwrap().endings[0], "zip");
        let ending =
            |content: &[u8], name: &str| of(content, false, name).map(|kind| kind.endings[0]);
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
