//! age files: for how many and of which kind, and how much is in them.

use std::io::{BufReader, Read, Seek as _};

use privity::sharing::age::{Header, Kind, armor::ArmorReader};

use super::Object;
use crate::show::Facts;
use crate::stop::{Stop, at};

pub fn binary(object: &mut Object, facts: &mut Facts) -> Result<(), Stop> {
    facts.put("object", "age file");
    let header = Header::read(&object.file).map_err(at("age"))?;
    say(&header, object.size, facts)
}

pub fn armor(object: &mut Object, facts: &mut Facts) -> Result<(), Stop> {
    facts.put("object", "age file, as text (armor)");
    let header = Header::read(ArmorReader::new(BufReader::new(&object.file))).map_err(at("age"))?;
    object.file.rewind().map_err(|error| Stop::machine(error.to_string()))?;
    // Read to its end for its length; nothing of it is kept.
    let mut decoded = ArmorReader::new(BufReader::new(&object.file));
    let (mut piece, mut length) = (vec![0; 64 << 10], 0_u64);
    loop {
        match decoded.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => length += count as u64,
            Err(error) => return Err(Stop::of("age", &error.into())),
        }
    }
    say(&header, length, facts)
}

fn say(header: &Header, length: u64, facts: &mut Facts) -> Result<(), Stop> {
    let count = |wanted| header.kinds().filter(|kind| *kind == wanted).count();
    let kinds = [
        (Kind::Hybrid, "hybrid (X-Wing, post-quantum)"),
        (Kind::X25519, "X25519"),
        (Kind::Password, "password (scrypt)"),
        (Kind::Other, "unknown"),
    ];
    let stanzas = kinds.into_iter().map(|(kind, name)| (name, count(kind))).filter(|(_, count)| *count > 0);
    facts.put("stanzas", stanzas.map(|(name, count)| format!("{count} × {name}")).collect::<Vec<_>>());
    let size = content(length, header.as_bytes().len() as u64);
    facts.put("content_bytes", size.ok_or_else(|| Stop::foreign("the age file is cut behind its header"))?);
    facts.note("Who made it and what is in it shows only when it is opened: privity open.");
    Ok(())
}

/// Bytes of content of a file of this length: behind the header a nonce, then chunks, each with its tag.
fn content(length: u64, header: u64) -> Option<u64> {
    let sealed = length.checked_sub(header)?.checked_sub(NONCE)?;
    let chunks = sealed.div_ceil(CHUNK + TAG).max(1);
    sealed.checked_sub(chunks * TAG)
}

const NONCE: u64 = 16;
const CHUNK: u64 = 64 << 10;
const TAG: u64 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_the_content_follows_from_that_of_the_file() {
        for (size, chunks) in [(0, 1), (1, 1), (CHUNK, 1), (CHUNK + 1, 2), (10 * CHUNK, 10)] {
            assert_eq!(content(200 + NONCE + size + chunks * TAG, 200), Some(size));
        }
        assert_eq!(content(200 + NONCE + TAG - 1, 200), None);
        assert_eq!(content(100, 200), None);
    }
}
