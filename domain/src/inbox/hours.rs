//! Business hours: when a team means to answer, in its own time zone. Not who is there: see
//! [`crate::availability`].

use std::cmp::Ordering;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use protocol::ErrorCode;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The end of a day, in minutes.
const MIDNIGHT: u16 = 24 * 60;

/// The most spans in a day.
const SPANS: usize = 6;

/// Weekly business hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    zone: TimeZone,
    /// For each day from Monday, spans of minutes since its midnight: ordered, without overlap. The last may
    /// go on into the next day.
    week: [Vec<(u16, u16)>; 7],
}

impl Hours {
    /// Reads hours: a line a day, as `mon 09:00-12:30,13:30-17:00`; a day without a line is closed. What
    /// ends before it begins, as `fri 22:00-02:00`, ends on the next day.
    ///
    /// # Errors
    /// `hours_invalid`, also for a time zone that does not exist (as IANA names them).
    pub fn parse(text: &str, zone: &str) -> Result<Self, ErrorCode> {
        let zone = TimeZone::get(zone).map_err(|_| ErrorCode::HoursInvalid)?;
        let mut week: [Vec<(u16, u16)>; 7] = Default::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (day, spans) = line.split_once(' ').ok_or(ErrorCode::HoursInvalid)?;
            let day = day.to_lowercase();
            let index = DAYS.iter().position(|name| *name == day);
            let today = &mut week[index.ok_or(ErrorCode::HoursInvalid)?];
            for span in spans.split(',') {
                today.push(span_of(span).ok_or(ErrorCode::HoursInvalid)?);
            }
            let ordered = today.windows(2).all(|pair| pair[0].1 <= pair[1].0);
            if !ordered || today.len() > SPANS {
                return Err(ErrorCode::HoursInvalid);
            }
        }
        Ok(Self { zone, week })
    }

    /// The form that [`Hours::parse`] reads.
    #[must_use]
    pub fn to_text(&self) -> String {
        let clock = |minutes: &u16| {
            let minutes = if *minutes > MIDNIGHT { minutes - MIDNIGHT } else { *minutes };
            format!("{:02}:{:02}", minutes / 60, minutes % 60)
        };
        let span = |(from, to): &(u16, u16)| format!("{}-{}", clock(from), clock(to));
        let days = DAYS.iter().zip(&self.week).filter(|(_, spans)| !spans.is_empty());
        let line = |(day, spans): (&&str, &Vec<_>)| {
            format!("{day} {}", spans.iter().map(span).collect::<Vec<_>>().join(","))
        };
        days.map(line).collect::<Vec<_>>().join("\n")
    }

    /// Whether `at_ms` (milliseconds since 1970, UTC) lies within them.
    #[must_use]
    pub fn are_open(&self, at_ms: u64) -> bool {
        let Some(at) = timestamp(at_ms) else { return false };
        let local = at.to_zoned(self.zone.clone());
        let minute = local.hour() as u16 * 60 + local.minute() as u16;
        let covers = |day: Weekday, minute: u16| {
            self.on(day).iter().any(|(from, to)| (*from..*to).contains(&minute))
        };
        let today = local.weekday();
        covers(today, minute) || covers(today.previous(), minute + MIDNIGHT)
    }

    /// When they begin next after `at_ms`, in milliseconds since 1970 (UTC); `None` if they never do.
    #[must_use]
    pub fn open_next(&self, at_ms: u64) -> Option<u64> {
        let now = timestamp(at_ms)?;
        let today = now.to_zoned(self.zone.clone()).date();
        (0..=7)
            .filter_map(|days| today.checked_add(i32::from(days as u8).days()).ok())
            .flat_map(|date| self.on(date.weekday()).iter().map(move |(from, _)| (date, *from)))
            .filter_map(|(date, from)| self.instant(date, from))
            .find(|at| *at > now)
            .map(|at| at.as_millisecond().unsigned_abs())
    }

    fn on(&self, day: Weekday) -> &[(u16, u16)] {
        let index = usize::try_from(day.to_monday_zero_offset()).unwrap_or(0);
        &self.week[index]
    }

    /// A clock's time on a date. One that a change of summer time leaves out comes after it.
    fn instant(&self, date: Date, minutes: u16) -> Option<Timestamp> {
        let time = Time::new((minutes / 60) as i8, (minutes % 60) as i8, 0, 0).ok()?;
        let zoned = date.to_datetime(time).to_zoned(self.zone.clone()).ok()?;
        Some(zoned.timestamp())
    }
}

fn timestamp(at_ms: u64) -> Option<Timestamp> {
    Timestamp::from_millisecond(i64::try_from(at_ms).ok()?).ok()
}

fn span_of(text: &str) -> Option<(u16, u16)> {
    let clock = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        let at = hour * 60 + minute;
        (hour <= 24 && minute < 60 && at <= MIDNIGHT).then_some(at)
    };
    let (from, to) = text.split_once('-')?;
    let (from, to) = (clock(from)?, clock(to)?);
    match from.cmp(&to) {
        Ordering::Less => Some((from, to)),
        Ordering::Greater if from < MIDNIGHT => Some((from, to + MIDNIGHT)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> u64 {
        text.parse::<Timestamp>().unwrap().as_millisecond().unsigned_abs()
    }

    #[test]
    fn hours_are_read_and_written() {
        let check = |text: &str, zone: &str, expect: Option<&str>| {
            let read = Hours::parse(text, zone).ok().map(|hours| hours.to_text());
            assert_eq!(read.as_deref(), expect, "{text:?} {zone}");
        };
        check(
            "Mon 9:00-17:00\n\nsun 00:00-24:00",
            "Europe/Berlin",
            Some("mon 09:00-17:00\nsun 00:00-24:00"),
        );
        check("tue 09:00-12:00, 13:00-17:00", "UTC", Some("tue 09:00-12:00,13:00-17:00"));
        check("", "UTC", Some(""));
        check("fri 9:00-12:00,22:00-2:00", "UTC", Some("fri 09:00-12:00,22:00-02:00"));
        check("mon 09:00-17:00", "Europe/Nowhere", None);
        for wrong in [
            "mon",
            "mon 9-17",
            "xyz 09:00-17:00",
            "mon 09:00-09:00",
            "mon 24:00-09:00",
            "mon 22:00-02:00,23:00-24:00",
            "mon 09:00-25:00",
            "mon 09:00-12:00,11:00-13:00",
            "mon 09:00-24:01",
            "mon 99999:00-1:00",
        ] {
            check(wrong, "UTC", None);
        }
    }

    #[test]
    fn hours_may_go_on_past_midnight() {
        let hours = Hours::parse("mon 22:00-02:00\nsun 20:00-08:00", "UTC").unwrap();
        let check = |when: &str, open: bool| assert_eq!(hours.are_open(at(when)), open, "{when}");
        // 2024-01-29 is a Monday.
        check("2024-01-29T21:59:59Z", false);
        check("2024-01-29T22:00:00Z", true);
        check("2024-01-30T01:59:59Z", true);
        check("2024-01-30T02:00:00Z", false);
        check("2024-01-30T22:30:00Z", false);
        // From the end of a week into the next.
        check("2024-01-29T07:59:59Z", true);
        check("2024-01-29T08:00:00Z", false);
        let next = hours.open_next(at("2024-01-30T02:00:00Z"));
        assert_eq!(next, Some(at("2024-02-04T20:00:00Z")));
    }

    #[test]
    fn hours_are_in_their_own_zone() {
        let hours = Hours::parse("mon 09:00-17:00\nfri 22:00-24:00", "Europe/Berlin").unwrap();
        let check = |when: &str, open: bool| assert_eq!(hours.are_open(at(when)), open, "{when}");
        // 2024-01-29 is a Monday; Berlin is an hour ahead of UTC in winter, two in summer.
        check("2024-01-29T07:59:59Z", false);
        check("2024-01-29T08:00:00Z", true);
        check("2024-01-29T15:59:59Z", true);
        check("2024-01-29T16:00:00Z", false);
        check("2024-07-01T07:00:00Z", true);
        check("2024-02-02T22:59:59Z", true);
        check("2024-02-02T23:00:00Z", false);
    }

    #[test]
    fn the_next_opening_is_found() {
        let hours = Hours::parse("mon 09:00-12:00,13:00-17:00", "Europe/Berlin").unwrap();
        let check = |now: &str, expect: &str| {
            assert_eq!(hours.open_next(at(now)), Some(at(expect)), "{now}");
        };
        check("2024-01-29T07:00:00Z", "2024-01-29T08:00:00Z");
        check("2024-01-29T11:30:00Z", "2024-01-29T12:00:00Z");
        check("2024-01-29T16:00:00Z", "2024-02-05T08:00:00Z");
        // Over the change to summer time.
        check("2024-03-26T00:00:00Z", "2024-04-01T07:00:00Z");
        assert_eq!(Hours::parse("", "UTC").unwrap().open_next(0), None);
    }
}
