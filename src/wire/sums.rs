//! SHA256SUMS as `sha256sum` reads it, in one form: the entries of an archive in its order, but for
//! the list itself and its signature.

use crate::error::{Code, Result};
use crate::id::Hash;

use super::entry_name::{self, MAX_NAME, Names};
use super::zip::MAX_ENTRIES;

/// The entry that holds the list.
pub const SUMS: &str = "SHA256SUMS";
/// The entry that holds its signature.
pub const SIGNATURE: &str = "SHA256SUMS.sig";

/// A list whose form was checked.
pub struct Sums(Vec<(String, Hash)>);

/// The list of these entries, in this order.
///
/// # Errors
/// `sums` if there is none, a name stands twice, or it is one of the list's own; `entry-name`.
pub fn write<'n>(entries: impl IntoIterator<Item = (&'n str, Hash)>) -> Result<String> {
    let mut text = String::new();
    let mut names = Names::default();
    for (name, hash) in entries {
        entry_name::check(name)?;
        if is_own(name) || !names.insert(name) {
            return Err(Code::Sums.into());
        }
        text.push_str(&format!("{hash}  {name}\n"));
    }
    if text.is_empty() { Err(Code::Sums.into()) } else { Ok(text) }
}

impl Sums {
    /// Reads a list; every entry has one line.
    ///
    /// # Errors
    /// `too-large` above [`MAX_SUMS`], `sums`.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_SUMS {
            return Err(Code::TooLarge.into());
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Code::Sums)?;
        let lines = text.strip_suffix('\n').ok_or(Code::Sums)?.split('\n');
        let mut names = Names::default();
        let mut entries = Vec::new();
        for line in lines {
            let (hash, name) = line.split_once("  ").ok_or(Code::Sums)?;
            let hash = hash.parse().map_err(|_| Code::Sums)?;
            entry_name::check(name).map_err(|_| Code::Sums)?;
            if entries.len() == MAX_ENTRIES || is_own(name) || !names.insert(name) {
                return Err(Code::Sums.into());
            }
            entries.push((name.to_owned(), hash));
        }
        Ok(Self(entries))
    }

    /// Names and hashes, in archive order.
    #[must_use]
    pub fn entries(&self) -> &[(String, Hash)] {
        &self.0
    }

    /// Whether the list has just these entries of an archive, in their order. The list itself and its
    /// signature may stand among them.
    ///
    /// # Errors
    /// `sums`.
    #[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
    pub fn check_listing<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Result<()> {
        let listed = self.0.iter().map(|(name, _)| name.as_str());
        if names.into_iter().filter(|name| !is_own(name)).eq(listed) {
            Ok(())
        } else {
            Err(Code::Sums.into())
        }
    }
}

/// Names of documents are confidential.
impl std::fmt::Debug for Sums {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sums").field("entries", &self.0.len()).finish()
    }
}

fn is_own(name: &str) -> bool {
    name == SUMS || name == SIGNATURE
}

/// The most bytes of a list: every entry that an archive may have, under the longest name.
pub const MAX_SUMS: usize = MAX_ENTRIES * (64 + 2 + MAX_NAME + 1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_comes_back_and_is_compared_in_order() {
        let entries = [("README.txt", Hash([1; 32])), ("documents/0001-a  b", Hash([2; 32]))];
        let text = write(entries).unwrap();
        let sums = Sums::parse(text.as_bytes()).unwrap();
        assert_eq!(sums.entries(), entries.map(|(name, hash)| (name.to_owned(), hash)));
        sums.check_listing(["README.txt", SUMS, SIGNATURE, "documents/0001-a  b"]).unwrap();
        sums.check_listing(["README.txt", "documents/0001-a  b"]).unwrap();
        for wrong in [
            vec!["documents/0001-a  b", "README.txt"],
            vec!["README.txt"],
            vec!["README.txt", "documents/0001-a  b", "extra"],
            vec!["README.txt", "sha256sums", "documents/0001-a  b"],
            vec!["readme.txt", "documents/0001-a  b"],
        ] {
            assert_eq!(sums.check_listing(wrong.iter().copied()).unwrap_err().code(), "sums", "{wrong:?}");
        }
    }

    #[test]
    fn what_cannot_be_listed_is_not_written() {
        let hash = Hash([0; 32]);
        for (names, code) in [
            (vec![], "sums"),
            (vec![SUMS], "sums"),
            (vec![SIGNATURE], "sums"),
            (vec!["a", "A"], "sums"),
            (vec!["a\nb"], "entry-name"),
            (vec!["a\\b"], "entry-name"),
        ] {
            assert_eq!(write(names.iter().map(|name| (*name, hash))).unwrap_err().code(), code, "{names:?}");
        }
    }
}
