//! Decodes bytes of any charset: by its name in the WHATWG Encoding Standard, by other names that mail programs
//! use, or by what the bytes look like if the name is missing or wrong.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{EUC_JP, EUC_KR, Encoding, GBK, ISO_2022_JP, SHIFT_JIS, UTF_8, WINDOWS_1252};
use mail_parser::decoders::charsets::map::charset_decoder;

/// How many bytes of a text are used to guess its charset.
const GUESSED_FROM: usize = 64 * 1024;

/// Decodes bytes in the named charset, or in the one that they most likely are in. Produces U+FFFD only if no
/// charset fits.
pub(crate) fn decode(bytes: &[u8], name: Option<&str>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    let name = name.map(|name| name.trim().to_ascii_lowercase());
    let named = name.as_deref().and_then(encoding);
    let unlisted = || name.as_deref().and_then(|name| charset_decoder(name.as_bytes()));
    if name.as_deref().is_some_and(|name| name.ends_with("utf-7"))
        && let Some(decoder) = unlisted()
    {
        return decoder(bytes);
    }
    // Mail programs use these names for anything.
    let is_vague = named.is_none_or(|named| named.is_single_byte() || named == UTF_8);
    if is_vague && let Some(text) = told(bytes) {
        return text;
    }
    if let Some(named) = named.filter(|named| *named != UTF_8 && !is_ascii(name.as_deref()))
        && let Some(text) = whole(named, bytes)
    {
        return text;
    }
    // Charsets that the standard leaves out.
    if named.is_none()
        && let Some(decoder) = unlisted()
    {
        return decoder(bytes);
    }
    told(bytes).unwrap_or_else(|| guess(bytes).decode_without_bom_handling(bytes).0.into_owned())
}

/// The charset with a name, or `None` for an unknown name.
fn encoding(name: &str) -> Option<&'static Encoding> {
    let known = match name.trim_matches(['"', '\'']) {
        "cp932" | "ms-kanji" | "shift_jis-2004" | "shift-jis-ms" => SHIFT_JIS,
        "cp936" | "ms936" => GBK,
        "cp949" | "ms949" | "uhc" | "ks_c_5601" => EUC_KR,
        "cp950" | "ms950" | "big-5" => encoding_rs::BIG5,
        "cp51932" | "eucjp-ms" | "eucjp-win" | "eucjpms" => EUC_JP,
        "cp50220" | "cp50221" | "cp50222" | "iso-2022-jp-1" | "iso-2022-jp-2" | "iso-2022-jp-3"
        | "iso-2022-jp-ms" => ISO_2022_JP,
        "latin-1" | "ansi" | "cp-1252" => WINDOWS_1252,
        name => return Encoding::for_label_no_replacement(name.as_bytes()),
    };
    Some(known)
}

/// Whether the name stands for ASCII. If there are bytes above 127, such a name means nothing.
fn is_ascii(name: Option<&str>) -> bool {
    matches!(name, Some("us-ascii" | "ascii" | "ansi_x3.4-1968" | "us" | "iso-ir-6"))
}

/// Decodes charsets that can be recognized: UTF-8, and ISO-2022-JP by its escape sequences (RFC 1468).
fn told(bytes: &[u8]) -> Option<String> {
    let is_escaped =
        bytes.windows(3).any(|three| matches!(three, b"\x1b$B" | b"\x1b$@" | b"\x1b(J"));
    if is_escaped && let Some(text) = whole(ISO_2022_JP, bytes) {
        return Some(text);
    }
    std::str::from_utf8(bytes).ok().map(ToOwned::to_owned)
}

/// Decodes all bytes in one charset, if all of them are valid in it.
fn whole(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(|text| text.into_owned())
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(GUESSED_FROM)], true);
    let guessed = detector.guess(None, Utf8Detection::Deny);
    // This may be UTF-8 that was cut within a character.
    let text = String::from_utf8_lossy(bytes);
    let broken = text.matches('\u{fffd}').count();
    let sound = text.chars().filter(|c| !c.is_ascii() && *c != '\u{fffd}').count();
    if broken * 2 <= sound { UTF_8 } else { guessed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], name: Option<&str>, expect: &str) {
        assert_eq!(decode(bytes, name), expect, "{name:?}");
    }

    #[test]
    fn every_charset_of_the_standard_is_read_by_its_names() {
        let said = [
            (
                "Привет, где моя посылка?",
                &[
                    "koi8-r",
                    "koi8-u",
                    "windows-1251",
                    "iso-8859-5",
                    "ibm866",
                    "x-mac-cyrillic",
                    "cp866",
                    "cp1251",
                ][..],
            ),
            ("Dobrý den, kde je můj balík?", &["iso-8859-2", "windows-1250", "latin2"]),
            (
                "Où est mon colis, s’il vous plaît ?",
                &["windows-1252", "iso-8859-1", "latin1", "macintosh"],
            ),
            ("Πού είναι το δέμα μου;", &["iso-8859-7", "windows-1253", "greek"]),
            ("Paketim nerede, şimdi?", &["iso-8859-9", "windows-1254"]),
            ("איפה החבילה שלי", &["iso-8859-8", "iso-8859-8-i", "windows-1255"]),
            ("أين طردي", &["iso-8859-6", "windows-1256"]),
            ("Kur ir mana paka", &["iso-8859-4", "iso-8859-13", "windows-1257"]),
            ("พัสดุของฉันอยู่ที่ไหน", &["windows-874", "tis-620", "iso-8859-11"]),
            (
                "荷物はどこですか。よろしくお願いします。",
                &[
                    "shift_jis",
                    "x-sjis",
                    "cp932",
                    "windows-31j",
                    "euc-jp",
                    "iso-2022-jp",
                    "cp50220",
                ],
            ),
            ("你好，我的包裹在哪里？", &["gb2312", "gbk", "gb18030", "cp936"]),
            ("我的包裹在哪裡？謝謝", &["big5", "big5-hkscs", "cp950"]),
            ("제 소포는 어디에 있나요?", &["euc-kr", "ks_c_5601-1987", "cp949", "uhc"]),
        ];
        for (text, names) in said {
            for name in names {
                let charset = encoding(name).expect(name);
                let bytes = charset.encode(text).0;
                check(&bytes, Some(name), &charset.decode_without_bom_handling(&bytes).0);
                check(
                    &bytes,
                    Some(&name.to_uppercase()),
                    &charset.decode_without_bom_handling(&bytes).0,
                );
            }
        }
    }

    #[test]
    fn what_is_utf8_is_read_so_whatever_it_is_called() {
        for name in [
            None,
            Some("us-ascii"),
            Some("iso-8859-1"),
            Some("windows-1252"),
            Some("x-unknown"),
            Some(""),
        ] {
            check("Die Größe — für 20 €".as_bytes(), name, "Die Größe — für 20 €");
        }
        check(b"\xef\xbb\xbfGr\xc3\xb6\xc3\x9fe", Some("iso-8859-15"), "Größe");
        check(b"\xff\xfeG\x00r\x00", None, "Gr");
    }

    #[test]
    fn without_a_name_or_with_a_wrong_one_it_is_what_it_looks_like() {
        check(
            b"Die Gr\xf6\xdfe ist falsch, f\xfcr uns alle",
            Some("utf-8"),
            "Die Größe ist falsch, für uns alle",
        );
        check(
            b"Die Gr\xf6\xdfe ist falsch, f\xfcr uns alle",
            Some("us-ascii"),
            "Die Größe ist falsch, für uns alle",
        );
        for (charset, text) in [
            (
                encoding_rs::WINDOWS_1251,
                "Здравствуйте, моя посылка так и не пришла. Помогите, пожалуйста.",
            ),
            (SHIFT_JIS, "荷物がまだ届きません。よろしくお願いします。"),
            (GBK, "你好，我的包裹还没有到，请帮我查一下。"),
            (EUC_KR, "안녕하세요. 제 소포가 아직 도착하지 않았습니다."),
            (ISO_2022_JP, "荷物がまだ届きません。"),
        ] {
            let bytes = charset.encode(text).0;
            check(&bytes, None, text);
            check(&bytes, Some("utf-8"), text);
        }
    }

    #[test]
    fn a_character_that_was_cut_costs_itself_alone() {
        let mut bytes = "Größe, für uns alle, überall, höher".as_bytes().to_vec();
        bytes.push(0xc3);
        check(&bytes, Some("utf-8"), "Größe, für uns alle, überall, höher\u{fffd}");
    }

    #[test]
    fn utf7_is_read_though_the_standard_leaves_it_out() {
        check(b"Gr+APYA3w-e", Some("utf-7"), "Größe");
    }
}
