//! Random bytes into every parser: errors, never a panic.

use privity::envelope::{self, Opener};
use privity::keys::{Identity, OpeningKey, Passphrase, Protector, ProtectorId, PublicKey, Wrap};
use privity::testing::cbor;
use privity::testing::sign::VerifyingKey;
use privity::{ChainId, DeviceId, DocumentId, FirmId, MatterId, PrincipalId, SecretBytes, UserId, testing};

use super::{Sealed, Tally, headers};

const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

#[test]
fn garbage_is_refused_by_every_parser() {
    println!("seed {SEED:#x}");
    let mut random = Random(SEED);
    let sealed = Sealed::new(&headers().last().unwrap(), [0x5C; 32], [0x5A; 24], 20_000);
    let identity = testing::identity([0x1D; 32]).unwrap();
    let passphrase = Passphrase::new(SecretBytes::new(b"never right".to_vec())).unwrap();
    let context = sealed.summary.header.wrap_context(PrincipalId::from_bytes([0xA1; 16]), 1);
    let mut refusals = Tally::new();
    let mut inputs = 0;
    let mut expect = |result: privity::Result<()>, bytes: &[u8]| {
        let code = super::refused(result, bytes);
        *refusals.entry(code).or_default() += 1;
    };
    for _ in 0..40_000 {
        let bytes = random.bytes(300);
        // Bare, and behind what each format begins with.
        let starts =
            [&[] as &[u8], b"PRVYDOC1", b"PRVYDOC1\0\0\0\x10", &sealed.bytes[..12], &sealed.bytes[..58]];
        for start in starts {
            let bytes = [start, &bytes].concat();
            expect(envelope::open(&sealed.key, &sealed.expected(), &bytes).map(drop), &bytes);
            expect(Opener::new(&sealed.key, &sealed.only_header(), &bytes).map(drop), &bytes);
        }
        for start in [&[] as &[u8], b"PRVYIDN1", b"PRVYIDN1\xA4\x01\x01\x02"] {
            let bytes = [start, &bytes].concat();
            expect(Identity::unlock(&bytes, &passphrase).map(drop), &bytes);
        }
        expect(passphrase.unwrap(bytes.clone(), Vec::new()).map(drop), &bytes);
        expect(PublicKey::from_bytes(&bytes).map(drop), &bytes);
        expect(Wrap::from_bytes(&bytes).map(drop), &bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for text in [text.clone(), format!("doc_{text}")] {
            expect(text.parse::<FirmId>().map(drop), &bytes);
            expect(text.parse::<DocumentId>().map(drop), &bytes);
            expect(text.parse::<MatterId>().map(drop), &bytes);
            expect(text.parse::<PrincipalId>().map(drop), &bytes);
            expect(text.parse::<UserId>().map(drop), &bytes);
            expect(text.parse::<DeviceId>().map(drop), &bytes);
            expect(text.parse::<ChainId>().map(drop), &bytes);
        }
        // These may take a short input; they must not panic.
        let _name = ProtectorId::new(&text);
        if cbor::check(&bytes).is_ok() {
            let mut reader = cbor::Reader::new(&bytes, 300).unwrap();
            let _item =
                (reader.text().is_ok(), reader.signed().is_ok(), reader.map().is_ok(), reader.item().is_ok());
        }
        inputs += 1;
    }
    for _ in 0..300 {
        let long = random.fixed(1216);
        expect(PublicKey::from_bytes(&long).map(drop), &long);
        let wrap = Wrap::from_bytes(&long[..1168]).unwrap();
        expect(OpeningKey::unwrap(&identity, &wrap, &context).map(drop), &long);
        let _enrolled = VerifyingKey::enrol(long[..32].try_into().unwrap());
    }
    println!("garbage: {inputs} inputs, {} refusals {refusals:?}", refusals.values().sum::<usize>());
}

/// xorshift64: the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn bytes(&mut self, below: u64) -> Vec<u8> {
        let length = self.next() % below;
        self.fixed(length as usize)
    }

    fn fixed(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| (self.next() >> 32) as u8).collect()
    }
}
