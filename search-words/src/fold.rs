//! Folding: maps texts that differ only in spelling details to the same text.

use unicode_normalization::UnicodeNormalization;

/// Removes compatibility forms, case and accents: "ＳＴＲＡẞＥ", "Straße" and "strasse" become the same.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkd()
        .filter(|c| !is_accent(*c))
        .nfc()
        // Map through uppercase: ß becomes two letters there, except its rare capital, and both sigmas become one.
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .flat_map(|c| plain(c).map_or([Some(c), None], |[one, two]| [one, two]))
        .flatten()
        .collect()
}

/// Marks that people omit when they type: accents of Latin, Greek and Cyrillic, and points of Hebrew and
/// Arabic. The marks of other scripts are as much part of a word as its letters.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'..='\u{5c2}'
        | '\u{5c4}'..='\u{5c5}' | '\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}'
        | '\u{670}' | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}'..='\u{6e8}'
        | '\u{6ea}'..='\u{6ed}')
}

/// Letters that Unicode does not decompose but people do.
fn plain(c: char) -> Option<[Option<char>; 2]> {
    Some(match c {
        'ø' => [Some('o'), None],
        'ł' => [Some('l'), None],
        'đ' | 'ð' => [Some('d'), None],
        'ħ' => [Some('h'), None],
        'ŧ' => [Some('t'), None],
        'æ' => [Some('a'), Some('e')],
        'œ' => [Some('o'), Some('e')],
        'þ' => [Some('t'), Some('h')],
        _ => return None,
    })
}
