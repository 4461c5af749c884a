//! Times as text: RFC 3339 in UTC with microseconds, in the one form `2026-11-26T17:28:04.000000Z`.

use std::fmt;
use std::str::FromStr;

use crate::clock::Timestamp;
use crate::error::{Code, Error, Result};

/// The text of a time.
pub fn write(at: Timestamp) -> String {
    let (seconds, micros) = (at.micros() / 1_000_000, at.micros() % 1_000_000);
    let (day, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(day);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

/// The time of a text in exactly that form.
pub fn parse(text: &str) -> Option<Timestamp> {
    let number = |from: usize, to: usize| -> Option<u64> {
        let digits = text.get(from..to)?;
        if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
    };
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second, micros) = (number(11, 13)?, number(14, 16)?, number(17, 19)?, number(20, 26)?);
    let seconds =
        days(year, month, day)?.checked_mul(86_400)?.checked_add(hour * 3_600 + minute * 60 + second)?;
    let at = Timestamp::from_micros(seconds.checked_mul(1_000_000)?.checked_add(micros)?)?;
    // One text for one time: no 24th hour, no 61st second, no 30th of February, no other separators.
    if write(at) == text { Some(at) } else { None }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&write(*self))
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text).ok_or_else(|| Code::Field.into())
    }
}

/// The date of a day since 1970-01-01, in the Gregorian calendar. Years are counted from March, so that the
/// day which comes and goes is the last of one.
fn civil(day: u64) -> (u64, u64, u64) {
    let shifted = day + DAYS_TO_1970;
    let era = shifted / DAYS_OF_ERA;
    let of_era = shifted % DAYS_OF_ERA;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

/// The day of a date since 1970-01-01; `None` before.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let year = year.checked_sub(u64::from(month <= 2))?;
    let (era, of_era) = (year / 400, year % 400);
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * from_march + 2) / 5 + day.checked_sub(1)?;
    let whole = era * DAYS_OF_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    whole.checked_sub(DAYS_TO_1970)
}

/// Days of 400 years.
const DAYS_OF_ERA: u64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const DAYS_TO_1970: u64 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_one_text() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_827_696_000_001, "2000-02-29T12:34:56.000001Z"),
            (1_795_714_084_123_456, "2026-11-26T17:28:04.123456Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
            (Timestamp::LIMIT - 1, "2255-06-05T23:47:34.740991Z"),
        ] {
            let at = Timestamp::from_micros(micros).unwrap();
            assert_eq!(write(at), text);
            assert_eq!(parse(text), Some(at));
            assert_eq!((at.to_string().as_str(), text.parse().ok()), (text, Some(at)));
        }
        for wrong in [
            "",
            "1969-12-31T23:59:59.999999Z",
            "2026-11-26T17:28:04Z",
            "2026-11-26T17:28:04.123456+00:00",
            "2026-11-26 17:28:04.123456Z",
            "2026-11-26t17:28:04.123456z",
            "2026-02-29T00:00:00.000000Z",
            "2026-13-01T00:00:00.000000Z",
            "2026-00-01T00:00:00.000000Z",
            "2026-01-00T00:00:00.000000Z",
            "2026-01-01T24:00:00.000000Z",
            "2026-01-01T00:00:60.000000Z",
            "9999-01-01T00:00:00.000000Z",
            "２026-01-01T00:00:00.000000Z",
            "2026-01-01T00:00:00.000000Z\n",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_day_of_the_range_is_the_one_after_the_day_before() {
        for day in 0..Timestamp::LIMIT / 86_400_000_000 {
            let (year, month, of_month) = civil(day);
            assert_eq!(days(year, month, of_month), Some(day));
        }
    }
}
