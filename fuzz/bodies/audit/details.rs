//! Details: sealed blobs and single disclosures.

use std::num::NonZeroU64;

use privity::envelope::Profile;
use privity::testing::cbor::Reader;
use privity::testing::detail::disclosure::Disclosure;
use privity::testing::detail::{DetailKey, DetailPlace, DetailRoot, Details, commitment};
use privity::testing::kdf::Context;
use privity::testing::label::SealKind;
use privity::testing::tree::{leaf_hash, root_of};
use privity::testing::{SealContext, seal, secret};
use privity::{ChainId, DeviceId, Hash, SecretBytes};

use super::super::input::{Input, damage};
use super::code;

type Field = (String, Vec<u8>, [u8; 32]);

/// Arbitrary blobs, arbitrary plaintext under a good seal, damaged blobs, arbitrary and damaged
/// disclosures: by the first byte.
///
/// # Errors
/// The code of the refusal.
pub fn details(data: &[u8]) -> Result<(), &'static str> {
    let mut input = Input(data);
    match input.byte() % 5 {
        0 => open(input.0, &root(&fields())).map(drop),
        1 => sealed_plaintext(&mut input),
        2 => damaged_blob(&mut input),
        3 => disclosure(input.0),
        _ => damaged_disclosure(&mut input),
    }
}

/// A holder of the key may seal anything; what opens is a list of details in its one encoding, and
/// the one that the record commits to.
fn sealed_plaintext(input: &mut Input<'_>) -> Result<(), &'static str> {
    let as_recorded = input.byte() == 0;
    let model = model(input.0);
    let recorded = model.as_deref().filter(|_| as_recorded).map_or(other_root(), root);
    let opened = open(&blob(input.0), &recorded);
    assert_eq!(opened.is_ok(), model.is_some() && as_recorded, "what a record commits to");
    let (opened, fields) = (opened?, model.expect("it was opened"));
    assert!(opened.iter().eq(fields.iter().map(|(name, value, _)| (name.as_str(), value.as_slice()))));
    let again = opened.seal_hedged(&key(), &place(), &secret([1; 32])).expect("sealed");
    assert_eq!(seal::open(&secret(KEY), &context(), &again).expect("opened"), input.0, "one encoding");
    for (at, (name, value, salt)) in fields.iter().enumerate() {
        let shown = opened.disclose(name).expect("a field");
        assert_eq!((&shown.name, &shown.value, shown.salt), (name, value, *salt));
        assert_eq!(usize::try_from(shown.index), Ok(at));
        shown.verify(&recorded).expect("disclosed");
        assert!(shown.verify(&other_root()).is_err(), "disclosed of another record");
    }
    Ok(())
}

/// A blob that was changed anywhere does not open; unchanged it does, in its place alone.
fn damaged_blob(input: &mut Input<'_>) -> Result<(), &'static str> {
    let honest = blob(&plaintext(&fields()));
    let mut bytes = honest.clone();
    damage(&mut bytes, input);
    let opened = open(&bytes, &root(&fields())).map(drop);
    assert_eq!(opened.is_ok(), bytes == honest, "damage");
    let elsewhere = DetailPlace::standalone(Profile::ChaCha, CHAIN, AUTHOR, 4);
    assert!(Details::open(&key(), &elsewhere, &bytes, &root(&fields())).is_err(), "in another place");
    opened
}

/// A disclosure has one encoding, and one for each field verifies.
fn disclosure(bytes: &[u8]) -> Result<(), &'static str> {
    let shown = Disclosure::from_cbor(bytes).map_err(code)?;
    assert_eq!(shown.to_cbor(), bytes, "one encoding");
    let verdict = shown.verify(&root(&fields()));
    assert_eq!(verdict.is_ok(), honest_disclosures().contains(&shown), "one for each field");
    verdict.map_err(code)
}

fn damaged_disclosure(input: &mut Input<'_>) -> Result<(), &'static str> {
    let all = honest_disclosures();
    let honest = all[usize::from(input.byte()) % all.len()].to_cbor();
    let mut bytes = honest.clone();
    damage(&mut bytes, input);
    let verdict = disclosure(&bytes);
    assert!(verdict.is_err() || all.iter().any(|shown| shown.to_cbor() == bytes), "damage");
    verdict
}

fn open(bytes: &[u8], recorded: &DetailRoot) -> Result<Details, &'static str> {
    Details::open(&key(), &place(), bytes, recorded).map_err(code)
}

/// The fields of a plaintext by the text of the format.
fn model(plain: &[u8]) -> Option<Vec<Field>> {
    let mut reader = Reader::new(plain, plain.len()).ok()?;
    let count = reader.array().ok()?;
    let mut field = || {
        let three = reader.array().ok()? == 3;
        let name = reader.text().ok()?.to_owned();
        let field = (name, reader.bytes().ok()?.to_vec(), reader.fixed().ok()?);
        three.then_some(field)
    };
    let fields = (0..count).map(|_| field()).collect::<Option<Vec<_>>>()?;
    let ascending = fields.windows(2).all(|pair| pair[0].0.as_bytes() < pair[1].0.as_bytes());
    (ascending && !fields.is_empty()).then_some(fields)
}

fn root(fields: &[Field]) -> DetailRoot {
    let leaves = fields.iter().map(|(name, value, salt)| leaf_hash(&commitment(name, value, salt).0));
    let count = NonZeroU64::new(fields.len() as u64).expect("at least one");
    DetailRoot { count, root: root_of(leaves).expect("at least one") }
}

fn other_root() -> DetailRoot {
    DetailRoot { count: NonZeroU64::MIN, root: Hash([0xEE; 32]) }
}

/// The disclosures of all fields.
pub fn honest_disclosures() -> Vec<Disclosure> {
    let details = Details::with_salts(fields()).expect("in order");
    fields().iter().map(|(name, _, _)| details.disclose(name).expect("a field")).collect()
}

/// The details of all targets.
pub fn fields() -> Vec<Field> {
    let field = |name: &str, value: &[u8], salt| (name.to_owned(), value.to_vec(), [salt; 32]);
    vec![field("matter", b"estate", 1), field("name", b"Ada", 2), field("reason", b"", 3)]
}

/// `[[name, value, salt]…]`
pub fn plaintext(fields: &[Field]) -> Vec<u8> {
    let mut writer = privity::testing::cbor::Writer::new();
    writer.array(fields.len());
    for (name, value, salt) in fields {
        writer.array(3).text(name).bytes(value).bytes(salt);
    }
    writer.finish()
}

/// Any plaintext under a good seal.
pub fn blob(plain: &[u8]) -> Vec<u8> {
    seal::seal_with_salt(&secret(KEY), &context(), plain, &[9; 24]).expect("sealed")
}

fn context() -> SealContext {
    let aad = Context::empty().chain(CHAIN).device(AUTHOR).sequence(3).to_cbor();
    SealContext::new(SealKind::Detail, Profile::ChaCha, &aad)
}

fn place() -> DetailPlace {
    DetailPlace::standalone(Profile::ChaCha, CHAIN, AUTHOR, 3)
}

fn key() -> DetailKey {
    DetailKey::from_secret_bytes(&SecretBytes::new(KEY.to_vec())).expect("32 bytes")
}

const KEY: [u8; 32] = [6; 32];
const CHAIN: ChainId = ChainId::from_bytes([7; 16]);
const AUTHOR: DeviceId = DeviceId::from_bytes([8; 16]);
