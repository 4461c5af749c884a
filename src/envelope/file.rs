//! From file to file. An error leaves no file behind, and no file is ever replaced.

use std::path::Path;

use crate::envelope::sealer::seal_stream_of;
use crate::envelope::{Expected, Header, Opener, Options, Summary};
use crate::error::{Code, Result};
use crate::io::file::{open_regular, write_new};
use crate::keys::{DocumentKey, OpeningKey};

/// Seals the file `from` into the new file `to` under a new key. When this returns, `to` is durable
/// and complete under its name; on any error there is no `to` and nothing else is left.
///
/// # Errors
/// `not-a-file` if `from` is a folder, a pipe or a device; `exists` if `to` does; `source-changed`
/// if somebody wrote to `from` meanwhile; `io`, `entropy`, `document-too-large`, `cancelled`.
pub fn seal_file(
    header: &Header,
    from: &Path,
    to: &Path,
    options: Options<'_>,
) -> Result<(DocumentKey, Summary)> {
    let (source, before) = open_regular(from)?;
    let length = before.len();
    write_new(to, |target| {
        let (key, summary) = seal_stream_of(header, &source, target, options, Some(length))?;
        let after = source.metadata()?;
        // Not every file system knows when a file was written; its length is always compared.
        let rewritten = matches!((before.modified(), after.modified()), (Ok(a), Ok(b)) if a != b);
        if summary.digests.length != length || after.len() != length || rewritten {
            return Err(Code::SourceChanged.into());
        }
        Ok((key, summary))
    })
}

/// Opens the sealed file `from` into the new file `to`, which only its owner may read where the
/// system knows permissions. When this returns, the content was verified as a whole and `to` is
/// durable; on any error there is no `to`.
///
/// # Errors
/// As [`Opener::new`] and [`Opener::copy_to`]; `not-a-file`; `exists` if `to` does.
pub fn open_file(
    key: &OpeningKey,
    expected: &Expected,
    from: &Path,
    to: &Path,
    options: Options<'_>,
) -> Result<u64> {
    let (source, _) = open_regular(from)?;
    let opener = Opener::new(key, expected, source)?;
    write_new(to, |target| opener.copy_to(target, options))
}
