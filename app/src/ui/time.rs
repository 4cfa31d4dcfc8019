//! Formats times for people. The server does not know the reader's time zone: it writes UTC, and the browser
//! switches to its own zone after hydration.

use leptos::prelude::*;
use protocol::UnixMillis;
use time::{Date, OffsetDateTime, Weekday};

use crate::browser::utc_offset_minutes;

/// Whether times are already shown in the reader's time zone.
#[derive(Clone, Copy)]
pub(crate) struct Zone(RwSignal<bool>);

impl Zone {
    pub(crate) fn provide() {
        let zone = Self(RwSignal::new(false));
        provide_context(zone);
        // Effects run only in the browser, after hydration.
        Effect::new(move |_| zone.0.set(true));
    }

    pub(crate) fn get() -> Self {
        expect_context()
    }

    /// Formats a time as `Mon 29 January, 09:00`.
    pub(crate) fn date_and_time(self, at_ms: UnixMillis) -> String {
        let at = self.local(at_ms);
        let day = &at.weekday().to_string()[..3];
        format!("{day} {} {}, {:02}:{:02}", at.day(), at.month(), at.hour(), at.minute())
    }

    /// Returns 9:00 tomorrow, in milliseconds since 1970 (UTC).
    pub(crate) fn next_morning(self, now_ms: UnixMillis) -> UnixMillis {
        self.morning_in(now_ms, 1)
    }

    /// Returns 9:00 on the next Monday, in milliseconds since 1970 (UTC).
    pub(crate) fn next_monday(self, now_ms: UnixMillis) -> UnixMillis {
        let days = 7 - i64::from(self.local(now_ms).weekday().number_days_from_monday());
        self.morning_in(now_ms, days)
    }

    fn morning_in(self, now_ms: UnixMillis, days: i64) -> UnixMillis {
        let now = self.local(now_ms);
        let (hour, minute, second) = now.to_hms();
        let into_day = i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second);
        let seconds = days * 86_400 - into_day + 9 * 3_600;
        UnixMillis(now_ms.0.saturating_add_signed(seconds * 1_000))
    }

    fn local(self, at_ms: UnixMillis) -> OffsetDateTime {
        let offset_ms = if self.0.get() { utc_offset_minutes(at_ms) * 60_000 } else { 0 };
        let seconds = (i64::try_from(at_ms.0).unwrap_or(0) + offset_ms) / 1_000;
        OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// Returns the day of a time, in the reader's time zone.
pub(crate) fn day_of(zone: Zone, at_ms: UnixMillis) -> Date {
    zone.local(at_ms).date()
}

/// Formats a day as `Monday, 29 January 2024`.
pub(crate) fn day_label(day: Date) -> String {
    let weekday = match day.weekday() {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    };
    format!("{weekday}, {} {} {}", day.day(), day.month(), day.year())
}

/// The time of day. With `day`, the date if it is not the same day as `now_ms`.
#[component]
pub(crate) fn Clock(
    /// Milliseconds since 1970 (UTC).
    at_ms: UnixMillis,
    /// Whether to show the date instead of the time on other days.
    #[prop(optional)]
    day: bool,
    /// The time to compare with, in milliseconds since 1970 (UTC).
    #[prop(optional)]
    now_ms: UnixMillis,
) -> impl IntoView {
    let zone = Zone::get();
    let text = move || {
        let at = zone.local(at_ms);
        if day && now_ms > UnixMillis::ZERO && at.date() != zone.local(now_ms).date() {
            let month = at.month().to_string();
            format!("{} {}", at.day(), &month[..3])
        } else {
            format!("{:02}:{:02}", at.hour(), at.minute())
        }
    };
    view! { <time datetime=move || iso(at_ms)>{text}</time> }
}

/// Formats a time as RFC 3339, in UTC.
fn iso(at_ms: UnixMillis) -> String {
    let seconds = i64::try_from(at_ms.seconds()).unwrap_or(0);
    let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (hour, minute, second) = at.to_hms();
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", at.date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_read_well() {
        let at = OffsetDateTime::from_unix_timestamp(1_706_523_000).unwrap();
        assert_eq!(day_label(at.date()), "Monday, 29 January 2024");
        assert_eq!(iso(UnixMillis(1_706_523_000_000)), "2024-01-29T10:10:00Z");
    }
}
