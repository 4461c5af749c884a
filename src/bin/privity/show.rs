//! What a person or a program is shown. Text from files never leaves its line and never moves the cursor.

use std::io::{self, Write as _};

use privity::sharing::Fingerprint;
use serde_json::{Map, Value};

use crate::stop::Stop;

/// Facts in their order: lines for people, an object for programs.
#[derive(Default)]
pub struct Facts {
    facts: Vec<(&'static str, Fact)>,
    notes: Vec<String>,
}

enum Fact {
    One(Value),
    List(Vec<Facts>),
}

impl Facts {
    pub fn put(&mut self, name: &'static str, value: impl Into<Value>) -> &mut Self {
        self.facts.push((name, Fact::One(value.into())));
        self
    }

    /// Something that can be written down, if it is there.
    pub fn put_some(&mut self, name: &'static str, value: Option<impl ToString>) -> &mut Self {
        if let Some(value) = value {
            self.put(name, value.to_string());
        }
        self
    }

    pub fn put_all(&mut self, name: &'static str, values: Vec<Facts>) -> &mut Self {
        self.facts.push((name, Fact::List(values)));
        self
    }

    /// A sentence for the person alone.
    pub fn note(&mut self, text: impl Into<String>) -> &mut Self {
        self.notes.push(text.into());
        self
    }

    pub fn print(self, json: bool) -> Result<(), Stop> {
        if json {
            return emit(&escaped(&format!("{:#}\n", self.value())));
        }
        let width = self.facts.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        let mut text = String::new();
        for (name, fact) in &self.facts {
            let name = spaced(name);
            let lines: Vec<String> = match fact {
                Fact::One(Value::Array(values)) => values.iter().map(plain).collect(),
                Fact::One(value) => {
                    text.push_str(&format!("{name:width$}  {}\n", plain(value)));
                    continue;
                }
                Fact::List(list) => list.iter().map(Self::on_one_line).collect(),
            };
            if lines.is_empty() {
                text.push_str(&format!("{name:width$}  none\n"));
            } else {
                text.push_str(&format!("{name}:\n"));
                lines.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
            }
        }
        for note in &self.notes {
            text.push_str(&format!("\n{}\n", line(note)));
        }
        emit(&text)
    }

    fn on_one_line(&self) -> String {
        let facts = self.facts.iter().map(|(name, fact)| match fact {
            Fact::One(value) => format!("{}: {}", spaced(name), plain(value)),
            Fact::List(list) => format!("{}: {}", spaced(name), list.len()),
        });
        facts.collect::<Vec<_>>().join(" | ")
    }

    fn value(self) -> Value {
        let values = self.facts.into_iter().map(|(name, fact)| {
            let value = match fact {
                Fact::One(value) => value,
                Fact::List(list) => Value::Array(list.into_iter().map(Self::value).collect()),
            };
            (name.to_owned(), value)
        });
        Value::Object(values.collect::<Map<_, _>>())
    }
}

fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// A value on one line.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::String(text) => line(text),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => line(&other.to_string()),
    }
}

/// Text on one line, in which nothing is hidden and nothing commands the terminal.
pub fn line(text: &str) -> String {
    let one = |c| match c {
        '\n' | '\t' => ' ',
        c if misleads(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(one).collect()
}

/// JSON in which the same characters are escapes. Between its strings there are line feeds alone.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c != '\n' && misleads(c) {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}

/// Controls, separators of lines, and what is not seen or turns the direction of others.
fn misleads(c: char) -> bool {
    let invisible = matches!(u32::from(c),
        0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F | 0x2028..=0x202E
        | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB | 0x110BD | 0x110CD
        | 0x13430..=0x1343F | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF);
    c.is_control() || invisible
}

/// Twelve words, in the order in which they are read out.
pub fn words(fingerprint: &Fingerprint) -> String {
    fingerprint.words().join(" ")
}

/// Writes to standard output; a reader who went away is no failure.
pub fn emit(text: &str) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Stop::machine(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_elsewhere_stays_on_its_line() {
        let hostile = "A\u{1b}[2J\r\n\u{9b}31mB\u{202e}C\u{2028}\u{e0041}";
        let shown = line(hostile);
        assert_eq!(shown, "A\u{fffd}[2J\u{fffd} \u{fffd}31mB\u{fffd}C\u{fffd}\u{fffd}");
        let mut facts = Facts::default();
        facts.put("name", hostile);
        let json = escaped(&format!("{:#}", facts.value()));
        assert!(json.chars().all(|c| c == '\n' || !misleads(c)), "{json:?}");
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["name"], hostile);
    }
}
