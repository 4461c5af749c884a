//! The members of a JSON object, taken out one by one. What is wrong is `None`: the caller has the code.

use std::collections::BTreeMap;

use crate::codec::json::Value;

/// What was not taken yet.
pub struct Fields(BTreeMap<String, Value>);

impl Fields {
    /// Those of an object.
    pub fn of(value: Value) -> Option<Self> {
        match value {
            Value::Map(members) => Some(Self(members)),
            _ => None,
        }
    }

    /// Whether a member is left.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes a member.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// Takes text of at most so many bytes.
    pub fn text(&mut self, name: &str, most: usize) -> Option<String> {
        text(self.take(name)?, most)
    }

    /// Takes a number from 0 on.
    pub fn number(&mut self, name: &str) -> Option<u64> {
        match self.take(name)? {
            Value::Integer(number) => u64::try_from(number).ok(),
            _ => None,
        }
    }

    /// Takes a boolean.
    pub fn boolean(&mut self, name: &str) -> Option<bool> {
        match self.take(name)? {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Takes a list.
    pub fn list(&mut self, name: &str) -> Option<Vec<Value>> {
        list(self.take(name)?)
    }

    /// Takes what need not be there; the outer `None` if it is there and wrong.
    #[allow(clippy::option_option)] // Absent, wrong and read are three answers.
    pub fn optional<T>(&mut self, name: &str, read: impl FnOnce(Value) -> Option<T>) -> Option<Option<T>> {
        match self.take(name) {
            None => Some(None),
            Some(value) => read(value).map(Some),
        }
    }
}

/// Text of at most so many bytes.
pub fn text(value: Value, most: usize) -> Option<String> {
    match value {
        Value::Text(text) if text.len() <= most => Some(text),
        _ => None,
    }
}

/// A list.
pub fn list(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::List(items) => Some(items),
        _ => None,
    }
}

/// `N` bytes in lower-case hexadecimal.
pub fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    if text.len() != 2 * N {
        return None;
    }
    let mut out = [0; N];
    for (to, pair) in out.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let [high, low] = *pair else { return None };
        *to = digit(high)? << 4 | digit(low)?;
    }
    Some(out)
}
