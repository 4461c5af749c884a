//! Lines that end in a newline, decimal numbers and hashes: what the C2SP text formats share.

use crate::codec::base64;
use crate::id::Hash;

/// A text being read line by line; a last line without its newline is no line.
pub struct Lines<'t>(&'t str);

impl<'t> Lines<'t> {
    /// Begins at the first line.
    pub fn new(text: &'t str) -> Self {
        Self(text)
    }

    /// The next line, without its newline.
    pub fn line(&mut self) -> Option<&'t str> {
        let (line, rest) = self.0.split_once('\n')?;
        self.0 = rest;
        Some(line)
    }

    /// The value of the next line if that is `word`, a space and the value.
    pub fn field(&mut self, word: &str) -> Option<&'t str> {
        let value = self.0.strip_prefix(word)?.strip_prefix(' ')?;
        let (value, rest) = value.split_once('\n')?;
        self.0 = rest;
        Some(value)
    }

    /// Hashes up to an empty line, which is read too; `None` if there are more than `most`.
    pub fn hashes(&mut self, most: usize) -> Option<Vec<Hash>> {
        let mut hashes = Vec::new();
        loop {
            match self.line()? {
                "" => return Some(hashes),
                _ if hashes.len() == most => return None,
                line => hashes.push(Hash(base64::fixed(line)?)),
            }
        }
    }

    /// What was not read yet.
    pub fn rest(&self) -> &'t str {
        self.0
    }
}

/// A number in decimal digits without leading zeros.
pub fn decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if canonical && digits && text.len() <= 20 { text.parse().ok() } else { None }
}

/// Hashes, a line each.
pub fn push_hashes(text: &mut String, hashes: &[Hash]) {
    for hash in hashes {
        text.push_str(&base64::encode(&hash.0));
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_text() {
        for number in [0, 1, 9, 10, 1 << 53, u64::MAX] {
            assert_eq!(decimal(&number.to_string()), Some(number));
        }
        for wrong in
            ["", "00", "01", "+1", "-1", " 1", "1 ", "0x1", "1e3", "１", "18446744073709551616", "1\n"]
        {
            assert_eq!(decimal(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_line_ends_in_a_newline() {
        let mut lines = Lines::new("index 7\n\nrest");
        assert_eq!(lines.field("extra"), None);
        assert_eq!(lines.field("index"), Some("7"));
        assert_eq!(lines.hashes(0), Some(vec![]));
        assert_eq!((lines.rest(), lines.line()), ("rest", None));
    }
}
