//! An aim, what was measured for it, and the line that says so.

use std::fmt;
use std::time::{Duration, Instant};

use super::env::Env;

/// One line of the report.
pub struct Aim {
    pub name: String,
    pub goal: Goal,
    run: Box<Run>,
}

type Run = dyn Fn(&Env) -> Result<Measured, Unmeasured>;

/// What the figure should be.
#[derive(Clone, Copy)]
pub enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// Not an aim: stands beside one to explain it.
    Information,
}

/// What was found.
pub struct Measured {
    pub ours: f64,
    pub peer: f64,
    /// Of `ours` and `peer`.
    pub unit: &'static str,
    /// Who the peer is.
    pub against: &'static str,
    /// What the goal speaks of.
    pub figure: f64,
    /// What it is: a ratio, a growth in MiB.
    pub of: &'static str,
}

/// Why there is no figure.
#[derive(Debug)]
pub enum Unmeasured {
    /// Something this machine does not have.
    Skipped(String),
    /// A wrong result, or a failure of the measuring itself.
    Broken(String),
}

/// How an aim came out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Met,
    Missed,
    Information,
    Skipped,
    Broken,
}

/// One measured pair: the peer's time, ours.
pub type Pair = (Duration, Duration);

impl Aim {
    pub fn new(
        name: impl Into<String>,
        goal: Goal,
        run: impl Fn(&Env) -> Result<Measured, Unmeasured> + 'static,
    ) -> Self {
        Self { name: name.into(), goal, run: Box::new(run) }
    }

    /// Measures, and says in one line what came of it.
    pub fn report(&self, env: &Env) -> (Verdict, String) {
        let (verdict, text) = match (self.run)(env) {
            Ok(measured) => {
                let verdict = self.goal.verdict(measured.figure);
                (verdict, format!("{measured}  {:<11}  {}", self.goal.to_string(), verdict.word()))
            }
            Err(Unmeasured::Skipped(why)) => (Verdict::Skipped, format!("skipped: {why}")),
            Err(Unmeasured::Broken(why)) => (Verdict::Broken, format!("BROKEN: {why}")),
        };
        (verdict, format!("{:<41} {text}", self.name))
    }
}

impl Goal {
    fn verdict(self, figure: f64) -> Verdict {
        let met = match self {
            Goal::AtLeast(least) => figure >= least,
            Goal::AtMost(most) => figure <= most,
            Goal::Information => return Verdict::Information,
        };
        if met { Verdict::Met } else { Verdict::Missed }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Goal::AtLeast(least) => write!(f, "aim >= {least}"),
            Goal::AtMost(most) => write!(f, "aim <= {most}"),
            Goal::Information => f.write_str("no aim"),
        }
    }
}

impl Verdict {
    pub const ALL: [Verdict; 5] =
        [Verdict::Met, Verdict::Missed, Verdict::Information, Verdict::Skipped, Verdict::Broken];

    pub fn word(self) -> &'static str {
        match self {
            Verdict::Met => "met",
            Verdict::Missed => "missed",
            Verdict::Information => "information",
            Verdict::Skipped => "skipped",
            Verdict::Broken => "broken",
        }
    }
}

impl Measured {
    /// How much faster than the peer: speeds in MB/s of `bytes` a run.
    pub fn speed(bytes: u64, against: &'static str, pairs: &[Pair]) -> Self {
        let speed = |time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
        let ratio = |&(peer, ours): &Pair| peer.as_secs_f64() / ours.as_secs_f64();
        Self {
            ours: median(pairs.iter().map(|pair| speed(pair.1))),
            peer: median(pairs.iter().map(|pair| speed(pair.0))),
            unit: "MB/s",
            against,
            figure: median(pairs.iter().map(ratio)),
            of: "ratio",
        }
    }

    /// How many more a second than the peer, of `count` a run.
    pub fn rate(count: usize, against: &'static str, pairs: &[Pair]) -> Self {
        let rate = |time: Duration| count as f64 / time.as_secs_f64();
        let ratio = |&(peer, ours): &Pair| peer.as_secs_f64() / ours.as_secs_f64();
        Self {
            ours: median(pairs.iter().map(|pair| rate(pair.1))),
            peer: median(pairs.iter().map(|pair| rate(pair.0))),
            unit: "/s",
            against,
            figure: median(pairs.iter().map(ratio)),
            of: "ratio",
        }
    }

    /// How much longer than the peer: µs for one of `rounds`.
    pub fn time(rounds: usize, against: &'static str, pairs: &[Pair]) -> Self {
        let each = |time: Duration| time.as_secs_f64() * 1e6 / rounds as f64;
        let ratio = |&(peer, ours): &Pair| ours.as_secs_f64() / peer.as_secs_f64();
        Self {
            ours: median(pairs.iter().map(|pair| each(pair.1))),
            peer: median(pairs.iter().map(|pair| each(pair.0))),
            unit: "us",
            against,
            figure: median(pairs.iter().map(ratio)),
            of: "ratio",
        }
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ours, peer, unit, against, figure, of } = self;
        write!(f, "ours {ours:>9.1} {unit:<4}  {against:<15} {peer:>9.1} {unit:<4}  {of:<6} {figure:>6.3}")
    }
}

impl fmt::Display for Unmeasured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unmeasured::Skipped(why) => write!(f, "skipped: {why}"),
            Unmeasured::Broken(why) => f.write_str(why),
        }
    }
}

/// Whatever fails where nothing should fail is broken.
impl<E: std::error::Error> From<E> for Unmeasured {
    fn from(error: E) -> Self {
        Unmeasured::Broken(error.to_string())
    }
}

/// Times peer and ours in turn, `runs` times. In each run they alternate `rounds` times, so that
/// whatever else the machine does falls on both.
pub fn pairs(
    runs: usize,
    rounds: usize,
    mut peer: impl FnMut(usize) -> Result<Duration, Unmeasured>,
    mut ours: impl FnMut(usize) -> Result<Duration, Unmeasured>,
) -> Result<Vec<Pair>, Unmeasured> {
    let mut pairs = vec![Pair::default(); runs];
    for pair in &mut pairs {
        for round in 0..rounds {
            pair.0 += peer(round)?;
            pair.1 += ours(round)?;
        }
    }
    Ok(pairs)
}

/// How long `work` takes; its result is kept from the optimiser and dropped outside the time.
pub fn timed<T>(work: impl FnOnce() -> Result<T, Unmeasured>) -> Result<(Duration, T), Unmeasured> {
    let started = Instant::now();
    let result = std::hint::black_box(work()?);
    Ok((started.elapsed(), result))
}

/// Broken unless `holds`.
pub fn check(holds: bool, what: &str) -> Result<(), Unmeasured> {
    if holds { Ok(()) } else { Err(Unmeasured::Broken(what.to_owned())) }
}

/// The middle one.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
