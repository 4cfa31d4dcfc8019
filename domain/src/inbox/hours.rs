//! Business hours and holidays: when a team intends to answer, in its own time zone. Who is available is not
//! part of this: see [`crate::availability`].

use std::cmp::Ordering;
use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use protocol::{ErrorCode, UnixMillis};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The word for a day without hours.
const CLOSED: &str = "closed";

/// The end of a day, in minutes.
const MIDNIGHT: u16 = 24 * 60;

/// The most time spans in one day.
const SPANS: usize = 6;

/// The most dates with special hours.
const DATES: usize = 200;

/// How far ahead the next opening is searched for, in days: more than the longest holidays.
const AHEAD: i32 = 400;

/// Spans of minutes since midnight: ordered, without overlap. The last one may extend into the next day.
type Spans = Vec<(u16, u16)>;

/// Weekly business hours, and dates with different ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    zone: TimeZone,
    /// Starting on Monday.
    week: [Spans; 7],
    /// Dates override days of the week. A date without spans is a holiday.
    dates: BTreeMap<Day, Spans>,
}

/// A date in one year, or in every year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Day {
    Yearly(i8, i8),
    Once(Date),
}

impl Day {
    /// `2026-12-25`, or `12-25` for every year.
    fn parse(text: &str) -> Option<Self> {
        // A leap year, so that February 29 is accepted.
        let (date, is_yearly) = match text.len() {
            5 => (format!("2024-{text}"), true),
            _ => (text.to_owned(), false),
        };
        let date: Date = date.parse().ok()?;
        Some(if is_yearly { Self::Yearly(date.month(), date.day()) } else { Self::Once(date) })
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Yearly(month, day) => write!(f, "{month:02}-{day:02}"),
            Self::Once(date) => write!(f, "{date}"),
        }
    }
}

impl Hours {
    /// Parses hours, one line per day, as in `mon 09:00-12:30,13:30-17:00`. A day without a line is closed. A
    /// span that ends before it begins, as in `fri 22:00-02:00`, ends on the next day. Dates override days of
    /// the week: `2026-12-24 09:00-12:00`, or `12-25 closed` for every year.
    ///
    /// # Errors
    /// `hours_invalid`, also for a time zone that is not in the IANA database, and for more than 200 dates.
    pub fn parse(text: &str, zone: &str) -> Result<Self, ErrorCode> {
        let zone = TimeZone::get(zone).map_err(|_| ErrorCode::HoursInvalid)?;
        let mut hours = Self { zone, week: Default::default(), dates: BTreeMap::new() };
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            hours.read(line).ok_or(ErrorCode::HoursInvalid)?;
        }
        Ok(hours)
    }

    fn read(&mut self, line: &str) -> Option<()> {
        let (day, spans) = line.split_once(' ')?;
        let day = day.to_lowercase();
        let today = match DAYS.iter().position(|name| *name == day) {
            Some(index) => &mut self.week[index],
            None if self.dates.len() < DATES => self.dates.entry(Day::parse(&day)?).or_default(),
            None => return None,
        };
        if spans.trim().eq_ignore_ascii_case(CLOSED) {
            return today.is_empty().then_some(());
        }
        for span in spans.split(',') {
            today.push(span_of(span)?);
        }
        let ordered = today.windows(2).all(|pair| pair[0].1 <= pair[1].0);
        (ordered && today.len() <= SPANS).then_some(())
    }

    /// The text that [`Hours::parse`] reads.
    #[must_use]
    pub fn to_text(&self) -> String {
        let clock = |minutes: &u16| {
            let minutes = if *minutes > MIDNIGHT { minutes - MIDNIGHT } else { *minutes };
            format!("{:02}:{:02}", minutes / 60, minutes % 60)
        };
        let span = |(from, to): &(u16, u16)| format!("{}-{}", clock(from), clock(to));
        let line = |(day, spans): (String, &Spans)| match spans.as_slice() {
            [] => format!("{day} {CLOSED}"),
            spans => format!("{day} {}", spans.iter().map(span).collect::<Vec<_>>().join(",")),
        };
        let week = DAYS.iter().map(ToString::to_string).zip(&self.week);
        let week = week.filter(|(_, spans)| !spans.is_empty());
        let dates = self.dates.iter().map(|(day, spans)| (day.to_string(), spans));
        week.chain(dates).map(line).collect::<Vec<_>>().join("\n")
    }

    /// Whether `at_ms` (milliseconds since 1970, UTC) is within the hours.
    #[must_use]
    pub fn are_open(&self, at_ms: UnixMillis) -> bool {
        let Some(at) = timestamp(at_ms) else { return false };
        let local = at.to_zoned(self.zone.clone());
        let minute = local.hour() as u16 * 60 + local.minute() as u16;
        let covers = |date: Date, minute: u16| {
            self.on(date).iter().any(|(from, to)| (*from..*to).contains(&minute))
        };
        let today = local.date();
        covers(today, minute)
            || today.yesterday().is_ok_and(|yesterday| covers(yesterday, minute + MIDNIGHT))
    }

    /// When the hours next begin after `at_ms`, in milliseconds since 1970 (UTC); `None` if they don't within
    /// 400 days.
    #[must_use]
    pub fn open_next(&self, at_ms: UnixMillis) -> Option<UnixMillis> {
        let now = timestamp(at_ms)?;
        let today = now.to_zoned(self.zone.clone()).date();
        (0..=AHEAD)
            .filter_map(|days| today.checked_add(days.days()).ok())
            .flat_map(|date| self.on(date).iter().map(move |(from, _)| (date, *from)))
            .filter_map(|(date, from)| self.instant(date, from))
            .find(|at| *at > now)
            .map(|at| UnixMillis(at.as_millisecond().unsigned_abs()))
    }

    fn on(&self, date: Date) -> &[(u16, u16)] {
        let yearly = || self.dates.get(&Day::Yearly(date.month(), date.day()));
        if let Some(spans) = self.dates.get(&Day::Once(date)).or_else(yearly) {
            return spans;
        }
        let index = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        &self.week[index]
    }

    /// The instant of a local time on a date. A time that the change to daylight saving time skips comes after
    /// it.
    fn instant(&self, date: Date, minutes: u16) -> Option<Timestamp> {
        let time = Time::new((minutes / 60) as i8, (minutes % 60) as i8, 0, 0).ok()?;
        let zoned = date.to_datetime(time).to_zoned(self.zone.clone()).ok()?;
        Some(zoned.timestamp())
    }
}

fn timestamp(at_ms: UnixMillis) -> Option<Timestamp> {
    Timestamp::from_millisecond(i64::try_from(at_ms.0).ok()?).ok()
}

fn span_of(text: &str) -> Option<(u16, u16)> {
    let clock = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        let is_time = hour <= 24 && minute < 60;
        // Check first: a larger hour would overflow the product.
        is_time.then(|| hour * 60 + minute).filter(|at| *at <= MIDNIGHT)
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

    fn at(text: &str) -> UnixMillis {
        UnixMillis(text.parse::<Timestamp>().unwrap().as_millisecond().unsigned_abs())
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
        check(
            "2026-12-24 9:00-12:00\nmon 09:00-17:00\n12-25 Closed\nsat closed",
            "UTC",
            Some("mon 09:00-17:00\n12-25 closed\n2026-12-24 09:00-12:00"),
        );
        check("02-29 closed", "UTC", Some("02-29 closed"));
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
            "mon 1200:00-2:00",
            "2026-02-29 closed",
            "13-01 closed",
            "2026-12-25",
            "12-25 shut",
            "12-25 09:00-10:00\n12-25 closed",
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
        // From the end of one week into the next.
        check("2024-01-29T07:59:59Z", true);
        check("2024-01-29T08:00:00Z", false);
        let next = hours.open_next(at("2024-01-30T02:00:00Z"));
        assert_eq!(next, Some(at("2024-02-04T20:00:00Z")));
    }

    #[test]
    fn dates_have_hours_of_their_own() {
        let text = "mon 09:00-17:00\ntue 09:00-17:00\n01-29 closed\n2024-01-30 12:00-13:00\n2024-02-03 22:00-02:00";
        let hours = Hours::parse(text, "UTC").unwrap();
        let check = |when: &str, open: bool| assert_eq!(hours.are_open(at(when)), open, "{when}");
        // A Monday, every year; a Tuesday; and a Saturday, which is otherwise closed.
        check("2024-01-29T10:00:00Z", false);
        check("2024-01-30T10:00:00Z", false);
        check("2024-01-30T12:30:00Z", true);
        check("2024-02-03T23:00:00Z", true);
        check("2024-02-04T01:00:00Z", true);
        check("2024-02-05T10:00:00Z", true);
        check("2030-01-29T10:00:00Z", false);
        let next = hours.open_next(at("2024-01-29T00:00:00Z"));
        assert_eq!(next, Some(at("2024-01-30T12:00:00Z")));
        let long: String = (1..=31).map(|day| format!("2024-07-{day:02} closed\n")).collect();
        let hours = Hours::parse(&format!("mon 09:00-17:00\n{long}"), "UTC").unwrap();
        let next = hours.open_next(at("2024-06-24T18:00:00Z"));
        assert_eq!(next, Some(at("2024-08-05T09:00:00Z")));
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
        // Across the change to daylight saving time.
        check("2024-03-26T00:00:00Z", "2024-04-01T07:00:00Z");
        assert_eq!(Hours::parse("", "UTC").unwrap().open_next(UnixMillis(0)), None);
    }
}
