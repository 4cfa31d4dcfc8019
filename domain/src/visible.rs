//! Which characters are visible: a text without any counts as empty, however long it is.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Whether a text has any visible character.
pub(crate) fn shows(text: &str) -> bool {
    text.chars().any(is_visible)
}

/// Not visible are characters that programs leave out (Default_Ignorable_Code_Point), control and format
/// characters, and spaces. The blank Braille pattern is checked separately because Unicode does not class it
/// as a space.
fn is_visible(c: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let is_empty = matches!(
        category,
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::SpaceSeparator
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::Unassigned
    );
    !is_empty
        && c != '\u{2800}'
        && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

#[cfg(test)]
mod tests {
    use super::shows;

    #[test]
    fn what_shows_nothing_is_told_from_what_does() {
        for nothing in [
            "",
            " \t\n",
            "\u{200b}\u{feff}",
            "\0\u{7}",
            "\u{3164}",
            "\u{2800}",
            "\u{115f}\u{1160}",
            "\u{ffa0}",
            "\u{fe0f}",
            "\u{2066} \u{2069}",
            "\u{202e}",
            "\u{34f}",
            "\u{e0020}",
            "\u{180e}",
            "\u{61c}",
            "\u{fff9}",
            "\u{17b4}",
            "\u{1d173}",
            "\u{a0}\u{3000}",
        ] {
            assert!(!shows(nothing), "{nothing:?}");
        }
        for something in
            ["a", ".", "שלום", "👋🏽", "👨\u{200d}👩\u{200d}👧", "한", "่", "\u{200b}x", "⠁"]
        {
            assert!(shows(something), "{something:?}");
        }
    }
}
