//! The framings of a share: ZIP and its names, JSON, SSHSIG and keys of OpenSSH, SHA256SUMS.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Component, Path};

use privity::Hash;
use privity::testing::json::Value;
use privity::testing::label::Namespace;
use privity::testing::sums::Sums;
use privity::testing::zip::{Entry, Layout, Reader};
use privity::testing::{Hasher, base64, entry_name, json, sha256, signing_key, ssh_key, sshsig, sums};

use super::input::{Input, damage};

pub const MESSAGE: &[u8] = b"65ce01fc  README.txt\n";

/// Archives, arbitrary and damaged; of arbitrary files; names: by the first byte. What is read packs to
/// the same bytes, and every name stays below the folder it is unpacked in.
///
/// # Errors
/// The code of the refusal.
pub fn zip(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    match input.byte() % 4 {
        0 => read_archive(input.0),
        1 => {
            let mut bytes = archive();
            damage(&mut bytes, &mut input);
            read_archive(&bytes)
        }
        2 => {
            let mut files = Vec::new();
            while !input.is_empty() && files.len() < 8 {
                let name = String::from_utf8_lossy(input.take(16)).into_owned();
                let index = u32::try_from(files.len()).expect("few");
                files.push((entry_name::sanitise(index, &name), input.take(32).to_vec()));
            }
            read_archive(&pack(&files).expect("safe names"))
        }
        _ => {
            let name = std::str::from_utf8(input.0).map_err(|_| "entry-name")?;
            let safe = entry_name::sanitise(7, name);
            check_name(&safe).expect("a sanitised name is safe");
            check_name(name)
        }
    }
}

pub fn archive() -> Vec<u8> {
    let file = |name: &str, content: &[u8]| (name.to_owned(), content.to_vec());
    pack(&[
        file("README.txt", b"read me\n"),
        file("empty", b""),
        file("documents/0001-Brief § 1.pdf", b"%PDF-1.7"),
    ])
    .expect("safe names")
}

fn read_archive(bytes: &[u8]) -> Result<(), &'static str> {
    let mut reader = Reader::new(bytes);
    let mut files = Vec::new();
    while let Some(entry) = reader.next_entry().map_err(|error| error.code())? {
        check_name(&entry.name).expect("a name that was checked");
        let mut content = Vec::new();
        reader.read_to_end(&mut content).map_err(|error| privity::Error::from(error).code())?;
        files.push((entry.name, content));
    }
    assert_eq!(pack(&files).as_deref(), Some(bytes), "one layout");
    Ok(())
}

pub fn pack(files: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
    let entry = |(name, content): &(String, Vec<u8>)| {
        let mut hasher = Hasher::default();
        hasher.update(content);
        let digests = hasher.finish();
        Entry { name: name.clone(), size: digests.length, crc32: digests.crc32 }
    };
    let layout = Layout::new(files.iter().map(entry).collect()).ok()?;
    let mut bytes = Vec::new();
    for (at, (_, content)) in files.iter().enumerate() {
        bytes.extend(layout.local_header(at).expect("an entry"));
        bytes.extend(content);
    }
    bytes.extend(layout.tail());
    assert_eq!(bytes.len() as u64, layout.len());
    Some(bytes)
}

fn check_name(name: &str) -> Result<(), &'static str> {
    entry_name::check(name).map_err(|error| error.code())?;
    let path = Path::new(name);
    assert!(path.components().all(|part| matches!(part, Component::Normal(_))), "{name:?}");
    assert!(!name.contains(['\\', ':', '\0', '\n']) && !name.ends_with(['/', '.', ' ']), "{name:?}");
    Ok(())
}

/// JSON, arbitrary and damaged, and arbitrary values: one text of each.
///
/// # Errors
/// The code of the refusal.
pub fn json(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    match input.byte() % 3 {
        0 => read_json(input.0),
        1 => {
            let mut bytes = JSON.as_bytes().to_vec();
            damage(&mut bytes, &mut input);
            read_json(&bytes)
        }
        _ => {
            let value = value(&mut input, 0);
            let text = json::write(&value).map_err(|error| error.code())?;
            assert_eq!(json::parse(&text, text.len()).expect("what was written"), value);
            Ok(())
        }
    }
}

pub const JSON: &str = "{\"a\":[1,-20,true,null,\"x§\\n\"],\"b\":{},\"recipients\":[{\"name\":\"A\"}]}\n";

fn read_json(bytes: &[u8]) -> Result<(), &'static str> {
    let value = json::parse(bytes, 1 << 20).map_err(|error| error.code())?;
    assert_eq!(json::write(&value).expect("what was read"), bytes, "one text");
    Ok(())
}

fn value(input: &mut Input<'_>, depth: usize) -> Value {
    let text = |input: &mut Input<'_>| {
        let length = usize::from(input.byte() % 12);
        String::from_utf8_lossy(input.take(length)).into_owned()
    };
    match input.byte() % 6 {
        0 => Value::Null,
        1 => Value::Bool(input.byte() % 2 == 1),
        2 => {
            let mut bytes = [0; 8];
            bytes.iter_mut().zip(input.take(8)).for_each(|(to, from)| *to = *from);
            Value::Integer(i64::from_be_bytes(bytes))
        }
        3 => Value::Text(text(input)),
        // One level more than is allowed can come.
        kind if depth < 17 => {
            let count = usize::from(input.byte() % 5);
            if kind == 4 {
                Value::List((0..count).map(|_| value(input, depth + 1)).collect())
            } else {
                let member = |input: &mut Input<'_>| (text(input), value(input, depth + 1));
                Value::Map((0..count).map(|_| member(input)).collect::<BTreeMap<_, _>>())
            }
        }
        _ => Value::Null,
    }
}

/// Signatures, arbitrary, damaged as text and inside of the armor, and lines of keys: nothing verifies
/// but the one text of the signature that was made, and a key has one line but for its comment.
///
/// # Errors
/// The code of the refusal.
pub fn sshsig(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    match input.byte() % 5 {
        0 => verify(input.0),
        1 => {
            let mut text = signature().into_bytes();
            damage(&mut text, &mut input);
            verify(&text)
        }
        2 => {
            let body: String = signature().lines().filter(|line| !line.starts_with('-')).collect();
            let mut blob = base64::decode(&body).expect("its body");
            damage(&mut blob, &mut input);
            verify(armored(&blob).as_bytes())
        }
        3 => {
            let text = signature();
            let signed = sshsig::verify(text.as_bytes(), Namespace::Disclosure, input.0);
            assert!(signed.is_err() || input.0 == MESSAGE);
            signed.map(drop).map_err(|error| error.code())
        }
        _ => {
            let text = std::str::from_utf8(input.0).map_err(|_| "ssh-key")?;
            let key = ssh_key::parse_line(text).map_err(|error| error.code())?;
            let line = ssh_key::to_line(&key, "");
            let rest = text.strip_prefix(&line).expect("one text of a key");
            assert!(rest.is_empty() || rest.starts_with([' ', '\n', '\r']));
            Ok(())
        }
    }
}

pub fn signature() -> String {
    sshsig::sign(&signing_key([7; 32]), Namespace::Disclosure, MESSAGE)
}

pub fn key_line() -> String {
    ssh_key::to_line(&signing_key([7; 32]).verifying_key(), "counsel")
}

fn verify(text: &[u8]) -> Result<(), &'static str> {
    let key = sshsig::verify(text, Namespace::Disclosure, MESSAGE).map_err(|error| error.code())?;
    assert!(sshsig::verify(text, Namespace::Receipt, MESSAGE).is_err());
    if key == signing_key([7; 32]).verifying_key() {
        assert_eq!(text, signature().as_bytes(), "a signature that was not made");
    }
    Ok(())
}

/// As `ssh-keygen` wraps it.
fn armored(blob: &[u8]) -> String {
    let body = base64::encode(blob);
    let lines = body.as_bytes().chunks(70).map(|line| std::str::from_utf8(line).expect("ASCII"));
    let lines = lines.collect::<Vec<_>>().join("\n");
    format!("-----BEGIN SSH SIGNATURE-----\n{lines}\n-----END SSH SIGNATURE-----\n")
}

/// Lists, arbitrary and damaged: one text of each, of which no other listing is taken.
///
/// # Errors
/// The code of the refusal.
pub fn sums(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    if input.byte() % 2 == 0 {
        return read_sums(input.0);
    }
    let mut text = list().into_bytes();
    damage(&mut text, &mut input);
    read_sums(&text)
}

pub fn list() -> String {
    let hash = |content: &[u8]| sha256(content);
    let entries: [(&str, Hash); 3] = [
        ("README.txt", hash(b"read me\n")),
        ("privity/manifest.json", hash(b"{}\n")),
        ("documents/0001-Brief § 1.pdf", hash(b"%PDF-1.7")),
    ];
    sums::write(entries).expect("a list")
}

fn read_sums(text: &[u8]) -> Result<(), &'static str> {
    let read = Sums::parse(text).map_err(|error| error.code())?;
    let entries = read.entries().iter().map(|(name, hash)| (name.as_str(), *hash));
    assert_eq!(sums::write(entries).expect("what was read").as_bytes(), text, "one text");
    let names: Vec<&str> = read.entries().iter().map(|(name, _)| name.as_str()).collect();
    let check = |names: &[&str]| read.check_listing(names.iter().copied());
    check(&names).expect("its own listing");
    check(&[names.as_slice(), &["SHA256SUMS", "SHA256SUMS.sig"]].concat()).expect("with the list itself");
    assert!(check(&[names.as_slice(), &["another"]].concat()).is_err());
    assert!(check(&names[1..]).is_err());
    let reversed: Vec<&str> = names.iter().rev().copied().collect();
    assert!(names.len() < 2 || check(&reversed).is_err());
    Ok(())
}
