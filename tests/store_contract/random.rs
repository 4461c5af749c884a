//! Random histories: whatever is done, SQLite answers as the model in memory does.

use privity::store::{RowKey, Snapshot, Transaction};

use crate::{Place, chain, code, key};

/// A fixed sequence from a printed seed (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }

    fn byte(&mut self, among: &[u8]) -> u8 {
        among[self.below(among.len() as u64) as usize]
    }

    /// Of few and extreme bytes, so that keys meet and prefixes have edges.
    fn bytes(&mut self, shortest: u64, longest: u64) -> Vec<u8> {
        let length = shortest + self.below(longest - shortest + 1);
        (0..length).map(|_| self.byte(&[0, 1, 0x7F, 0xFE, 0xFF])).collect()
    }

    fn value(&mut self) -> Vec<u8> {
        let length = match self.below(10) {
            0 => self.below(20_000),
            _ => self.below(200),
        };
        vec![self.below(256) as u8; length as usize]
    }
}

#[test]
fn random_histories_are_told_alike_by_every_backend() {
    let seed = std::env::var("PRIVITY_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        u64::from(now.subsec_nanos()) ^ now.as_secs()
    });
    println!("PRIVITY_SEED={seed}");
    let mut random = Random(seed);
    let (model, mut sqlite) = (Place::memory(), Place::folder());
    for _ in 0..150 {
        let mut transactions =
            [model.storage.rows.write(&[]).unwrap(), sqlite.storage.rows.write(&[]).unwrap()];
        for _ in 0..random.below(12) {
            change(&mut random, &mut transactions);
            let [a, b] = &transactions;
            compare(&mut random, &**a, &**b);
        }
        if random.below(4) > 0 {
            transactions.into_iter().for_each(|transaction| transaction.commit().unwrap());
        } else {
            drop(transactions);
        }
        if random.below(20) == 0 {
            sqlite = sqlite.reopened();
        }
        let (a, b) = (model.storage.rows.read().unwrap(), sqlite.storage.rows.read().unwrap());
        compare(&mut random, &*a, &*b);
    }
    let (a, b) = (model.storage.rows.read().unwrap(), sqlite.storage.rows.read().unwrap());
    assert_eq!(a.scan(b"", None, usize::MAX).unwrap(), b.scan(b"", None, usize::MAX).unwrap());
    assert!(a.count(b"").unwrap() > 50, "too little happened to show anything");
}

fn change(random: &mut Random, transactions: &mut [Box<dyn Transaction + '_>; 2]) {
    let name = key(&random.bytes(1, 4));
    match random.below(5) {
        0 | 1 => {
            let value = random.value();
            transactions.iter_mut().for_each(|to| to.put(&name, &value).unwrap());
        }
        2 => transactions.iter_mut().for_each(|to| to.delete(&name).unwrap()),
        _ => {
            let chain = chain(random.below(3) as u8);
            let size = transactions[0].size(chain).unwrap();
            // At the end mostly; sometimes into the chain, sometimes past it.
            let from = match random.below(5) {
                0 => random.below(size + 3),
                _ => size,
            };
            let records: Vec<_> = (0..random.below(5)).map(|_| random.value()).collect();
            let [a, b] = transactions.each_mut().map(|to| code(to.append(chain, from, &records)));
            assert_eq!(a, b);
        }
    }
}

fn compare(random: &mut Random, model: &dyn Snapshot, other: &dyn Snapshot) {
    let prefix = random.bytes(0, 3);
    let name = key(&random.bytes(1, 4));
    let after = (random.below(2) == 0).then(|| RowKey::new(random.bytes(1, 4)).unwrap());
    let limit = random.below(6) as usize;
    let [a, b] = [model, other].map(|of| of.scan(&prefix, after.as_ref(), limit).unwrap());
    assert_eq!(a, b, "scan {prefix:?} after {after:?}, {limit}");
    let [a, b] = [model, other].map(|of| (of.last(&prefix).unwrap(), of.count(&prefix).unwrap()));
    assert_eq!(a, b, "last and count of {prefix:?}");
    let [a, b] = [model, other].map(|of| of.get(&name).unwrap());
    assert_eq!(a, b, "{name:?}");
    let chain = chain(random.below(3) as u8);
    let (from, limit) = (random.below(20), random.below(20));
    let [a, b] = [model, other].map(|of| (of.size(chain).unwrap(), of.records(chain, from, limit).unwrap()));
    assert_eq!(a, b, "leaves from {from}, {limit}");
}
