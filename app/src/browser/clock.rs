//! The browser's clock and time zone.

use js_sys::{Array, Date, Intl, Object, Reflect};
use protocol::UnixMillis;

/// Returns the time; 1970 on the server, which is not asked for it.
pub(crate) fn now_ms() -> UnixMillis {
    if cfg!(feature = "hydrate") { UnixMillis(Date::now() as u64) } else { UnixMillis::ZERO }
}

/// Returns the offset of the reader's time zone from UTC at a time, in minutes to the east.
pub(crate) fn utc_offset_minutes(at_ms: UnixMillis) -> i64 {
    let date = Date::new(&(at_ms.0 as f64).into());
    -(date.get_timezone_offset() as i64)
}

/// Returns the reader's time zone, by its IANA name.
pub(crate) fn time_zone() -> Option<String> {
    let format = Intl::DateTimeFormat::new(&Array::new(), &Object::new());
    Reflect::get(&format.resolved_options(), &"timeZone".into()).ok()?.as_string()
}
