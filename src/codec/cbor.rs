//! The one allowed CBOR encoding (RFC 8949 §4.2.1, narrowed): a strict pass in front of
//! `minicbor`, which would accept more.
//!
//! Allowed: unsigned and negative integers ≥ −2^63, byte and text strings, arrays, maps with
//! unsigned keys, `false` and `true`; shortest forms, sorted keys, no duplicates, definite lengths,
//! depth ≤ 8, no trailing bytes. A count larger than the bytes left is refused before anything is
//! allocated. Time is linear, memory constant.

use minicbor::{Decoder, Encoder};

use crate::error::{Code, Result};

/// How deep arrays and maps may nest; the outermost is 1.
const MAX_DEPTH: usize = 8;

/// Refuses every byte string that is not exactly one item in the one allowed encoding.
pub fn check(bytes: &[u8]) -> Result<()> {
    let mut rest = bytes;
    check_item(&mut rest, 0)?;
    if rest.is_empty() { Ok(()) } else { Err(Code::Cbor.into()) }
}

fn check_item(rest: &mut &[u8], depth: usize) -> Result<()> {
    let (major, argument) = take_head(rest)?;
    match major {
        0 => Ok(()),
        1 => refuse_if(argument > i64::MAX.unsigned_abs()),
        2 => take(rest, argument).map(drop),
        3 => match std::str::from_utf8(take(rest, argument)?) {
            Ok(_) => Ok(()),
            Err(_) => Err(Code::Cbor.into()),
        },
        4 => {
            refuse_if(depth >= MAX_DEPTH || argument > left(rest))?;
            (0..argument).try_for_each(|_| check_item(rest, depth + 1))
        }
        5 => {
            refuse_if(depth >= MAX_DEPTH || argument > left(rest) / 2)?;
            let mut last = None;
            for _ in 0..argument {
                let (key_major, key) = take_head(rest)?;
                refuse_if(key_major != 0 || last.is_some_and(|last| last >= key))?;
                last = Some(key);
                check_item(rest, depth + 1)?;
            }
            Ok(())
        }
        // Simple values: false and true alone, in one byte. Major 6 is tags.
        7 => refuse_if(argument != 20 && argument != 21),
        _ => Err(Code::Cbor.into()),
    }
}

/// Reads an initial byte and its argument, which must be in the shortest form. Numeric order of
/// unsigned keys in shortest form is the bytewise order of their encodings.
fn take_head(rest: &mut &[u8]) -> Result<(u8, u64)> {
    let (&first, after) = rest.split_first().ok_or(Code::Cbor)?;
    *rest = after;
    let (major, info) = (first >> 5, first & 31);
    if major == 7 {
        refuse_if(info > 23)?;
        return Ok((major, u64::from(info)));
    }
    let (size, smallest) = match info {
        0..=23 => return Ok((major, u64::from(info))),
        24 => (1, 24),
        25 => (2, 1 << 8),
        26 => (4, 1 << 16),
        27 => (8, 1 << 32),
        _ => return Err(Code::Cbor.into()),
    };
    let argument = take(rest, size)?.iter().fold(0_u64, |value, &byte| (value << 8) | u64::from(byte));
    refuse_if(argument < smallest)?;
    Ok((major, argument))
}

fn take<'b>(rest: &mut &'b [u8], count: u64) -> Result<&'b [u8]> {
    let count = usize::try_from(count).map_err(|_| Code::Cbor)?;
    let (taken, after) = rest.split_at_checked(count).ok_or(Code::Cbor)?;
    *rest = after;
    Ok(taken)
}

fn left(rest: &[u8]) -> u64 {
    u64::try_from(rest.len()).unwrap_or(u64::MAX)
}

fn refuse_if(wrong: bool) -> Result<()> {
    if wrong { Err(Code::Cbor.into()) } else { Ok(()) }
}

/// Reads checked CBOR; its methods fail with `field` where the value is not the one the format
/// asks for.
pub struct Reader<'b>(Decoder<'b>);

/// A map being read in the order of its keys. Every key must be asked for: what is left at
/// [`Reader::end`], or passed over, is an unknown key and refused.
pub struct Fields {
    left: u64,
}

#[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
impl<'b> Reader<'b> {
    /// Checks size and encoding of the whole input first.
    pub fn new(bytes: &'b [u8], cap: usize) -> Result<Self> {
        if bytes.len() > cap {
            return Err(Code::TooLarge.into());
        }
        check(bytes)?;
        Ok(Self(Decoder::new(bytes)))
    }

    /// Reads an item that lay inside input that was checked already.
    pub fn of_checked(item: &'b [u8]) -> Self {
        Self(Decoder::new(item))
    }

    /// Begins a map.
    pub fn map(&mut self) -> Result<Fields> {
        let left = self.0.map().ok().flatten().ok_or(Code::Field)?;
        Ok(Fields { left })
    }

    /// Begins an array; its count is bounded by the bytes there are.
    pub fn array(&mut self) -> Result<u64> {
        Ok(self.0.array().ok().flatten().ok_or(Code::Field)?)
    }

    /// Goes to the value of `key` if that is the next one.
    pub fn optional(&mut self, fields: &mut Fields, key: u64) -> Result<bool> {
        if fields.left == 0 {
            return Ok(false);
        }
        let before = self.0.position();
        if self.unsigned()? == key {
            fields.left -= 1;
            return Ok(true);
        }
        self.0.set_position(before);
        Ok(false)
    }

    /// Goes to the value of `key`, which must be the next one.
    pub fn field(&mut self, fields: &mut Fields, key: u64) -> Result<()> {
        if self.optional(fields, key)? { Ok(()) } else { Err(Code::Field.into()) }
    }

    /// Ends a map: no key may be left.
    #[allow(clippy::needless_pass_by_value, clippy::unused_self)]
    pub fn end(&mut self, fields: Fields) -> Result<()> {
        if fields.left == 0 { Ok(()) } else { Err(Code::Field.into()) }
    }

    pub fn unsigned(&mut self) -> Result<u64> {
        Ok(self.0.u64().map_err(|_| Code::Field)?)
    }

    /// An unsigned value that fits `T`.
    pub fn small<T: TryFrom<u64>>(&mut self) -> Result<T> {
        Ok(T::try_from(self.unsigned()?).map_err(|_| Code::Field)?)
    }

    pub fn signed(&mut self) -> Result<i64> {
        Ok(self.0.i64().map_err(|_| Code::Field)?)
    }

    pub fn bytes(&mut self) -> Result<&'b [u8]> {
        Ok(self.0.bytes().map_err(|_| Code::Field)?)
    }

    /// A byte string of exactly `N` bytes.
    pub fn fixed<const N: usize>(&mut self) -> Result<[u8; N]> {
        Ok(self.bytes()?.try_into().map_err(|_| Code::Field)?)
    }

    pub fn text(&mut self) -> Result<&'b str> {
        Ok(self.0.str().map_err(|_| Code::Field)?)
    }

    pub fn boolean(&mut self) -> Result<bool> {
        Ok(self.0.bool().map_err(|_| Code::Field)?)
    }

    /// The complete encoding of the next item, whatever it is.
    pub fn item(&mut self) -> Result<&'b [u8]> {
        let from = self.0.position();
        self.0.skip().map_err(|_| Code::Field)?;
        Ok(self.0.input().get(from..self.0.position()).ok_or(Code::Field)?)
    }
}

/// Writes CBOR. The caller writes map keys in ascending order and as many items as announced;
/// tests hold every encoder of ours against [`check`].
pub struct Writer(Encoder<Vec<u8>>);

impl Default for Writer {
    fn default() -> Self {
        Self(Encoder::new(Vec::new()))
    }
}

#[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
impl Writer {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn map(&mut self, count: usize) -> &mut Self {
        let _infallible = self.0.map(widen(count));
        self
    }

    pub fn array(&mut self, count: usize) -> &mut Self {
        let _infallible = self.0.array(widen(count));
        self
    }

    pub fn unsigned(&mut self, value: u64) -> &mut Self {
        let _infallible = self.0.u64(value);
        self
    }

    pub fn signed(&mut self, value: i64) -> &mut Self {
        let _infallible = self.0.i64(value);
        self
    }

    pub fn bytes(&mut self, value: &[u8]) -> &mut Self {
        let _infallible = self.0.bytes(value);
        self
    }

    pub fn text(&mut self, value: &str) -> &mut Self {
        let _infallible = self.0.str(value);
        self
    }

    pub fn boolean(&mut self, value: bool) -> &mut Self {
        let _infallible = self.0.bool(value);
        self
    }

    /// An item that is encoded already.
    pub fn item(&mut self, encoded: &[u8]) -> &mut Self {
        self.0.writer_mut().extend_from_slice(encoded);
        self
    }

    pub fn finish(self) -> Vec<u8> {
        self.0.into_writer()
    }
}

fn widen(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_read_in_order_and_to_its_end() {
        let mut writer = Writer::new();
        writer.map(3).unsigned(1).unsigned(7).unsigned(2).text("b").unsigned(4).bytes(&[9; 4]);
        let bytes = writer.finish();
        let read = |want: &[u64]| -> Result<()> {
            let mut reader = Reader::new(&bytes, 64)?;
            let mut fields = reader.map()?;
            for &key in want {
                reader.field(&mut fields, key)?;
                reader.item()?;
            }
            reader.end(fields)
        };
        assert!(read(&[1, 2, 4]).is_ok());
        for wrong in [&[1, 2][..], &[1, 4], &[1, 2, 3], &[2, 4], &[1, 2, 4, 5]] {
            assert_eq!(read(wrong).unwrap_err().code(), "field", "{wrong:?}");
        }
        assert_eq!(Reader::new(&bytes, bytes.len() - 1).err().unwrap().code(), "too-large");
    }
}
