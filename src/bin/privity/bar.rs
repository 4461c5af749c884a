//! A progress bar on the terminal; none where there is no terminal.

use indicatif::{ProgressBar, ProgressStyle};
use privity::{Flow, Progress, Result, Watcher};

pub struct Bar(ProgressBar);

impl Bar {
    pub fn new(what: &'static str) -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}") {
            bar.set_style(style);
        }
        bar.set_message(what);
        Self(bar)
    }
}

impl Watcher for Bar {
    fn step(&self, at: Progress) -> Result<Flow> {
        if let Some(total) = at.total {
            self.0.set_length(total);
        }
        self.0.set_position(at.done);
        Ok(Flow::Continue)
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
