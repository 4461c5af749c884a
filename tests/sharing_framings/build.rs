//! Archives by hand, in which anything can be wrong.
#![allow(dead_code)] // Each test program uses its part.

use super::archive::{Files, crc32};

/// Every field of an archive, as an honest one has it until it is changed.
pub struct Builder {
    pub files: Vec<File>,
    pub before: Vec<u8>,
    pub before_directory: Vec<u8>,
    pub before_end: Vec<u8>,
    pub end: End,
    pub after: Vec<u8>,
}

pub struct File {
    pub content: Vec<u8>,
    pub gap: Vec<u8>,
    pub local: Header,
    pub descriptor: Vec<u8>,
    pub central: Header,
    pub made_by: u16,
    pub comment: Vec<u8>,
    pub disk: u16,
    pub internal: u16,
    pub external: u32,
    /// Where the central header says the local one is; `None`: where it is.
    pub offset: Option<u32>,
    /// Whether it stands in the directory at all.
    pub listed: bool,
}

#[derive(Clone)]
pub struct Header {
    pub version: u16,
    pub flags: u16,
    pub method: u16,
    pub time: u16,
    pub date: u16,
    pub crc32: u32,
    pub stored: u32,
    pub size: u32,
    pub name: Vec<u8>,
    pub extra: Vec<u8>,
}

#[derive(Default)]
pub struct End {
    pub disk: u16,
    pub directory_disk: u16,
    pub here: Option<u16>,
    pub entries: Option<u16>,
    pub size: Option<u32>,
    pub offset: Option<u32>,
    pub comment: Vec<u8>,
}

impl Builder {
    pub fn of(files: &Files) -> Self {
        let file = |(name, content): &(String, Vec<u8>)| File::of(name.as_bytes(), content);
        Self {
            files: files.iter().map(file).collect(),
            before: vec![],
            before_directory: vec![],
            before_end: vec![],
            end: End::default(),
            after: vec![],
        }
    }

    pub fn build(&self) -> Vec<u8> {
        let mut out = self.before.clone();
        let mut offsets = Vec::new();
        for file in &self.files {
            out.extend(&file.gap);
            offsets.push(u32::try_from(out.len()).unwrap());
            out.extend(b"PK\x03\x04");
            file.local.write(&mut out);
            out.extend(u16::try_from(file.local.extra.len()).unwrap().to_le_bytes());
            out.extend(&file.local.name);
            out.extend(&file.local.extra);
            out.extend(&file.content);
            out.extend(&file.descriptor);
        }
        out.extend(&self.before_directory);
        let directory = out.len();
        let listed = self.files.iter().zip(&offsets).filter(|(file, _)| file.listed);
        let count = u16::try_from(listed.clone().count()).unwrap();
        for (file, offset) in listed {
            out.extend(b"PK\x01\x02");
            out.extend(file.made_by.to_le_bytes());
            file.central.write(&mut out);
            out.extend(u16::try_from(file.central.extra.len()).unwrap().to_le_bytes());
            out.extend(u16::try_from(file.comment.len()).unwrap().to_le_bytes());
            out.extend(file.disk.to_le_bytes());
            out.extend(file.internal.to_le_bytes());
            out.extend(file.external.to_le_bytes());
            out.extend(file.offset.unwrap_or(*offset).to_le_bytes());
            out.extend(&file.central.name);
            out.extend(&file.central.extra);
            out.extend(&file.comment);
        }
        let size = out.len() - directory;
        out.extend(&self.before_end);
        out.extend(b"PK\x05\x06");
        out.extend(self.end.disk.to_le_bytes());
        out.extend(self.end.directory_disk.to_le_bytes());
        out.extend(self.end.here.unwrap_or(count).to_le_bytes());
        out.extend(self.end.entries.unwrap_or(count).to_le_bytes());
        out.extend(self.end.size.unwrap_or(u32::try_from(size).unwrap()).to_le_bytes());
        out.extend(self.end.offset.unwrap_or(u32::try_from(directory).unwrap()).to_le_bytes());
        out.extend(u16::try_from(self.end.comment.len()).unwrap().to_le_bytes());
        out.extend(&self.end.comment);
        out.extend(&self.after);
        out
    }
}

impl File {
    pub fn of(name: &[u8], content: &[u8]) -> Self {
        let size = u32::try_from(content.len()).unwrap();
        let header = Header {
            version: 20,
            flags: 0x0800,
            method: 0,
            time: 0,
            date: 0x0021,
            crc32: crc32(content),
            stored: size,
            size,
            name: name.to_vec(),
            extra: vec![],
        };
        Self {
            content: content.to_vec(),
            gap: vec![],
            local: header.clone(),
            descriptor: vec![],
            central: header,
            made_by: 0x0314,
            comment: vec![],
            disk: 0,
            internal: 0,
            external: 0o100_644 << 16,
            offset: None,
            listed: true,
        }
    }

    /// Changes both headers alike.
    pub fn both(&mut self, change: impl Fn(&mut Header)) {
        change(&mut self.local);
        change(&mut self.central);
    }
}

impl Header {
    /// From the version to the length of the name.
    fn write(&self, out: &mut Vec<u8>) {
        for number in [self.version, self.flags, self.method, self.time, self.date] {
            out.extend(number.to_le_bytes());
        }
        for number in [self.crc32, self.stored, self.size] {
            out.extend(number.to_le_bytes());
        }
        out.extend(u16::try_from(self.name.len()).unwrap().to_le_bytes());
    }
}
