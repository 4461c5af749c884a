//! JSON in one form: RFC 8785 (JCS) with a final newline, and integers alone.
//!
//! What is read is written again and compared with the bytes that came, so that whatever a scanner
//! would forgive (white space, order, doubled members, escapes that need not be, `-0`, `1.0`, `1e3`)
//! is refused, with whatever features a host builds that scanner.

use std::collections::BTreeMap;

use crate::error::{Code, Result};

/// A value; there are no fractions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// Below 2^53 in size, which every reader of JSON keeps exactly.
    Integer(i64),
    /// Text.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object.
    Map(BTreeMap<String, Value>),
}

/// The members of an object, taken out one by one under the code of the format at hand.
#[derive(Debug)]
pub struct Fields {
    members: BTreeMap<String, Value>,
    code: Code,
}

/// Reads the one form of a value, of at most `max` bytes.
///
/// # Errors
/// `too-large` above `max`, `json`.
pub fn parse(bytes: &[u8], max: usize) -> Result<Value> {
    if bytes.len() > max {
        return Err(Code::TooLarge.into());
    }
    // A value takes much more memory than its text, so their number is bounded by what separates them.
    let separators = bytes.iter().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
    let objects = bytes.iter().filter(|byte| **byte == b'{').count();
    if separators > MAX_VALUES || objects > MAX_OBJECTS {
        return Err(Code::Json.into());
    }
    let value = from_scanned(serde_json::from_slice(bytes).map_err(|_| Code::Json)?, MAX_DEPTH)?;
    if write(&value)? == bytes { Ok(value) } else { Err(Code::Json.into()) }
}

/// Writes a value in its one form.
///
/// # Errors
/// `json` if it is deeper than 16 levels or a number is not below 2^53 in size.
pub fn write(value: &Value) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    write_value(value, MAX_DEPTH, &mut out)?;
    out.push(b'\n');
    Ok(out)
}

impl Value {
    /// An object of these members; the last of a name stands.
    #[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
    pub fn map<'n>(members: impl IntoIterator<Item = (&'n str, Value)>) -> Self {
        Self::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Fields {
    /// Begins with all members of an object; whatever is wrong with them has `code`.
    ///
    /// # Errors
    /// `code` if it is no object.
    pub fn of(value: Value, code: Code) -> Result<Self> {
        match value {
            Value::Map(members) => Ok(Self { members, code }),
            _ => Err(code.into()),
        }
    }

    /// Takes a member out, of whatever type.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name)
    }

    /// Takes out a text.
    ///
    /// # Errors
    /// The code of the format, here and below.
    pub fn text(&mut self, name: &str) -> Result<String> {
        self.optional_text(name)?.ok_or_else(|| self.code.into())
    }

    /// Takes out a text that may be absent.
    ///
    /// # Errors
    /// As above.
    pub fn optional_text(&mut self, name: &str) -> Result<Option<String>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(_) => Err(self.code.into()),
        }
    }

    /// Takes out a number that is not negative.
    ///
    /// # Errors
    /// As above.
    pub fn unsigned(&mut self, name: &str) -> Result<u64> {
        match self.take(name) {
            Some(Value::Integer(number)) => u64::try_from(number).map_err(|_| self.code.into()),
            _ => Err(self.code.into()),
        }
    }

    /// Takes out a boolean.
    ///
    /// # Errors
    /// As above.
    pub fn boolean(&mut self, name: &str) -> Result<bool> {
        match self.take(name) {
            Some(Value::Bool(value)) => Ok(value),
            _ => Err(self.code.into()),
        }
    }

    /// Takes out a list.
    ///
    /// # Errors
    /// As above.
    pub fn list(&mut self, name: &str) -> Result<Vec<Value>> {
        self.optional_list(name)?.ok_or_else(|| self.code.into())
    }

    /// Takes out a list that may be absent.
    ///
    /// # Errors
    /// As above.
    pub fn optional_list(&mut self, name: &str) -> Result<Option<Vec<Value>>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::List(items)) => Ok(Some(items)),
            Some(_) => Err(self.code.into()),
        }
    }

    /// Takes out an object.
    ///
    /// # Errors
    /// As above.
    pub fn fields(&mut self, name: &str) -> Result<Self> {
        Self::of(self.take(name).unwrap_or(Value::Null), self.code)
    }

    /// Whether a member of this name was not taken yet.
    pub fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// The names of what was not taken.
    #[cfg_attr(not(any(test, feature = "testing")), allow(dead_code))]
    pub fn left(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// Ends where no other member may stand.
    ///
    /// # Errors
    /// The code of the format if something is left.
    pub fn end(self) -> Result<()> {
        if self.members.is_empty() { Ok(()) } else { Err(self.code.into()) }
    }
}

fn from_scanned(value: serde_json::Value, depth: usize) -> Result<Value> {
    Ok(match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => Value::Integer(number.as_i64().ok_or(Code::Json)?),
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Array(items) => {
            let depth = depth.checked_sub(1).ok_or(Code::Json)?;
            let items = items.into_iter().map(|item| from_scanned(item, depth));
            Value::List(items.collect::<Result<_>>()?)
        }
        serde_json::Value::Object(members) => {
            let depth = depth.checked_sub(1).ok_or(Code::Json)?;
            let members = members.into_iter().map(|(name, value)| Ok((name, from_scanned(value, depth)?)));
            Value::Map(members.collect::<Result<_>>()?)
        }
    })
}

fn write_value(value: &Value, depth: usize, out: &mut Vec<u8>) -> Result<()> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
        Value::Integer(number) if number.unsigned_abs() < LIMIT => {
            out.extend_from_slice(number.to_string().as_bytes());
        }
        Value::Integer(_) => return Err(Code::Json.into()),
        Value::Text(text) => write_text(text, out)?,
        Value::List(items) => {
            let depth = depth.checked_sub(1).ok_or(Code::Json)?;
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_value(item, depth, out)?;
            }
            out.push(b']');
        }
        Value::Map(members) => {
            let depth = depth.checked_sub(1).ok_or(Code::Json)?;
            // RFC 8785 §3.2.3 sorts by units of UTF-16, where U+E000 follows U+10000.
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push(b'{');
            for (at, (name, value)) in members.into_iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_text(name, out)?;
                out.push(b':');
                write_value(value, depth, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

/// Escaped as RFC 8785 §3.2.2.2 says; `serde_json` does the same, held by a test.
fn write_text(text: &str, out: &mut Vec<u8>) -> Result<()> {
    Ok(serde_json::to_writer(out, text).map_err(|_| Code::Json)?)
}

const MAX_DEPTH: usize = 16;
/// Beyond any manifest: 65,534 documents of seven members each, and commas in texts.
const MAX_VALUES: usize = 1 << 20;
/// An object takes most memory for its text: as many as there can be documents, and the rest of a manifest.
const MAX_OBJECTS: usize = 65_600;
/// Numbers are smaller than this, in either direction.
const LIMIT: u64 = 1 << 53;

#[cfg(test)]
mod tests;
