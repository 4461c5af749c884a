//! One case: a file, what opens it, and what must come of that. It is opened in every way there is.

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use flate2::read::ZlibDecoder;
use privity::sharing::age::armor::{self, ArmorReader};
use privity::sharing::age::{self, Identity, Opener, Opens, Options, Password, StreamOpener, Threads};
use privity::{Error, SecretBytes};

/// The files of a folder, by name.
pub fn read_all(folder: &Path) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            all.push((name, fs::read(path)?));
        }
    }
    all.sort();
    Ok(all)
}

/// Runs a case; says what was expected and came, or what is wrong.
pub fn run(bytes: &[u8]) -> Result<Outcome, String> {
    let case = Case::parse(bytes)?;
    case.forward()?;
    case.side_by_side()?;
    if case.armored {
        case.written_again()?;
    } else {
        case.anywhere()?;
    }
    Ok(case.expected)
}

/// What comes of opening a file, in the words of the testkit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Success,
    NoMatch,
    HmacFailure,
    HeaderFailure,
    PayloadFailure,
    ArmorFailure,
}

struct Case {
    expected: Outcome,
    payload: Option<String>,
    keys: Vec<Box<dyn Opens>>,
    armored: bool,
    file: Vec<u8>,
}

impl Case {
    /// Lines of `key: value`, an empty line, the file.
    fn parse(mut bytes: &[u8]) -> Result<Self, String> {
        let (mut expected, mut payload, mut keys) = (None, None, Vec::<Box<dyn Opens>>::new());
        let (mut armored, mut compressed) = (false, false);
        loop {
            let end = bytes.iter().position(|&byte| byte == b'\n').ok_or("not a case: no file in it")?;
            let (line, rest) = bytes.split_at(end);
            bytes = &rest[1..];
            if line.is_empty() {
                break;
            }
            let line = std::str::from_utf8(line).map_err(|_| "not a case: not text")?;
            let (key, value) = line.split_once(": ").ok_or("not a case: not a key and its value")?;
            match key {
                "expect" => expected = Some(Outcome::named(value).ok_or("unknown expectation")?),
                "payload" => payload = Some(value.to_owned()),
                "identity" => keys.push(Box::new(value.parse::<Identity>().map_err(|e| e.to_string())?)),
                "passphrase" => {
                    let password = Password::new(SecretBytes::new(value.into()));
                    keys.push(Box::new(password.map_err(|e| e.to_string())?));
                }
                "armored" => armored = value == "yes",
                "compressed" if value == "zlib" => compressed = true,
                "file key" | "comment" => {}
                _ => return Err(format!("unknown key: {key}")),
            }
        }
        let mut file = Vec::new();
        let mut from: Box<dyn Read> =
            if compressed { Box::new(ZlibDecoder::new(bytes)) } else { Box::new(bytes) };
        from.read_to_end(&mut file).map_err(|error| error.to_string())?;
        Ok(Self { expected: expected.ok_or("no expectation")?, payload, keys, armored, file })
    }

    fn keys(&self) -> Vec<&dyn Opens> {
        self.keys.iter().map(AsRef::as_ref).collect()
    }

    /// Chunk by chunk. Whatever was handed out before an error must be what the case says.
    fn forward(&self) -> Result<(), String> {
        let from: Box<dyn Read> = match self.armored {
            true => Box::new(ArmorReader::new(self.file.as_slice())),
            false => Box::new(self.file.as_slice()),
        };
        let mut content = Vec::new();
        let result = StreamOpener::binary(&self.keys(), from)
            .and_then(|mut opener| opener.read_to_end(&mut content).map_err(Error::from));
        self.judge("forward", result.map(drop))?;
        match &self.payload {
            Some(hash) if *hash != sha256(&content) => Err(format!("other content: {} bytes", content.len())),
            None if !content.is_empty() => Err("content where none was expected".into()),
            _ => Ok(()),
        }
    }

    /// Several chunks at once, armor found by itself.
    fn side_by_side(&self) -> Result<(), String> {
        let threads = Threads::new(2).map_err(|error| error.to_string())?;
        let mut content = Vec::new();
        let options = Options { threads, watcher: None };
        let result = age::open_stream(&self.keys(), self.file.as_slice(), &mut content, options);
        // What begins as neither is no file of either kind.
        let neither = self.expected == Outcome::ArmorFailure
            && result.as_ref().is_err_and(|error| error.code() == "not-an-age-file");
        if !neither {
            self.judge("side by side", result.map(drop))?;
        }
        self.compare("side by side", &content)?;
        let whole = age::open(&self.keys(), &self.file);
        if whole.is_ok() == (self.expected == Outcome::Success) { Ok(()) } else { Err("in memory".into()) }
    }

    /// With random access: the whole, and the whole again by pieces from its end.
    fn anywhere(&self) -> Result<(), String> {
        let mut content = Vec::new();
        let opened = Opener::new(&self.keys(), self.file.as_slice());
        let result = opened.and_then(|opener| {
            opener.copy_to(&mut content, Options { threads: Threads::ONE, watcher: None })?;
            let mut pieces = vec![0; content.len()];
            for (at, piece) in pieces.chunks_mut(50_000).enumerate().collect::<Vec<_>>().into_iter().rev() {
                opener.read_exact_at(50_000 * at as u64, piece)?;
            }
            assert_eq!(pieces, content, "pieces make another whole");
            Ok(())
        });
        self.judge("anywhere", result)?;
        self.compare("anywhere", &content)
    }

    /// Armor that is accepted has one text, but for its line ends and what stands around it.
    fn written_again(&self) -> Result<(), String> {
        let Ok(file) = armor::decode(&self.file) else {
            let right = self.expected == Outcome::ArmorFailure;
            return if right { Ok(()) } else { Err("armor refused".into()) };
        };
        let text = String::from_utf8_lossy(&self.file).replace("\r\n", "\n");
        let again = armor::encode(&file).map_err(|error| error.to_string())?;
        if again.trim() == text.trim() { Ok(()) } else { Err("another armor".into()) }
    }

    fn judge(&self, how: &str, result: Result<(), Error>) -> Result<(), String> {
        let (came, code) = match &result {
            Ok(()) => (Outcome::Success, "success"),
            Err(error) => (Outcome::of(error).ok_or_else(|| format!("{how}: {error}"))?, error.code()),
        };
        let expected = self.expected;
        if came == expected {
            Ok(())
        } else {
            Err(format!("{how}: expected {expected}, came {came} ({code})"))
        }
    }

    fn compare(&self, how: &str, content: &[u8]) -> Result<(), String> {
        let right = self.expected != Outcome::Success || self.payload == Some(sha256(content));
        if right { Ok(()) } else { Err(format!("{how}: other content")) }
    }
}

impl Outcome {
    const ALL: [(Outcome, &'static str); 6] = [
        (Outcome::Success, "success"),
        (Outcome::NoMatch, "no match"),
        (Outcome::HmacFailure, "HMAC failure"),
        (Outcome::HeaderFailure, "header failure"),
        (Outcome::PayloadFailure, "payload failure"),
        (Outcome::ArmorFailure, "armor failure"),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(outcome, _)| *outcome)
    }

    fn of(error: &Error) -> Option<Self> {
        Some(match error.code() {
            "age-no-match" => Self::NoMatch,
            "age-header-refused" => Self::HmacFailure,
            "not-an-age-file" | "age-version" | "age-header" | "age-stanza" | "age-work-factor" => {
                Self::HeaderFailure
            }
            "content-refused" | "sealed-length" => Self::PayloadFailure,
            "armor" => Self::ArmorFailure,
            _ => return None,
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(outcome, _)| outcome == self).map_or("", |(_, name)| name);
        f.write_str(name)
    }
}

fn sha256(bytes: &[u8]) -> String {
    privity::testing::sha256(bytes).to_string()
}
