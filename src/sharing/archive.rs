//! The archive of a share as it is read to be sealed: its parts one after the other, each read straight to where it is
//! wanted.

use std::collections::VecDeque;
use std::io::{self, Cursor, Read};

use crate::crypto::hash::{Digests, Hasher};
use crate::error::{Code, Error, Result};
use crate::io::ReadAt;
use crate::sharing::content::{Sealed, changed};
use crate::sharing::draft::Item;
use crate::wire::zip::Layout;

/// An archive, or a run of chunks of one.
pub struct Archive<'a>(VecDeque<Part<'a>>);

/// Chunks that are left to seal: those from `first` on before `until`, or all.
pub struct Run<'a> {
    pub first: u64,
    pub until: Option<u64>,
    pub archive: Archive<'a>,
}

enum Part<'a> {
    Lent(&'a [u8]),
    Own(Cursor<Vec<u8>>),
    Content(Content<'a>),
}

struct Content<'a> {
    from: &'a dyn ReadAt,
    at: u64,
    known: Digests,
    /// What it means if it is another: whether the digests were told or read.
    other: Code,
    hasher: Hasher,
}

/// The runs that are left when the inner parts of some contents were sealed, in the order of the items.
pub fn runs<'a>(
    front: &[&'a [u8]],
    items: &[Item<'a>],
    digests: &[Digests],
    layout: &Layout,
    inner: Vec<Sealed>,
) -> Result<Vec<Run<'a>>> {
    let own = |bytes| Part::Own(Cursor::new(bytes));
    let contents = items.iter().zip(digests).map(|(item, known)| {
        let other = if item.digests.is_some() { Code::ContentMismatch } else { Code::SourceChanged };
        Part::Content(Content { from: item.content, at: 0, known: *known, other, hasher: Hasher::default() })
    });
    let mut inner = inner.into_iter().peekable();
    let (mut first, mut runs, mut parts) = (0, Vec::new(), VecDeque::new());
    for (entry, part) in front.iter().map(|bytes| Part::Lent(bytes)).chain(contents).enumerate() {
        parts.push_back(own(layout.local_header(entry)?));
        match inner.next_if(|sealed| sealed.entry == entry) {
            None => parts.push_back(part),
            Some(sealed) => {
                parts.push_back(own(sealed.before));
                let archive = Archive(std::mem::take(&mut parts));
                runs.push(Run { first, until: Some(sealed.chunks.start), archive });
                first = sealed.chunks.end;
                parts.push_back(own(sealed.behind));
            }
        }
    }
    parts.push_back(own(layout.tail()));
    runs.push(Run { first, until: None, archive: Archive(parts) });
    Ok(runs)
}

impl<'a> Archive<'a> {
    /// All of it.
    pub fn new(front: &[&'a [u8]], items: &[Item<'a>], digests: &[Digests], layout: &Layout) -> Result<Self> {
        let mut parts = VecDeque::new();
        for run in runs(front, items, digests, layout, Vec::new())? {
            parts.extend(run.archive.0);
        }
        Ok(Self(parts))
    }
}

impl Read for Content<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.known.length - self.at).unwrap_or(usize::MAX);
        let most = left.min(out.len());
        let out = out.get_mut(..most).unwrap_or_default();
        if !out.is_empty() {
            self.from.read_exact_at(self.at, out).map_err(changed)?;
            self.hasher.update(out);
            self.at += out.len() as u64;
        }
        Ok(out.len())
    }
}

impl Content<'_> {
    /// Whether what was read to its end is what was signed.
    fn is_signed(&self) -> io::Result<bool> {
        if self.known.length == 0 {
            // Nothing was read: what opens and verifies as it is read is opened here.
            self.from.read_exact_at(0, &mut [])?;
        }
        Ok(self.hasher.clone().finish() == self.known && self.from.size()? == self.known.length)
    }
}

impl Read for Archive<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(part) = self.0.front_mut().filter(|_| !out.is_empty()) {
            let count = match part {
                Part::Lent(bytes) => bytes.read(out)?,
                Part::Own(bytes) => bytes.read(out)?,
                Part::Content(content) => content.read(out)?,
            };
            if count > 0 {
                return Ok(count);
            }
            if let Part::Content(content) = part
                && !content.is_signed()?
            {
                return Err(Error::from(content.other).into());
            }
            self.0.pop_front();
        }
        Ok(0)
    }
}
