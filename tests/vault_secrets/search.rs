//! A search for secrets in bytes, files, text and the memory of a process.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use privity::SecretBytes;

/// Secrets by what they are.
#[derive(Default)]
pub struct Needles {
    parts: Vec<(String, Vec<u8>)>,
    /// Parts by their first bytes.
    by_start: HashMap<[u8; 4], Vec<usize>>,
}

/// How often a part of each was found, and where.
pub type Found = BTreeMap<String, Vec<String>>;

/// As long a piece of a secret as is never there by accident.
const PART: usize = 16;

impl Needles {
    /// Looks for every half of it: what is left of a secret may have lost the other.
    pub fn add(&mut self, what: &str, secret: &SecretBytes) {
        let bytes = secret.expose_secret();
        assert!(bytes.len() >= PART, "{what} is too short to be found");
        for part in bytes.chunks_exact(PART) {
            let start = *part.first_chunk().expect("long enough");
            self.by_start.entry(start).or_default().push(self.parts.len());
            self.parts.push((what.to_owned(), part.to_vec()));
        }
    }

    pub fn kinds(&self) -> std::collections::BTreeSet<String> {
        self.parts.iter().map(|(what, _)| what.clone()).collect()
    }

    pub fn in_bytes(&self, bytes: &[u8], place: &str, found: &mut Found) {
        for (at, window) in bytes.windows(PART).enumerate() {
            let start: [u8; 4] = [window[0], window[1], window[2], window[3]];
            let Some(candidates) = self.by_start.get(&start) else { continue };
            for (what, part) in candidates.iter().map(|&index| &self.parts[index]) {
                if part == window {
                    found.entry(what.clone()).or_default().push(format!("{place} +{at:#x}"));
                }
            }
        }
    }

    /// Raw, as hex, base64, or the list that `Debug` makes of bytes.
    pub fn in_text(&self, text: &str, place: &str, found: &mut Found) {
        self.in_bytes(text.as_bytes(), place, found);
        let lower = text.to_lowercase();
        for (what, part) in &self.parts {
            let hex: String = part.iter().map(|byte| format!("{byte:02x}")).collect();
            let list = format!("{part:?}");
            let list = list.trim_matches(['[', ']']);
            // Twelve bytes at either place of a triple are 15 characters that do not depend on others.
            let base64 = (0..3).any(|skip| {
                let whole = privity::testing::base64::encode(&part[skip..skip + 12]);
                text.contains(&whole[..15])
            });
            if lower.contains(&hex) || text.contains(list) || base64 {
                found.entry(what.clone()).or_default().push(place.to_owned());
            }
        }
    }

    /// Every file below a folder.
    pub fn in_files(&self, folder: &Path, found: &mut Found) -> usize {
        let mut files = 0;
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                files += self.in_files(&path, found);
            } else if let Ok(bytes) = std::fs::read(&path) {
                files += 1;
                self.in_bytes(&bytes, &path.display().to_string(), found);
            }
        }
        files
    }

    /// Files that a process has open, removed ones among them.
    pub fn in_open_files(&self, pid: u32, found: &mut Found) {
        for entry in std::fs::read_dir(format!("/proc/{pid}/fd")).expect("open files").flatten() {
            let path = entry.path();
            if std::fs::metadata(&path).is_ok_and(|about| about.is_file()) {
                let named = std::fs::read_link(&path).unwrap_or_default().display().to_string();
                let bytes = std::fs::read(&path).unwrap_or_default();
                self.in_bytes(&bytes, &named, found);
            }
        }
    }

    /// All that a process could put into a core dump: everything it can read. Also how many bytes.
    ///
    /// # Errors
    /// What the system says where it does not let us.
    pub fn in_memory(&self, pid: u32) -> std::io::Result<(Found, u64)> {
        use std::os::unix::fs::FileExt as _;
        let maps = std::fs::read_to_string(format!("/proc/{pid}/maps"))?;
        let memory = std::fs::File::open(format!("/proc/{pid}/mem"))?;
        let (mut found, mut read) = (Found::new(), 0);
        let mut window = vec![0; WINDOW];
        for line in maps.lines() {
            let mut words = line.split_whitespace();
            let (range, access) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let named = words.nth(3).unwrap_or("anonymous");
            if !access.starts_with('r') || named.starts_with("[v") {
                continue;
            }
            let (from, to) = range.split_once('-').expect("a range");
            let number = |hex| u64::from_str_radix(hex, 16).expect("an address");
            let (mut at, to) = (number(from), number(to));
            while at < to {
                let length = usize::try_from((to - at).min(WINDOW as u64)).expect("a window");
                // What vanished meanwhile is not there.
                let Ok(()) = memory.read_exact_at(&mut window[..length], at) else { break };
                self.in_bytes(&window[..length], &format!("{named} {access} {at:#x}"), &mut found);
                read += length as u64;
                if length < WINDOW {
                    break;
                }
                at += (WINDOW - PART + 1) as u64;
            }
        }
        if read == 0 {
            return Err(std::io::Error::other("no memory could be read"));
        }
        Ok((found, read))
    }
}

const WINDOW: usize = 1 << 20;
