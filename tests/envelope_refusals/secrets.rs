//! What is printed for debugging shows nothing of a key.

use std::fmt::Debug;

use privity::envelope::{Expected, Header, Opener, Options, Sealer};
use privity::keys::{DocumentKey, Identity, OpeningKey, Passphrase, WrapContext};
use privity::{DocumentId, FirmId, PrincipalId, SecretBytes, testing};

/// No run of three of these bytes is likely in anything else.
const KEY: [u8; 32] = *b"\xC3\x5A\xE1\x97\x4D\xB2\x68\xF4\x1B\xD9\x3C\xA6\x72\xEF\x85\x2E\x5B\x96\xCD\x37\xA8\x14\xFB\x61\x9D\x42\xB7\x0C\xE8\x73\xDA\x2F";

#[test]
fn no_debug_output_shows_a_key() {
    // The search finds a key in every form in which a careless derive would print it.
    let leaky =
        [format!("{KEY:?}"), format!("{KEY:#?}"), format!("{KEY:02x?}"), format!("{KEY:X?}"), hex(&KEY)];
    assert!(leaky.iter().all(|text| shows(text, &KEY)));
    assert!(shows(&String::from_utf8_lossy(b"passphrase: sesame"), b"sesame"));

    let header = Header::new(FirmId::from_bytes([0xF1; 16]), DocumentId::from_bytes([0xD0; 16]), 1).unwrap();
    let (bytes, key, summary) = testing::seal_document(&header, KEY, [0x5A; 24], b"content").unwrap();
    let opener = Opener::new(key.opening_key(), &Expected::from(&summary), &bytes).unwrap();
    let identity = testing::identity(KEY).unwrap();
    let context = header.wrap_context(PrincipalId::from_bytes([0xA1; 16]), 1);
    let wrap = key.wrap(identity.public(), &context).unwrap();
    let passphrase = Passphrase::new(SecretBytes::new(KEY.to_vec())).unwrap();
    let (_, sealing_key, _) = testing::seal_document(&header, KEY, [0x5A; 24], b"").unwrap();
    let mut count = 0;
    let mut check = |value: &dyn Debug| {
        for text in [format!("{value:?}"), format!("{value:#?}"), format!("{value:02x?}")] {
            assert!(!text.is_empty() && !shows(&text, &KEY), "{text}");
        }
        count += 1;
    };
    check(&testing::secret(KEY));
    check(&SecretBytes::new(KEY.to_vec()));
    check(&key as &DocumentKey);
    check(key.opening_key() as &OpeningKey);
    check(&sealing_key.into_opening_key());
    check(&identity as &Identity);
    check(identity.public());
    check(&passphrase);
    check(&wrap);
    check(&context as &WrapContext);
    check(&testing::signing_key(KEY));
    check(&opener);
    check(&opener.reader());
    check(&Sealer::new(&header, Vec::new(), Options::default()).unwrap());
    check(&Options::default());
    check(&summary);
    check(&Expected::from(&summary));
    let error = Identity::unlock(&KEY, &passphrase).unwrap_err();
    check(&error);
    assert!(!shows(&error.to_string(), &KEY));
    println!("debug output: {count} types");
}

/// Whether any three bytes in a row stand in a text: as hexadecimal, as decimal numbers, as they are.
fn shows(text: &str, secret: &[u8]) -> bool {
    let squeezed: String = text.to_lowercase().chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    let numbers: Vec<_> =
        text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    secret.windows(3).any(|window| {
        let decimal: Vec<_> = window.iter().map(u8::to_string).collect();
        let raw = String::from_utf8(window.to_vec()).ok();
        squeezed.contains(&hex(window))
            || numbers.windows(3).any(|three| three == decimal)
            || raw.is_some_and(|raw| text.contains(&raw))
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
