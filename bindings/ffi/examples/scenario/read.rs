//! The story's second half: another program opens what one wrote.

use std::fs;
use std::path::Path;

use privity::state::Trust;
use privity::vault::{self, AccessReason, NewDocument, Scope};
use privity::{DocumentId, Hash};

use crate::Story;
use crate::common::{Folder, code, must, name_of, sha256, the_matter};
use crate::sharing;

pub fn play(folder: &Path) -> Story {
    let folder = Folder::new(folder);
    let lawyer = folder.unlock("lawyer")?;
    let partner = folder.unlock("partner")?;
    println!("01 unlocked: {}", name_of(&lawyer, &partner)?);

    let matter = the_matter(&lawyer)?;
    let listed = fs::read_to_string(folder.path("documents.txt"))?;
    let mut letter = None;
    for line in listed.lines() {
        let mut words = line.splitn(3, ' ');
        let mut word = || words.next().ok_or("a line of documents.txt has an id, a hash, a name");
        let (id, hash, name) = (word()?.parse::<DocumentId>()?, word()?, word()?);
        let content = matter.open_bytes(id, AccessReason::none())?;
        must(sha256(&content).to_string() == hash, name)?;
        must(matter.document(id)?.name == name, name)?;
        letter = letter.or((name == "letter.txt").then_some(id));
    }
    println!("02 opened {} documents, all equal", listed.lines().count());

    let note = matter.seal_bytes(NewDocument::new("note.txt")?, b"seen")?;
    let opened = the_matter(&partner)?.open_bytes(note.id, AccessReason::none())?;
    must(opened == b"seen", "note.txt")?;
    println!("03 sealed and opened: {} bytes", opened.len());

    let letter = letter.ok_or("no letter.txt")?;
    let paralegal = folder.unlock("paralegal")?;
    let refused = code(the_matter(&paralegal)?.open_bytes(letter, AccessReason::none()));
    println!("04 refused: {refused}");

    let report = lawyer.verify(Scope::Firm, None)?;
    println!("05 verified: {}", if report.is_clean() { "clean" } else { "odd" });

    let trust = fs::read_to_string(folder.path("trust.txt"))?;
    let (firm, genesis) = trust.trim_end().split_once('\n').ok_or("trust.txt has two lines")?;
    let trust = Trust { firm: firm.parse()?, genesis: hash(genesis)? };
    let report = vault::verify_export(&fs::read(folder.path("export.bin"))?, trust)?;
    println!("06 export verified: {}", if report.is_clean() { "clean" } else { "odd" });
    sharing::read(&folder, &matter, &partner)
}

fn hash(text: &str) -> Story<Hash> {
    must(text.len() == 64 && text.is_ascii(), "a hash has 64 hexadecimal digits")?;
    let mut hash = Hash([0; 32]);
    for (at, byte) in hash.0.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16)?;
    }
    Ok(hash)
}
