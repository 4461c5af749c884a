//! The aims: what the library is to reach against a peer timed in the same run.
//!
//! `cargo bench --bench aims [-- [--quick] [NAME…]]` prints each aim as one line; a NAME selects by
//! the beginning of an aim's name, `--quick` tries everything on small files. The folder is chosen
//! by `PRIVITY_BENCH_DIR`, else `/dev/shm` where it has room, else the system's temporary folder.
//!
//! An aim that is missed is said, not punished: the exit is zero unless a result was wrong.

use std::process::ExitCode;
use std::time::Instant;

use aims::aim::{Aim, Unmeasured, Verdict};
use aims::env::Env;
use aims::{audit, envelope, sharing, vault};

/// In `benches/aims/`: one module for each capability, beside what they share.
mod aims {
    pub mod age;
    pub mod aim;
    pub mod audit;
    pub mod bare;
    pub mod env;
    pub mod envelope;
    pub mod sharing;
    pub mod vault;
}

/// Every aim there is. A new capability adds its module here.
fn registry() -> Vec<Aim> {
    [envelope::aims(), audit::aims(), vault::aims(), sharing::aims()].into_iter().flatten().collect()
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Memory is measured in a process of its own: this same program, asked for one mode.
    if let Some(("--memory-of", rest)) = arguments.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        return envelope::memory::child(rest);
    }
    // `cargo test --all-targets` builds and starts benches without the argument of `cargo bench`.
    if arguments.is_empty() {
        println!("the aims are timed by `cargo bench --bench aims`");
        return ExitCode::SUCCESS;
    }
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(broken) => {
            eprintln!("BROKEN: {broken}");
            ExitCode::FAILURE
        }
    }
}

/// Runs what was asked for; says whether nothing was broken.
fn run(arguments: &[String]) -> Result<bool, Unmeasured> {
    let started = Instant::now();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let names: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let wanted = |aim: &Aim| names.is_empty() || names.iter().any(|name| aim.name.starts_with(*name));
    let selected: Vec<Aim> = registry().into_iter().filter(wanted).collect();
    if selected.is_empty() {
        return Err(Unmeasured::Broken(format!("no aim begins with {names:?}")));
    }
    let env = Env::new(quick)?;
    println!("{env}");
    let mut verdicts = Vec::new();
    for aim in &selected {
        let (verdict, line) = aim.report(&env);
        println!("{line}");
        verdicts.push(verdict);
    }
    let counts = Verdict::ALL
        .map(|one| format!("{} {}", verdicts.iter().filter(|it| **it == one).count(), one.word()));
    println!("{} in {:.0} s", counts.join(", "), started.elapsed().as_secs_f64());
    Ok(!verdicts.contains(&Verdict::Broken))
}
