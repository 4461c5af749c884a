//! Names that people gave: one line of plain text, nothing that shows other than it is.

use crate::error::{Code, Result};

/// The most bytes of a name or an organisation.
pub(crate) const MAX: usize = 256;

/// Checks the name of a person.
///
/// # Errors
/// `party` if it is empty, longer than [`MAX`], or has a control character, a line separator or a
/// bidirectional control.
pub(crate) fn check(name: &str) -> Result<()> {
    if name.is_empty() { Err(Code::Party.into()) } else { check_organisation(name) }
}

/// The same for an organisation, which may be empty.
///
/// # Errors
/// As [`check`].
pub(crate) fn check_organisation(name: &str) -> Result<()> {
    if name.len() > MAX || name.contains(misleads) { Err(Code::Party.into()) } else { Ok(()) }
}

/// Text on one line: what would break it or mislead is a space.
pub(crate) fn line(text: &str) -> String {
    text.chars().map(|c| if misleads(c) { ' ' } else { c }).collect()
}

/// What breaks a line or turns the direction of writing. Joiners that cannot be seen stay: names of many
/// languages need them.
pub(crate) fn misleads(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}')
        || matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_that_shows_what_it_is() {
        for good in ["A. Partner", "Ægir Þór", "李雷", "משה", "O'Neill & Co.", &"a".repeat(256)] {
            check(good).unwrap();
        }
        check_organisation("").unwrap();
        let bad =
            ["", "a\nb", "a\rb", "a\0", "\u{7f}", "\u{85}", "a\u{2028}b", "\u{202e}gpj.exe", "\u{200f}"];
        for bad in bad.into_iter().chain([&*"a".repeat(257), &"é".repeat(129)]) {
            assert_eq!(check(bad).unwrap_err().code(), "party", "{bad:?}");
        }
    }
}
