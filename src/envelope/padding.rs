//! Padding: hides the length of a document but for about the first bits of it.

use crate::crypto::profile::Padding;
use crate::error::{Code, Result};

/// The most content a document may have, in bytes: 2^51.
pub(crate) const MAX_CONTENT: u64 = 1 << 51;
/// Bytes of the trailer that holds the true length.
pub(crate) const TRAILER: usize = 8;

impl Padding {
    /// How many bytes are sealed for a content of `length` bytes.
    ///
    /// # Errors
    /// `document-too-large`.
    pub(crate) fn total(self, length: u64) -> Result<u64> {
        match self {
            _ if length > MAX_CONTENT => Err(Code::DocumentTooLarge.into()),
            Padding::None => Ok(length),
            Padding::Padme => Ok(padme(length + 9) - 1),
        }
    }

    /// The content's length, from the sealed plaintext's total and its last bytes.
    ///
    /// # Errors
    /// `padding` if the trailer does not give exactly this total.
    pub(crate) fn content(self, total: u64, tail: &[u8]) -> Result<u64> {
        let length = match self {
            Padding::None => total,
            Padding::Padme => u64::from_be_bytes(*tail.last_chunk::<TRAILER>().ok_or(Code::Padding)?),
        };
        // The comparison comes first, so that nothing overflows.
        let room = total.checked_sub(if self == Padding::None { 0 } else { TRAILER as u64 });
        let fits =
            room.is_some_and(|room| length <= room) && self.total(length).is_ok_and(|sum| sum == total);
        if fits { Ok(length) } else { Err(Code::Padding.into()) }
    }

    /// The bytes that stand after a content of `length` bytes, at `at` of them.
    pub(crate) fn tail(self, length: u64) -> Result<Tail> {
        let left = self.total(length)? - length;
        Ok(Tail { left, length })
    }
}

/// Rounds up to a multiple of 2^(e−s), where e = ⌊log2 n⌋ and s = ⌊log2 e⌋ + 1.
fn padme(n: u64) -> u64 {
    let e = n.max(2).ilog2();
    let s = e.ilog2() + 1;
    let step = 1_u64 << e.saturating_sub(s);
    n.next_multiple_of(step)
}

/// Zeros and the trailer, handed out piece by piece.
pub(crate) struct Tail {
    left: u64,
    length: u64,
}

impl Tail {
    /// How many bytes are left.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// Fills `out` as far as there is something left; says how much.
    pub(crate) fn fill(&mut self, out: &mut [u8]) -> usize {
        let count = usize::try_from(self.left).unwrap_or(usize::MAX).min(out.len());
        let trailer = self.length.to_be_bytes();
        for byte in out.iter_mut().take(count) {
            let from_end = usize::try_from(self.left).unwrap_or(usize::MAX);
            *byte = TRAILER.checked_sub(from_end).and_then(|at| trailer.get(at)).copied().unwrap_or(0);
            self.left -= 1;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trailer_always_lies_in_the_last_chunk_and_gives_the_length_back() {
        const CHUNK: u64 = 16 * 1024;
        let mut lengths: Vec<u64> = (0..70_000).collect();
        lengths.extend(
            (17..52).flat_map(|bit| (0..40).map(move |d| ((1_u64 << bit) - 20 + d).min(MAX_CONTENT))),
        );
        for length in lengths {
            let total = Padding::Padme.total(length).unwrap();
            assert!(total >= length + 8 && total % CHUNK >= 8, "{length}");
            assert!(total - length <= 24 + length / 8, "{length} {total}");
            let mut tail = Padding::Padme.tail(length).unwrap();
            let mut bytes = vec![1; usize::try_from((total - length).min(4096)).unwrap()];
            if total - length <= 4096 {
                assert_eq!(tail.fill(&mut bytes), bytes.len());
                assert_eq!(tail.fill(&mut [0; 9]), 0);
                assert!(bytes[..bytes.len() - 8].iter().all(|b| *b == 0));
                assert_eq!(Padding::Padme.content(total, &bytes).unwrap(), length);
                for wrong in [length + 1, length.wrapping_sub(1), u64::MAX, total] {
                    let trailer = wrong.to_be_bytes();
                    let same = Padding::Padme.total(wrong).is_ok_and(|t| t == total);
                    assert_eq!(Padding::Padme.content(total, &trailer).is_ok(), same && wrong <= total - 8);
                }
            }
        }
        assert_eq!(Padding::Padme.total(MAX_CONTENT + 1).unwrap_err().code(), "document-too-large");
    }
}
