//! The content of a `<textarea>`.

/// Returns a text as the content of a `<textarea>`. On the server the framework writes this content unescaped,
/// unlike that of other elements, and the text must not end the element. In a browser it is set as text.
pub(crate) fn written(text: String) -> String {
    #[cfg(feature = "ssr")]
    let text = html_escape::encode_text(&text).into_owned();
    text
}
