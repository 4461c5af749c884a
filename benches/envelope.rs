//! The parts of envelope encryption, one by one: where the time of `benches/aims.rs` goes.

use std::hint::black_box;
use std::io::Write as _;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use privity::envelope::{self, Expected, Header, Opener, Options, Profile, Sealer, Threads};
use privity::keys::{Identity, OpeningKey, PublicKey};
use privity::testing::label::SealKind;
use privity::testing::seal::{CHUNK, Layout, schedule};
use privity::testing::{Hasher, SealContext, secret};
use privity::{DocumentId, FirmId, PrincipalId};

criterion_group! {
    name = parts;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = key_schedule, chunks, digests, documents, streams, ranges, wraps
}
criterion_main!(parts);

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// What every seal costs before its first chunk.
fn key_schedule(c: &mut Criterion) {
    let mut group = c.benchmark_group("key-schedule");
    for profile in Profile::ALL {
        let (key, context) = (secret([1; 32]), SealContext::new(SealKind::Document, profile, b"bench"));
        group.bench_function(name(profile), |b| {
            b.iter(|| schedule(&key, profile, &[2; 24], black_box(&context.bytes)));
        });
    }
}

/// A segment of 16 chunks on one thread, buffer to buffer.
fn chunks(c: &mut Criterion) {
    let mut group = throughput(c, "chunks", 16 * CHUNK);
    let plain = vec![3; 16 * CHUNK];
    for profile in Profile::ALL {
        let context = SealContext::new(SealKind::Document, profile, b"bench");
        let (cipher, _) = schedule(&secret([1; 32]), profile, &[2; 24], &context.bytes);
        let (mut sealed, mut opened) = (vec![0; Layout::run(plain.len(), false)], vec![0; plain.len()]);
        group.bench_function(BenchmarkId::new("seal", name(profile)), |b| {
            b.iter(|| cipher.seal_run(0, black_box(&plain), false, &mut sealed).expect("seals"));
        });
        group.bench_function(BenchmarkId::new("open", name(profile)), |b| {
            b.iter(|| cipher.open_run(0, black_box(&sealed), false, &mut opened).expect("opens"));
        });
    }
}

/// SHA-256 and CRC-32 of the content in one pass.
fn digests(c: &mut Criterion) {
    let mut group = throughput(c, "digests", MIB);
    let content = vec![4; MIB];
    group.bench_function("sha256-and-crc32", |b| {
        b.iter(|| {
            let mut hasher = Hasher::default();
            hasher.update(black_box(&content));
            hasher.finish()
        });
    });
}

/// Whole documents in memory; 1 KiB shows what a document costs whatever its size: key, salt,
/// schedule, header, content commitment.
fn documents(c: &mut Criterion) {
    for size in [KIB, 64 * KIB, MIB] {
        let mut group = throughput(c, &format!("document-{}KiB", size / KIB), size);
        let content = vec![5; size];
        for profile in Profile::ALL {
            let header = header(profile);
            let (sealed, key, summary) = envelope::seal(&header, &content).expect("seals");
            let (key, expected) = (key.into_opening_key(), Expected::from(&summary));
            group.bench_function(BenchmarkId::new("seal", name(profile)), |b| {
                b.iter(|| envelope::seal(&header, black_box(&content)).expect("seals"));
            });
            group.bench_function(BenchmarkId::new("open", name(profile)), |b| {
                b.iter(|| envelope::open(&key, &expected, black_box(&sealed)).expect("opens"));
            });
            // Header, seal id, key schedule, last chunk, padding: no content.
            group.bench_function(BenchmarkId::new("opener", name(profile)), |b| {
                b.iter(|| Opener::new(&key, &expected, black_box(&sealed)).expect("opens").len());
            });
        }
    }
}

/// Streams of 64 MiB from memory into nothing, by threads: what the line of segments adds.
fn streams(c: &mut Criterion) {
    let mut group = throughput(c, "stream-64MiB", 64 * MIB);
    group.sample_size(10);
    let content = vec![6; 64 * MIB];
    for profile in Profile::ALL {
        for threads in [Threads::ONE, Threads::default()] {
            let options = Options { threads, watcher: None };
            let id = |what| BenchmarkId::new(what, format!("{}, {} threads", name(profile), threads.count()));
            let header = header(profile);
            let seal = || envelope::seal_stream(&header, content.as_slice(), std::io::sink(), options);
            group.bench_function(id("seal"), |b| b.iter(|| seal().expect("seals")));
            let written = || {
                let mut sealer = Sealer::new(&header, std::io::sink(), options)?;
                content.chunks(64 * KIB).try_for_each(|piece| sealer.write_all(piece))?;
                sealer.finish()
            };
            group.bench_function(id("sealer"), |b| b.iter(|| written().expect("seals")));
            let (sealed, key, summary) = envelope::seal(&header, &content).expect("seals");
            let opener = Opener::new(key.opening_key(), &Expected::from(&summary), &sealed).expect("opens");
            group.bench_function(id("open"), |b| {
                b.iter(|| opener.copy_to(std::io::sink(), options).expect("opens"));
            });
        }
    }
}

/// Ranges of 64 KiB of a document of 16 MiB in memory, none of which begins with a chunk.
fn ranges(c: &mut Criterion) {
    let mut group = throughput(c, "range", 64 * KIB);
    let content = vec![7; 16 * MIB];
    for profile in Profile::ALL {
        let (sealed, key, summary) = envelope::seal(&header(profile), &content).expect("seals");
        let opener = Opener::new(key.opening_key(), &Expected::from(&summary), &sealed).expect("opens");
        let (mut range, mut at) = (vec![0; 64 * KIB], 0);
        group.bench_function(name(profile), |b| {
            b.iter(|| {
                at = (at + 1_000_003) % (15 * MIB as u64);
                opener.read_exact_at(at, &mut range).expect("reads");
            });
        });
    }
}

/// Keys to people and back.
fn wraps(c: &mut Criterion) {
    let mut group = c.benchmark_group("keys");
    let person = Identity::generate().expect("has randomness");
    let bytes = person.public().as_bytes();
    group.bench_function("public-key-parse", |b| {
        b.iter(|| PublicKey::from_bytes(black_box(bytes)).expect("is a key"));
    });
    for profile in Profile::ALL {
        let header = header(profile);
        let (_, key, _) = envelope::seal(&header, b"a letter").expect("seals");
        let context = header.wrap_context(PrincipalId::from_bytes([9; 16]), 1);
        let wrap = key.wrap(person.public(), &context).expect("wraps");
        group.bench_function(BenchmarkId::new("wrap", name(profile)), |b| {
            b.iter(|| key.wrap(black_box(person.public()), &context).expect("wraps"));
        });
        group.bench_function(BenchmarkId::new("unwrap", name(profile)), |b| {
            b.iter(|| OpeningKey::unwrap(&person, black_box(&wrap), &context).expect("unwraps"));
        });
    }
}

fn throughput<'c>(c: &'c mut Criterion, name: &str, bytes: usize) -> BenchmarkGroup<'c, WallTime> {
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Bytes(bytes as u64));
    group
}

fn header(profile: Profile) -> Header {
    let (firm, document) = (FirmId::from_bytes([1; 16]), DocumentId::from_bytes([2; 16]));
    Header::new(firm, document, 1).expect("version 1 is allowed").with_profile(profile)
}

fn name(profile: Profile) -> String {
    format!("{:#06x}", profile.number())
}
