//! Moves a stream through several threads in segments: read in order, worked on side by side,
//! written in order. Memory is bounded by the number of threads.
//!
//! Threads are scoped: none outlives the call. A thread takes whatever can be done next, so that it
//! waits only if nothing can; it takes a stage out of the shared state and puts it back, so that a
//! foreign reader, writer or watcher never runs under a lock.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use crate::error::{Code, Result};
use crate::progress::Watcher;

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
        // Asked once: the answer comes out of several files of the system.
        static COUNT: OnceLock<usize> = OnceLock::new();
        Self(*COUNT.get_or_init(|| thread::available_parallelism().map_or(1, |count| count.get().min(8))))
    }
}

/// How a long call goes about its work. [`Default`] suits most.
#[derive(Clone, Copy, Default)]
pub struct Options<'w> {
    /// How many threads it may use.
    pub threads: Threads,
    /// Who is told of the progress and may stop it.
    pub watcher: Option<&'w dyn Watcher>,
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("threads", &self.threads).finish_non_exhaustive()
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

impl Segment {
    fn empty() -> Self {
        Self { index: 0, last: false, end: false, input: Vec::new(), output: Vec::new(), content: 0 }
    }
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
    // Twice as many segments as threads: a thread whose segment waits for its turn takes another.
    let segments = if threads == Threads::ONE { 1 } else { 2 * threads.count() };
    let state = State {
        read: Ordered::new(stages.read),
        before: Ordered::new(stages.before),
        after: Ordered::new(stages.after),
        write: Ordered::new(stages.write),
        waiting: (0..segments).map(|_| (Step::Read, Segment::empty())).collect(),
        out: 0,
        ended: false,
        stopped: false,
        idle: 0,
    };
    let line = Line { state: Mutex::new(state), moved: Condvar::new(), work: stages.work };
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

/// Applies `work` to every item, side by side, and keeps the order. A thread takes `block` items at once: few, so that
/// one that starts late takes fewer; more where there is little to do for each.
pub fn map<T: Sync, U: Send>(
    threads: Threads,
    block: usize,
    items: &[T],
    work: impl Fn(&T) -> U + Sync,
) -> Vec<U> {
    let block = block.max(1);
    let next = AtomicUsize::new(0);
    let serve = || {
        let take = || items.chunks(block).enumerate().nth(next.fetch_add(1, Ordering::Relaxed));
        let done = |(at, block): (usize, &[T])| (at, block.iter().map(&work).collect::<Vec<U>>());
        std::iter::from_fn(take).map(done).collect::<Vec<_>>()
    };
    let useful = items.len().div_ceil(block).min(threads.count());
    let mut blocks = thread::scope(|scope| {
        // A thread that cannot be had is done without.
        let others: Vec<_> =
            (1..useful).map_while(|_| thread::Builder::new().spawn_scoped(scope, serve).ok()).collect();
        let mut blocks = serve();
        for other in others {
            blocks.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        blocks
    });
    blocks.sort_by_key(|(at, _)| *at);
    blocks.into_iter().flat_map(|(_, block)| block).collect()
}

/// Does two things side by side: the first on a thread of its own. Nothing comes back of it if no
/// thread can be had: it was not done.
pub fn beside<A: Send, B>(
    first: impl FnOnce() -> Option<A> + Send,
    second: impl FnOnce() -> B,
) -> (Option<A>, B) {
    thread::scope(|scope| {
        let other = thread::Builder::new().spawn_scoped(scope, first).ok();
        let done = second();
        let other =
            other.and_then(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        (other, done)
    })
}

/// What a segment waits for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Read,
    Before,
    Work,
    After,
    Write,
}

/// A stage and its segment, handed to the thread that has taken it.
enum Task<R, B, A, O> {
    Read(R),
    Before(B),
    Work,
    After(A),
    Write(O),
}

struct Line<R, B, W, A, O> {
    state: Mutex<State<R, B, A, O>>,
    moved: Condvar,
    work: W,
}

struct State<R, B, A, O> {
    read: Ordered<R>,
    before: Ordered<B>,
    after: Ordered<A>,
    write: Ordered<O>,
    /// Segments nobody works on, and what each waits for.
    waiting: Vec<(Step, Segment)>,
    /// How many segments are with a thread.
    out: usize,
    /// Whether the last segment was read.
    ended: bool,
    /// Whether an error or a panic ended the run.
    stopped: bool,
    /// How many threads wait.
    idle: usize,
}

/// A stage that sees one segment at a time, in their order; absent while a thread has it.
struct Ordered<T> {
    next: u64,
    stage: Option<T>,
}

impl<T> Ordered<T> {
    fn new(stage: T) -> Self {
        Self { next: 0, stage: Some(stage) }
    }

    fn ready(&self, index: u64) -> bool {
        self.next == index && self.stage.is_some()
    }

    fn put_back(&mut self, stage: T) {
        (self.next, self.stage) = (self.next + 1, Some(stage));
    }
}

impl<R, B, W, A, O> Line<R, B, W, A, O>
where
    R: FnMut(&mut Segment) -> Result<()>,
    B: FnMut(&Segment) -> Result<()>,
    W: Fn(&mut Segment) -> Result<()>,
    A: FnMut(&Segment) -> Result<()>,
    O: FnMut(&Segment) -> Result<()>,
{
    /// Takes whatever can be done next, the latest step first, until all is done. A thread waits
    /// only if there is nothing to do.
    fn serve(&self) -> Result<()> {
        // Dropped on an error and on a panic of foreign code: nobody waits for what will not come.
        let mut stop = StopAll(Some(self));
        let mut state = self.lock();
        while !state.stopped && !state.done() {
            let Some((task, mut segment)) = state.take() else {
                state.idle += 1;
                state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.idle -= 1;
                continue;
            };
            // Who takes one wakes another if there is more: each wake has its work.
            let wake = state.idle > 0 && state.find().is_some();
            drop(state);
            if wake {
                self.moved.notify_one();
            }
            let task = match task {
                Task::Read(mut stage) => stage(&mut segment).map(|()| Task::Read(stage)),
                Task::Before(mut stage) => stage(&segment).map(|()| Task::Before(stage)),
                Task::Work => (self.work)(&mut segment).map(|()| Task::Work),
                Task::After(mut stage) => stage(&segment).map(|()| Task::After(stage)),
                Task::Write(mut stage) => stage(&segment).map(|()| Task::Write(stage)),
            }?;
            state = self.lock();
            state.put_back(task, segment);
        }
        drop(state);
        self.moved.notify_all();
        stop.0 = None;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State<R, B, A, O>> {
        // The state is whole at every unlock; foreign code never runs under it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R, B, A, O> State<R, B, A, O> {
    /// Whether nothing is left to do and nobody does anything.
    fn done(&self) -> bool {
        self.ended && self.out == 0 && self.waiting.iter().all(|(step, _)| *step == Step::Read)
    }

    /// The waiting segment that can go on and is furthest.
    fn find(&self) -> Option<usize> {
        let can = |(_, (step, segment)): &(usize, &(Step, Segment))| match step {
            Step::Read => !self.ended && self.read.stage.is_some(),
            Step::Before => self.before.ready(segment.index),
            Step::Work => true,
            Step::After => self.after.ready(segment.index),
            Step::Write => self.write.ready(segment.index),
        };
        self.waiting.iter().enumerate().filter(can).max_by_key(|(_, (step, _))| *step).map(|(at, _)| at)
    }

    fn take(&mut self) -> Option<(Task<R, B, A, O>, Segment)> {
        let at = self.find()?;
        let (step, mut segment) = self.waiting.swap_remove(at);
        let task = match step {
            Step::Read => {
                segment.index = self.read.next;
                Task::Read(self.read.stage.take()?)
            }
            Step::Before => Task::Before(self.before.stage.take()?),
            Step::Work => Task::Work,
            Step::After => Task::After(self.after.stage.take()?),
            Step::Write => Task::Write(self.write.stage.take()?),
        };
        self.out += 1;
        Some((task, segment))
    }

    fn put_back(&mut self, task: Task<R, B, A, O>, segment: Segment) {
        let next = match task {
            Task::Read(stage) => {
                self.read.put_back(stage);
                self.ended = segment.last;
                Step::Before
            }
            Task::Before(stage) => {
                self.before.put_back(stage);
                Step::Work
            }
            Task::Work => Step::After,
            Task::After(stage) => {
                self.after.put_back(stage);
                Step::Write
            }
            Task::Write(stage) => {
                self.write.put_back(stage);
                Step::Read
            }
        };
        self.out -= 1;
        self.waiting.push((next, segment));
    }
}

struct StopAll<'l, R, B, W, A, O>(Option<&'l Line<R, B, W, A, O>>);

impl<R, B, W, A, O> Drop for StopAll<'_, R, B, W, A, O> {
    fn drop(&mut self) {
        if let Some(line) = self.0 {
            line.state.lock().unwrap_or_else(PoisonError::into_inner).stopped = true;
            line.moved.notify_all();
        }
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
    fn a_mapping_keeps_the_order_whatever_the_number_of_threads() {
        for threads in [1, 2, 3, 8, 64] {
            for count in [0, 1, 2, 7, 100] {
                let items: Vec<usize> = (0..count).collect();
                for block in [1, 16] {
                    let doubled = map(Threads::new(threads).unwrap(), block, &items, |item| item * 2);
                    assert_eq!(doubled, items.iter().map(|item| item * 2).collect::<Vec<_>>());
                }
            }
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
