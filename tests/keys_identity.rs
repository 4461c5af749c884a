//! Protected identities: what a protector and a passphrase may do, and what is refused before any
//! work is done.

use std::sync::Mutex;
use std::time::Instant;

use argon2::{Algorithm, Argon2, Params, Version};
use privity::envelope::Profile;
use privity::keys::{Identity, Passphrase, PassphraseCost, Protector, ProtectorId};
use privity::testing::cbor::Writer;
use privity::testing::label::SealKind;
use privity::testing::{self, SealContext, seal};
use privity::{Code, ErrorKind, Result, SecretBytes};

const SEED: [u8; 32] = [0x1D; 32];

#[test]
fn the_cost_of_a_passphrase_has_a_floor_and_a_ceiling() {
    let allowed = [(65_536, 3, 4), (65_536, 3, 1), (1_048_576, 16, 16)];
    for (memory, passes, lanes) in allowed {
        let cost = PassphraseCost::new(memory, passes, lanes).unwrap();
        assert_eq!((cost.memory_kib(), cost.passes(), cost.lanes()), (memory, passes, lanes));
    }
    assert_eq!(PassphraseCost::default(), PassphraseCost::new(65_536, 3, 4).unwrap());
    let refused = [
        (65_535, 3, 4),
        (0, 3, 4),
        (1_048_577, 3, 4),
        (u32::MAX, 3, 4),
        (65_536, 2, 4),
        (65_536, 0, 4),
        (65_536, 17, 4),
        (65_536, u32::MAX, 4),
        (65_536, 3, 0),
        (65_536, 3, 17),
        (65_536, 3, u32::MAX),
    ];
    for (memory, passes, lanes) in refused {
        let error = PassphraseCost::new(memory, passes, lanes).unwrap_err();
        assert_eq!((error.code(), error.kind()), ("passphrase-cost", ErrorKind::Refused));
    }
    println!("costs: {} allowed, {} refused", allowed.len(), refused.len());
}

/// The files are made here with the passphrase itself, so that nothing but the cost is wrong.
#[test]
fn a_file_of_another_cost_is_refused_before_any_work() {
    let right = passphrase(b"six words that nobody else knows");
    let started = Instant::now();
    let opened = right.unwrap(passphrase_file(65_536, 3, 4, true), b"context".to_vec()).unwrap();
    let honest = started.elapsed();
    assert_eq!(opened.expose_secret(), &[0x5C; 32]);

    // Below the floor the seal is whole: it would open.
    let lowered = [(8, 1, 1), (32_768, 3, 4), (65_536, 2, 4)];
    let raised = [(1_048_577, 3, 4), (u32::MAX, u32::MAX, u32::MAX), (65_536, 17, 4), (65_536, 3, 17)];
    let none = [(65_536, 3, 0), (65_536, 0, 4), (0, 3, 4)];
    let mut files: Vec<_> = lowered.iter().map(|(m, p, l)| passphrase_file(*m, *p, *l, true)).collect();
    files.extend(raised.iter().chain(&none).map(|(m, p, l)| passphrase_file(*m, *p, *l, false)));
    let started = Instant::now();
    for file in &files {
        for _ in 0..10 {
            let refused = right.unwrap(file.clone(), b"context".to_vec()).map(drop).unwrap_err();
            assert_eq!(refused.code(), "passphrase-cost");
        }
    }
    let refusals = started.elapsed();
    assert!(refusals < honest, "{refusals:?} for the refusals, {honest:?} for one derivation");
    println!("costs in files: {} refused in {refusals:?}, one derivation takes {honest:?}", files.len());
}

/// What a passphrase protector writes, by the words of the format.
fn passphrase_file(memory: u32, passes: u32, lanes: u32, sealed: bool) -> Vec<u8> {
    let write = |writer: &mut Writer| {
        writer.unsigned(1).unsigned(1).unsigned(2).unsigned(memory.into());
        writer.unsigned(3).unsigned(passes.into()).unsigned(4).unsigned(lanes.into());
        writer.unsigned(5).bytes(&[0x77; 16]);
    };
    let mut aad = Writer::new();
    write(aad.map(6));
    aad.unsigned(7).bytes(b"context");
    let mut key = [0; 32];
    if sealed {
        let params = Params::new(memory, passes, lanes, Some(32)).unwrap();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon2.hash_password_into(b"six words that nobody else knows", &[0x77; 16], &mut key).unwrap();
    }
    let context = SealContext::new(SealKind::Passphrase, Profile::ChaCha, &aad.finish());
    let seal = seal::seal_with_salt(&testing::secret(key), &context, &[0x5C; 32], &[0x5A; 24]).unwrap();
    let mut file = Writer::new();
    write(file.map(6));
    file.unsigned(6).bytes(&seal);
    file.finish()
}

#[test]
fn a_wrong_passphrase_unlocks_nothing() {
    let identity = testing::identity(SEED).unwrap();
    let right = passphrase(b"six words that nobody else knows");
    let file = identity.protect(&right).unwrap();
    assert!(file.len() < 5 * 1024);
    assert_eq!(Identity::unlock(&file, &right).unwrap().public(), identity.public());
    for wrong in
        [b"six words that nobody else know".as_slice(), b"Six words that nobody else knows", b" ", b"\0"]
    {
        let refused = Identity::unlock(&file, &passphrase(wrong)).unwrap_err();
        assert_eq!((refused.code(), refused.kind()), ("unlock-refused", ErrorKind::Refused));
    }
    let empty = Passphrase::new(SecretBytes::new(Vec::new())).unwrap_err();
    assert_eq!((empty.code(), empty.kind()), ("passphrase-empty", ErrorKind::Misuse));
}

#[test]
fn a_higher_cost_is_kept_in_the_file_and_needs_no_mention_when_unlocking() {
    let identity = testing::identity(SEED).unwrap();
    let secret = || SecretBytes::new(b"six words".to_vec());
    let cost = PassphraseCost::new(65_536, 4, 1).unwrap();
    let file = identity.protect(&Passphrase::with_cost(secret(), cost).unwrap()).unwrap();
    let again = Identity::unlock(&file, &Passphrase::new(secret()).unwrap()).unwrap();
    assert_eq!(again.public(), identity.public());
}

#[test]
fn a_protector_is_asked_for_its_own_files_alone() {
    let identity = testing::identity(SEED).unwrap();
    let own = Host::new("com.example.kms");
    let file = identity.protect(&own).unwrap();
    assert_eq!(Identity::unlock(&file, &own).unwrap().public(), identity.public());
    assert_eq!(own.asked(), ["wrap", "unwrap"]);
    for other in ["com.example.km", "com.example.kms2", "passphrase"] {
        let other = Host::new(other);
        assert_eq!(Identity::unlock(&file, &other).unwrap_err().code(), "protector-mismatch");
        assert!(other.asked().is_empty());
    }
    // What is not a file of ours asks nobody either.
    let mut extended = file.clone();
    extended.push(0);
    for bytes in [&file[..file.len() - 1], &extended, b"", b"PRVYIDN1", &file[1..]] {
        let code = Identity::unlock(bytes, &own).unwrap_err().code();
        assert!(code == "cbor" || code == "protected-identity", "{code}");
    }
    assert_eq!(own.asked().len(), 2);
}

#[test]
fn a_protector_is_told_what_its_wrap_belongs_to() {
    let identity = testing::identity(SEED).unwrap();
    let host = Host::new("com.example.kms");
    let file = identity.protect(&host).unwrap();
    Identity::unlock(&file, &host).unwrap();
    let contexts = host.contexts.lock().unwrap().clone();
    assert_eq!(contexts.len(), 2);
    assert_eq!(contexts[0], contexts[1]);
    let text = b"PRVYIDN1\xA2\x01\x01\x02\x6Fcom.example.kms";
    assert_eq!(contexts[0], text);
}

#[test]
fn a_protector_that_gives_back_something_else_is_refused() {
    let identity = testing::identity(SEED).unwrap();
    let honest = Host::new("com.example.kms");
    let file = identity.protect(&honest).unwrap();
    assert!(Identity::unlock(&file, &honest).is_ok());
    for length in [0, 1, 16, 31, 33, 64, 4096] {
        let wrong = Host { gives: Some(vec![7; length]), ..Host::new("com.example.kms") };
        assert_eq!(Identity::unlock(&file, &wrong).unwrap_err().code(), "protector-failed", "{length}");
    }
    let other = Host { gives: Some(vec![7; 32]), ..Host::new("com.example.kms") };
    assert_eq!(Identity::unlock(&file, &other).unwrap_err().code(), "unlock-refused");
}

#[test]
fn a_wrap_of_a_protector_is_bounded() {
    let identity = testing::identity(SEED).unwrap();
    for (length, allowed) in [(0, true), (4_096, true), (4_097, false), (1 << 20, false)] {
        let host = Host { wraps: Some(vec![7; length]), ..Host::new("com.example.kms") };
        match identity.protect(&host) {
            Ok(file) => assert!(allowed && file.len() < 5 * 1024, "{length}"),
            Err(error) => assert!(!allowed && error.code() == "protector-failed", "{length}"),
        }
    }
    // In a file, too: nobody is asked.
    let host = Host::new("com.example.kms");
    for length in [4_097, 10_000] {
        let mut writer = Writer::new();
        writer.map(4).unsigned(1).unsigned(1).unsigned(2).text("com.example.kms");
        writer.unsigned(3).bytes(&vec![7; length]).unsigned(4).bytes(&[0; 104]);
        let file = [b"PRVYIDN1".as_slice(), &writer.finish()].concat();
        assert_eq!(Identity::unlock(&file, &host).unwrap_err().code(), "too-large");
    }
    assert!(host.asked().is_empty());
}

#[test]
fn the_error_of_a_protector_reaches_the_caller() {
    let identity = testing::identity(SEED).unwrap();
    let file = identity.protect(&Host::new("com.example.kms")).unwrap();
    for code in [Code::ProtectorFailed, Code::UnlockRefused, Code::Cancelled] {
        let failing = Host { fails: Some(code), ..Host::new("com.example.kms") };
        assert_eq!(identity.protect(&failing).unwrap_err().code(), code.name());
        assert_eq!(Identity::unlock(&file, &failing).unwrap_err().code(), code.name());
    }
}

#[test]
fn a_protector_has_a_plain_name() {
    for name in ["a", "passphrase", "com.example.kms-2", &"a".repeat(64)] {
        assert_eq!(ProtectorId::new(name).unwrap().as_str(), name);
    }
    for name in ["", "A", "a_b", "a b", "ä", "a\0", "a/b", &"a".repeat(65)] {
        assert_eq!(ProtectorId::new(name).unwrap_err().code(), "field", "{name:?}");
    }
}

#[test]
fn two_protections_of_one_identity_share_nothing() {
    let identity = testing::identity(SEED).unwrap();
    let host = Host::new("com.example.kms");
    let (a, b) = (identity.protect(&host).unwrap(), identity.protect(&host).unwrap());
    assert_ne!(a, b);
    // The seal of one behind the wrap of the other.
    let split = a.len() - 104;
    let mixed = [&a[..split], &b[split..]].concat();
    assert_eq!(Identity::unlock(&mixed, &host).unwrap_err().code(), "unlock-refused");
    assert!(Identity::unlock(&a, &host).is_ok() && Identity::unlock(&b, &host).is_ok());
}

fn passphrase(bytes: &[u8]) -> Passphrase {
    Passphrase::new(SecretBytes::new(bytes.to_vec())).unwrap()
}

/// A host's key store that costs nothing, remembers what it was asked, and may misbehave.
#[derive(Default)]
struct Host {
    name: &'static str,
    wraps: Option<Vec<u8>>,
    gives: Option<Vec<u8>>,
    fails: Option<Code>,
    asked: Mutex<Vec<&'static str>>,
    contexts: Mutex<Vec<Vec<u8>>>,
}

impl Host {
    fn new(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    fn asked(&self) -> Vec<&'static str> {
        self.asked.lock().unwrap().clone()
    }

    fn note(&self, asked: &'static str, context: Vec<u8>) -> Result<()> {
        self.asked.lock().unwrap().push(asked);
        self.contexts.lock().unwrap().push(context);
        self.fails.map_or(Ok(()), |code| Err(code.into()))
    }
}

impl Protector for Host {
    fn id(&self) -> ProtectorId {
        ProtectorId::new(self.name).unwrap()
    }

    fn wrap(&self, secret: SecretBytes, context: Vec<u8>) -> Result<Vec<u8>> {
        self.note("wrap", context)?;
        assert_eq!(secret.len(), 32);
        Ok(self.wraps.clone().unwrap_or_else(|| secret.expose_secret().iter().map(|byte| !byte).collect()))
    }

    fn unwrap(&self, wrapped: Vec<u8>, context: Vec<u8>) -> Result<SecretBytes> {
        self.note("unwrap", context)?;
        Ok(SecretBytes::new(self.gives.clone().unwrap_or_else(|| wrapped.iter().map(|byte| !byte).collect())))
    }
}
