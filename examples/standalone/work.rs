//! How the work is shared out, and the account of what became of each document.

use std::panic;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use privity::envelope::{Options, Threads};
use privity::{Error, Flow, Progress, Watcher};

use crate::walk::Left;

/// Something with a place in the walk and a size.
pub trait Document: Send + Sync {
    fn ordinal(&self) -> usize;
    fn length(&self) -> u64;
}

/// Why a document did not come through a step.
pub enum Trouble {
    /// It is no longer there as it was: left, and no fault of ours.
    Left(Left),
    /// Something is not as it must be. The run goes on and fails at its end.
    Wrong(String),
    /// The run cannot go on.
    Stop(Error),
}

/// What was left and what was wrong, each with its ordinal.
#[derive(Default)]
pub struct Account {
    pub left: Vec<(usize, Left)>,
    pub wrong: Vec<(usize, String)>,
    pub steps: Vec<Step>,
}

/// One step of the run, for the report.
pub struct Step {
    pub name: &'static str,
    pub documents: u64,
    pub bytes: u64,
    pub time: Duration,
}

impl Account {
    /// Does one step on every document and keeps those that came through, in their order.
    pub fn each<T: Document, R: Send>(
        &mut self,
        name: &'static str,
        documents: Vec<T>,
        work: impl Fn(&T, Options<'_>) -> Result<R, Trouble> + Sync,
    ) -> privity::Result<Vec<(T, R)>> {
        let begin = Instant::now();
        let results = share_out(name, &documents, work);
        let mut step = Step { name, documents: 0, bytes: 0, time: begin.elapsed() };
        let mut through = Vec::with_capacity(documents.len());
        for (document, result) in documents.into_iter().zip(results) {
            match result {
                Ok(result) => {
                    step.documents += 1;
                    step.bytes += document.length();
                    through.push((document, result));
                }
                Err(trouble) => self.note(document.ordinal(), trouble)?,
            }
        }
        self.steps.push(step);
        Ok(through)
    }

    /// Keeps account of a trouble that belongs to no document under ordinal 0.
    pub fn aside(&mut self, trouble: Trouble) -> privity::Result<()> {
        self.note(0, trouble)
    }

    fn note(&mut self, ordinal: usize, trouble: Trouble) -> privity::Result<()> {
        match trouble {
            Trouble::Left(left) => self.left.push((ordinal, left)),
            Trouble::Wrong(what) => self.wrong.push((ordinal, what)),
            Trouble::Stop(error) => return Err(error),
        }
        Ok(())
    }
}

/// Small documents side by side, big ones one after the other with threads of their own. After a
/// [`Trouble::Stop`] nothing new is begun.
fn share_out<T: Document, R: Send>(
    name: &'static str,
    documents: &[T],
    work: impl Fn(&T, Options<'_>) -> Result<R, Trouble> + Sync,
) -> Vec<Result<R, Trouble>> {
    let bar = bar(name, documents.iter().map(Document::length).sum());
    let one = |document: &T, threads: Threads| {
        let meter = Meter { bar: &bar, done: AtomicU64::new(0) };
        let result = work(document, Options { threads, watcher: Some(&meter) });
        bar.inc(document.length().saturating_sub(meter.done.into_inner()));
        result
    };
    let (big, small): (Vec<usize>, Vec<usize>) =
        (0..documents.len()).partition(|&at| documents.get(at).is_some_and(|one| one.length() >= BIG));
    let results = Mutex::new(Vec::with_capacity(documents.len()));
    let keep = |at: usize, result: Result<R, Trouble>| {
        results.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
    };
    let next = AtomicUsize::new(0);
    let serve = || {
        while let Some((at, document)) =
            small.get(next.fetch_add(1, Ordering::Relaxed)).and_then(|&at| Some((at, documents.get(at)?)))
        {
            let result = one(document, Threads::ONE);
            if matches!(result, Err(Trouble::Stop(_))) {
                next.store(small.len(), Ordering::Relaxed);
            }
            keep(at, result);
        }
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..Threads::default().count()).map(|_| scope.spawn(serve)).collect();
        serve();
        for other in others {
            other.join().unwrap_or_else(|panic| panic::resume_unwind(panic));
        }
    });
    for at in big {
        if let Some(document) = documents.get(at) {
            keep(at, one(document, Threads::default()));
        }
    }
    bar.finish_and_clear();
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_unstable_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Tells the bar of the part of a document that is done.
struct Meter<'b> {
    bar: &'b ProgressBar,
    done: AtomicU64,
}

impl Watcher for Meter<'_> {
    fn step(&self, at: Progress) -> privity::Result<Flow> {
        let before = self.done.fetch_max(at.done, Ordering::Relaxed);
        self.bar.inc(at.done.saturating_sub(before));
        Ok(Flow::Continue)
    }
}

/// On standard error, and only where that is a terminal.
fn bar(name: &'static str, bytes: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:10} {wide_bar} {bytes} of {total_bytes}, {elapsed}");
    let bar = ProgressBar::new(bytes).with_message(name);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// From how many bytes on a document gets all threads to itself.
const BIG: u64 = 4 << 20;

impl From<Left> for Trouble {
    fn from(left: Left) -> Self {
        Trouble::Left(left)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Trouble::Stop(error)
    }
}
