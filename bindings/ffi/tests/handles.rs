//! Handles after their end, and callbacks of the host that fail.

mod common;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use common::{Desk, code, file, secret};
use privity::SecretBytes;
use privity_ffi::{
    Blob, ByteSource, Flow, Guard, Header, HostError, Matter, NewFirm, Opener, Padding, Profile,
    ProgressListener, Protector, SecretBlob, Storage, Vault, create_firm, envelope_seal, expected_of,
};

#[test]
fn a_handle_that_was_ended_says_so() {
    let desk = Desk::new();
    let matter = desk.firm().open_matter("M".to_owned(), None).unwrap();
    let sealed = matter.seal_bytes(file("a"), b"content").unwrap();

    let reader = matter.reader(sealed.id, None).unwrap();
    reader.release().unwrap();
    reader.release().unwrap();
    assert_eq!(code(reader.len()), "handle-ended");
    assert_eq!(code(reader.read_at(0, 1)), "handle-ended");
    assert_eq!(code(reader.read()), "handle-ended");

    let writer = matter.writer(file("b")).unwrap();
    writer.write(b"half").unwrap();
    writer.release().unwrap();
    assert_eq!(code(writer.write(b"more")), "handle-ended");
    assert_eq!(code(writer.finish()), "handle-ended");
    assert_eq!(matter.documents_count().unwrap(), 1);

    let writer = matter.writer(file("c")).unwrap();
    writer.finish().unwrap();
    assert_eq!(code(writer.finish()), "handle-ended");
    assert_eq!(matter.documents_count().unwrap(), 2);
}

#[test]
fn threads_share_a_vault_a_reader_and_a_writer() {
    let desk = Desk::new();
    let vault = desk.firm();
    let matter = vault.open_matter("M".to_owned(), None).unwrap();
    let content: Vec<u8> = (0..500_000_u32).flat_map(u32::to_le_bytes).collect();
    let sealed = matter.seal_bytes(file("big"), &content).unwrap();
    let reader = matter.reader(sealed.id, None).unwrap();
    let writer = matter.writer(file("joint")).unwrap();
    std::thread::scope(|scope| {
        for n in 0..8_usize {
            let (reader, writer, matter, content) = (&reader, &writer, &matter, &content);
            scope.spawn(move || {
                let at = n * 240_000;
                let read = reader.read_at(at as u64, 100_000).unwrap();
                assert_eq!(read.as_slice(), &content[at..at + 100_000]);
                writer.write(&[b'x'; 1_000]).unwrap();
                matter.seal_bytes(file("small"), &[0; 10]).unwrap();
            });
        }
    });
    assert_eq!(writer.finish().unwrap().length, 8_000);
    assert_eq!(matter.documents_count().unwrap(), 10);
    assert!(vault.verify(privity_ffi::Scope::Firm, None).unwrap().is_clean);
}

/// Answers as it was told to, and calls back into the library meanwhile.
struct Listener {
    answer: Result<Flow, HostError>,
    matter: Arc<Matter>,
    called: AtomicU64,
}

impl ProgressListener for Listener {
    fn step(&self, done: u64, total: Option<u64>) -> Result<Flow, HostError> {
        assert!(total.is_none_or(|total| done <= total));
        self.called.fetch_add(1, Ordering::Relaxed);
        assert_eq!(self.matter.name().unwrap().as_deref(), Some("M"));
        self.answer
    }
}

#[test]
fn a_listener_may_stop_fail_and_call_back() {
    let desk = Desk::new();
    let vault = desk.firm();
    let matter = vault.open_matter("M".to_owned(), None).unwrap();
    let from = desk.path("in");
    std::fs::write(&from, vec![1; 2_000_000]).unwrap();
    for (answer, expected) in [
        (Ok(Flow::Continue), "fine"),
        (Ok(Flow::Cancel), "cancelled"),
        (Err(HostError::Failed), "watcher-failed"),
        (Err(HostError::Refused), "watcher-failed"),
    ] {
        let listener = Arc::new(Listener { answer, matter: matter.clone(), called: AtomicU64::new(0) });
        let before = matter.documents_count().unwrap();
        assert_eq!(code(matter.seal_file(file("in"), from.clone(), Some(listener.clone()))), expected);
        assert!(listener.called.load(Ordering::Relaxed) > 0);
        let sealed = matter.documents_count().unwrap() - before;
        assert_eq!(sealed, u64::from(expected == "fine"));
        assert_eq!(code(vault.verify(privity_ffi::Scope::Firm, Some(listener))), expected);
    }
}

/// Sealed bytes of the host, which may fail, give too little, or call back.
struct Source {
    sealed: Vec<u8>,
    fails: Mutex<bool>,
    short: Mutex<bool>,
    opener: Mutex<Option<Arc<Opener>>>,
}

impl ByteSource for Source {
    fn size(&self) -> Result<u64, HostError> {
        Ok(self.sealed.len() as u64)
    }

    fn read_exact_at(&self, at: u64, length: u32) -> Result<Blob, HostError> {
        if let Some(opener) = &*self.opener.lock().unwrap() {
            assert_eq!(opener.len().unwrap(), 300_000);
        }
        if *self.fails.lock().unwrap() {
            return Err(HostError::Failed);
        }
        let (at, mut length) = (usize::try_from(at).unwrap(), usize::try_from(length).unwrap());
        if *self.short.lock().unwrap() {
            length -= 1;
        }
        Blob::new(&self.sealed[at..at + length]).map_err(|_| HostError::Failed)
    }
}

#[test]
fn a_source_of_the_host_is_read_in_ranges_and_may_fail() {
    let header = Header {
        firm: privity::FirmId::generate().unwrap(),
        document: privity::DocumentId::generate().unwrap(),
        version: 1,
        profile: Some(Profile::Aes),
        padding: Some(Padding::Unpadded),
    };
    let sealed = envelope_seal(header, &[9; 300_000]).unwrap();
    let source = Arc::new(Source {
        sealed: sealed.sealed.as_slice().to_vec(),
        fails: Mutex::new(false),
        short: Mutex::new(false),
        opener: Mutex::new(None),
    });
    let (key, expected) = (sealed.key.opening_key().unwrap(), expected_of(sealed.summary).unwrap());
    let opener = Opener::source(key.clone(), expected.clone(), source.clone()).unwrap();
    *source.opener.lock().unwrap() = Some(opener.clone());
    assert_eq!(opener.read_at(299_000, 2_000).unwrap().as_slice(), [9; 1_000]);
    assert_eq!(opener.read().unwrap().as_slice(), vec![9; 300_000]);
    *source.short.lock().unwrap() = true;
    assert_eq!(code(opener.read_at(0, 1)), "io");
    *source.fails.lock().unwrap() = true;
    assert_eq!(code(opener.read()), "io");
    assert_eq!(code(Opener::source(key, expected, source.clone())), "io");
    source.opener.lock().unwrap().take();
}

/// Keeps what it wraps, unless it is told to fail.
#[derive(Default)]
struct KeyStore {
    kept: Mutex<Vec<u8>>,
    fails: Mutex<Option<HostError>>,
    short: bool,
}

impl Protector for KeyStore {
    fn wrap(&self, secret: SecretBlob, _context: Blob) -> Result<Blob, HostError> {
        *self.kept.lock().unwrap() = secret.into_secret().expose_secret().to_vec();
        Blob::new(b"kept").map_err(|_| HostError::Failed)
    }

    fn unwrap(&self, wrapped: Blob, _context: Blob) -> Result<SecretBlob, HostError> {
        assert_eq!(wrapped.as_slice(), b"kept");
        if let Some(error) = *self.fails.lock().unwrap() {
            return Err(error);
        }
        let mut kept = self.kept.lock().unwrap().clone();
        if self.short {
            kept.pop();
        }
        Ok(SecretBlob::new(SecretBytes::new(kept)))
    }
}

#[test]
fn a_protector_of_the_host_unlocks_or_says_why_not() {
    for (short, fails, expected) in [
        (false, None, "fine"),
        (false, Some(HostError::Refused), "unlock-refused"),
        (false, Some(HostError::Failed), "protector-failed"),
        (true, None, "protector-failed"),
    ] {
        let storage = Storage::memory().unwrap();
        let store = Arc::new(KeyStore { short, ..KeyStore::default() });
        let guard = Guard::protector("com.example.store".to_owned(), store.clone()).unwrap();
        let new = NewFirm { firm: "F".to_owned(), user: "U".to_owned() };
        let root = Guard::passphrase(secret("safe")).unwrap();
        let made = create_firm(storage.clone(), new, guard.clone(), root.clone(), None).unwrap();
        made.vault.lock().unwrap();
        *store.fails.lock().unwrap() = fails;
        assert_eq!(code(Vault::unlock(storage.clone(), guard, None)), expected);
        assert_eq!(code(Vault::unlock(storage, root, None)), "protector-mismatch");
    }
    assert_eq!(code(Guard::protector("Not A Name".to_owned(), Arc::new(KeyStore::default()))), "field");
    assert_eq!(code(Guard::passphrase(secret(""))), "passphrase-empty");
    assert_eq!(code(Guard::passphrase_with_cost(secret("x"), 8, 1, 1)), "passphrase-cost");
}
