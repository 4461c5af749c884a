//! What is printed at the end: each line with what was expected of it.

use std::time::Duration;

/// Everything the run found.
#[derive(Default)]
pub struct Report {
    lines: Vec<(String, bool)>,
}

impl Report {
    /// A line that is as expected, or not.
    pub fn line(&mut self, as_expected: bool, text: impl Into<String>) {
        self.lines.push((text.into(), as_expected));
    }

    /// Whether every line is as expected.
    pub fn fine(&self) -> bool {
        !self.lines.is_empty() && self.lines.iter().all(|(_, as_expected)| *as_expected)
    }

    /// Prints it.
    pub fn print(&self) {
        for (text, as_expected) in &self.lines {
            println!("{} {text}", if *as_expected { " ok " } else { "NOT " });
        }
        println!(
            "{}",
            if self.fine() { "everything is as expected" } else { "NOT EVERYTHING IS AS EXPECTED" }
        );
    }
}

/// How many of something there are a second.
pub fn rate(count: f64, time: Duration) -> f64 {
    count / time.as_secs_f64().max(1e-9)
}
