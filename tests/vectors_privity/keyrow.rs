//! `keyrow.json`: the hierarchy's derivations, confirms, sealed keys, links from newer to older
//! secrets, key rows and metadata. Each through the primitives, and again through the types that
//! callers have.

use std::num::{NonZeroU32, NonZeroU64};

use privity::envelope::{Header, KeyRow, Metadata, Profile, RecordedRow};
use privity::keys::{EpochPlace, EpochSecret, RowPlace, ShredKey};
use privity::testing::kdf::{self, Context};
use privity::testing::label::{KdfPurpose, SealKind};
use privity::testing::{
    SealContext, Secret, auditor_secret, document_kek, epoch_secret, expose, expose_key, identity,
    opening_key, seal, secret as key, sha256, shred_key, user_key,
};
use privity::{DeviceId, DocumentId, FirmId, Hash, MatterId, PrincipalId, SecretBytes, Timestamp, UserId};
use serde_json::{Value, json};

use crate::case::{Case, Outcome, Refused, Vectors, named};
use crate::vectors::{self, hex};

#[test]
fn every_case_of_keyrow_json() {
    let Some(vectors) = Vectors::read("keyrow.json") else { return };
    assert_eq!(vectors.cases.len(), 110, "cases were added or lost");
    vectors.run(
        |case| match case.op.as_str() {
            "derive" => derive(case),
            "confirm" => confirm(case),
            "seal32" => seal32(case),
            "open32" => open32(case),
            "link.seal" => link_seal(case),
            "link.open" => link_open(case),
            "keyrow.seal" => row_seal(case),
            "keyrow.decode" => row_decode(case),
            "keyrow.unwrap_dk" => unwrap_dk(case),
            "keyrow.open_meta" => open_meta(case),
            "keyrow.fold" => fold(case),
            other => panic!("unknown operation {other}"),
        },
        reason,
    );
}

fn reason(case: &Case, why: &str) -> &'static str {
    match (case.op.as_str(), why) {
        ("confirm", "threat 62" | "bound to the epoch before") => "secret-mismatch",
        ("open32", "erased with SK" | "other purpose") => "content-refused",
        ("link.open", "older from newer, never the reverse" | "aad" | "other kind") => "content-refused",
        ("link.open", "opens, but is not confirmed: threat 62" | "hash of the public key on record") => {
            "secret-mismatch"
        }
        ("keyrow.decode", "unknown key" | "missing" | "104" | "0 to 4, or from 64" | "id") => "field",
        ("keyrow.decode", "unknown profile") => "profile",
        ("keyrow.decode", "cap") => "too-large",
        ("keyrow.unwrap_dk", "commitment") => "content-refused",
        ("keyrow.unwrap_dk", "length") => "sealed-length",
        (
            "keyrow.open_meta",
            "the record's hash is another" | "same salt and commitment; H(meta) differs: threat 68",
        ) => "row-mismatch",
        ("keyrow.open_meta", "aad") => "content-refused",
        ("keyrow.open_meta", "fields") => "field",
        ("keyrow.fold", "threat 50" | "threat 50 and 68") => "row-mismatch",
        (op, why) => panic!("{op}: unknown reason {why:?}"),
    }
}

fn derive(case: &Case) -> Outcome {
    let out = crate::seal::derive(case)?;
    let of = &case.input["context"];
    let derived: [u8; 32] = vectors::array(&out, "out");
    let parts = || {
        let extract = &case.input["extract"];
        (shred_key(vectors::array(extract, "salt")), vectors::array::<32>(extract, "ikm"))
    };
    match case.text("purpose") {
        "detail-secret" => {
            let place = epoch_place(case);
            let own = epoch_secret(case.array("key")).auditor_secret(&place);
            let told = auditor_secret(derived).confirmation(&place, None);
            assert_eq!(own.confirmation(&place, None), told, "{}", case.name);
        }
        "detail-key-wrap" => {
            let (shred, secret) = parts();
            let kek = auditor_secret(secret).detail_kek(&shred, &epoch_place(case), generation(of));
            let context =
                SealContext::new(SealKind::DetailKey, case.profile(), &case.context("context").to_cbor());
            let sealed = seal::seal(&key(derived), &context, &[7; 32])?;
            assert_eq!(kek.open_key(&sealed)?.expose_secret(), [7; 32], "{}", case.name);
        }
        "document-key-wrap" => {
            let (shred, secret) = parts();
            let (place, generation) = (epoch_place(case), generation(of));
            let row = RowPlace {
                firm: place.firm,
                document: DocumentId::from_bytes([5; 16]),
                version: NonZeroU32::MIN,
                matter: place.matter,
                epoch: place.epoch,
                generation,
                content_profile: Profile::Aes,
                designation: 64,
            };
            let told = document_kek(derived, place, generation).wrap(&opening_key([7; 32]), &row)?;
            let opened = epoch_secret(secret).document_kek(&shred, &place, generation).unwrap(&told, &row)?;
            assert_eq!(expose_key(&opened), &[7; 32], "{}", case.name);
        }
        "intake" => {
            let hash = case.note.strip_prefix("H(intake public key) = ").expect("a hash");
            let (shred, secret) = parts();
            let own = epoch_secret(secret).intake_identity(&shred, &epoch_place(case), generation(of))?;
            assert_eq!(sha256(identity(derived)?.public().as_bytes()).to_string(), hash);
            assert_eq!(sha256(own.public().as_bytes()).to_string(), hash);
        }
        "protectors" => {}
        other => panic!("{}: no type derives for {other}", case.name),
    }
    Ok(out)
}

fn confirm(case: &Case) -> Outcome {
    let recorded = case.array("recorded");
    let context = &case.input["context"];
    let bare = kdf::confirm(&case.secret("secret"), case.profile(), &case.context("context"), &recorded);
    let typed = if context.get("6").is_some() {
        let (firm, matter) = ids(context);
        let shred = ShredKey::from_secret_bytes(&SecretBytes::new(case.bytes("secret")))?;
        shred.confirm(case.profile(), firm, matter, generation(context), &recorded).map(drop)
    } else {
        let place = epoch_place(case);
        let previous = context.get("11").map(|_| Hash(vectors::array(context, "11")));
        let (to, principal) = (identity([3; 32])?, PrincipalId::from_bytes([4; 16]));
        let (one, given) = (NonZeroU64::MIN, epoch_secret(case.array("secret")));
        let wrap = given.wrap(to.public(), &place, principal, one)?;
        let unwrapped = EpochSecret::unwrap(&to, &wrap, &place, principal, one)?;
        unwrapped.confirm(&place, previous, &recorded).map(drop)
    };
    assert_eq!(bare.as_ref().err().map(|e| e.code()), typed.err().map(|e| e.code()), "{}", case.name);
    bare?;
    Ok(Value::Null)
}

fn seal32(case: &Case) -> Outcome {
    let aad = case.context("aad").to_cbor();
    let context = SealContext::new(kind(case)?, case.profile(), &aad);
    let plaintext: [u8; 32] = case.array("secret");
    let sealed = seal::seal_hedged(&case.secret("key"), &context, &plaintext, &case.secret("rand32"))?;
    assert_eq!(sealed.len(), 104, "{}", case.name);
    Ok(json!({ "aad": hex(&aad), "sealed": hex(&sealed) }))
}

fn open32(case: &Case) -> Outcome {
    let context = SealContext::new(kind(case)?, case.profile(), &case.context("aad").to_cbor());
    let opened: Secret<32> = seal::open_secret(&case.secret("key"), &context, &case.bytes("sealed"))?;
    Ok(json!(hex(expose(&opened))))
}

fn link_seal(case: &Case) -> Outcome {
    let (key, aad) = link(case)?;
    let context = SealContext::new(kind(case)?, case.profile(), &aad);
    let older: [u8; 32] = case.array("old");
    let sealed = seal::seal_hedged(&key, &context, &older, &case.secret("rand32"))?;
    Ok(json!({ "key": hex(expose(&key)), "aad": hex(&aad), "sealed": hex(&sealed) }))
}

fn link_open(case: &Case) -> Outcome {
    let bare = link_open_bare(case);
    let code = bare.as_ref().err().map(|refused| refused.0);
    assert_eq!(link_open_typed(case).err().map(|error| error.code()), code, "{}", case.name);
    bare
}

/// The same through the types, which say only whether the older secret was confirmed.
fn link_open_typed(case: &Case) -> privity::Result<()> {
    let of = &case.input["context"];
    let firm = FirmId::from_bytes(vectors::array(of, "firm"));
    let (sealed, want, newer) = (case.bytes("sealed"), case.array("want"), case.array("new"));
    let kind = kind(case).expect("a kind");
    if kind == SealKind::PreviousUserKey {
        let generation = NonZeroU64::new(vectors::number(of, "key_generation")).expect("from 1");
        let user = UserId::from_bytes(vectors::array(of, "user"));
        let newer = user_key(newer, generation)?;
        let older = newer.older(&sealed, firm, user, case.profile())?.confirm(&Hash(want))?;
        assert_eq!(older.generation().get() + 1, newer.generation().get());
        return Ok(());
    }
    let matter = MatterId::from_bytes(vectors::array(of, "matter"));
    let place =
        |profile, epoch| EpochPlace { profile, firm, matter, epoch: NonZeroU64::new(epoch).expect("from 1") };
    let epoch = vectors::number(of, "epoch");
    let before = place(Profile::from_number(vectors::number(of, "old_profile"))?, epoch - 1);
    let place = place(case.profile(), epoch);
    let previous = of.get("old_previous").map(|_| Hash(vectors::array(of, "old_previous")));
    if kind == SealKind::PreviousEpoch {
        let older = epoch_secret(newer).older(&place, &sealed)?;
        older.confirm(&before, previous, &want).map(drop)
    } else {
        let older = auditor_secret(newer).older(&place, &sealed)?;
        older.confirm(&before, previous, &want).map(drop)
    }
}

fn link_open_bare(case: &Case) -> Outcome {
    let (key, aad) = link(case)?;
    let context = SealContext::new(kind(case)?, case.profile(), &aad);
    let older = seal::open_secret(&key, &context, &case.bytes("sealed"))?;
    if kind(case)? == SealKind::PreviousUserKey {
        // What is on record of a user key is the hash of its public key.
        let own = sha256(identity(*expose(&older))?.public().as_bytes());
        if own != Hash(case.array("want")) {
            return Err(Refused("secret-mismatch"));
        }
    } else {
        let of = &case.input["context"];
        let profile = Profile::from_number(vectors::number(of, "old_profile"))?;
        let began = of.get("old_previous").map(|_| Hash(vectors::array(of, "old_previous")));
        let context =
            began.iter().fold(epoch(of, vectors::number(of, "epoch") - 1), |c, hash| c.previous(*hash));
        kdf::confirm(&older, profile, &context, &case.array("want"))?;
    }
    Ok(json!(hex(expose(&older))))
}

/// The key under which the older secret lies, and what it is bound to.
fn link(case: &Case) -> Result<(Secret<32>, Vec<u8>), Refused> {
    let of = &case.input["context"];
    let (purpose, aad) = match kind(case)? {
        SealKind::PreviousEpoch | SealKind::PreviousDetail => {
            (KdfPurpose::Previous, epoch(of, vectors::number(of, "epoch")))
        }
        SealKind::PreviousUserKey => {
            let firm = Context::empty().firm(FirmId::from_bytes(vectors::array(of, "firm")));
            let generation = firm.key_generation(vectors::number(of, "key_generation"));
            (KdfPurpose::UserPrevious, generation.user(UserId::from_bytes(vectors::array(of, "user"))))
        }
        other => panic!("{}: no link: {other:?}", case.name),
    };
    let key = kdf::derive(&case.secret("new"), purpose, case.profile(), &Context::empty());
    Ok((key, aad.to_cbor()))
}

fn epoch(of: &Value, epoch: u64) -> Context {
    let firm = Context::empty().firm(FirmId::from_bytes(vectors::array(of, "firm")));
    firm.matter(MatterId::from_bytes(vectors::array(of, "matter"))).epoch(epoch)
}

fn kind(case: &Case) -> Result<SealKind, Refused> {
    named(SealKind::ALL, SealKind::name, case.text("kind"))
}

fn row_seal(case: &Case) -> Outcome {
    let row = place(&case.input["row"]);
    let (kek, key) = (kek(case), opening_key(case.array("dk")));
    let wrap = kek.wrap_hedged(&key, &row, &case.secret("rand32"))?;
    let meta = &case.input["meta"];
    let text = |field: &str| vectors::text(&meta[field], "text").to_owned();
    let metadata = Metadata {
        name: text("1"),
        media_type: text("2"),
        length: vectors::number(meta, "3"),
        sha256: Hash(vectors::array(meta, "4")),
        crc32: u32::try_from(vectors::number(meta, "5")).expect("32 bits"),
        sealed_by: DeviceId::from_bytes(vectors::array(meta, "6")),
        sealed_at: Timestamp::from_micros(vectors::number(meta, "7")).expect("a time"),
    };
    let sealed = metadata.seal_hedged(&key, &header(&case.input["row"]), &case.secret("meta_rand32"))?;

    // The intermediate values, from the primitives.
    let meta_key = kdf::derive(&case.secret("dk"), KdfPurpose::Meta, row.content_profile, &Context::empty());
    let meta_aad = Context::empty().firm(row.firm).document(row.document);
    let meta_aad = meta_aad.version(u64::from(row.version.get())).to_cbor();
    let context = SealContext::new(SealKind::DocumentMeta, row.content_profile, &meta_aad);
    let meta_cbor = seal::open(&meta_key, &context, &sealed)?;
    let wrap_aad = wrap_aad_of(&row);

    let whole = key_row(&case.input["row"], wrap.clone(), sealed.clone());
    Ok(json!({
        "wrap_aad": hex(&wrap_aad), "wrap": hex(&wrap), "meta_key": hex(expose(&meta_key)),
        "meta_aad": hex(&meta_aad), "meta_cbor": hex(&meta_cbor), "meta": hex(&sealed),
        "meta_hash": Metadata::hash(&sealed).to_string(), "row": hex(&whole.encode()),
    }))
}

fn wrap_aad_of(row: &RowPlace) -> Vec<u8> {
    let document = Context::empty().firm(row.firm).document(row.document);
    let matter = document.version(u64::from(row.version.get())).matter(row.matter);
    let epoch = matter.epoch(row.epoch.get()).generation(row.generation.get());
    epoch.content_profile(u64::from(row.content_profile.number())).designation(row.designation).to_cbor()
}

fn row_decode(case: &Case) -> Outcome {
    let bytes = case.bytes("row");
    let row = KeyRow::decode(&bytes)?;
    assert_eq!(row.encode(), bytes, "{}", case.name);
    let place = row.place(FirmId::from_bytes(case.array("firm")));
    Ok(json!({
        "row": {
            "firm": hex(place.firm.as_bytes()), "document": hex(place.document.as_bytes()),
            "version": place.version.get(), "matter": hex(place.matter.as_bytes()),
            "epoch": place.epoch.get(), "generation": place.generation.get(),
            "row_profile": row.row_profile.number(), "content_profile": place.content_profile.number(),
            "designation": place.designation,
        },
        "wrap": hex(&row.wrap), "meta": hex(&row.meta),
    }))
}

fn unwrap_dk(case: &Case) -> Outcome {
    let opened = kek(case).unwrap(&case.bytes("wrap"), &place(&case.input["row"]))?;
    Ok(json!(hex(expose_key(&opened))))
}

/// The hash on record first, as a caller goes about it.
fn open_meta(case: &Case) -> Outcome {
    let of = &case.input["row"];
    let row = key_row(of, vec![0; 104], case.bytes("meta"));
    row.check(&RecordedRow {
        document: row.document,
        version: row.version,
        matter: row.matter,
        content_profile: row.content_profile,
        designation: row.designation,
        metadata: Hash(case.array("recorded_hash")),
    })?;
    let meta = Metadata::open(&opening_key(case.array("dk")), &header(of), &row.meta)?;
    Ok(json!({
        "1": meta.name, "2": meta.media_type, "3": meta.length, "4": meta.sha256.to_string(),
        "5": meta.crc32, "6": hex(meta.sealed_by.as_bytes()), "7": meta.sealed_at.micros(),
    }))
}

fn fold(case: &Case) -> Outcome {
    let of = &case.input["fold"];
    let recorded = RecordedRow {
        document: DocumentId::from_bytes(vectors::array(of, "document")),
        version: version(of),
        matter: MatterId::from_bytes(vectors::array(of, "matter")),
        content_profile: Profile::from_number(vectors::number(of, "content_profile"))?,
        designation: vectors::number(of, "designation"),
        metadata: Hash(vectors::array(of, "meta_hash")),
    };
    key_row(&case.input["row"], vec![0; 104], case.bytes("meta")).check(&recorded)?;
    Ok(Value::Null)
}

fn key_row(of: &Value, wrap: Vec<u8>, meta: Vec<u8>) -> KeyRow {
    let place = place(of);
    KeyRow {
        document: place.document,
        version: place.version,
        matter: place.matter,
        epoch: place.epoch,
        generation: place.generation,
        row_profile: row_profile(of),
        content_profile: place.content_profile,
        designation: place.designation,
        wrap,
        meta,
    }
}

fn place(of: &Value) -> RowPlace {
    RowPlace {
        firm: FirmId::from_bytes(vectors::array(of, "firm")),
        document: DocumentId::from_bytes(vectors::array(of, "document")),
        version: version(of),
        matter: MatterId::from_bytes(vectors::array(of, "matter")),
        epoch: NonZeroU64::new(vectors::number(of, "epoch")).expect("from 1"),
        generation: NonZeroU64::new(vectors::number(of, "generation")).expect("from 1"),
        content_profile: Profile::from_number(vectors::number(of, "content_profile")).expect("a profile"),
        designation: vectors::number(of, "designation"),
    }
}

/// K_dk from its bytes, of the row's epoch.
fn kek(case: &Case) -> privity::keys::DocumentKek {
    let of = &case.input["row"];
    let RowPlace { firm, matter, epoch, generation, .. } = place(of);
    let place = EpochPlace { profile: row_profile(of), firm, matter, epoch };
    document_kek(case.array("k_dk"), place, generation)
}

fn header(of: &Value) -> Header {
    let place = place(of);
    let header = Header::new(place.firm, place.document, place.version.get()).expect("a header");
    header.with_profile(place.content_profile)
}

fn row_profile(of: &Value) -> Profile {
    Profile::from_number(vectors::number(of, "row_profile")).expect("a profile")
}

fn version(of: &Value) -> NonZeroU32 {
    u32::try_from(vectors::number(of, "version")).ok().and_then(NonZeroU32::new).expect("from 1")
}

/// The place that a context by the number table names.
fn epoch_place(case: &Case) -> EpochPlace {
    let of = &case.input["context"];
    let (firm, matter) = ids(of);
    let epoch = NonZeroU64::new(vectors::number(of, "5")).expect("from 1");
    EpochPlace { profile: case.profile(), firm, matter, epoch }
}

fn ids(of: &Value) -> (FirmId, MatterId) {
    (FirmId::from_bytes(vectors::array(of, "1")), MatterId::from_bytes(vectors::array(of, "4")))
}

fn generation(of: &Value) -> NonZeroU64 {
    NonZeroU64::new(vectors::number(of, "6")).expect("from 1")
}
