//! C2SP chunked encryption with AES-256-GCM (Cobblestone-256): whole, chunk by chunk, from the end,
//! and "raw", below the key schedule.

use std::io::Read as _;

use privity::envelope::Profile;
use privity::testing::seal::{
    self, CHUNK, Layout, PREFIX, SALT, SEALED_CHUNK, SealContext, SealedReader, TAG,
};
use privity::testing::{Secret, secret};
use sha2::{Digest as _, Sha512};

use crate::vectors::{aead_open, array, fixed, hex, number, text};
use crate::wycheproof::{self, Test};

#[test]
fn the_seal_agrees_with_wycheproof() {
    let Some(tests) = wycheproof::read("c2sp_chunked_encryption_aes_256_gcm_test.json") else { return };
    let (mut accepted, mut refused, mut by_type, mut inflated) = (0, 0, 0, 0);
    for test in &tests {
        assert_eq!((text(&test.group, "aead"), text(&test.group, "sha")), ("AEAD_AES_256_GCM", "SHA-512"));
        let (sealed, was_compressed) = ciphertext(test);
        inflated += usize::from(was_compressed);
        // A key of another length is another type: there is no call to refuse.
        let Ok(key) = <[u8; 32]>::try_from(test.bytes("key")) else {
            assert!(test.has("InvalidKeySize") && !test.is_valid(), "test {}", test.id());
            by_type += 1;
            continue;
        };
        let context = SealContext { profile: Profile::Aes, bytes: test.bytes("ctx") };
        let case = Case { test, key: secret(key), context, sealed };
        if test.is_valid() {
            case.is_accepted_and_made_again();
            accepted += 1;
        } else {
            case.is_refused();
            refused += 1;
        }
        case.ends_as_its_flags_say();
        case.has_the_longest_valid_beginning();
    }
    println!(
        "c2sp_chunked_encryption_aes_256_gcm_test.json: {accepted} accepted, {refused} refused, \
         {by_type} refused by the type of the key; {inflated} inflated first"
    );
    assert!(accepted > 0 && refused > 0);
}

struct Case<'t> {
    test: &'t Test,
    key: Secret<32>,
    context: SealContext,
    sealed: Vec<u8>,
}

impl Case<'_> {
    fn is_accepted_and_made_again(&self) {
        let opened = seal::open(&self.key, &self.context, &self.sealed).expect("a valid seal");
        assert_eq!(opened.len() as u64, number(&self.test.fields, "msgLength"), "test {}", self.test.id());
        let salt = fixed(&self.sealed[..SALT]);
        let made = seal::seal_with_salt(&self.key, &self.context, &opened, &salt).expect("a seal");
        assert!(made == self.sealed, "test {}", self.test.id());
    }

    fn is_refused(&self) {
        let length = self.sealed.len();
        let possible = length >= 72 && (length - PREFIX) % SEALED_CHUNK >= TAG;
        let code = if possible { "content-refused" } else { "sealed-length" };
        let error = seal::open(&self.key, &self.context, &self.sealed).expect_err("an invalid seal");
        assert_eq!(error.code(), code, "test {}", self.test.id());
        if self.test.has("HeaderFailure") && possible {
            let (salt, stored) = (fixed(&self.sealed[..SALT]), &self.sealed[SALT..PREFIX]);
            let (_, own) = seal::schedule(&self.key, Profile::Aes, &salt, &self.context.bytes);
            assert_ne!(own, stored, "test {}", self.test.id());
        }
    }

    /// Random access verifies the last chunk first: that alone succeeds exactly where it is valid.
    fn ends_as_its_flags_say(&self) {
        let wanted = self.test.is_valid() || self.test.has("ValidFinalChunk");
        let reader = self.sealed.first_chunk::<PREFIX>().map(|prefix| {
            let length = self.sealed.len() as u64;
            SealedReader::new(&self.key, &self.context, &self.sealed, 0, prefix, length)
        });
        let Some(Ok(reader)) = reader else { return assert!(!wanted, "test {}", self.test.id()) };
        assert!(wanted, "test {}", self.test.id());
        let mut all = vec![0; usize::try_from(reader.plaintext()).expect("a length")];
        let whole = reader.read_exact_at(&self.sealed, 0, &mut all);
        assert_eq!(whole.is_ok(), self.test.is_valid(), "test {}", self.test.id());
        // What failed leaves nothing behind.
        assert!(whole.is_ok() || all.iter().all(|byte| *byte == 0), "test {}", self.test.id());
    }

    /// Chunk by chunk as far as they verify, by the cipher and by the bare AEAD under the vector's
    /// own key and nonce.
    fn has_the_longest_valid_beginning(&self) {
        if self.test.has("HeaderFailure") {
            return;
        }
        let (chunk_key, base_nonce) =
            (array(&self.test.fields, "aeadKey"), array::<12>(&self.test.fields, "baseNonce"));
        let (cipher, commitment) =
            seal::schedule(&self.key, Profile::Aes, &fixed(&self.sealed[..SALT]), &self.context.bytes);
        assert_eq!(commitment, self.sealed[SALT..PREFIX], "test {}", self.test.id());
        assert_eq!(cipher.nonce(0), base_nonce, "test {}", self.test.id());
        let mut message = Vec::new();
        for (index, chunk) in (0..).zip(self.sealed[PREFIX..].chunks(SEALED_CHUNK)) {
            let mut plain = vec![0; chunk.len().saturating_sub(TAG)];
            let opened = cipher.open_chunk(index, chunk, &mut plain);
            let bare = aead_open(Profile::Aes, &chunk_key, cipher.nonce(index), &[], chunk);
            assert_eq!(bare.as_ref(), opened.is_ok().then_some(&plain), "test {}", self.test.id());
            if opened.is_err() {
                break;
            }
            message.extend_from_slice(&plain);
            // A short chunk is the last; what follows it is trailing data.
            if plain.len() < CHUNK {
                break;
            }
        }
        if self.test.is_valid() || self.test.has("PartialPlaintext") {
            assert_eq!(
                message.len() as u64,
                number(&self.test.fields, "msgLength"),
                "test {}",
                self.test.id()
            );
            assert_eq!(hex(&Sha512::digest(&message)), text(&self.test.fields, "msgSha512"));
        } else {
            assert!(message.is_empty(), "test {}", self.test.id());
        }
    }
}

/// The field `ct`, inflated where it is a zlib stream; whether it was.
fn ciphertext(test: &Test) -> (Vec<u8>, bool) {
    let bytes = test.bytes("ct");
    let mut inflated = Vec::new();
    let ok = flate2::read::ZlibDecoder::new(bytes.as_slice()).read_to_end(&mut inflated).is_ok();
    if ok { (inflated, true) } else { (bytes, false) }
}

#[test]
fn the_constants_are_those_of_the_specification() {
    assert_eq!((CHUNK, TAG, SEALED_CHUNK, SALT, PREFIX), (16_384, 16, 16_400, 24, 56));
    assert_eq!(Layout::offset(2), 56 + 2 * 16_400);
}
