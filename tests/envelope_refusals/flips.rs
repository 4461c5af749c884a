//! Every bit of every sealed object up to 4 KiB, flipped.

use privity::envelope::{self, Header, Profile};
use privity::keys::{Identity, OpeningKey, Passphrase, Protector, ProtectorId, Wrap, WrapContext};
use privity::{DocumentId, FirmId, PrincipalId, Result, SecretBytes, testing};

use super::{Sealed, Tally, headers, on_two_threads, refused, tally};

/// Bits of magic, length, header and salt with commitment.
const MAGIC: usize = 8 * 8;
const LENGTH: usize = 4 * 8;
const PREFIX: usize = 56 * 8;

#[test]
fn every_bit_of_a_sealed_document_counts() {
    let mut flips = 0;
    for header in headers() {
        for length in [0, 1, 3_500] {
            flips += document(&header, length);
        }
    }
    println!("documents: {flips} bit flips, each under two expectations");
}

fn document(header: &Header, length: usize) -> usize {
    let sealed = Sealed::new(header, [0x5C; 32], [0x5A; 24], length);
    assert!(sealed.bytes.len() <= 4096);
    assert_eq!(envelope::open(&sealed.key, &sealed.expected(), &sealed.bytes).unwrap(), sealed.content);
    assert_eq!(envelope::open(&sealed.key, &sealed.only_header(), &sealed.bytes).unwrap(), sealed.content);
    let bits = sealed.bytes.len() * 8;
    let seal_at = sealed.seal_at() * 8;
    for (expected, prefix_code) in
        [(sealed.expected(), "seal-mismatch"), (sealed.only_header(), "content-refused")]
    {
        let all = on_two_threads(bits, |bit| {
            let code = refused(envelope::open(&sealed.key, &expected, &flip(&sealed.bytes, bit)), bit);
            let right: &[&str] = match bit {
                _ if bit < MAGIC => &["not-a-sealed-document"],
                _ if bit < MAGIC + LENGTH => &["too-large", "sealed-length", "cbor"],
                _ if bit < seal_at => &["cbor", "field", "profile", "header-mismatch"],
                _ if bit < seal_at + PREFIX => &[prefix_code],
                _ => &["content-refused"],
            };
            assert!(right.contains(&code), "bit {bit}: {code}");
            // Both ids are values of the header and nothing else.
            let ids = [MAGIC + LENGTH + 5 * 8, MAGIC + LENGTH + 23 * 8];
            let in_id = ids.iter().any(|from| (*from..*from + 128).contains(&bit));
            assert!(!in_id || code == "header-mismatch", "bit {bit}: {code}");
            code
        });
        assert_eq!(all.values().sum::<usize>(), bits);
        assert_eq!((all["too-large"], all["profile"], all["not-a-sealed-document"]), (20, 5, 64), "{all:?}");
    }
    bits
}

#[test]
fn every_bit_of_an_opening_key_counts() {
    let mut flips = 0;
    for header in headers() {
        let sealed = Sealed::new(&header, [0x5C; 32], [0x5A; 24], 100);
        for bit in 0..256 {
            let key = testing::opening_key(flip(&[0x5C; 32], bit).try_into().unwrap());
            let code = refused(envelope::open(&key, &sealed.expected(), &sealed.bytes), bit);
            assert_eq!(code, "content-refused");
            flips += 1;
        }
        assert!(envelope::open(&sealed.key, &sealed.expected(), &sealed.bytes).is_ok());
    }
    println!("opening keys: {flips} bit flips");
}

#[test]
fn every_bit_of_a_wrap_counts() {
    let identity = testing::identity([0x1D; 32]).unwrap();
    for profile in Profile::ALL {
        let context = context(profile, 1);
        let key = testing::opening_key([0x5C; 32]);
        let wrap = key.wrap(identity.public(), &context).unwrap();
        let opened = OpeningKey::unwrap(&identity, &wrap, &context).unwrap();
        assert_eq!(testing::expose_key(&opened), &[0x5C; 32]);
        let bits = wrap.as_bytes().len() * 8;
        let all = on_two_threads(bits, |bit| {
            let wrap = Wrap::from_bytes(&flip(wrap.as_bytes(), bit)).unwrap();
            refused(OpeningKey::unwrap(&identity, &wrap, &context), bit)
        });
        assert_eq!(all, tally([("unwrap-refused", 9_344)]));
        println!("wraps, {profile:?}: {bits} bit flips {all:?}");
        // The audit compares whole wraps: a bit of every byte is enough.
        key.verify_wrap(identity.public(), &context, &wrap).unwrap();
        let all = on_two_threads(bits / 8, |byte| {
            let wrap = Wrap::from_bytes(&flip(wrap.as_bytes(), byte * 8 + byte % 8)).unwrap();
            refused(key.verify_wrap(identity.public(), &context, &wrap), byte)
        });
        assert_eq!(all, tally([("wrap-mismatch", 1_168)]));
    }
}

#[test]
fn a_wrap_opens_in_its_own_context_alone() {
    let identity = testing::identity([0x1D; 32]).unwrap();
    let stranger = testing::identity([0x1E; 32]).unwrap();
    let (firm, document, principal) = ([0xF1; 16], [0xD0; 16], [0xA1; 16]);
    let made = |profile, firm: [u8; 16], document: [u8; 16], version, principal: [u8; 16], generation| {
        let (firm, document) = (FirmId::from_bytes(firm), DocumentId::from_bytes(document));
        let principal = PrincipalId::from_bytes(principal);
        WrapContext::new(profile, firm, document, version, principal, generation).unwrap()
    };
    let right = made(Profile::ChaCha, firm, document, 1, principal, 1);
    let wrap = testing::opening_key([0x5C; 32]).wrap(identity.public(), &right).unwrap();
    assert!(OpeningKey::unwrap(&identity, &wrap, &right).is_ok());
    let others = [
        made(Profile::Aes, firm, document, 1, principal, 1),
        made(Profile::ChaCha, document, document, 1, principal, 1),
        made(Profile::ChaCha, firm, firm, 1, principal, 1),
        made(Profile::ChaCha, document, firm, 1, principal, 1),
        made(Profile::ChaCha, firm, document, 2, principal, 1),
        made(Profile::ChaCha, firm, document, 1, firm, 1),
        made(Profile::ChaCha, firm, document, 1, principal, 2),
    ];
    for other in &others {
        assert_eq!(refused(OpeningKey::unwrap(&identity, &wrap, other), other), "unwrap-refused");
    }
    assert_eq!(refused(OpeningKey::unwrap(&stranger, &wrap, &right), "stranger"), "unwrap-refused");
    println!("contexts: {} others, 1 stranger", others.len());
}

#[test]
fn every_bit_of_a_protected_identity_counts() {
    let identity = testing::identity([0x1D; 32]).unwrap();
    let file = identity.protect(&Plain).unwrap();
    assert_eq!(Identity::unlock(&file, &Plain).unwrap().public(), identity.public());
    let bits = file.len() * 8;
    let all = on_two_threads(bits, |bit| {
        let code = refused(Identity::unlock(&flip(&file, bit), &Plain), bit);
        // Magic; then fields whose encoding a flip may break; then 32 wrapped and 104 sealed bytes.
        let sealed_from = bits - 104 * 8;
        let right: &[&str] = match bit {
            _ if bit < MAGIC => &["protected-identity"],
            _ if bit >= sealed_from => &["unlock-refused"],
            _ => &["cbor", "field", "profile", "protector-mismatch", "unlock-refused", "protector-failed"],
        };
        assert!(right.contains(&code), "bit {bit}: {code}");
        code
    });
    assert!(all["unlock-refused"] >= (104 + 32) * 8 && all["protector-mismatch"] > 0, "{all:?}");
    println!("protected identity: {bits} bit flips {all:?}");
}

#[test]
fn bits_of_a_passphrase_file_count() {
    let passphrase = Passphrase::new(SecretBytes::new(b"four words and more".to_vec())).unwrap();
    let identity = testing::identity([0x1D; 32]).unwrap();
    let file = identity.protect(&passphrase).unwrap();
    assert_eq!(Identity::unlock(&file, &passphrase).unwrap().public(), identity.public());
    // From the end: the identity's seal (104, behind 3), the passphrase's seal (104, behind 3), the salt.
    let end = file.len();
    let mut all = Tally::new();
    let places = [end - 1, end - 60, end - 104, end - 108, end - 150, end - 211, end - 215, end - 230];
    for place in places {
        let code = refused(Identity::unlock(&flip(&file, place * 8), &passphrase), place);
        *all.entry(code).or_default() += 1;
    }
    assert_eq!(all, tally([("unlock-refused", places.len())]));
    println!("passphrase file: {} bit flips {all:?}", places.len());
}

fn context(profile: Profile, version: u32) -> WrapContext {
    let (firm, document) = (FirmId::from_bytes([0xF1; 16]), DocumentId::from_bytes([0xD0; 16]));
    WrapContext::new(profile, firm, document, version, PrincipalId::from_bytes([0xA1; 16]), 1).unwrap()
}

/// A protector that costs nothing, so that every bit can be tried.
struct Plain;

impl Protector for Plain {
    fn id(&self) -> ProtectorId {
        ProtectorId::new("test.plain").unwrap()
    }

    fn wrap(&self, secret: SecretBytes, _context: Vec<u8>) -> Result<Vec<u8>> {
        Ok(secret.expose_secret().iter().map(|byte| byte ^ 0x5A).collect())
    }

    fn unwrap(&self, wrapped: Vec<u8>, _context: Vec<u8>) -> Result<SecretBytes> {
        Ok(SecretBytes::new(wrapped.iter().map(|byte| byte ^ 0x5A).collect()))
    }
}

fn flip(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    flipped[bit / 8] ^= 1 << (bit % 8);
    flipped
}
