//! What is printed at the end, and whether all was well.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::evidence::Evidence;
use crate::run::Row;
use crate::tamper::Refusal;
use crate::work::{Account, Document as _};

/// Everything the run found.
pub struct Report {
    pub seed: u64,
    /// Of every entry, in the order of their ordinals.
    pub names: Vec<PathBuf>,
    /// The documents that came through everything.
    pub rows: Vec<Row>,
    pub ranges: u64,
    pub refusals: Vec<Refusal>,
    pub evidence: Evidence,
    pub account: Account,
}

impl Report {
    /// Whether everything was exactly as expected. Something must have been taken: a run over nothing
    /// shows nothing.
    pub fn fine(&self) -> bool {
        let (taken, left, wrong) = (self.rows.len(), self.account.left.len(), self.account.wrong.len());
        wrong == 0 && taken > 0 && taken + left == self.names.len()
    }

    /// Prints it; names only where they were asked for.
    pub fn print(&self, with_names: bool) {
        let (taken, left, wrong) = (self.rows.len(), self.account.left.len(), self.account.wrong.len());
        println!("seed      {}", self.seed);
        println!("entries   {}: {taken} taken, {left} left, {wrong} wrong", self.names.len());
        self.print_entries(with_names);
        for step in &self.account.steps {
            let seconds = step.time.as_secs_f64().max(1e-6);
            let (documents, megabytes) = (step.documents, step.bytes as f64 / 1e6);
            let (rate, speed) = (documents as f64 / seconds, megabytes / seconds);
            let about = match step.name {
                "wrap" => format!("{:.0} wraps/s", 2.0 * rate),
                "files" => "forged and opened into files".to_owned(),
                "ranges" => format!("{:.0} ranges/s, {} in all", self.ranges as f64 / seconds, self.ranges),
                "tamper" => format!("{:.0} forgeries/s", self.refusals.len() as f64 / seconds),
                _ => format!("{rate:.1} documents/s, {speed:.1} MB/s"),
            };
            println!("{:9} {documents} documents, {megabytes:.1} MB in {seconds:.2} s; {about}", step.name);
        }
        self.print_overhead();
        print_refusals("forgeries", &self.refusals);
        self.evidence.print();
        println!(
            "{}",
            match (self.fine(), taken) {
                (true, _) => "everything was exactly as expected",
                (false, 0) => "NOTHING WAS TAKEN, so nothing was shown",
                (false, _) => "NOT EVERYTHING WAS AS EXPECTED",
            }
        );
    }

    fn print_entries(&self, with_names: bool) {
        let name = |ordinal: usize| match ordinal.checked_sub(1).and_then(|at| self.names.get(at)) {
            Some(name) if with_names => format!("  {name:?}"),
            _ => String::new(),
        };
        if with_names {
            for row in &self.rows {
                println!("  taken {:>6}  {} bytes{}", row.ordinal, row.length(), name(row.ordinal));
            }
        }
        for (ordinal, why) in &self.account.left {
            println!("  left  {ordinal:>6}  {why}{}", name(*ordinal));
        }
        for (ordinal, what) in &self.account.wrong {
            println!("  WRONG {ordinal:>6}  {what}{}", name(*ordinal));
        }
    }

    fn print_overhead(&self) {
        let (content, sealed) = self
            .rows
            .iter()
            .fold((0, 0), |(content, sealed), row| (content + row.length(), sealed + row.summary.sealed_len));
        let wraps: usize = self.rows.iter().flat_map(|row| &row.wraps).map(Vec::len).sum();
        let (more, documents) = (sealed.saturating_sub(content), self.rows.len().max(1) as u64);
        let percent = 100.0 * more as f64 / content.max(1) as f64;
        println!("overhead  {more} bytes, {percent:.2} %, {} a document, padding included", more / documents);
        println!("database  {wraps} bytes of wraps, {} a document", wraps as u64 / documents);
    }
}

impl Evidence {
    fn print(&self) {
        let (records, documents) = (self.findings.head.size, self.findings.documents);
        let (bytes, checkpoints) = (self.bytes as u64, self.checkpoints);
        let (appended, exported) = (self.appended.as_secs_f64(), self.exported.as_secs_f64());
        println!("chain     {records} records, {checkpoints} checkpoints, {documents} documents sealed");
        println!("          {bytes} bytes, {} a document", bytes / documents.max(1));
        println!(
            "          appended in {appended:.3} s, exported to {} files in {exported:.3} s",
            self.files
        );
        let seconds = self.verified.as_secs_f64();
        println!("verified  by a second process, from the files and the root of trust, in {seconds:.3} s:");
        indented(&self.said);
        println!("proved    one record, to whoever has its bytes and the log's key:");
        indented(&self.proof);
        let (left, before) = self.names;
        let (disclosed, erased) = (before.min(1), before - left);
        println!("names     {before} sealed beside the chain, {disclosed} disclosed, {erased} erased after");
        print_refusals("false histories and proofs", &self.refusals);
    }
}

fn indented(text: &str) {
    text.lines().for_each(|line| println!("  | {line}"));
}

fn print_refusals(what: &str, refusals: &[Refusal]) {
    let mut by_code: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for (what, code) in refusals {
        *by_code.entry(code).or_default().entry(what).or_default() += 1;
    }
    println!("refused   {} {what}, each for the reason it is one", refusals.len());
    for (code, forgeries) in by_code {
        println!("  {:>7} {code}", forgeries.values().sum::<usize>());
        for (what, count) in forgeries {
            println!("          {count:>7} {what}");
        }
    }
}
