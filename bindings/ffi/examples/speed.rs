//! The peer of the packages' measurements: the same work by the library itself. One line a measure,
//! name and seconds, the median of five; `bindings/speed-all` makes ratios of them.
//!
//! `speed FOLDER` needs 512 MiB there.

use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use std::{env, fs};

use privity::audit::{Appender, Draft, Origin};
use privity::envelope::{self, Expected, Header, Opener, Options};
use privity::keys::ChainKeys;
use privity::{DocumentId, FirmId, SystemClock};

type Measured<T = ()> = Result<T, Box<dyn std::error::Error>>;

const MIB: usize = 1 << 20;
const CALLS: u32 = 10_000;

fn main() -> Measured {
    let folder = PathBuf::from(env::args_os().nth(1).ok_or("usage: speed FOLDER")?);
    let (plain, sealed) = (folder.join("plain"), folder.join("sealed"));
    let header = Header::new(FirmId::generate()?, DocumentId::generate()?, 1)?;
    let content: Vec<u8> = (0..=250).cycle().take(16 * MIB).collect();
    fs::write(&plain, content.repeat(16))?;

    let mut made = None;
    median("file-seal", || {
        let _first_time = fs::remove_file(&sealed);
        let begin = Instant::now();
        made = Some(envelope::seal_file(&header, &plain, &sealed, Options::default())?);
        Ok(begin.elapsed().as_secs_f64())
    })?;

    median("bytes-seal", || {
        let begin = Instant::now();
        let (sealed, key, summary) = envelope::seal(&header, &content)?;
        let opened = envelope::open(key.opening_key(), &Expected::from(&summary), &sealed)?;
        let took = begin.elapsed().as_secs_f64();
        if opened == content { Ok(took) } else { Err("other bytes".into()) }
    })?;

    let (key, summary) = made.ok_or("nothing was sealed")?;
    let file = fs::File::open(&sealed)?;
    let opener = Opener::new(key.opening_key(), &Expected::from(&summary), file)?;
    median("ranges", || {
        let begin = Instant::now();
        for n in 0..64 {
            let mut range = vec![0; MIB];
            // Odd steps: neither in order nor on borders of chunks.
            let at = n * 37 % 64 * 4 * MIB as u64 + 12_345;
            opener.read_exact_at(at, &mut range)?;
            black_box(range);
        }
        Ok(begin.elapsed().as_secs_f64())
    })?;

    median("tiny", || {
        let begin = Instant::now();
        for _ in 0..CALLS {
            black_box(black_box(&opener).len());
        }
        Ok(begin.elapsed().as_secs_f64() / f64::from(CALLS))
    })?;

    median("records", || {
        let keys = Arc::new(ChainKeys::generate()?);
        let origin = Origin::new("log.example/speed".to_owned())?;
        let (mut appender, _) = Appender::new(origin, keys, Arc::new(SystemClock))?;
        // A map in CBOR: 1 is 7.
        let draft = |_| Draft::host(2_000, vec![0xA1, 0x01, 0x07]);
        let drafts = (0..1_000).map(draft).collect::<privity::Result<Vec<_>>>()?;
        let begin = Instant::now();
        let appended = drafts.into_iter().map(|draft| appender.append(draft));
        let appended = appended.collect::<privity::Result<Vec<_>>>()?;
        let took = begin.elapsed().as_secs_f64();
        black_box(appended);
        Ok(took)
    })
}

fn median(name: &str, mut measure: impl FnMut() -> Measured<f64>) -> Measured {
    let mut times = [0.0; 5];
    for time in &mut times {
        *time = measure()?;
    }
    times.sort_by(f64::total_cmp);
    println!("{name} {:.9}", times[2]);
    Ok(())
}
