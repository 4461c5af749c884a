//! People with a home each, in one folder where their files lie.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use privity::SecretBytes;
use privity::keys::Passphrase;
use privity::sharing::Party;
use serde_json::Value;

pub struct Person {
    folder: PathBuf,
    pub home: PathBuf,
    passphrase: String,
}

/// How a command ended.
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Person {
    pub fn new(folder: &Path, name: &str) -> Self {
        let passphrase = format!("{name} has a passphrase");
        fs::write(folder.join(format!("{name}.passphrase")), format!("{passphrase}\n")).unwrap();
        Self { folder: folder.to_owned(), home: folder.join(format!("{name}.home")), passphrase }
    }

    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with(arguments, &[], "")
    }

    /// At another time than now.
    pub fn run_at(&self, time: &str, arguments: &[&str]) -> Ended {
        self.run_with(arguments, &[("PRIVITY_TEST_CLOCK", time)], "")
    }

    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)], typed: &str) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_privity"));
        command.args(arguments).current_dir(&self.folder).env("PRIVITY_HOME", &self.home);
        command.env("PRIVITY_PASSPHRASE_FILE", self.home.with_extension("passphrase"));
        command.envs(variables.iter().copied());
        ended(command, typed)
    }

    pub fn ok(&self, arguments: &[&str]) -> Ended {
        let ended = self.run(arguments);
        assert_eq!(ended.code, 0, "{arguments:?}\n{}", ended.err);
        ended
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.ok(&[arguments, &["--json"]].concat()).out).unwrap()
    }

    /// The twelve words that the person reads on the telephone.
    pub fn words(&self) -> String {
        self.json(&["card", "show"])["words"].as_str().unwrap().to_owned()
    }

    /// The keys, as a thief of home and passphrase has them.
    pub fn party(&self) -> Party {
        let passphrase = Passphrase::new(SecretBytes::new(self.passphrase.clone().into_bytes())).unwrap();
        Party::unlock(&fs::read(self.home.join("party")).unwrap(), &passphrase).unwrap()
    }
}

impl Ended {
    /// Where it was refused and as what, of the last line.
    pub fn at(&self) -> String {
        let line = self.err.lines().last().unwrap_or_default();
        line.splitn(3, ": ").take(2).collect::<Vec<_>>().join(": ")
    }
}

/// The command by itself.
pub fn privity(arguments: &[&str]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_privity"));
    command.args(arguments);
    ended(command, "")
}

fn ended(mut command: Command, typed: &str) -> Ended {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // Who does not read what is typed ends without it.
    let _unread = child.stdin.take().unwrap().write_all(typed.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(!err.contains("panicked"), "{err}");
    Ended { code: output.status.code().unwrap(), out, err }
}

/// Carl and Erin, who compared their words.
pub fn acquainted(folder: &Path) -> (Person, Person) {
    let (counsel, expert) = (Person::new(folder, "counsel"), Person::new(folder, "expert"));
    counsel.ok(&["keygen", "--name", "Carl Counsel", "--organisation", "Counsel & Co"]);
    expert.ok(&["keygen", "--name", "Erin Expert"]);
    meet(&counsel, &expert, "Erin Expert");
    meet(&expert, &counsel, "Carl Counsel");
    (counsel, expert)
}

/// One adds the other's card and verifies it.
pub fn meet(person: &Person, other: &Person, name: &str) {
    let card = other.ok(&["card", "show", "--text"]).out;
    person.ok(&["card", "add", card.trim()]);
    let words = other.words();
    person.ok(&[&["card", "verify", name], &words.split(' ').collect::<Vec<_>>()[..]].concat());
}
