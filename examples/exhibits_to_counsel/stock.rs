//! The lawyer with stock tools alone: she does what README.txt in the share says, to the letter.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Outcome;

/// Her folder, with her keys.
pub struct Lawyer {
    folder: PathBuf,
}

/// Which of the tools that README.txt names are missing here.
pub fn missing() -> Vec<&'static str> {
    let runs = |tool: &&str| {
        let found =
            Command::new("sh").args(["-c", &format!("command -v {tool}")]).stdout(Stdio::null()).status();
        found.is_ok_and(|status| status.success())
    };
    ["age", "age-keygen", "unzip", "ssh-keygen", "sha256sum"].into_iter().filter(|tool| !runs(tool)).collect()
}

impl Lawyer {
    /// Makes her keys with her tools.
    pub fn new(folder: &Path) -> Outcome<Self> {
        fs::create_dir_all(folder)?;
        let one = Self { folder: folder.to_path_buf() };
        one.run("age-keygen -o key.txt 2>keygen.txt && ssh-keygen -q -t ed25519 -N '' -f my_key")?;
        Ok(one)
    }

    /// Her age recipient and the line of her ssh key, as she sends them to the firm.
    pub fn keys(&self) -> Outcome<(String, String)> {
        let recipient = self.run("age-keygen -y key.txt")?;
        Ok((
            recipient.trim().to_owned(),
            fs::read_to_string(self.folder.join("my_key.pub"))?.trim().to_owned(),
        ))
    }

    /// Takes the share and the firm's key, which came to her another way, and the text that says how to check.
    pub fn receives(&self, share: &Path, sender: &str) -> Outcome<()> {
        fs::copy(share, self.folder.join("share.age"))?;
        Ok(fs::write(self.folder.join("sender.pub"), format!("{sender}\n"))?)
    }

    /// Runs every command of README.txt that begins with one of these words, in its order.
    pub fn follows(&self, readme: &str, words: &[&str]) -> Outcome<()> {
        let commands = readme.lines().filter_map(|line| line.strip_prefix("    "));
        for command in commands.filter(|command| words.iter().any(|word| command.starts_with(word))) {
            self.run(command)?;
        }
        Ok(())
    }

    /// A file of her folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Runs a command of hers.
    pub fn run(&self, command: &str) -> Outcome<String> {
        let shell = Command::new("sh").args(["-ec", command]).current_dir(&self.folder).output()?;
        if shell.status.success() {
            return Ok(String::from_utf8(shell.stdout)?);
        }
        Err(format!("`{}` failed", command.split(' ').next().unwrap_or_default()).into())
    }
}
