//! Sealing many small files against copying them just as durably.

use std::cell::OnceCell;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use privity::store::Storage;
use privity::vault::{NewDocument, NewMatter};

use super::firm::{durable_folder, found};
use crate::aims::aim::{Aim, Goal, Measured, Pair, Unmeasured, check, pairs, timed};
use crate::aims::env::{Env, Random};

const FILES: usize = 2_000;
/// As many as the vault puts into a commit.
const GROUP: usize = 256;

pub fn aims() -> Vec<Aim> {
    let kept = Rc::new(OnceCell::new());
    let again = Rc::clone(&kept);
    vec![
        Aim::new("vault/seal-all/ratio", Goal::AtLeast(0.5), move |env| measured(env, &kept)),
        Aim::new("vault/seal-all/documents-a-second", Goal::AtLeast(1_000.0), move |env| {
            let measured = measured(env, &again)?;
            Ok(Measured { figure: measured.ours, of: "docs/s", ..measured })
        }),
    ]
}

/// Both aims speak of one measurement.
fn measured(env: &Env, kept: &OnceCell<Vec<Pair>>) -> Result<Measured, Unmeasured> {
    if kept.get().is_none() {
        let _first = kept.set(measure(env)?);
    }
    let pairs = kept.get().map(Vec::as_slice).unwrap_or_default();
    Ok(Measured::rate(FILES, "copy, grouped", pairs))
}

fn measure(env: &Env) -> Result<Vec<Pair>, Unmeasured> {
    let folder = durable_folder()?;
    let sources = sources(folder.path())?;
    let vault = found(Storage::folder(&folder.path().join("firm"), &folder.path().join("device"))?)?;
    let copy = |_| {
        let to = tempfile::tempdir_in(folder.path())?;
        Ok(timed(|| copy_all(&sources, to.path()))?.0)
    };
    let seal = |_| {
        let matter = vault.open_matter(NewMatter::new("Doe v. Roe"))?;
        let new = |path: &PathBuf| Ok((NewDocument::new("letter.eml")?, path.clone()));
        let documents = sources.iter().map(new).collect::<privity::Result<Vec<_>>>()?;
        let (time, sealed) = timed(|| Ok(matter.seal_all(documents, None)?))?;
        check(sealed.sealed.len() == FILES, "a document was not sealed")?;
        Ok(time)
    };
    pairs(env.runs, 1, copy, seal)
}

/// Like letters: 1 to 30 KiB, one in 400 of 500 KiB.
fn sources(folder: &Path) -> Result<Vec<PathBuf>, Unmeasured> {
    let folder = folder.join("sources");
    fs::create_dir(&folder)?;
    let mut random = Random(11);
    let mut made = Vec::with_capacity(FILES);
    for number in 0..FILES {
        let length =
            if number % 400 == 7 { 500 << 10 } else { (1 << 10) + random.next() as usize % (29 << 10) };
        let content: Vec<u8> = (0..length.div_ceil(8)).flat_map(|_| random.next().to_le_bytes()).collect();
        let path = folder.join(format!("{number}.eml"));
        fs::write(&path, &content[..length])?;
        made.push(path);
    }
    Ok(made)
}

/// Each file written, forced out and renamed; the names forced out once a group.
fn copy_all(sources: &[PathBuf], to: &Path) -> Result<(), Unmeasured> {
    for (group, part) in sources.chunks(GROUP).enumerate() {
        for (number, source) in part.iter().enumerate() {
            let temporary = to.join(format!("{group}-{number}.tmp"));
            let mut file = File::create(&temporary)?;
            file.write_all(&fs::read(source)?)?;
            file.sync_all()?;
            drop(file);
            fs::rename(&temporary, to.join(format!("{group}-{number}")))?;
        }
        File::open(to)?.sync_all()?;
    }
    Ok(())
}
