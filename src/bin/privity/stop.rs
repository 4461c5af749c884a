//! Why a command ends otherwise than done, and with which exit code.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use privity::sharing::{Refusal, Step};
use privity::{Code, Error, ErrorKind};

use crate::show;

/// An end with an exit code and one line for the person.
#[derive(Debug)]
pub struct Stop {
    exit: u8,
    text: String,
}

impl Stop {
    /// The command was used wrongly.
    pub fn usage(text: impl AsRef<str>) -> Self {
        Self::new(USAGE, "wrong use", text.as_ref())
    }

    /// The machine failed.
    pub fn machine(text: impl AsRef<str>) -> Self {
        Self::new(MACHINE, "failed", text.as_ref())
    }

    /// The file is not one of ours.
    pub fn foreign(text: impl AsRef<str>) -> Self {
        Self::new(FOREIGN, "not ours, or malformed", text.as_ref())
    }

    /// A check said no.
    pub fn refused(step: &str, error: &Error) -> Self {
        Self::new(REFUSED, &format!("refused at {step}"), &said(error))
    }

    /// A file failed.
    pub fn file(path: &Path, error: &io::Error) -> Self {
        let text = format!("{}: {error}", path.display());
        if error.kind() == io::ErrorKind::NotFound { Self::usage(text) } else { Self::machine(text) }
    }

    /// An error of the library, where no step is known.
    pub fn of(what: &str, error: &Error) -> Self {
        let text = said(error);
        match error.code_value() {
            Code::Exists | Code::NotAFile | Code::AlreadyThere => return Self::usage(text),
            // The disk did not fail: somebody wrote to it.
            Code::DeviceStateDamaged => return Self::refused(what, error),
            _ => {}
        }
        match error.kind() {
            ErrorKind::Invalid => Self::foreign(text),
            ErrorKind::Misuse => Self::usage(text),
            ErrorKind::Storage | ErrorKind::Entropy | ErrorKind::Cancelled => Self::machine(text),
            _ => Self::refused(what, error),
        }
    }

    pub fn exit(&self) -> ExitCode {
        ExitCode::from(self.exit)
    }

    fn new(exit: u8, what: &str, text: &str) -> Self {
        Self { exit, text: show::line(&format!("{what}: {text}")) }
    }
}

/// For `map_err`: an error at a step of a command.
pub fn at(what: &'static str) -> impl Fn(Error) -> Stop {
    move |error| Stop::of(what, &error)
}

/// A refused share. What is malformed behind the first step was put into an age file of ours, so a check
/// refused it.
impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        let Refusal { step, error } = refusal;
        let foreign = [Code::NotAnAgeFile, Code::AgeVersion].contains(&error.code_value());
        match error.kind() {
            ErrorKind::Invalid if step == Step::Decrypt && foreign => Self::of(step.name(), &error),
            ErrorKind::Invalid => Self::refused(step.name(), &error),
            _ => Self::of(step.name(), &error),
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn said(error: &Error) -> String {
    format!("{error}. {}", error.advice())
}

const MACHINE: u8 = 1;
const USAGE: u8 = 2;
const REFUSED: u8 = 3;
const FOREIGN: u8 = 4;
