//! How the files are read and their cases judged.

use std::collections::BTreeMap;

use privity::envelope::Profile;
use privity::testing::kdf::Context;
use privity::testing::{Secret, secret, sha256};
use privity::{ChainId, DeviceId, DocumentId, FirmId, Hash, MatterId, PrincipalId, UserId};
use serde_json::Value;

use crate::vectors::{self, fixed, hex, unhex};

/// One file.
pub struct Vectors {
    file: String,
    pub top: Value,
    pub cases: Vec<Case>,
}

/// One case; strings `#n` of its input are already replaced by what they point to.
pub struct Case {
    pub name: String,
    pub op: String,
    pub input: Value,
    pub out: Value,
    pub note: String,
    why: Option<String>,
}

/// Why an operation refused: one of our codes, or one of [`BY_TYPE`] and [`UNREGISTERED`].
#[derive(Debug, PartialEq, Eq)]
pub struct Refused(pub &'static str);

/// The API takes another type, so that the call cannot be written.
pub const BY_TYPE: &str = "(by type)";
/// The registry has no such name, so that the call cannot be written.
pub const UNREGISTERED: &str = "(unregistered)";

/// All that an operation computed, by the names of `out`, or its refusal.
pub type Outcome = Result<Value, Refused>;

impl From<privity::Error> for Refused {
    fn from(error: privity::Error) -> Self {
        Self(error.code())
    }
}

impl Vectors {
    /// `None` without a shared folder.
    pub fn read(file: &str) -> Option<Self> {
        let top = vectors::json(&format!("privity/{file}"))?;
        assert_eq!(vectors::number(&top, "format_version"), 1);
        let cases: Vec<Case> =
            vectors::items(&top, "cases").iter().map(|case| Case::read(case, &top)).collect();
        assert!(!cases.is_empty());
        Some(Self { file: file.to_owned(), top, cases })
    }

    /// Runs every case. `reason` tells, for the words of a refused case, what we must refuse with.
    pub fn run(&self, operate: impl Fn(&Case) -> Outcome, reason: impl Fn(&Case, &str) -> &'static str) {
        let mut counts = BTreeMap::<_, usize>::new();
        let mut wrong = Vec::new();
        for case in &self.cases {
            let verdict = case.judge(operate(case), &reason);
            wrong.extend(verdict.err().map(|fault| format!("{} {:?}: {fault}", case.op, case.name)));
            *counts.entry((case.op.as_str(), case.why.is_none())).or_default() += 1;
        }
        for ((op, valid), count) in counts {
            println!("  {op}: {count} {}", if valid { "accepted" } else { "refused" });
        }
        println!("{}: {} cases", self.file, self.cases.len());
        assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), self.cases.len(), wrong.join("\n"));
    }
}

impl Case {
    fn read(case: &Value, top: &Value) -> Self {
        let valid = case["valid"].as_bool().expect("valid");
        let text = |field: &str| case[field].as_str().map(str::to_owned);
        assert_eq!(valid, text("why").is_none());
        Self {
            name: text("name").expect("a name"),
            op: text("op").expect("an operation"),
            input: pooled(&case["in"], top),
            out: case["out"].clone(),
            note: text("note").unwrap_or_default(),
            why: text("why"),
        }
    }

    fn judge(&self, outcome: Outcome, reason: impl Fn(&Case, &str) -> &'static str) -> Result<(), String> {
        match (&self.why, outcome) {
            (None, Ok(own)) => same(&own, &self.out),
            (None, Err(Refused(code))) => Err(format!("refused: {code}")),
            (Some(why), Ok(_)) => Err(format!("accepted: {why}")),
            (Some(why), Err(Refused(code))) if code == reason(self, why) => Ok(()),
            (Some(why), Err(Refused(code))) => Err(format!("{code} for {why:?}, not {}", reason(self, why))),
        }
    }

    /// Why it must be refused, in the words of the file.
    pub fn why(&self) -> Option<&str> {
        self.why.as_deref()
    }

    pub fn has(&self, field: &str) -> bool {
        !self.input[field].is_null()
    }

    pub fn bytes(&self, field: &str) -> Vec<u8> {
        vectors::bytes(&self.input, field)
    }

    pub fn array<const N: usize>(&self, field: &str) -> [u8; N] {
        vectors::array(&self.input, field)
    }

    pub fn secret(&self, field: &str) -> Secret<32> {
        secret(self.array(field))
    }

    pub fn number(&self, field: &str) -> u64 {
        vectors::number(&self.input, field)
    }

    pub fn text(&self, field: &str) -> &str {
        vectors::text(&self.input, field)
    }

    pub fn profile(&self) -> Profile {
        profile(&self.input)
    }

    pub fn context(&self, field: &str) -> Context {
        context(&self.input[field])
    }
}

/// The entry of a registry with this name.
pub fn named<L: Copy>(all: &[L], name: fn(L) -> &'static str, wanted: &str) -> Result<L, Refused> {
    all.iter().copied().find(|label| name(*label) == wanted).ok_or(Refused(UNREGISTERED))
}

pub fn profile(of: &Value) -> Profile {
    Profile::from_number(vectors::number(of, "profile")).expect("a known profile")
}

/// A context or associated data, by the number table.
pub fn context(fields: &Value) -> Context {
    let fields = fields.as_object().expect("a context");
    fields.iter().fold(Context::empty(), |context, (key, value)| {
        let id = || fixed::<16>(&unhex(value.as_str().expect("an id")));
        let count = || value.as_u64().expect("a number");
        match key.as_str() {
            "1" => context.firm(FirmId::from_bytes(id())),
            "2" => context.document(DocumentId::from_bytes(id())),
            "3" => context.version(count()),
            "4" => context.matter(MatterId::from_bytes(id())),
            "5" => context.epoch(count()),
            "6" => context.generation(count()),
            "7" => context.content_profile(count()),
            "8" => context.designation(count()),
            "9" => context.principal(PrincipalId::from_bytes(id())),
            "10" => context.key_generation(count()),
            "11" => context.previous(Hash(fixed(&unhex(value.as_str().expect("a hash"))))),
            "12" => context.user(UserId::from_bytes(id())),
            "13" => context.chain(ChainId::from_bytes(id())),
            "14" => context.device(DeviceId::from_bytes(id())),
            "15" => context.sequence(count()),
            other => panic!("no field {other} in the number table"),
        }
    })
}

/// `n` bytes, byte i is i mod 251.
pub fn pattern(of: &Value) -> Vec<u8> {
    let count = vectors::number(of, "plaintext_pattern");
    (0..count).map(|at| u8::try_from(at % 251).expect("below 251")).collect()
}

/// Parts of a base, `[from, to]`, and hex, one after the other.
pub fn delta(base: &[u8], of: &Value, field: &str) -> Vec<u8> {
    let part = |item: &Value| match item {
        Value::String(text) => unhex(text),
        Value::Array(range) => {
            let at =
                |end: usize| usize::try_from(range[end].as_u64().expect("an offset")).expect("an offset");
            base[at(0)..at(1)].to_vec()
        }
        other => panic!("no part of a base: {other}"),
    };
    vectors::items(of, field).iter().flat_map(part).collect()
}

/// Every field that is wanted was computed and is the same; bytes may be given by hash.
fn same(own: &Value, wanted: &Value) -> Result<(), String> {
    match wanted {
        Value::Null => Ok(()),
        Value::Object(long) if long.contains_key("first_96") => {
            let own = unhex(own.as_str().ok_or("no bytes")?);
            let told = serde_json::json!({
                "len": own.len(), "sha256": sha256(&own).to_string(), "first_96": hex(&own[..96]),
            });
            if told == *wanted { Ok(()) } else { Err(format!("{told}, not {wanted}")) }
        }
        Value::Object(fields) => fields.iter().try_for_each(|(name, wanted)| {
            let own = own.get(name).ok_or_else(|| format!("{name} was not computed"))?;
            same(own, wanted).map_err(|fault| format!("{name}: {fault}"))
        }),
        _ if own == wanted => Ok(()),
        _ => Err(format!("{own:.200}, not {wanted:.200}")),
    }
}

/// Replaces strings `#n` by item n of the file's pool, at any depth.
fn pooled(value: &Value, top: &Value) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('#') {
            Some(at) => vectors::items(top, "pool")[at.parse::<usize>().expect("an index")].clone(),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(|item| pooled(item, top)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, field)| (name.clone(), pooled(field, top))).collect())
        }
        _ => value.clone(),
    }
}
