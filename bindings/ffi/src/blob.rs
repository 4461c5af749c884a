//! Bytes that cross at once, where a `Vec<u8>` would cross one by one.
//!
//! Foreign code sees `bytes`, `Data` and `ByteArray`. Between the languages stands a buffer with the
//! length as a big-endian `i32` before the bytes; both types here keep that form, so that crossing
//! costs no copy on this side.

// UniFFI declares its conversions unsafe: an implementation must match what the generated code
// writes and reads. These read and write what those of `Vec<u8>` do, under the same type id; they
// touch no pointer.
#![allow(unsafe_code)]

use std::fmt;
use std::sync::Once;

use privity::SecretBytes;
use uniffi::deps::anyhow;
use uniffi::{Lift, Lower, MetadataBuffer, RustBuffer, TypeId};
use zeroize::{Zeroize, Zeroizing};

use crate::UniFfiTag;
use crate::error::{Own, Result};

/// Bytes on their way in or out. `Debug` shows their number.
#[derive(Clone, PartialEq, Eq)]
pub struct Blob(Vec<u8>);

/// A secret on its way in or out: the unlocking secret of a protector, or a passphrase. Wiped here
/// when it is dropped; what the other language does with its copy, we cannot say.
pub struct SecretBlob(SecretBytes);

impl Blob {
    /// The most that crosses in one call, in bytes: lengths are 32-bit and signed there.
    pub const MAX: u64 = i32::MAX as u64 - PREFIX as u64;

    /// Bytes to hand over.
    ///
    /// # Errors
    /// `bytes-too-long`.
    pub fn new(bytes: &[u8]) -> Result<Self> {
        Self::fill(bytes.len() as u64, |out| {
            out.extend_from_slice(bytes);
            Ok(())
        })
    }

    /// Lets `write` append about `expected` bytes.
    ///
    /// # Errors
    /// `bytes-too-long`, before anything is written if `expected` says so; those of `write`.
    pub fn fill(expected: u64, write: impl FnOnce(&mut Vec<u8>) -> privity::Result<()>) -> Result<Self> {
        if expected > Self::MAX {
            return Err(Own::BytesTooLong.into());
        }
        let expected = usize::try_from(expected).map_err(|_| Own::BytesTooLong)?;
        if expected > MMAP {
            KEEP.call_once(keep_freed);
        }
        let mut framed = Vec::with_capacity(PREFIX + expected);
        framed.extend_from_slice(&[0; PREFIX]);
        write(&mut framed)?;
        let length = framed.len() - PREFIX;
        let length = i32::try_from(length).ok().filter(|&length| length as u64 <= Self::MAX);
        let length = length.ok_or(Own::BytesTooLong)?;
        if let Some(prefix) = framed.first_chunk_mut() {
            *prefix = length.to_be_bytes();
        }
        Ok(Self(framed))
    }

    /// Lets `write` fill exactly so many bytes.
    ///
    /// # Errors
    /// `bytes-too-long`; those of `write`.
    pub fn zeros(length: u64, write: impl FnOnce(&mut [u8]) -> privity::Result<()>) -> Result<Self> {
        Self::fill(length, |framed| {
            // `fill` has made sure that it fits.
            framed.resize(PREFIX + usize::try_from(length).unwrap_or(0), 0);
            write(framed.get_mut(PREFIX..).unwrap_or_default())
        })
    }

    /// The bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.0.get(PREFIX..).unwrap_or_default()
    }
}

impl SecretBlob {
    /// A secret to hand over.
    #[must_use]
    pub fn new(secret: SecretBytes) -> Self {
        Self(secret)
    }

    /// What came in.
    #[must_use]
    pub fn into_secret(self) -> SecretBytes {
        self.0
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.as_slice().len())
    }
}

/// How long the bytes in a buffer are; it must hold them and nothing else.
fn framed(buffer: &[u8]) -> anyhow::Result<usize> {
    let (length, rest) = buffer.split_first_chunk().ok_or_else(cut)?;
    let length = usize::try_from(i32::from_be_bytes(*length)).map_err(|_| cut())?;
    if rest.len() < length { Err(cut()) } else { Ok(length) }
}

fn cut() -> anyhow::Error {
    anyhow::Error::msg("bytes were cut on their way")
}

/// Takes the bytes at the front of a larger buffer.
fn take<'b>(buffer: &mut &'b [u8]) -> anyhow::Result<&'b [u8]> {
    let length = framed(buffer)?;
    let (taken, rest) = buffer.split_at_checked(PREFIX + length).ok_or_else(cut)?;
    *buffer = rest;
    Ok(taken)
}

const PREFIX: usize = size_of::<i32>();

/// Lets the allocator keep what big calls free, for the next.
///
/// glibc gives a buffer as big as any before it back to the system at once, and takes it anew a page at a time: of a
/// call with 16 MiB that was half the time. How much it keeps it learns from the biggest buffer that was freed, up to
/// 32 MiB (`mallopt(3)`, dynamic mmap threshold). So it is shown one; no page of it is touched. Other allocators
/// take no notice.
fn keep_freed() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(LARGEST)));
}

static KEEP: Once = Once::new();
/// From here on glibc asks the system, until it learns.
const MMAP: usize = 128 << 10;
/// A little less than what it learns from.
const LARGEST: usize = (32 << 20) - (64 << 10);

unsafe impl Lower<UniFfiTag> for Blob {
    type FfiType = RustBuffer;

    fn lower(blob: Self) -> RustBuffer {
        RustBuffer::from_vec(blob.0)
    }

    fn write(blob: Self, buffer: &mut Vec<u8>) {
        buffer.extend_from_slice(&blob.0);
    }
}

unsafe impl Lift<UniFfiTag> for Blob {
    type FfiType = RustBuffer;

    fn try_lift(buffer: RustBuffer) -> anyhow::Result<Self> {
        let framed_bytes = buffer.destroy_into_vec();
        if framed(&framed_bytes)? + PREFIX != framed_bytes.len() {
            return Err(cut());
        }
        Ok(Self(framed_bytes))
    }

    fn try_read(buffer: &mut &[u8]) -> anyhow::Result<Self> {
        Ok(Self(take(buffer)?.to_vec()))
    }
}

impl TypeId<UniFfiTag> for Blob {
    const TYPE_ID_META: MetadataBuffer = <Vec<u8> as TypeId<UniFfiTag>>::TYPE_ID_META;
}

unsafe impl Lower<UniFfiTag> for SecretBlob {
    type FfiType = RustBuffer;

    fn lower(secret: Self) -> RustBuffer {
        Self::lower_into_rust_buffer(secret)
    }

    fn write(secret: Self, buffer: &mut Vec<u8>) {
        let bytes = secret.0.expose_secret();
        // Exact, so that no second allocation leaves a copy behind.
        buffer.reserve_exact(PREFIX + bytes.len());
        buffer.extend_from_slice(&i32::try_from(bytes.len()).unwrap_or(0).to_be_bytes());
        buffer.extend_from_slice(bytes);
    }
}

unsafe impl Lift<UniFfiTag> for SecretBlob {
    type FfiType = RustBuffer;

    fn try_lift(buffer: RustBuffer) -> anyhow::Result<Self> {
        // Adopted whole: the buffer that came in is the one that is wiped.
        let mut bytes = Zeroizing::new(buffer.destroy_into_vec());
        if framed(&bytes)? + PREFIX != bytes.len() {
            return Err(cut());
        }
        let length = bytes.len() - PREFIX;
        bytes.copy_within(PREFIX.., 0);
        if let Some(tail) = bytes.get_mut(length..) {
            tail.zeroize();
        }
        bytes.truncate(length);
        Ok(Self(SecretBytes::new(std::mem::take(&mut *bytes))))
    }

    fn try_read(buffer: &mut &[u8]) -> anyhow::Result<Self> {
        let taken = take(buffer)?;
        Ok(Self(SecretBytes::new(taken.get(PREFIX..).unwrap_or_default().to_vec())))
    }
}

impl TypeId<UniFfiTag> for SecretBlob {
    const TYPE_ID_META: MetadataBuffer = <Vec<u8> as TypeId<UniFfiTag>>::TYPE_ID_META;
}

uniffi::derive_ffi_traits!(impl LowerReturn<crate::UniFfiTag> for Blob);
uniffi::derive_ffi_traits!(impl LiftReturn<crate::UniFfiTag> for Blob);
uniffi::derive_ffi_traits!(impl LiftRef<crate::UniFfiTag> for Blob);
uniffi::derive_ffi_traits!(impl LowerReturn<crate::UniFfiTag> for SecretBlob);
uniffi::derive_ffi_traits!(impl LiftReturn<crate::UniFfiTag> for SecretBlob);

#[cfg(test)]
mod tests {
    use super::*;

    fn crossed(bytes: &[u8]) -> Vec<u8> {
        [&i32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
    }

    fn lift<T: Lift<UniFfiTag, FfiType = RustBuffer>>(bytes: Vec<u8>) -> Option<T> {
        T::try_lift(RustBuffer::from_vec(bytes)).ok()
    }

    #[test]
    fn a_blob_crosses_as_a_vector_of_bytes_does() {
        for bytes in [&b""[..], b"a", &[7; 100_000]] {
            let blob = Blob::new(bytes).unwrap();
            let lowered = <Blob as Lower<UniFfiTag>>::lower(blob.clone()).destroy_into_vec();
            let vector = <Vec<u8> as Lower<UniFfiTag>>::lower(bytes.to_vec()).destroy_into_vec();
            assert_eq!(lowered, vector);
            assert_eq!(lift::<Blob>(vector).unwrap().as_slice(), bytes);
            let secret = lift::<SecretBlob>(crossed(bytes)).unwrap();
            let lowered = <SecretBlob as Lower<UniFfiTag>>::lower(secret).destroy_into_vec();
            assert_eq!(lowered, crossed(bytes));
        }
        assert_eq!(
            <Blob as TypeId<UniFfiTag>>::TYPE_ID_META.as_ref(),
            <Vec<u8> as TypeId<UniFfiTag>>::TYPE_ID_META.as_ref()
        );
    }

    #[test]
    fn blobs_stand_one_behind_the_other_in_a_list() {
        let list = vec![Blob::new(b"one").unwrap(), Blob::new(b"").unwrap(), Blob::new(b"three").unwrap()];
        let lowered = <Vec<Blob> as Lower<UniFfiTag>>::lower(list.clone());
        assert_eq!(<Vec<Blob> as Lift<UniFfiTag>>::try_lift(lowered).unwrap(), list);
        let mut rest = &crossed(b"secret")[..];
        let secret = <SecretBlob as Lift<UniFfiTag>>::try_read(&mut rest).unwrap();
        assert_eq!((secret.into_secret().expose_secret(), rest), (&b"secret"[..], &b""[..]));
    }

    #[test]
    fn bytes_that_were_cut_or_lie_about_their_length_are_refused() {
        let right = crossed(b"bytes");
        let mut negative = right.clone();
        negative[0] = 0xFF;
        let longer = [&right[..], b"x"].concat();
        for wrong in [vec![], right[..3].to_vec(), right[..8].to_vec(), longer, negative] {
            assert!(lift::<Blob>(wrong.clone()).is_none() && lift::<SecretBlob>(wrong).is_none());
        }
        assert!(<Blob as Lift<UniFfiTag>>::try_read(&mut &right[..8]).is_err());
    }

    #[test]
    fn more_than_one_call_takes_is_refused_before_it_is_written() {
        for length in [Blob::MAX + 1, 1 << 31, (1 << 32) + 3, u64::MAX] {
            let refused = Blob::fill(length, |_| panic!("nothing is written")).unwrap_err();
            assert_eq!(refused.code(), "bytes-too-long");
        }
    }
}
