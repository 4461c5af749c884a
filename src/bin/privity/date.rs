//! Times as people write them.

use privity::Timestamp;

use crate::stop::Stop;

/// Until when, of a date or a number of days from now.
pub fn expiry(text: &str, now: Timestamp) -> Result<Timestamp, Stop> {
    let wrong = || Stop::usage(format!("{text}: write a date (2027-01-31) or a number of days (30)"));
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let days: u64 = text.parse().map_err(|_| wrong())?;
        return days_after(now, days).ok_or_else(wrong);
    }
    format!("{text}T00:00:00.000000Z").parse().map_err(|_| wrong())
}

/// So many days later.
pub fn days_after(at: Timestamp, days: u64) -> Option<Timestamp> {
    Timestamp::from_micros(days.checked_mul(DAY)?.checked_add(at.micros())?)
}

/// An hour earlier: what was just made is in force on a clock that is a little behind.
pub fn hour_before(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.micros().saturating_sub(DAY / 24)).unwrap_or(at)
}

/// A time to the second, for people.
pub fn short(at: Timestamp) -> String {
    let text = at.to_string();
    match text.split_once('.') {
        Some((seconds, _)) => format!("{} UTC", seconds.replace('T', " ")),
        None => text,
    }
}

const DAY: u64 = 86_400_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_is_a_date_or_days() {
        let now: Timestamp = "2026-11-26T17:28:04.000000Z".parse().unwrap();
        assert_eq!(expiry("2027-01-31", now).unwrap().to_string(), "2027-01-31T00:00:00.000000Z");
        assert_eq!(expiry("30", now).unwrap().to_string(), "2026-12-26T17:28:04.000000Z");
        for wrong in
            ["", "-1", "soon", "2027-02-30", "31.01.2027", "2027-01-31T00:00", "99999999999999999999"]
        {
            assert!(expiry(wrong, now).is_err(), "{wrong}");
        }
    }
}
