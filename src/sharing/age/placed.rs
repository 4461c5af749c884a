//! Sealing in another order than that of the file, for what is known only at the end and stands at the beginning.

use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;

use crate::crypto::stream::{CHUNK, SEALED_CHUNK, Stream};
use crate::error::{Code, Result};
use crate::sharing::age::sealer::{self, Run};
use crate::sharing::age::{Recipients, Threads};

/// Seals runs of chunks to their places in a file that can be written anywhere. A chunk is sealed once: what is asked
/// for again is refused before any work, because two plaintexts under one nonce would be open.
pub(crate) struct PlacedSealer<'f, F> {
    stream: Stream,
    file: &'f mut F,
    /// Where the first chunk begins.
    start: u64,
    sealed: Vec<Range<u64>>,
    threads: Threads,
}

impl<'f, F: Write + Seek + Send> PlacedSealer<'f, F> {
    /// Begins an age file at the beginning of `file`, which is empty.
    pub fn new(to: &Recipients, file: &'f mut F, threads: Threads) -> Result<Self> {
        let stream = sealer::begin(to, file)?;
        let start = file.stream_position()?;
        Ok(Self { stream, file, start, sealed: Vec::new(), threads })
    }

    /// Seals the chunks from `first` on before `until`, all of them whole, or all that there are. `seen` and `told` are
    /// as for [`Run::seal`]; returns the bytes of plaintext.
    ///
    /// # Errors
    /// `sealed-length` if one of the chunks was sealed, or `from` has another number of bytes.
    pub fn seal(
        &mut self,
        first: u64,
        until: Option<u64>,
        mut from: impl Read + Send,
        seen: impl FnMut(&[u8]) -> Result<()> + Send,
        told: impl FnMut(u64) -> Result<()> + Send,
    ) -> Result<u64> {
        let run = first..until.unwrap_or(u64::MAX);
        if self.sealed.iter().any(|other| run.start < other.end && other.start < run.end) {
            return Err(Code::SealedLength.into());
        }
        // Before the first is sealed: what fails half way is not tried again.
        self.sealed.push(run.clone());
        let place = first.checked_mul(SEALED_CHUNK as u64).and_then(|at| at.checked_add(self.start));
        self.file.seek(SeekFrom::Start(place.ok_or(Code::SealedLength)?))?;
        let most = run.end.saturating_sub(first).saturating_mul(CHUNK as u64);
        let chunks = Run { stream: &self.stream, first, ends: until.is_none(), threads: self.threads };
        let done = chunks.seal(from.by_ref().take(most), &mut *self.file, seen, told)?;
        // The reader learns that it was read to its end.
        let whole = until.is_none() || (done == most && from.read(&mut [0])? == 0);
        if whole { Ok(done) } else { Err(Code::SealedLength.into()) }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::sharing::age::{Identity, open};

    fn put(
        sealer: &mut PlacedSealer<'_, Cursor<Vec<u8>>>,
        first: u64,
        until: Option<u64>,
        from: &[u8],
    ) -> Result<u64> {
        sealer.seal(first, until, from, |_| Ok(()), |_| Ok(()))
    }

    #[test]
    fn chunks_are_sealed_in_any_order_and_once() {
        let identity = Identity::generate_x25519().unwrap();
        let to = Recipients::new(&[identity.recipient().clone()]).unwrap();
        let content: Vec<u8> = (0..11 * CHUNK + 5).map(|at| at.to_le_bytes()[1]).collect();
        let of = |chunks: Range<usize>| &content[chunks.start * CHUNK..chunks.end * CHUNK];
        let mut file = Cursor::new(Vec::new());
        let mut sealer = PlacedSealer::new(&to, &mut file, Threads::ONE).unwrap();
        assert_eq!(put(&mut sealer, 3, Some(9), of(3..9)).unwrap(), 6 * CHUNK as u64);
        assert_eq!(put(&mut sealer, 0, Some(1), of(0..1)).unwrap(), CHUNK as u64);
        // None again: not the same, not a part, not what reaches into it; nor after one that failed.
        for (first, until) in [(3, Some(9)), (4, Some(5)), (8, Some(10)), (2, Some(4)), (0, None), (8, None)]
        {
            let refused = put(&mut sealer, first, until, &content).unwrap_err();
            assert_eq!(refused.code(), "sealed-length", "{first}");
        }
        assert_eq!(put(&mut sealer, 1, Some(3), of(1..3)).unwrap(), 2 * CHUNK as u64);
        assert_eq!(put(&mut sealer, 9, None, &content[9 * CHUNK..]).unwrap(), 2 * CHUNK as u64 + 5);
        assert_eq!(open(&[&identity], file.get_ref()).unwrap(), content);
    }

    #[test]
    fn a_run_of_another_length_is_an_error_and_not_tried_again() {
        let identity = Identity::generate_x25519().unwrap();
        let to = Recipients::new(&[identity.recipient().clone()]).unwrap();
        let content = vec![7; 2 * CHUNK];
        for cut in [0, 1, CHUNK, 2 * CHUNK - 1] {
            let mut file = Cursor::new(Vec::new());
            let mut sealer = PlacedSealer::new(&to, &mut file, Threads::ONE).unwrap();
            let short = put(&mut sealer, 1, Some(3), &content[..cut]).unwrap_err();
            assert_eq!(short.code(), "sealed-length", "{cut}");
            assert_eq!(put(&mut sealer, 1, Some(3), &content).unwrap_err().code(), "sealed-length");
        }
        let mut file = Cursor::new(Vec::new());
        let mut sealer = PlacedSealer::new(&to, &mut file, Threads::ONE).unwrap();
        let long = [&content[..], &[7]].concat();
        assert_eq!(put(&mut sealer, 1, Some(3), &long).unwrap_err().code(), "sealed-length");
    }
}
