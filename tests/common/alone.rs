//! The peak of resident memory belongs to a whole process, so a test that measures it runs itself again, alone.

use std::fs;
use std::process::Command;

/// Runs `measure` in a process of its own: that of the test `name`, told apart by the variable `child`. What it prints
/// with `KiB` is printed here, and there must be `lines` such lines. Where the system tells no peak, it says so.
pub fn measured_alone(name: &str, child: &str, lines: usize, measure: impl FnOnce()) {
    if !fs::exists("/proc/self/status").unwrap() {
        println!("skipped: this system does not tell the peak of memory");
        return;
    }
    if std::env::var_os(child).is_some() {
        return measure();
    }
    let run = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture", "--test-threads", "1"])
        .env(child, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    let told: Vec<&str> = said.lines().filter(|line| line.contains("KiB")).collect();
    println!("{}", told.join("\n"));
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(told.len(), lines, "{said}");
}

/// The peak of resident memory, in KiB.
pub fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}
