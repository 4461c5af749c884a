//! One side writes while the other reads, each on a thread of its own, with a bounded number of pieces between.

use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::error::{Code, Error, Result};

/// The side that failed first.
#[derive(Debug)]
pub enum Side {
    /// Writing: what was read is not all.
    Writing(Error),
    /// Reading.
    Reading(Error),
}

/// Runs `write` on a thread of its own and `read`, here, on what it writes. What is read ends only after `write`
/// returned without an error; after an error reading fails.
///
/// # Errors
/// What the side fails with that fails first; `io` of the writing side if no thread can be had.
pub fn pipe<W: Send, R>(
    write: impl FnOnce(&mut PipeWriter) -> Result<W> + Send,
    read: impl FnOnce(&mut PipeReader) -> Result<R>,
) -> std::result::Result<(W, R), Side> {
    let (sender, receiver) = sync_channel(PIECES);
    thread::scope(|scope| {
        let writing = thread::Builder::new().spawn_scoped(scope, move || {
            let mut writer = PipeWriter(sender);
            let written = write(&mut writer);
            if written.is_ok() {
                // Nobody reads any more where this fails.
                let _end = writer.0.send(None);
            }
            written
        });
        let writing = writing.map_err(|error| Side::Writing(error.into()))?;
        let mut reader = PipeReader { receiver, piece: Vec::new(), at: 0, state: State::Open };
        let taken = read(&mut reader);
        let broken = reader.state == State::Broken;
        drop(reader);
        let written = writing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        match (written, taken) {
            (Err(error), _) if broken => Err(Side::Writing(error)),
            (_, Err(error)) => Err(Side::Reading(error)),
            (Err(error), _) => Err(Side::Writing(error)),
            (Ok(written), Ok(taken)) => Ok((written, taken)),
        }
    })
}

/// The end that is written to.
pub struct PipeWriter(SyncSender<Option<Vec<u8>>>);

/// The end that is read from.
pub struct PipeReader {
    receiver: Receiver<Option<Vec<u8>>>,
    piece: Vec<u8>,
    at: usize,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Ended,
    Broken,
}

impl Write for PipeWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !bytes.is_empty() {
            self.0.send(Some(bytes.to_vec())).map_err(|_| io::ErrorKind::BrokenPipe)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl PipeReader {
    /// Waits until there is something to read; `false` at the end.
    fn next(&mut self) -> io::Result<bool> {
        while self.at == self.piece.len() {
            match self.state {
                State::Open => {}
                State::Ended => return Ok(false),
                State::Broken => return Err(Error::from(Code::Io).into()),
            }
            (self.piece, self.at) = (Vec::new(), 0);
            match self.receiver.recv() {
                Ok(Some(piece)) => self.piece = piece,
                Ok(None) => self.state = State::Ended,
                Err(_) => self.state = State::Broken,
            }
        }
        Ok(true)
    }
}

impl Read for PipeReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() || !self.next()? {
            return Ok(0);
        }
        let count = self.piece.get(self.at..).unwrap_or_default().read(out)?;
        self.at += count;
        Ok(count)
    }
}

/// How many pieces wait at most.
const PIECES: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_to_its_end() {
        let content: Vec<u8> = (0..1_000_000_u32).map(|at| (at % 251) as u8).collect();
        let (count, taken) = pipe(
            |to| {
                content.chunks(7_001).try_for_each(|piece| to.write_all(piece))?;
                Ok(content.len())
            },
            |from| {
                let mut taken = Vec::new();
                from.read_to_end(&mut taken)?;
                Ok(taken)
            },
        )
        .unwrap();
        assert!(count == content.len() && taken == content);
    }

    #[test]
    fn an_error_of_the_writer_is_no_end() {
        let mut taken = Vec::new();
        let failed = pipe(
            |to| -> Result<()> {
                to.write_all(b"some")?;
                Err(Code::ContentRefused.into())
            },
            |from| Ok(from.read_to_end(&mut taken)?),
        );
        assert!(matches!(failed, Err(Side::Writing(error)) if error.code() == "content-refused"));
        assert_eq!(taken, b"some");
        // Even a reader that takes what it got for all does not hide it.
        let failed = pipe(
            |to| -> Result<()> {
                to.write_all(b"some")?;
                Err(Code::ContentRefused.into())
            },
            |from| Ok(from.read_exact(&mut [0; 4])?),
        );
        assert!(matches!(failed, Err(Side::Writing(error)) if error.code() == "content-refused"));
    }

    #[test]
    fn a_reader_that_stops_stops_the_writer() {
        let failed = pipe(
            |to| -> Result<()> {
                loop {
                    to.write_all(&[0; 100])?;
                }
            },
            |from| -> Result<()> {
                from.read_exact(&mut [0; 250])?;
                Err(Code::Zip.into())
            },
        );
        assert!(matches!(failed, Err(Side::Reading(error)) if error.code() == "zip"));
    }
}
