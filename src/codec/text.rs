//! The text of ids: a typed prefix, an underscore, 26 characters of Crockford's base 32.
//!
//! 128 bits in 26 characters of five: the first character is at most `7`. One text per id: lower
//! case, no aliases (`i`, `l`, `o`, `u` are refused).

use std::fmt;
use std::str::FromStr;

use crate::error::{Code, Error, Result};
use crate::id::{Hash, Id, for_every_id};

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 26;

fn write_id(id: &impl Id, prefix: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let value = u128::from_be_bytes(*id.bytes());
    let mut text = String::with_capacity(prefix.len() + 1 + LENGTH);
    text.push_str(prefix);
    text.push('_');
    for place in (0..LENGTH).rev() {
        let digit = usize::try_from((value >> (5 * place)) & 31).unwrap_or_default();
        text.push(char::from(*DIGITS.get(digit).unwrap_or(&b'0')));
    }
    f.pad(&text)
}

fn read_id<T: Id>(text: &str) -> Result<T> {
    let digits = text.strip_prefix(T::PREFIX).and_then(|rest| rest.strip_prefix('_')).ok_or(Code::Text)?;
    if digits.len() != LENGTH {
        return Err(Code::Text.into());
    }
    let mut value: u128 = 0;
    for (place, byte) in digits.bytes().enumerate() {
        let digit = DIGITS.iter().position(|&known| known == byte).ok_or(Code::Text)?;
        if place == 0 && digit > 7 {
            return Err(Code::Text.into());
        }
        value = (value << 5) | u128::try_from(digit).map_err(|_| Code::Text)?;
    }
    Ok(T::of(value.to_be_bytes()))
}

macro_rules! as_text {
    ($id:path) => {
        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_id(self, <Self as Id>::PREFIX, f)
            }
        }

        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $id {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                read_id(text)
            }
        }
    };
}
for_every_id!(as_text);

/// As it is displayed: 64 lower-case hexadecimal digits, one text per hash.
impl FromStr for Hash {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let digit = |byte: &u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(Code::Text),
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let bytes = pairs.iter().map(|[high, low]| Ok(digit(high)? << 4 | digit(low)?));
        let bytes = bytes.collect::<Result<Vec<u8>>>()?.try_into().map_err(|_| Code::Text)?;
        if rest.is_empty() { Ok(Self(bytes)) } else { Err(Code::Text.into()) }
    }
}

#[cfg(test)]
mod tests {
    use crate::id::{DocumentId, Hash, MatterId};

    #[test]
    fn a_hash_has_exactly_one_text() {
        let hash = Hash(std::array::from_fn(|at| u8::try_from(at * 8 + 3).unwrap()));
        let text = hash.to_string();
        assert_eq!(text.parse::<Hash>().unwrap(), hash);
        let (short, long, upper) = (text.replacen("03", "3", 1), format!("{text}0"), text.to_uppercase());
        for bad in ["", &short, &long, &upper, &text.replace("03", "0g"), &"é".repeat(32)] {
            assert_eq!(bad.parse::<Hash>().unwrap_err().code(), "text", "{bad}");
        }
    }

    #[test]
    fn an_id_has_exactly_one_text() {
        let id = MatterId::from_bytes([0xFF; 16]);
        assert_eq!(id.to_string(), "mat_7zzzzzzzzzzzzzzzzzzzzzzzzz");
        assert_eq!(id.to_string().parse::<MatterId>().unwrap(), id);
        for bad in [
            "doc_7zzzzzzzzzzzzzzzzzzzzzzzzz",
            "mat_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "mat_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "mat_7zzzzzzzzzzzzzzzzzzzzzzzzl",
            "mat_7zzzzzzzzzzzzzzzzzzzzzzzz",
            "mat_7zzzzzzzzzzzzzzzzzzzzzzzzzz",
            "mat7zzzzzzzzzzzzzzzzzzzzzzzzzz",
            "mat_",
            "",
            "mat_7zzzzzzzzzzzzzzzzzzzzzzzzé",
        ] {
            assert_eq!(bad.parse::<MatterId>().unwrap_err().code(), "text", "{bad}");
        }
        let zero = DocumentId::from_bytes([0; 16]);
        assert_eq!(zero.to_string(), "doc_00000000000000000000000000");
    }
}
