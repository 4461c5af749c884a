//! Removed means removed: everything that a removed person ever held, and the whole of every store,
//! tried on every wrap, seal and derivation until nothing new comes out. What comes out is exactly
//! what was sealed before she left.
//!
//! The search knows nothing of the vault's refusals: it uses the primitives, public ids and numbers.

#[path = "vault/people.rs"]
mod people;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;

use people::{Firm, admit, seen_by};
use privity::audit::body::MatterRole;
use privity::audit::detail::{DetailKey, DetailPlace, DetailRoot, Details};
use privity::audit::kind::ChainType;
use privity::audit::record::Record;
use privity::envelope::{self, Expected, Header, KeyRow, Metadata, Profile, SealId};
use privity::state::{Document, EpochInfo, Follow, Source, State};
use privity::store::{BlobId, RowKey, Snapshot};
use privity::testing::hpke::{self, PrivateKey, Wrap};
use privity::testing::kdf::{self, Context};
use privity::testing::label::{HpkePurpose, KdfPurpose, SealKind};
use privity::testing::{
    SealContext, device_seeds, expose, opening_key, seal, secret, with_reused_epoch_secrets,
};
use privity::vault::{AccessReason, Change, NewDocument, Vault};
use privity::{ChainId, DeviceId, DocumentId, FirmId, MatterId, PrincipalId, Result, SecretBytes, UserId};

type Bytes32 = [u8; 32];

/// A raw dump of all stores, and what anybody learns from the records.
struct Dump {
    firm: FirmId,
    state: State,
    rows: Vec<(Vec<u8>, Vec<u8>)>,
    shred: Vec<Bytes32>,
    blobs: BTreeMap<DocumentId, Vec<u8>>,
    details: BTreeMap<(ChainId, DeviceId, u64), DetailRoot>,
}

/// What a search came to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    contents: BTreeSet<Vec<u8>>,
    names: BTreeSet<String>,
    texts: BTreeSet<String>,
}

struct Leaves<'s>(&'s dyn Snapshot);

impl Source for Leaves<'_> {
    fn leaves(&self, chain: ChainId, from: u64, to: u64) -> Result<Vec<Vec<u8>>> {
        self.0.records(chain, from, to.saturating_sub(from))
    }

    fn beside(&self, _: u64, _: ChainId, _: u64) -> Result<Option<Vec<Vec<u8>>>> {
        Ok(None)
    }

    fn checkpoint(&self, size: u64) -> Result<Option<Vec<u8>>> {
        self.0.get(&RowKey::new([&[1][..], &size.to_be_bytes()].concat())?)
    }
}

impl Dump {
    fn of(firm: &Firm) -> Self {
        let storage = &firm.shared;
        let snapshot = storage.rows.read().unwrap();
        let mut rows = Vec::new();
        for tag in 0..=u8::MAX {
            rows.extend(snapshot.scan(&[tag], None, usize::MAX).unwrap());
        }
        let rows: Vec<_> = rows.into_iter().map(|(key, value)| (key.as_bytes().to_vec(), value)).collect();
        let trust = firm.partner.trust();
        let mut state = State::new(trust, Follow::All);
        let note = &rows.iter().rfind(|(key, _)| key[0] == 1).expect("a checkpoint").1;
        state.advance(&Leaves(&*snapshot), note).unwrap();
        let shred = storage.erasable.list(&[]).unwrap();
        let shred = shred.iter().map(|key| storage.erasable.get(key).unwrap().unwrap());
        let shred = shred.map(|bytes| bytes.expose_secret().try_into().unwrap()).collect();
        let mut blobs = BTreeMap::new();
        let mut details = BTreeMap::new();
        for matter in state.matters() {
            for document in matter.document_versions() {
                let salt: String = document.seal_id[..24].iter().map(|byte| format!("{byte:02x}")).collect();
                let blob = storage.blobs.open(&BlobId::new(&salt).unwrap()).unwrap();
                let mut bytes = vec![0; usize::try_from(blob.size().unwrap()).unwrap()];
                blob.read_exact_at(0, &mut bytes).unwrap();
                blobs.insert(document.document, bytes);
            }
        }
        for head in state.heads() {
            for leaf in snapshot.records(head.chain, 0, head.size).unwrap() {
                let record = Record::parse(&leaf, ChainType::Matter).unwrap();
                let payload = record.payload();
                if let Some(root) = payload.details {
                    details.insert((payload.chain, payload.author, payload.sequence), root);
                }
            }
        }
        Self { firm: trust.firm, state, rows, shred, blobs, details }
    }

    fn tagged(&self, tag: u8) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.rows
            .iter()
            .filter(move |(key, _)| key[0] == tag)
            .map(|(key, value)| (&key[1..], value.as_slice()))
    }

    /// Every matter, the directory among them, with each of its epochs.
    fn epochs(&self) -> Vec<(MatterId, EpochInfo)> {
        let directory = self.state.directory().map(|chain| MatterId::from_bytes(*chain.as_bytes()));
        let directory = directory.and_then(|id| self.state.matter(id));
        let matters = self.state.matters().chain(directory);
        matters.flat_map(|one| one.epochs().iter().map(|epoch| (one.id(), epoch.clone()))).collect()
    }

    fn place(&self, matter: MatterId, epoch: u64) -> Context {
        Context::empty().firm(self.firm).matter(matter).epoch(epoch)
    }

    fn documents(&self) -> Vec<(MatterId, Document)> {
        let matters = self.state.matters();
        matters.flat_map(|one| one.document_versions().map(|document| (one.id(), *document))).collect()
    }

    /// Everything that opens to 32 bytes under a secret alone.
    fn open_with_one(&self, s: &Bytes32, out: &mut BTreeSet<Bytes32>) {
        let one = secret(*s);
        let mut found = |opened: Result<privity::testing::Secret<32>>| {
            if let Ok(opened) = opened {
                out.insert(*expose(&opened));
            }
        };
        if let Ok(key) = PrivateKey::from_seed(secret(*s)) {
            for profile in Profile::ALL {
                for (row, value) in self.tagged(0x10) {
                    let device = DeviceId::from_bytes(row[..16].try_into().unwrap());
                    let generation = u64::from_be_bytes(row[16..].try_into().unwrap());
                    let user = self.state.device(device).unwrap().user;
                    let context = Context::empty()
                        .firm(self.firm)
                        .principal(PrincipalId::from_bytes(*device.as_bytes()))
                        .key_generation(generation)
                        .user(user);
                    let wrap = Wrap::from_bytes(value).unwrap();
                    found(hpke::unwrap(&key, HpkePurpose::DeviceUserKey, profile, &context, &wrap));
                }
                for (tag, purposes) in
                    [(0x20, &[HpkePurpose::Epoch, HpkePurpose::Recovery][..]), (0x21, &[HpkePurpose::Detail])]
                {
                    for (row, value) in self.tagged(tag) {
                        let matter = MatterId::from_bytes(row[..16].try_into().unwrap());
                        let epoch = u64::from_be_bytes(row[16..24].try_into().unwrap());
                        let principal = PrincipalId::from_bytes(row[24..].try_into().unwrap());
                        let generation = u64::from_be_bytes(value[..8].try_into().unwrap());
                        let context =
                            self.place(matter, epoch).principal(principal).key_generation(generation);
                        let wrap = Wrap::from_bytes(&value[8..]).unwrap();
                        for purpose in purposes {
                            found(hpke::unwrap(&key, *purpose, profile, &context, &wrap));
                        }
                    }
                }
            }
        }
        for (matter, epoch) in self.epochs() {
            let (profile, place) = (epoch.profile, self.place(matter, epoch.epoch.get()));
            // Auditors' secrets of what may be an epoch's secret.
            out.insert(*expose(&kdf::derive(&one, KdfPurpose::DetailSecret, profile, &place)));
            let previous = kdf::derive(&one, KdfPurpose::Previous, profile, &Context::empty());
            for (tag, kind) in [(0x22, SealKind::PreviousEpoch), (0x23, SealKind::PreviousDetail)] {
                for (_, link) in self.tagged(tag) {
                    let context = SealContext::new(kind, profile, &place.to_cbor());
                    if let Ok(opened) = seal::open_secret::<32>(&previous, &context, link) {
                        out.insert(*expose(&opened));
                    }
                }
            }
        }
    }

    /// Everything that opens to 32 bytes under a secret and a shred key.
    fn open_with_two(&self, s: &Bytes32, shred: &Bytes32, out: &mut BTreeSet<Bytes32>) {
        let both = kdf::extract(&secret(*shred), &secret(*s));
        for (matter, epoch) in self.epochs() {
            let generation = NonZeroU64::MIN.get();
            let place = self.place(matter, epoch.epoch.get()).generation(generation);
            let profile = epoch.profile;
            let detail = kdf::derive(&both, KdfPurpose::DetailKeyWrap, profile, &place);
            let context = SealContext::new(SealKind::DetailKey, profile, &place.to_cbor());
            for (_, value) in self.tagged(0x24) {
                if let Ok(opened) = seal::open_secret::<32>(&detail, &context, &value[8..]) {
                    out.insert(*expose(&opened));
                }
            }
            let document = kdf::derive(&both, KdfPurpose::DocumentKeyWrap, profile, &place);
            for (_, value) in self.tagged(0x30) {
                let row = KeyRow::decode(value).unwrap();
                let aad = Context::empty()
                    .firm(self.firm)
                    .document(row.document)
                    .version(u64::from(row.version.get()))
                    .matter(row.matter)
                    .epoch(row.epoch.get())
                    .generation(row.generation.get())
                    .content_profile(u64::from(row.content_profile.number()))
                    .designation(row.designation);
                let context = SealContext::new(SealKind::DocumentKey, row.row_profile, &aad.to_cbor());
                if let Ok(opened) = seal::open_secret::<32>(&document, &context, &row.wrap) {
                    out.insert(*expose(&opened));
                }
            }
        }
    }

    /// To the fixpoint, from the seeds of a device and everything in the stores.
    fn search(&self, seeds: &[u8; 160]) -> Found {
        let mut known: BTreeSet<Bytes32> = seeds.chunks(32).map(|seed| seed.try_into().unwrap()).collect();
        known.extend(&self.shred);
        // A derived auditors' secret gives nothing by itself but with a shred key: kept apart, so that
        // the search does not derive from what was derived without end.
        let mut tried = BTreeSet::new();
        loop {
            let new: Vec<_> = known.difference(&tried).copied().collect();
            if new.is_empty() {
                break;
            }
            for s in new {
                tried.insert(s);
                let mut from_one = BTreeSet::new();
                self.open_with_one(&s, &mut from_one);
                let mut found = BTreeSet::new();
                for candidate in from_one.iter().chain([&s]) {
                    for shred in &self.shred {
                        self.open_with_two(candidate, shred, &mut found);
                    }
                }
                let derived: BTreeSet<_> = self
                    .epochs()
                    .iter()
                    .map(|(matter, epoch)| {
                        let place = self.place(*matter, epoch.epoch.get());
                        *expose(&kdf::derive(&secret(s), KdfPurpose::DetailSecret, epoch.profile, &place))
                    })
                    .collect();
                known.extend(from_one.difference(&derived));
                known.extend(found);
            }
        }
        self.read_with(&known)
    }

    fn read_with(&self, known: &BTreeSet<Bytes32>) -> Found {
        let mut found = Found::default();
        for (matter, document) in self.documents() {
            let header = Header::new(self.firm, document.document, document.version.get()).unwrap();
            let header = header.with_profile(document.profile).with_padding(document.padding);
            let expected = Expected::header(header).with_seal_id(SealId::from_bytes(document.seal_id));
            let row = self.tagged(0x30).map(|(_, value)| KeyRow::decode(value).unwrap());
            let row = row.filter(|row| row.document == document.document && row.matter == matter).last();
            for key in known {
                let key = opening_key(*key);
                if let Ok(content) = envelope::open(&key, &expected, &self.blobs[&document.document]) {
                    found.contents.insert(content);
                }
                if let Some(Ok(about)) = row.as_ref().map(|row| Metadata::open(&key, &header, &row.meta)) {
                    found.names.insert(about.name);
                }
            }
        }
        for ((chain, author, sequence), root) in &self.details {
            let key = [&[0x40][..], chain.as_bytes(), author.as_bytes(), &sequence.to_be_bytes()].concat();
            let (_, blob) = self.rows.iter().find(|(row, _)| *row == key).expect("a detail blob");
            for s in known {
                let key = DetailKey::from_secret_bytes(&SecretBytes::new(s.to_vec())).unwrap();
                for (_, epoch) in self.epochs() {
                    let place = DetailPlace::in_epoch(
                        epoch.profile,
                        self.firm,
                        epoch.epoch,
                        *chain,
                        *author,
                        *sequence,
                    );
                    if let Ok(details) = Details::open(&key, &place, blob, root) {
                        let text = |(_, value): (&str, &[u8])| String::from_utf8_lossy(value).into_owned();
                        found.texts.extend(details.iter().map(text));
                    }
                }
            }
        }
        found
    }
}

/// What there is to be found, before and after.
struct Told {
    firm: Firm,
    lawyer: Vault,
    paralegal: UserId,
    seeds: [u8; 160],
}

fn tell() -> Told {
    let firm = Firm::in_memory();
    let (lawyer, paralegal, late) = (firm.join("B.", 1), firm.join("C.", 2), firm.join("E.", 3));
    let matter = firm.matter("one");
    let other = firm.matter("two, never hers");
    admit(&matter, &lawyer, MatterRole::Member);
    admit(&matter, &paralegal, MatterRole::Member);
    admit(&other, &lawyer, MatterRole::Member);
    for n in 0..3 {
        matter
            .seal_bytes(NewDocument::new(format!("before {n}")).unwrap(), format!("old {n}").as_bytes())
            .unwrap();
    }
    let letter = matter.documents(None, 1).unwrap().remove(0);
    seen_by(&paralegal, &matter).open_bytes(letter.id, AccessReason::because("hers")).unwrap();
    other.seal_bytes(NewDocument::new("other").unwrap(), b"elsewhere").unwrap();

    let _report = matter.remove(paralegal.user(), "why she left").unwrap();
    let after = matter.seal_bytes(NewDocument::new("after").unwrap(), b"new 0").unwrap();
    let renamed = Change { name: Some("after, renamed".into()), ..Change::default() };
    seen_by(&lawyer, &matter).describe(after.id, &renamed).unwrap();
    admit(&matter, &late, MatterRole::Member);
    seen_by(&late, &matter).open_bytes(after.id, AccessReason::because("later reason")).unwrap();
    let _report = matter.rotate().unwrap();
    seen_by(&lawyer, &matter).seal_bytes(NewDocument::new("after 2").unwrap(), b"new 1").unwrap();
    let seeds = device_seeds(&paralegal).unwrap();
    Told { firm, lawyer, paralegal: paralegal.user(), seeds }
}

fn texts<'t>(of: impl IntoIterator<Item = &'t str>) -> BTreeSet<String> {
    of.into_iter().map(str::to_owned).collect()
}

fn contents<'t>(of: impl IntoIterator<Item = &'t str>) -> BTreeSet<Vec<u8>> {
    of.into_iter().map(|text| text.as_bytes().to_vec()).collect()
}

#[test]
fn with_all_she_ever_held_and_every_store_she_opens_what_was_sealed_before_and_nothing_after() {
    let told = tell();
    let dump = Dump::of(&told.firm);
    // Even with her wraps put back that the removal deleted: what an older copy of the store has.
    let deleted = dump.tagged(0x20).all(|(row, _)| {
        row[24..] != told.paralegal.as_bytes()[..]
            || MatterId::from_bytes(row[..16].try_into().unwrap()).as_bytes()
                == dump.state.directory().unwrap().as_bytes()
    });
    assert!(deleted, "no live wrap names her");

    // The control: a colleague's secrets find everything, by the same search.
    let colleague = dump.search(&device_seeds(&told.lawyer).unwrap());
    assert_eq!(colleague.contents, contents(["old 0", "old 1", "old 2", "new 0", "new 1", "elsewhere"]));
    assert!(colleague.texts.contains("why she left") && colleague.texts.contains("later reason"));
    assert!(colleague.names.contains("after, renamed"));

    // Hers, with the store as it is now: her wraps are gone, so not even what she could read before.
    let now = dump.search(&told.seeds);
    assert!(now.contents.is_empty() && now.names.is_empty(), "{now:?}");
    assert!(!now.texts.contains("why she left") && !now.texts.contains("later reason"), "{now:?}");
}

/// Her wrap of the first epoch from an older copy of the store, put back into the newest dump.
fn with_old_wraps(wrong: bool) -> Found {
    let work = || {
        let firm = Firm::in_memory();
        let paralegal = firm.join("C.", 2);
        let matter = firm.matter("one");
        admit(&matter, &paralegal, MatterRole::Member);
        for n in 0..3 {
            matter
                .seal_bytes(NewDocument::new(format!("before {n}")).unwrap(), format!("old {n}").as_bytes())
                .unwrap();
        }
        let reader = seen_by(&paralegal, &matter);
        let first = reader.documents(None, 1).unwrap().remove(0);
        reader.open_bytes(first.id, AccessReason::because("hers")).unwrap();
        let old = Dump::of(&firm);
        let _report = matter.remove(paralegal.user(), "why she left").unwrap();
        let after = matter.seal_bytes(NewDocument::new("after").unwrap(), b"new 0").unwrap();
        matter.describe(after.id, &Change { name: Some("renamed".into()), ..Change::default() }).unwrap();
        matter.open_bytes(after.id, AccessReason::because("later reason")).unwrap();
        let mut dump = Dump::of(&firm);
        // She kept every row and every shred key there ever was.
        dump.rows.extend(old.rows);
        dump.shred.extend(old.shred);
        dump.search(&device_seeds(&paralegal).unwrap())
    };
    if wrong { with_reused_epoch_secrets(work) } else { work() }
}

#[test]
fn with_every_older_copy_of_the_store_too_she_opens_exactly_what_she_could() {
    let found = with_old_wraps(false);
    assert_eq!(
        found.contents,
        contents(["old 0", "old 1", "old 2"]),
        "the positive control, and nothing after"
    );
    assert_eq!(found.names, texts(["before 0", "before 1", "before 2"]));
    assert!(found.texts.contains("hers") && found.texts.contains("one"), "{:?}", found.texts);
    assert!(
        !found.texts.contains("why she left") && !found.texts.contains("later reason"),
        "{:?}",
        found.texts
    );
}

#[test]
fn a_build_that_uses_the_old_epoch_secret_again_is_caught() {
    let found = with_old_wraps(true);
    assert!(found.contents.contains(&b"new 0"[..]), "the search would not notice: {found:?}");
    assert!(found.names.contains("renamed") && found.texts.contains("why she left"), "{found:?}");
}
