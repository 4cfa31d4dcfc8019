//! What stands in a field of several lines.

/// A text as the content of a `<textarea>`: the framework writes it into the document as it is (it escapes what is
/// in no other element), and what is in it must not end the element. In a browser it is set as text.
pub(crate) fn written(text: String) -> String {
    #[cfg(feature = "ssr")]
    let text = html_escape::encode_text(&text).into_owned();
    text
}
