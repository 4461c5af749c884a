//! From files to a share and from a share to a folder. An error leaves nothing behind, and nothing is ever
//! replaced.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::clock::Timestamp;
use crate::error::{Code, Error, Result};
use crate::io::file::{open_regular, write_new, write_new_folder};
use crate::sharing::accept::{Accepted, Refusal, Request, Sink, Step, accept};
use crate::sharing::age::Options;
use crate::sharing::draft::{Draft, Item};
use crate::sharing::make::{Made, make_file};
use crate::sharing::manifest::{Document, Manifest};
use crate::sharing::{Party, media_type};

/// Makes a share of files into the new file `to`. Each document has the name of its file; its media type is told by
/// the name's extension. A file of 64 MiB or more is read once: what is sealed is what was hashed.
///
/// # Errors
/// As [`make`](crate::sharing::make), `source-changed` also for a file that somebody wrote to meanwhile; `not-a-file` for a folder, a pipe or a device; `text` for a name that is no Unicode; `exists` if `to`
/// does.
pub fn share_files(
    sender: &Party,
    draft: &Draft,
    files: &[PathBuf],
    to: &Path,
    now: Timestamp,
    options: Options<'_>,
) -> Result<Made> {
    let mut opened = Vec::with_capacity(files.len());
    for path in files {
        let name = path.file_name().and_then(|name| name.to_str()).ok_or(Code::Text)?;
        let (content, about) = open_regular(path)?;
        opened.push((name, content, about));
    }
    let items: Vec<Item<'_>> = opened
        .iter()
        .map(|(name, content, _)| Item {
            name,
            media_type: media_type::of_name(name),
            content,
            digests: None,
            version: None,
        })
        .collect();
    write_new(to, |out| {
        let made = make_file(sender, draft, &items, now, out, options)?;
        // Half of one version and half of the next would be a document that nobody ever had.
        for (_, content, before) in &opened {
            let after = content.metadata()?;
            if after.len() != before.len() || after.modified().ok() != before.modified().ok() {
                return Err(Code::SourceChanged.into());
            }
        }
        Ok(made)
    })
}

/// Accepts the share `from` into the new folder `into`: README.txt, SHA256SUMS and its signature, `privity/` and
/// `documents/`, as they lie in the archive, so that stock tools verify what was unpacked.
///
/// # Errors
/// As [`accept`]; `exists` if `into` does. Whatever happens, `into` is there whole or not at all.
pub fn accept_folder(
    from: &Path,
    request: &Request<'_>,
    into: &Path,
    options: Options<'_>,
) -> std::result::Result<Accepted, Refusal> {
    let at = |step| move |error: Error| Refusal { step, error };
    let (source, _) = open_regular(from).map_err(at(Step::Decrypt))?;
    // Until every step passed, what fails is of the step it fails at; before the first, of the first.
    let mut step = Step::Decrypt;
    let written = write_new_folder(into, |folder| {
        let mut sink = Folder { folder, last: None, file: None };
        let accepted = accept(&source, request, &mut sink, options);
        step = accepted.as_ref().map_or_else(|refusal| refusal.step, |_| Step::Contents);
        Ok(accepted?)
    });
    written.map_err(|error| Refusal { step, error })
}

/// Writes below a folder that nobody else knows yet.
struct Folder<'f> {
    folder: &'f Path,
    /// Where the last file was made.
    last: Option<PathBuf>,
    file: Option<File>,
}

impl Folder<'_> {
    /// A new file. Its path was checked: below the folder, on every system.
    fn create(&mut self, path: &str) -> Result<File> {
        let path = self.folder.join(path);
        if let Some(parent) = path.parent()
            && self.last.as_deref() != Some(parent)
        {
            fs::create_dir_all(parent)?;
            self.last = Some(parent.to_path_buf());
        }
        Ok(File::options().write(true).create_new(true).open(path)?)
    }
}

impl Sink for Folder<'_> {
    fn part(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        let mut file = self.create(path)?;
        file.write_all(bytes)?;
        Ok(file.sync_all()?)
    }

    fn begin(&mut self, _: &Manifest, document: &Document) -> Result<()> {
        self.file = Some(self.create(&document.path)?);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.file.as_mut().ok_or(Code::Io)?.write_all(bytes)?)
    }

    fn end(&mut self) -> Result<()> {
        Ok(self.file.take().ok_or(Code::Io)?.sync_all()?)
    }
}
