//! Holds the architecture: which module may name which, and where each foreign crate may stand.
//!
//! The source is read as syntax. Every `use`, path and re-export counts, also inside the tokens of
//! macros and attributes, in tests and behind features. Each rule is shown to fail on a fixture in
//! `layering/bad`: source with the expected violations in comments.

#[path = "layering/source.rs"]
mod source;
#[path = "layering/tokens.rs"]
mod tokens;

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use source::{Mention, Names, Source, Target};

const GROUND: &[&str] = &["error", "id", "clock", "secret", "progress", "io"];

/// The architecture: a module and what it may name. What those may name it may name too, so
/// `crypto` need not list the ground floor that `codec` stands on. The root (`lib.rs`) may name all.
const LAYERS: &[(&str, &[&str])] = &[
    ("error", GROUND),
    ("id", GROUND),
    ("clock", GROUND),
    ("secret", GROUND),
    ("progress", GROUND),
    ("io", GROUND),
    ("codec", GROUND),
    ("crypto", &["codec"]),
    ("wire", &["crypto"]),
    ("keys", &["crypto"]),
    ("envelope", &["keys"]),
    ("audit", &["wire", "keys"]),
    ("state", &["audit"]),
    ("rotation", &["state", "keys"]),
    ("sharing", &["wire", "keys", "audit"]),
    // The store sees no key: the ground floor and nothing between.
    ("store", GROUND),
    ("vault", &["envelope", "rotation", "sharing", "store"]),
    ("testing", &["vault"]),
];

/// What comes from outside and where it may be named: a module with everything below it, or
/// `*::file`, what a layer does with files. Every dependency has its line.
const CONFINED: &[(&str, &[&str])] = &[
    ("hkdf", &["crypto::kdf"]),
    ("hmac", &["crypto"]),
    ("sha2", &["crypto"]),
    ("chacha20poly1305", &["crypto"]),
    ("aes_gcm", &["crypto"]),
    ("aead", &["crypto"]),
    ("inout", &["crypto"]),
    ("hpke", &["crypto"]),
    ("ml_kem", &["crypto"]),
    ("x_wing", &["crypto"]),
    ("ctutils", &["crypto"]),
    ("cmov", &["crypto"]),
    ("ed25519_dalek", &["crypto"]),
    ("x25519_dalek", &["crypto"]),
    ("curve25519_dalek", &["crypto"]),
    ("argon2", &["crypto"]),
    ("scrypt", &["crypto"]),
    ("getrandom", &["crypto"]),
    ("rand_core", &["crypto"]),
    ("crc32fast", &["crypto"]),
    ("rusqlite", &["store::sqlite"]),
    ("zeroize", &["secret", "crypto"]),
    ("subtle", &["secret", "crypto"]),
    ("minicbor", &["codec"]),
    ("serde_json", &["codec", "bin"]),
    ("base64ct", &["codec"]),
    ("bech32", &["codec"]),
    ("bip39", &["codec"]),
    ("tempfile", &["io::file", "store", "vault", "bin"]),
    ("clap", &["bin"]),
    ("indicatif", &["bin"]),
    ("rpassword", &["bin"]),
    ("std::fs", &["io", "*::file", "store", "vault", "bin"]),
    ("std::thread", &["crypto"]),
    ("std::net", &[]),
    // The package by its own name: only programs on top of it.
    ("privity", &["bin"]),
];

/// Test code may touch files and threads wherever it stands.
const FREE_IN_TESTS: &[&str] = &["std::fs", "std::thread"];

/// Lines of a file without its `#[cfg(test)]` part.
const MAX_LINES: usize = 420;

const LABEL_TEXT: &str = "\"privity/1/";
const LABEL_FILE: &str = "src/crypto/label.rs";

/// Every rule; each has a fixture that breaks it.
#[rustfmt::skip]
const RULES: &[&str] = &[
    "module", "layer", "root", "confined", "re-export", "moved", "extern crate", "length", "label", "unsafe",
];

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    file: String,
    line: usize,
    rule: &'static str,
    what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.rule, self.what)
    }
}

/// Takes a violation of the file at hand: line, rule, what is wrong.
type Report<'a> = &'a mut dyn FnMut(usize, &'static str, String);

/// How much was looked at: a check that saw nothing has shown nothing.
#[derive(Debug, Default)]
struct Seen {
    files: usize,
    uses: usize,
    paths: usize,
    own: usize,
    confined: usize,
}

fn check(sources: &[Source]) -> (Seen, Vec<Violation>) {
    let names = Names::of(sources);
    let mut seen = Seen { files: sources.len(), ..Seen::default() };
    let mut found = Vec::new();
    for source in sources {
        let file = source.name.clone();
        let mut report = |line, rule, what| found.push(Violation { file: file.clone(), line, rule, what });
        check_file(source, &mut report);
        for mention in &source.mentions {
            *(if mention.form.is_use { &mut seen.uses } else { &mut seen.paths }) += 1;
            match names.resolve(mention) {
                Target::Own(path) => {
                    seen.own += 1;
                    check_layer(mention, &path, &mut report);
                }
                Target::Outside(path) => seen.confined += check_outside(mention, &path, &mut report),
                Target::Local => {}
            }
        }
    }
    found.sort();
    found.dedup();
    (seen, found)
}

/// The rules about a file as a whole.
fn check_file(source: &Source, report: Report) {
    for (line, module) in source.top_modules() {
        if allowed(&module).is_none() {
            report(line, "module", format!("`{module}` is not in the table"));
        }
    }
    for &line in &source.moved {
        report(line, "moved", "code from another file has no layer".into());
    }
    for &line in &source.extern_crates {
        report(line, "extern crate", "hides which crate is named".into());
    }
    if source.code_lines() > MAX_LINES {
        report(1, "length", format!("{} lines without tests, {MAX_LINES} at most", source.code_lines()));
    }
    if source.name != LABEL_FILE {
        for (at, _) in source.text.lines().enumerate().filter(|(_, line)| line.contains(LABEL_TEXT)) {
            report(at + 1, "label", format!("a label stands in {LABEL_FILE} alone"));
        }
    }
    if source.name == "src/lib.rs" && !source.forbids_unsafe() {
        report(1, "unsafe", "the root must forbid unsafe code".into());
    }
}

/// A path inside the crate: may the module it stands in name that module?
fn check_layer(mention: &Mention, path: &[String], report: Report) {
    let Some(from) = mention.scope.first() else { return };
    // A program is a crate of its own: its `crate::` is not the library's. An unknown module is
    // reported as that.
    let Some(allowed) = allowed(from) else { return };
    match path.first() {
        None => report(mention.line, "root", format!("`{from}` takes the root as a whole")),
        Some(to) if to == from || allowed.contains(to.as_str()) => {}
        Some(to) if is_layer(to) => report(mention.line, "layer", format!("`{from}` may not name `{to}`")),
        Some(to) => report(mention.line, "root", format!("`crate::{to}` is not in a module of the table")),
    }
}

/// A path that leaves the crate: is it confined, and is this one of its places? Returns how many
/// lines of the table it matched.
fn check_outside(mention: &Mention, path: &[String], report: Report) -> usize {
    let mut matched = 0;
    for (name, places) in CONFINED {
        let named: Vec<&str> = name.split("::").collect();
        let agree = path.iter().zip(&named).all(|(a, b)| a == b);
        let reaches = agree && (path.len() >= named.len() || mention.form.is_open);
        if !reaches || mention.in_test && FREE_IN_TESTS.contains(name) {
            continue;
        }
        matched += 1;
        if !places.iter().any(|place| lies_in(&mention.scope, place)) {
            let places = if places.is_empty() { "nowhere".into() } else { places.join(", ") };
            report(mention.line, "confined", format!("`{name}` may be named in: {places}"));
        } else if mention.form.is_public {
            report(mention.line, "re-export", format!("`{name}` must not leave its place"));
        }
    }
    matched
}

/// Everything a module may name, itself included; `None` for a module the table does not know.
fn allowed(module: &str) -> Option<BTreeSet<&str>> {
    if !is_layer(module) {
        return None;
    }
    let mut all = BTreeSet::new();
    let mut next = vec![module];
    while let Some(module) = next.pop() {
        if all.insert(module) {
            next.extend(LAYERS.iter().filter(|(name, _)| *name == module).flat_map(|(_, may)| may.iter()));
        }
    }
    Some(all)
}

fn is_layer(module: &str) -> bool {
    LAYERS.iter().any(|(name, _)| *name == module)
}

fn lies_in(scope: &[String], place: &str) -> bool {
    if let Some(stem) = place.strip_prefix("*::") {
        return scope.iter().skip(1).any(|module| module == stem);
    }
    let mut scope = scope.iter();
    place.split("::").all(|part| scope.next().is_some_and(|module| module == part))
}

#[test]
fn the_source_keeps_its_layers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources: Vec<Source> = rust_files(&root.join("src"))
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            Source::read(&name, fs::read_to_string(&path).unwrap())
        })
        .collect();
    let (seen, found) = check(&sources);
    println!("{seen:?}");
    for (what, count) in [
        ("files", seen.files),
        ("uses", seen.uses),
        ("paths", seen.paths),
        ("names of own modules", seen.own),
        ("names of confined crates", seen.confined),
    ] {
        assert!(count > 0, "the check saw no {what}");
    }
    let list: Vec<String> = found.iter().map(Violation::to_string).collect();
    assert!(list.is_empty(), "{} violations\n{}", list.len(), list.join("\n"));
}

#[test]
fn every_dependency_has_its_place() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let mut section = "";
    let mut count = 0;
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line.trim_matches(['[', ']']);
            assert!(!section.starts_with("dependencies."), "write {section} as one line");
        } else if section == "dependencies" || section.ends_with(".dependencies") {
            let Some((name, _)) = line.split_once('=').filter(|_| !line.starts_with('#')) else { continue };
            let name = name.trim().replace('-', "_");
            assert!(CONFINED.iter().any(|(known, _)| *known == name), "`{name}` has no line in CONFINED");
            count += 1;
        }
    }
    assert!(count > 0, "no dependency found in Cargo.toml");
}

#[test]
fn the_table_has_no_cycle_above_the_ground() {
    for (module, may) in LAYERS {
        for to in *may {
            assert!(is_layer(to), "`{module}` names `{to}`, which is not in the table");
            let back = allowed(to).unwrap().contains(module);
            let both_ground = GROUND.contains(module) && GROUND.contains(to);
            assert!(!back || both_ground, "`{module}` and `{to}` name each other");
        }
    }
    let store = allowed("store").unwrap();
    assert!(store.iter().all(|module| *module == "store" || GROUND.contains(module)), "{store:?}");
}

#[test]
fn every_rule_fails_on_its_fixture() {
    let mut broken = BTreeSet::new();
    for path in rust_files(&fixtures("bad")) {
        let (source, expected) = fixture(&path);
        let (_, found) = check(&[source]);
        broken.extend(found.iter().map(|violation| violation.rule));
        let found: Vec<_> = found.iter().map(|v| format!("{}: {}: {}", v.line, v.rule, v.what)).collect();
        assert!(!expected.is_empty(), "{} expects nothing", path.display());
        assert_eq!(found, expected, "{}", path.display());
    }
    assert_eq!(broken, RULES.iter().copied().collect(), "rules without a fixture, or the reverse");
}

#[test]
fn allowed_source_passes() {
    let paths = rust_files(&fixtures("good"));
    assert!(!paths.is_empty());
    for path in paths {
        let (seen, found) = check(&[fixture(&path).0]);
        assert_eq!(found, [], "{}", path.display());
        let all = [seen.uses, seen.paths, seen.own, seen.confined].iter().all(|count| *count > 0);
        assert!(all, "{}: {seen:?}", path.display());
    }
}

fn fixtures(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/layering").join(kind)
}

/// A fixture begins with the file it stands for (`// as: src/…`). A line ending in `//~ rule: what`
/// must break that rule (several with ` + ` between); a line `//@ repeat N` stands for N comments.
fn fixture(path: &Path) -> (Source, Vec<String>) {
    let mut text = String::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        match line.trim().strip_prefix("//@ repeat ") {
            Some(count) => text.push_str(&"// One line of many.\n".repeat(count.parse().unwrap())),
            None => text.extend([line, "\n"]),
        }
    }
    let first = text.lines().next().unwrap_or_default();
    let name = first.split(" //~").next().and_then(|line| line.strip_prefix("// as: "));
    let name =
        name.unwrap_or_else(|| panic!("{} does not say what it stands for", path.display())).to_owned();
    let mut expected: Vec<(usize, String)> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if let Some((_, all)) = line.split_once("//~ ") {
            expected.extend(all.split(" + ").map(|one| (at + 1, one.trim().to_owned())));
        }
    }
    expected.sort();
    (Source::read(&name, text), expected.into_iter().map(|(line, what)| format!("{line}: {what}")).collect())
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}
