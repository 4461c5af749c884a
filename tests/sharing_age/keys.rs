//! The text of keys, and whom a file may be sealed to.

use privity::sharing::age::{self, Identity, Kind, Password, Recipient, Recipients};
use privity::testing::{self, instead};
use privity::{Code, SecretBytes};

use super::x25519;

fn text(identity: &Identity) -> String {
    String::from_utf8(identity.to_text().unwrap().expose_secret().to_vec()).unwrap()
}

#[test]
fn a_key_has_one_text() {
    for (identity, recipient_start, identity_start) in [
        (Identity::generate().unwrap(), "age1pq1", "AGE-SECRET-KEY-PQ-1"),
        (Identity::generate_x25519().unwrap(), "age1", "AGE-SECRET-KEY-1"),
    ] {
        let recipient = identity.recipient().to_string();
        assert!(recipient.starts_with(recipient_start) && text(&identity).starts_with(identity_start));
        assert_eq!(recipient.parse::<Recipient>().unwrap(), *identity.recipient());
        let again: Identity = text(&identity).parse().unwrap();
        assert_eq!((again.recipient(), text(&again)), (identity.recipient(), text(&identity)));
        // Neither is the other, and nothing but the text is one.
        assert_eq!(text(&identity).parse::<Recipient>().unwrap_err().code(), "age-key-text");
        assert_eq!(recipient.parse::<Identity>().unwrap_err().code(), "age-key-text");
        for wrong in twins(&recipient) {
            assert_eq!(wrong.parse::<Recipient>().unwrap_err().code(), "age-key-text", "{wrong}");
        }
        for wrong in twins(&text(&identity)) {
            assert_eq!(wrong.parse::<Identity>().unwrap_err().code(), "age-key-text");
        }
    }
}

fn twins(text: &str) -> Vec<String> {
    let swapped = |at: usize| {
        let mut bytes = text.as_bytes().to_vec();
        bytes.swap(at, at + 1);
        String::from_utf8(bytes).unwrap()
    };
    let other_case = if text.starts_with('a') { text.to_uppercase() } else { text.to_lowercase() };
    let mut all = vec![
        String::new(),
        format!(" {text}"),
        format!("{text}\n"),
        format!("{text}q"),
        text[..text.len() - 1].to_owned(),
        text[1..].to_owned(),
        other_case,
        text.replacen("age1", "Age1", 1).replacen("AGE-", "aGE-", 1),
        text.replacen('1', "", 1),
    ];
    all.extend((30..text.len() - 1).map(swapped).filter(|twin| twin != text));
    all
}

#[test]
fn keys_that_may_not_be_used_are_refused_in_their_text() {
    let mut hybrid = Identity::generate().unwrap().recipient().as_bytes().to_vec();
    let key = |bytes: &[u8]| privity::keys::PublicKey::from_bytes(bytes).map(Recipient::hybrid);
    assert!(key(&hybrid).is_ok());
    hybrid[1184..].fill(0);
    assert_eq!(key(&hybrid).unwrap_err().code(), "public-key");
    // Bech32 of 32 zeros under the right prefix.
    let zeros = testing::bech32::encode("age", &[0; 32]).unwrap();
    let zeros = std::str::from_utf8(zeros.expose_secret()).unwrap();
    assert_eq!(zeros.parse::<Recipient>().unwrap_err().code(), "public-key");
    let small = testing::bech32::encode("age1pq", &hybrid).unwrap();
    let small = std::str::from_utf8(small.expose_secret()).unwrap();
    assert_eq!(small.parse::<Recipient>().unwrap_err().code(), "public-key");
    // An ML-KEM coefficient at the modulus or above.
    hybrid[..3].fill(0xFF);
    let large = testing::bech32::encode("age1pq", &hybrid).unwrap();
    let large = std::str::from_utf8(large.expose_secret()).unwrap();
    assert_eq!(large.parse::<Recipient>().unwrap_err().code(), "public-key");
}

#[test]
fn kinds_are_never_mixed() {
    let (hybrid, classic) = (Identity::generate().unwrap(), x25519(1));
    let (hybrid, classic) = (hybrid.recipient().clone(), classic.recipient().clone());
    let many: Vec<Recipient> = (0..9).map(|seed| x25519(seed + 1).recipient().clone()).collect();
    for (recipients, fine) in [
        (vec![hybrid.clone()], true),
        (vec![classic.clone()], true),
        (many[..8].to_vec(), true),
        (vec![], false),
        (many.clone(), false),
        (vec![hybrid.clone(), classic.clone()], false),
        (vec![classic.clone(), hybrid.clone()], false),
        (vec![classic.clone(), classic.clone()], false),
        (vec![hybrid.clone(), hybrid.clone()], false),
    ] {
        match Recipients::new(&recipients) {
            Ok(of) => assert!(fine && of.kind() == recipients[0].kind()),
            Err(error) => assert!(!fine && error.code_value() == Code::AgeRecipients),
        }
    }
    let password = Password::new(SecretBytes::new(b"ten words".to_vec())).unwrap();
    assert_eq!(Recipients::password(password).kind(), Kind::Password);
    assert_eq!(Password::new(SecretBytes::new(vec![])).unwrap_err().code(), "passphrase-empty");
}

#[test]
fn without_randomness_nothing_is_sealed() {
    let to = super::to(&x25519(1));
    let failing = || age::seal(&to, b"exhibit").map(|file| file.len());
    assert!(failing().is_ok());
    let none: instead::Source = |_| Err(Code::Entropy.into());
    instead::with(none, || assert_eq!(failing().unwrap_err().code(), "entropy"));
    instead::with(none, || assert_eq!(Identity::generate_x25519().unwrap_err().code(), "entropy"));
}

#[test]
fn a_system_that_repeats_itself_repeats_no_file_key() {
    let to = super::to(&x25519(1));
    let stuck: instead::Source = |out| {
        out.fill(7);
        Ok(())
    };
    let [one, two] = instead::with(stuck, || [0; 2].map(|_| age::seal(&to, &[7; 100]).unwrap()));
    let end = |file: &[u8]| file[file.len() - 116..].to_vec();
    assert!(end(&one).chunks(16).zip(end(&two).chunks(16)).all(|(a, b)| a != b));
}

#[test]
fn debug_shows_no_secret() {
    let identity = Identity::generate().unwrap();
    let secret = text(&identity);
    let password = Password::new(SecretBytes::new(b"ten words".to_vec())).unwrap();
    let alone = format!("{password:?}");
    let shown = format!("{identity:?} {alone} {:?}", Recipients::password(password));
    assert!(!shown.contains("ten words") && !shown.contains("116, 101, 110"), "{shown}");
    assert!(!shown.contains(&secret[20..40]), "{shown}");
}
