//! Who signed a record is what its bytes and the certificate's bytes say, and nobody else.

use privity::audit::kind::ChainType;
use privity::audit::tree::{MemoryTree, inclusion_proof};
use privity::testing::proof::{
    AnchorLeaf, Before, DevicePath, HeadPath, Signer, SignerProof, Standing, TlogProof,
};
use privity::testing::sign::VerifyingKey;

use crate::firm::{DIRECTORY, Firm, MATTER, anchor_record, code, firm, key, keys, leaf, public};

/// What an outsider is shown; the tests change parts of it.
struct Shown {
    record: Vec<u8>,
    record_path: HeadPath,
    certificate: Vec<u8>,
    certificate_path: HeadPath,
    device_path: Option<DevicePath>,
    before: Option<Before>,
}

/// All that shows that device 3 recorded the matter's leaf 1.
fn shown(firm: &Firm) -> Shown {
    let mut rows = MemoryTree::new();
    firm.rows.iter().for_each(|row| rows.push(row.leaf()));
    let before = Before {
        anchor: firm.anchors[0].clone(),
        hashes: inclusion_proof(&firm.ledger, 1, 3).unwrap(),
        size: 1,
        root: firm.heads[0][1].root,
        heads_index: 1,
        heads_hashes: firm.heads_path(0, 1),
    };
    let mut shown = Shown {
        record: Vec::new(),
        record_path: firm.path(1, 1),
        certificate: Vec::new(),
        certificate_path: firm.path(0, leaf::CERTIFICATE),
        device_path: Some(DevicePath { index: 0, hashes: inclusion_proof(&rows, 0, 2).unwrap() }),
        before: Some(before),
    };
    shown.set_record(firm, 1);
    shown.set_certificate(firm, leaf::CERTIFICATE);
    shown
}

impl Shown {
    fn set_record(&mut self, firm: &Firm, index: u64) {
        self.record = firm.leaves[1][usize::try_from(index).unwrap()].clone();
        self.record_path = firm.path(1, index);
    }

    fn set_certificate(&mut self, firm: &Firm, index: u64) {
        self.certificate = firm.leaves[0][usize::try_from(index).unwrap()].clone();
        self.certificate_path = firm.path(0, index);
    }

    /// The verdict; `trusted` are the keys for certificates and anchors.
    fn verdict(&self, firm: &Firm, trusted: &[VerifyingKey]) -> privity::Result<Standing> {
        let (proof, certificate_proof) = (firm.proof(&self.record_path), firm.proof(&self.certificate_path));
        let anchor = firm.anchor(1);
        let question = SignerProof {
            proof: &proof,
            anchor: &anchor,
            certificate: &self.certificate,
            certificate_proof: &certificate_proof,
            device_path: self.device_path.as_ref(),
            before: self.before.as_ref(),
        };
        let signer = Signer::verify(&self.record, MATTER, ChainType::Matter, &keys())?;
        question.verify(&firm.log, DIRECTORY, trusted, &signer)
    }
}

/// The code for the honest case with one change.
fn changed(firm: &Firm, change: impl FnOnce(&mut Shown)) -> &'static str {
    let mut shown = shown(firm);
    change(&mut shown);
    code(shown.verdict(firm, &keys()))
}

#[test]
fn a_signer_is_who_the_certificate_says_and_was_active() {
    let firm = firm(|_| {});
    let honest = shown(&firm);
    let (path, before) = (honest.device_path.clone().unwrap(), honest.before.clone().unwrap());
    assert_eq!(DevicePath::parse(&path.encode()).unwrap(), path);
    assert_eq!(Before::parse(&before.encode()).unwrap(), before);
    let row = firm.rows[0];
    assert_eq!(honest.verdict(&firm, &keys()).unwrap(), Standing::Recorded { anchor_index: 2, row });
    let less: [fn(&mut Shown); 2] = [|shown| shown.device_path = None, |shown| shown.before = None];
    for less in less {
        let mut shown = shown(&firm);
        less(&mut shown);
        assert_eq!(shown.verdict(&firm, &keys()).unwrap(), Standing::CertifiedOnly { row });
    }
    // What is given is verified, also where it does not suffice.
    let wrong = DevicePath { index: 1, ..path };
    let inactive = |shown: &mut Shown| (shown.device_path, shown.before) = (Some(wrong), None);
    assert_eq!(changed(&firm, inactive), "device-not-active");
    let moved = Before { heads_index: 0, ..before.clone() };
    let moved = |shown: &mut Shown| (shown.device_path, shown.before) = (None, Some(moved));
    assert_eq!(changed(&firm, moved), "head-mismatch");
    // The anchor itself is not the anchor before it.
    let itself = Before { anchor: firm.anchors[1].clone(), ..before };
    assert_eq!(changed(&firm, |shown| shown.before = Some(itself)), "proof");
    // A record that the anchor before covers already.
    assert_eq!(changed(&firm, |shown| shown.set_record(&firm, 0)), "covered-before");
    // Device 3's name under device 4's signature.
    assert_eq!(changed(&firm, |shown| shown.set_record(&firm, 2)), "certificate-mismatch");
}

#[test]
fn only_the_signers_own_certificate_certifies_it() {
    let firm = firm(|_| {});
    let cases = [
        (leaf::CERTIFICATE, "accepted"),
        (leaf::OF_ANOTHER, "certificate-mismatch"),
        (leaf::NO_CERTIFICATE, "certificate-mismatch"),
        (leaf::ELSEWHERE, "certificate-mismatch"),
        (leaf::OF_A_STRANGER, "key-unknown"),
        (leaf::ALTERED, "signature-refused"),
        // Certified and signed, but no row that the anchor has.
        (leaf::OTHER_ROW, "device-not-active"),
    ];
    for (index, expected) in cases {
        assert_eq!(changed(&firm, |shown| shown.set_certificate(&firm, index)), expected, "leaf {index}");
    }
    // Not the leaf that its proof is of.
    let other = firm.leaves[0][usize::try_from(leaf::OTHER_ROW).unwrap()].clone();
    assert_eq!(changed(&firm, |shown| shown.certificate = other), "head-mismatch");
    // Nobody's word counts whom the reader does not know.
    let unknown = shown(&firm).verdict(&firm, &[public(3), public(4)]);
    assert_eq!(code(unknown), "key-unknown");
    println!("certificates: 1 accepted, {} refused", cases.len() + 1);
}

#[test]
fn the_anchor_before_is_verified_as_an_anchor() {
    let firm = firm(|_| {});
    let with = |anchor: Vec<u8>| {
        changed(&firm, |shown| shown.before = shown.before.take().map(|before| Before { anchor, ..before }))
    };
    assert_eq!(with(firm.anchors[0].clone()), "accepted");
    assert_eq!(with(anchor_record(&key(9), &firm.bodies[0])), "key-unknown");
    let mut altered = firm.anchors[0].clone();
    *altered.last_mut().unwrap() ^= 1;
    assert_eq!(with(altered), "signature-refused");
    assert_eq!(with(firm.sealed().to_vec()), "chain-mismatch");
    assert_eq!(with(anchor_record(&key(3), &firm.bodies[0])), "proof");
}

#[test]
fn a_record_says_who_signed_it() {
    let firm = firm(|_| {});
    let honest = firm.sealed();
    let verdict =
        |bytes: &[u8], keys: &[VerifyingKey]| code(Signer::verify(bytes, MATTER, ChainType::Matter, keys));
    assert_eq!(verdict(honest, &keys()), "accepted");
    assert_eq!(verdict(honest, &[public(4), public(5)]), "key-unknown");
    let mut altered = honest.to_vec();
    *altered.last_mut().unwrap() ^= 1;
    assert_eq!(verdict(&altered, &keys()), "signature-refused");
    assert_eq!(code(Signer::verify(honest, DIRECTORY, ChainType::Directory, &keys())), "chain-mismatch");
    // Honest, and another record than the one that the proof is of.
    let (path, anchor): (_, AnchorLeaf<'_>) = (firm.path(1, 1), firm.anchor(1));
    let proof: TlogProof<'_> = firm.proof(&path);
    assert!(proof.verify_record(&firm.log, MATTER, honest, &anchor).is_ok());
    let opened = firm.leaves[1][0].clone();
    assert_eq!(changed(&firm, |shown| shown.record = opened), "head-mismatch");
}
