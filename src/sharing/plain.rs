//! Text of people: what may stand in a name or a term, and how it is shown on one line.

/// Whether it is a name: one line, 1 to 256 bytes.
pub fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 256 && text.chars().all(|c| !misleads(c))
}

/// Whether it is text of lines: nothing in it misleads but line feeds.
pub fn is_text(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || !misleads(c))
}

/// Text on one line: what would break it or mislead is a space.
pub fn line(text: &str) -> String {
    text.chars().map(|c| if misleads(c) { ' ' } else { c }).collect()
}

/// Characters that are no text: controls, separators of lines, what changes the direction of text or is
/// not seen at all (Unicode's general categories Cc, Zl, Zp and what is invisible of Cf).
pub fn misleads(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}
