//! Names of archive entries that are safe to write on every system, and names made safe.

use std::collections::BTreeSet;

use crate::error::{Code, Result};

/// Refuses a name that some system would write elsewhere, under another name, or not as it shows:
/// docs/format/share-v1.md, "Names".
///
/// # Errors
/// `entry-name`.
pub fn check(name: &str) -> Result<()> {
    let good = name.len() <= MAX_NAME && name.split('/').all(is_component);
    if good { Ok(()) } else { Err(Code::EntryName.into()) }
}

/// The name of document `index` in an archive, made from the name that a person gave it.
pub fn sanitise(index: u32, given: &str) -> String {
    let given: String = given.chars().map(|c| if c == '/' || is_forbidden(c) { '_' } else { c }).collect();
    let given = without_loose_end(&given);
    // A last part that is short and stands behind something is an extension.
    let (stem, extension) = match given.rfind('.') {
        Some(at) if at > 0 && given.len() - at <= MAX_EXTENSION => given.split_at(at),
        _ => (given.as_str(), ""),
    };
    let mut most = MAX_GIVEN - extension.len();
    let stem = if stem.len() > most {
        while !stem.is_char_boundary(most) {
            most -= 1;
        }
        without_loose_end(stem.split_at(most).0)
    } else {
        stem.to_owned()
    };
    let stem = if stem.is_empty() { "_" } else { &stem };
    format!("documents/{index:04}-{stem}{extension}")
}

/// Whether a character is not shown, or changes how others are: controls, separators of lines, and
/// what Unicode 16 calls format (Cf) or ignorable by default.
pub fn misleads(c: char) -> bool {
    c.is_control() || INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&u32::from(c)))
}

/// Names that can be written side by side also where a system tells no case apart.
#[derive(Default)]
pub struct Names(BTreeSet<String>);

impl Names {
    /// Whether a name is neither there, nor a folder of one, nor below one that is there as a file.
    pub fn insert(&mut self, name: &str) -> bool {
        let name = folded(name);
        let below_a_file = name.match_indices('/').any(|(at, _)| self.0.contains(name.split_at(at).0));
        let inside = format!("{name}/");
        let is_a_folder = self.0.range(inside.clone()..).next().is_some_and(|next| next.starts_with(&inside));
        !below_a_file && !is_a_folder && self.0.insert(name)
    }
}

/// Without case, character by character: `ẞ`, `ß` and `ss` are one, and so are the three sigmas.
fn folded(name: &str) -> String {
    let name = name.chars().flat_map(char::to_lowercase).flat_map(char::to_uppercase);
    name.flat_map(char::to_lowercase).collect()
}

fn is_component(part: &str) -> bool {
    let ends = part.ends_with('.') || part.ends_with(char::is_whitespace);
    // `.` and `..` end in a full stop.
    !part.is_empty()
        && part.len() <= MAX_COMPONENT
        && !ends
        && !part.chars().any(is_forbidden)
        && !is_device(part)
}

fn is_forbidden(c: char) -> bool {
    matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') || misleads(c)
}

/// Windows opens a device by these names in any folder, with any extension, in either case.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = ["com", "lpt"].iter().find_map(|port| stem.strip_prefix(port));
    let port = numbered.is_some_and(|number| {
        let mut digits = number.chars();
        let digit = digits.next().is_some_and(|c| matches!(c, '0'..='9' | '¹' | '²' | '³'));
        digit && digits.next().is_none()
    });
    port || ["con", "prn", "aux", "nul", "conin$", "conout$"].contains(&stem.as_str())
}

/// White space and full stops at the end become `_`.
fn without_loose_end(text: &str) -> String {
    let kept = text.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    let loose = text.chars().count().saturating_sub(kept.chars().count());
    format!("{kept}{}", "_".repeat(loose))
}

/// Bytes of a whole name.
pub const MAX_NAME: usize = 512;
/// Bytes that a file system gives a component.
const MAX_COMPONENT: usize = 255;
/// Bytes of a name that a person gave, once sanitised.
const MAX_GIVEN: usize = 120;
/// Bytes of an extension with its full stop.
const MAX_EXTENSION: usize = 17;

/// General category Cf, Default_Ignorable_Code_Point, and the separators of lines and paragraphs.
const INVISIBLE: &[(u32, u32)] = &[
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x0600, 0x0605),
    (0x061C, 0x061C),
    (0x06DD, 0x06DD),
    (0x070F, 0x070F),
    (0x0890, 0x0891),
    (0x08E2, 0x08E2),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x110BD, 0x110BD),
    (0x110CD, 0x110CD),
    (0x13430, 0x1343F),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_every_system_writes_alike_are_taken() {
        for name in [
            "README.txt",
            "privity/manifest.json",
            "documents/0001-Brief § 1.pdf",
            "a",
            ".hidden",
            "documents/0002-ein Schriftsatz, Anlage K 7 (2).pdf",
            "documents/0003-判決.pdf",
            "console",
            "com10.txt",
            "com",
            "aux_",
            "a b/..c",
            &"x".repeat(255),
            &format!("{}/{}", "x".repeat(255), "y".repeat(255)),
        ] {
            assert!(check(name).is_ok(), "{name:?}");
        }
    }

    #[test]
    fn names_that_are_unsafe_to_write_are_refused() {
        let mut wrong: Vec<String> = [
            "",
            "/",
            "/etc/passwd",
            "a/",
            "a//b",
            ".",
            "..",
            "../x",
            "a/../b",
            "a/.",
            "./a",
            "a\\b",
            "C:",
            "c:/x",
            "a:b",
            "a*",
            "a?",
            "a\"",
            "<a",
            "a>",
            "a|b",
            "a ",
            "a.",
            "a /b",
            "a./b",
            "a\u{a0}",
            "a\u{3000}",
            "a\0b",
            "a\nb",
            "a\rb",
            "a\tb",
            "a\u{7f}b",
            "a\u{85}b",
            "a\u{202e}fdp.exe",
            "a\u{2066}b",
            "a\u{200b}b",
            "a\u{feff}b",
            "a\u{ad}b",
            "a\u{2028}b",
            "a\u{fe0f}b",
            "a\u{e0041}b",
            "a\u{61c}b",
            "con",
            "CON",
            "Con.txt",
            "prn",
            "aux",
            "nul",
            "nul.tar.gz",
            "com1",
            "COM9.x",
            "lpt1",
            "LPT9",
            "com0",
            "com¹",
            "con .txt",
            "conin$",
            "CONOUT$.a",
            "documents/aux.pdf",
            "aux/x",
        ]
        .map(str::to_owned)
        .to_vec();
        wrong.push("x".repeat(256));
        wrong.push(["x".repeat(255), "y".repeat(255), "z".into()].join("/"));
        for name in &wrong {
            assert_eq!(check(name).unwrap_err().code(), "entry-name", "{name:?}");
        }
    }

    #[test]
    fn a_sanitised_name_keeps_what_it_may() {
        for (given, made) in [
            ("Brief § 1.pdf", "documents/0007-Brief § 1.pdf"),
            ("../../etc/passwd", "documents/0007-.._.._etc_passwd"),
            ("a\\b:c*d?e\"f<g>h|i\0j\u{202e}k.pdf", "documents/0007-a_b_c_d_e_f_g_h_i_j_k.pdf"),
            ("", "documents/0007-_"),
            (".", "documents/0007-_"),
            ("..", "documents/0007-__"),
            ("name. .", "documents/0007-name___"),
            (".gitignore", "documents/0007-.gitignore"),
            ("con.txt", "documents/0007-con.txt"),
            ("\u{e9}.pdf", "documents/0007-\u{e9}.pdf"),
        ] {
            assert_eq!(sanitise(7, given), made);
            check(made).unwrap();
        }
        assert_eq!(sanitise(12_345, "a"), "documents/12345-a");
        let long = sanitise(1, &format!("{}.pdf", "§".repeat(200)));
        assert_eq!(long, format!("documents/0001-{}.pdf", "§".repeat(58)));
        let loose = sanitise(1, &format!("{} . x{}", "y".repeat(118), "z".repeat(30)));
        assert_eq!(loose, format!("documents/0001-{}__", "y".repeat(118)));
        let no_extension = sanitise(1, &format!("a.{}", "x".repeat(200)));
        assert_eq!(no_extension.len(), "documents/0001-".len() + 120);
    }

    #[test]
    fn twins_in_another_case_are_one_name() {
        for (one, other) in [
            ("README.txt", "readme.TXT"),
            ("É", "é"),
            ("ΑΣ", "ας"),
            ("ασ", "ας"),
            ("straẞe", "STRASSE"),
            ("straße", "straẞe"),
            ("\u{212a}", "k"),
            ("ſ", "S"),
        ] {
            let mut names = Names::default();
            assert!(names.insert(one) && !names.insert(other), "{one} {other}");
        }
    }

    #[test]
    fn a_file_is_no_folder_of_another() {
        for (one, other) in [("a", "a/b"), ("A", "a/b/c"), ("a/b", "a/B/c")] {
            for [first, second] in [[one, other], [other, one]] {
                let mut names = Names::default();
                assert!(names.insert("a-") && names.insert("a0") && names.insert(first));
                assert!(!names.insert(second), "{first} {second}");
            }
        }
        let mut names = Names::default();
        assert!(["a/b", "a/c", "a.b", "a/bc", "ab/c"].iter().all(|name| names.insert(name)));
    }
}
