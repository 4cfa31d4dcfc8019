//! What must hold for every input.

/// The reader never panics, and the new text is part of the whole text.
///
/// # Panics
/// If a claim does not hold.
pub(crate) fn check(raw: &[u8]) {
    let _ = mail_reader::fingerprint(raw);
    if let Ok(mail) = mail_reader::read(raw) {
        assert!(mail.whole.contains(mail.said.trim()));
        assert!(!mail.subject.chars().any(char::is_control));
        // With no trusted server, there is no verdict.
        assert_eq!(mail.verdict(&[]), None);
    }
    if let Ok(text) = std::str::from_utf8(raw) {
        let said = mail_reader::without_quote(text);
        assert!(text.contains(said));
        assert!(text.contains(mail_reader::without_signature(text)));
        if let Some(checked) = mail_reader::Checked::parse(text) {
            assert!(checked.results.iter().all(|found| !found.method.contains(' ')));
        }
        let shown = mail_reader::text_of_html(text);
        assert!(shown.len() <= text.len() * 8 + 64);
    }
}
