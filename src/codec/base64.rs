//! Standard base64 with padding (RFC 4648 §4), in its one encoding: no white space, no missing
//! padding, no stray bits. `base64ct` is strict in all three; the tests below hold it to that.

use base64ct::{Base64, Base64Unpadded, Base64UrlUnpadded, Encoding as _};

/// The text of `bytes`.
pub fn encode(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// The bytes of `text`, if it is the text that [`encode`] gives for them.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    Base64::decode_vec(text).ok()
}

/// Exactly `N` bytes.
pub fn fixed<const N: usize>(text: &str) -> Option<[u8; N]> {
    // The length first: nothing is allocated for a text that cannot fit.
    if text.len() != N.div_ceil(3) * 4 {
        return None;
    }
    decode(text)?.try_into().ok()
}

/// The text of `bytes` without padding, as age writes it in headers.
pub fn encode_unpadded(bytes: &[u8]) -> String {
    Base64Unpadded::encode_string(bytes)
}

/// The bytes of `text`, if it is the text that [`encode_unpadded`] gives for them.
pub fn decode_unpadded(text: &str) -> Option<Vec<u8>> {
    Base64Unpadded::decode_vec(text).ok()
}

/// Exactly `N` bytes, without padding.
pub fn fixed_unpadded<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != (N * 8).div_ceil(6) {
        return None;
    }
    decode_unpadded(text)?.try_into().ok()
}

/// The text of `bytes` in the alphabet for addresses, without padding (RFC 4648 §5).
pub fn encode_url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// The bytes of `text`, if it is the text that [`encode_url`] gives for them.
pub fn decode_url(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).ok()
}

/// Writes the text of `bytes` into `out`, which has exactly its length.
pub fn encode_into(bytes: &[u8], out: &mut [u8]) -> Option<()> {
    Base64::encode(bytes, out).ok().map(drop)
}

/// Writes the bytes of `text` into the beginning of `out`; says how many.
pub fn decode_into(text: &[u8], out: &mut [u8]) -> Option<usize> {
    Base64::decode(text, out).ok().map(<[u8]>::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_padding_every_text_of_up_to_four_characters_is_refused_or_the_one_encoding() {
        const CHARACTERS: &[u8] = b"ABCDQgwZabz059+/=-_ \n\r\0~";
        let mut texts = vec![String::new()];
        let mut accepted = 0;
        for _ in 0..4 {
            let longer = |text: &String| {
                let text = text.clone();
                CHARACTERS.iter().map(move |&next| format!("{text}{}", char::from(next))).collect::<Vec<_>>()
            };
            texts = texts.iter().flat_map(longer).collect();
            for text in &texts {
                if let Some(bytes) = decode_unpadded(text) {
                    assert_eq!(&encode_unpadded(&bytes), text);
                    accepted += 1;
                }
            }
        }
        assert!(accepted > 0);
        assert_eq!(decode_unpadded(""), Some(vec![]));
        for length in 0..100_usize {
            let text = encode_unpadded(&vec![0xA5; length]);
            assert_eq!(decode_unpadded(&text).map(|bytes| bytes.len()), Some(length));
            assert_eq!(fixed_unpadded::<32>(&text).is_some(), length == 32);
        }
    }

    #[test]
    fn every_text_of_four_characters_is_refused_or_the_one_encoding() {
        // The whole last block over the alphabet, its neighbours, padding and white space.
        const CHARACTERS: &[u8] = b"ABCDZabz059+/=-_ \n\r\0~";
        let (mut accepted, mut refused) = (0_u32, 0_u32);
        for a in CHARACTERS {
            for b in CHARACTERS {
                for c in CHARACTERS {
                    for d in CHARACTERS {
                        let block = [*a, *b, *c, *d];
                        let text = std::str::from_utf8(&block).unwrap();
                        for text in [text.to_owned(), format!("AAAA{text}")] {
                            match decode(&text) {
                                Some(bytes) => {
                                    assert_eq!(encode(&bytes), text);
                                    accepted += 1;
                                }
                                None => refused += 1,
                            }
                        }
                    }
                }
            }
        }
        // Counted by another implementation.
        assert_eq!((accepted, refused), (2 * 28_912, 2 * 165_569));
    }

    #[test]
    fn every_length_comes_back_and_no_length_is_taken_for_another() {
        for length in 0..100_usize {
            let bytes: Vec<u8> = (0..length).map(|i| u8::try_from(i * 7 % 256).unwrap()).collect();
            let text = encode(&bytes);
            assert_eq!(decode(&text).as_deref(), Some(&bytes[..]));
            assert_eq!(fixed::<32>(&text).is_some(), length == 32);
            if text.ends_with('=') {
                assert_eq!(decode(text.trim_end_matches('=')), None, "padding is required");
            }
            assert_eq!(decode(&format!("{text}\n")), None);
        }
    }
}
