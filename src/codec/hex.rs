//! Bytes in lower-case hexadecimal.

/// The text of bytes.
pub fn encode(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Exactly `N` bytes.
pub fn fixed<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    if text.len() != 2 * N {
        return None;
    }
    let mut out = [0; N];
    for (to, pair) in out.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let [high, low] = *pair else { return None };
        *to = digit(high)? << 4 | digit(low)?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_one_text() {
        assert_eq!(encode(&[0, 0x9a, 0xff]), "009aff");
        assert_eq!(fixed("009aff"), Some([0, 0x9a, 0xff]));
        for wrong in ["", "009af", "009aff0", "009AFF", "009afg", "0x9aff", "００"] {
            assert_eq!(fixed::<3>(wrong), None, "{wrong:?}");
        }
    }
}
