//! Time: microseconds since 1970 UTC, from a clock that a host may replace.

use std::time::{SystemTime, UNIX_EPOCH};

/// Microseconds since 1970-01-01 UTC, below 2^53 so that every language can hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The first value that is refused: 2^53 microseconds, in the year 2255.
    pub const LIMIT: u64 = 1 << 53;

    /// A time from its microseconds; `None` from [`LIMIT`](Self::LIMIT) on.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Option<Self> {
        if micros < Self::LIMIT { Some(Self(micros)) } else { None }
    }

    /// Microseconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn micros(self) -> u64 {
        self.0
    }
}

/// Where the time comes from. Most callers never need it: the system clock is the default.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = u64::try_from(since.as_micros()).unwrap_or(u64::MAX);
        Timestamp(micros.min(Timestamp::LIMIT - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_stays_below_two_to_the_53() {
        assert_eq!(Timestamp::from_micros(Timestamp::LIMIT), None);
        assert!(Timestamp::from_micros(Timestamp::LIMIT - 1).is_some());
        assert!(SystemClock.now().micros() > 1_700_000_000_000_000);
    }
}
