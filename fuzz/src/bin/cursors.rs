//! List cursors, ids and other parts of addresses: what is accepted is written back unchanged.

#![no_main]

use domain::audit::AuditCursor;
use domain::conversation::ListCursor;
use domain::inbox::{Hours, Retention, Site};
use protocol::ConversationId;

libfuzzer_sys::fuzz_target!(|raw: &[u8]| {
    let Ok(text) = std::str::from_utf8(raw) else { return };
    if let Ok(cursor) = ListCursor::parse(text) {
        assert_eq!(ListCursor::parse(&cursor.to_text()).ok(), Some(cursor));
    }
    if let Ok(cursor) = AuditCursor::parse(text) {
        let written = cursor.to_text();
        assert_eq!(AuditCursor::parse(&written).expect("our output").to_text(), written);
    }
    if let Some(id) = ConversationId::parse(text) {
        assert_eq!(ConversationId::parse(&id.to_string()), Some(id));
    }
    if let Ok(site) = Site::parse(text) {
        assert_eq!(Site::parse(site.as_str()).expect("our output"), site);
    }
    if let Ok(hours) = Hours::parse(text, "Europe/Berlin") {
        let written = hours.to_text();
        assert_eq!(Hours::parse(&written, "Europe/Berlin").expect("our output").to_text(), written);
    }
    let kept = Retention::default().page(text);
    assert!(kept.is_none_or(|page| !page.as_str().contains(['?', '#', '\n', '\0'])));
});
