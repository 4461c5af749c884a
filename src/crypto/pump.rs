//! Moves a stream through several threads in segments: read in order, worked on side by side,
//! written in order. Memory is bounded by the number of threads.
//!
//! Threads are scoped: none outlives the call. A turnstile hands what it guards out and takes it
//! back, so that a foreign reader, writer or watcher never runs under a lock.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::error::{Code, Result};

/// How many threads a call may use, between 1 and 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threads(usize);

impl Threads {
    /// The calling thread alone.
    pub const ONE: Threads = Threads(1);

    /// Exactly `count` threads, the calling one included.
    ///
    /// # Errors
    /// `threads` unless it is between 1 and 64.
    pub fn new(count: usize) -> Result<Self> {
        if (1..=64).contains(&count) { Ok(Self(count)) } else { Err(Code::Threads.into()) }
    }

    /// How many.
    #[must_use]
    pub fn count(self) -> usize {
        self.0
    }
}

impl Default for Threads {
    /// As many as the machine runs at once, at most 8.
    fn default() -> Self {
        Self(thread::available_parallelism().map_or(1, |count| count.get().min(8)))
    }
}

/// What one thread works on; its buffers are used again.
pub struct Segment {
    /// Its number, from 0 in each run.
    pub index: u64,
    /// Whether the run ends with it.
    pub last: bool,
    /// Whether the stream ends with it too.
    pub end: bool,
    /// What was read.
    pub input: Vec<u8>,
    /// What came of it.
    pub output: Vec<u8>,
    /// How many bytes of the plaintext side are content; the rest is padding.
    pub content: usize,
}

/// The stages of a run, all but `work` in the order of the stream.
pub struct Stages<R, B, W, A, O> {
    /// Fills a segment and sets `last`; not called again after that.
    pub read: R,
    /// Sees a segment before the work.
    pub before: B,
    /// The work, side by side.
    pub work: W,
    /// Sees a segment after the work.
    pub after: A,
    /// Takes the result.
    pub write: O,
}

/// Runs the stages until a segment is the last, or until the first error.
pub fn run<R, B, W, A, O>(threads: Threads, stages: Stages<R, B, W, A, O>) -> Result<()>
where
    R: FnMut(&mut Segment) -> Result<()> + Send,
    B: FnMut(&Segment) -> Result<()> + Send,
    W: Fn(&mut Segment) -> Result<()> + Sync,
    A: FnMut(&Segment) -> Result<()> + Send,
    O: FnMut(&Segment) -> Result<()> + Send,
{
    let line = Line {
        read: Turnstile::new(stages.read),
        before: Turnstile::new(stages.before),
        work: stages.work,
        after: Turnstile::new(stages.after),
        write: Turnstile::new(stages.write),
    };
    thread::scope(|scope| {
        // A thread that cannot be had is done without.
        let others: Vec<_> = (1..threads.count())
            .map_while(|_| thread::Builder::new().spawn_scoped(scope, || line.serve()).ok())
            .collect();
        let own = line.serve();
        others.into_iter().fold(own, |result, other| {
            let other = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            result.and(other)
        })
    })
}

struct Line<R, B, W, A, O> {
    read: Turnstile<R>,
    before: Turnstile<B>,
    work: W,
    after: Turnstile<A>,
    write: Turnstile<O>,
}

impl<R, B, W, A, O> Line<R, B, W, A, O>
where
    R: FnMut(&mut Segment) -> Result<()>,
    B: FnMut(&Segment) -> Result<()>,
    W: Fn(&mut Segment) -> Result<()>,
    A: FnMut(&Segment) -> Result<()>,
    O: FnMut(&Segment) -> Result<()>,
{
    fn serve(&self) -> Result<()> {
        // Dropped on an error and on a panic of foreign code: nobody waits for a turn that will
        // not come.
        let mut stop = StopAll(Some(self));
        let mut segment =
            Segment { index: 0, last: false, end: false, input: Vec::new(), output: Vec::new(), content: 0 };
        while let Some((index, mut read)) = self.read.enter(None) {
            segment.index = index;
            read(&mut segment)?;
            if segment.last {
                self.read.stop();
            }
            self.read.leave(read);
            let Some((_, mut before)) = self.before.enter(Some(index)) else { break };
            before(&segment)?;
            self.before.leave(before);
            (self.work)(&mut segment)?;
            let Some((_, mut after)) = self.after.enter(Some(index)) else { break };
            after(&segment)?;
            self.after.leave(after);
            let Some((_, mut write)) = self.write.enter(Some(index)) else { break };
            write(&segment)?;
            self.write.leave(write);
        }
        stop.0 = None;
        Ok(())
    }
}

struct StopAll<'l, R, B, W, A, O>(Option<&'l Line<R, B, W, A, O>>);

impl<R, B, W, A, O> Drop for StopAll<'_, R, B, W, A, O> {
    fn drop(&mut self) {
        if let Some(line) = self.0 {
            line.read.stop();
            line.before.stop();
            line.after.stop();
            line.write.stop();
        }
    }
}

/// Lets one thread at a time through, in the order of their segments.
struct Turnstile<T> {
    turn: Mutex<Turn<T>>,
    moved: Condvar,
}

struct Turn<T> {
    next: u64,
    guarded: Option<T>,
    stopped: bool,
}

impl<T> Turnstile<T> {
    fn new(guarded: T) -> Self {
        let turn = Turn { next: 0, guarded: Some(guarded), stopped: false };
        Self { turn: Mutex::new(turn), moved: Condvar::new() }
    }

    /// Waits for the turn of `index`, or for any turn; `None` once stopped.
    fn enter(&self, index: Option<u64>) -> Option<(u64, T)> {
        let mut turn = self.lock();
        loop {
            if turn.stopped {
                return None;
            }
            if index.is_none_or(|index| index == turn.next)
                && let Some(guarded) = turn.guarded.take()
            {
                return Some((turn.next, guarded));
            }
            turn = self.moved.wait(turn).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn leave(&self, guarded: T) {
        let mut turn = self.lock();
        turn.next += 1;
        turn.guarded = Some(guarded);
        drop(turn);
        self.moved.notify_all();
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.moved.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Turn<T>> {
        // The state is whole at every unlock; foreign code never runs under it.
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count_to(limit: u64, threads: usize, fail_at: Option<u64>) -> (Result<()>, Vec<u64>) {
        let mut written = Vec::new();
        let result = run(
            Threads::new(threads).unwrap(),
            Stages {
                read: |s: &mut Segment| {
                    s.last = s.index + 1 == limit;
                    Ok(())
                },
                before: |_: &Segment| Ok(()),
                work: |s: &mut Segment| {
                    if Some(s.index) == fail_at { Err(Code::Cancelled.into()) } else { Ok(()) }
                },
                after: |_: &Segment| Ok(()),
                write: |s: &Segment| {
                    written.push(s.index);
                    Ok(())
                },
            },
        );
        (result, written)
    }

    #[test]
    fn segments_are_written_once_and_in_order() {
        for threads in [1, 2, 3, 8] {
            let (result, written) = count_to(100, threads, None);
            result.unwrap();
            assert_eq!(written, (0..100).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_error_stops_every_thread_and_is_returned() {
        for threads in [1, 2, 8] {
            let (result, written) = count_to(100, threads, Some(40));
            assert_eq!(result.unwrap_err().code(), "cancelled");
            assert_eq!(written, (0..written.len() as u64).collect::<Vec<_>>());
            assert!(written.len() <= 40);
        }
    }

    #[test]
    fn a_panic_of_foreign_code_reaches_the_caller_and_stops_the_rest() {
        let panicked = std::panic::catch_unwind(|| {
            run(
                Threads::new(4).unwrap(),
                Stages {
                    read: |_: &mut Segment| Ok(()),
                    before: |_: &Segment| Ok(()),
                    work: |_: &mut Segment| Ok(()),
                    after: |_: &Segment| Ok(()),
                    write: |s: &Segment| if s.index == 9 { panic!("foreign") } else { Ok(()) },
                },
            )
        });
        assert!(panicked.is_err());
    }
}
