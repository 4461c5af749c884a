//! Standings of any parts, put together apart from the library: what an honest device shows, and what
//! a dishonest one might.

use privity::audit::anchor::{AnchorBody, ChainHead, DeviceRow, devices_root, heads_root};
use privity::audit::body::{Body, DeviceCertified};
use privity::audit::kind::{ChainType, Kind};
use privity::audit::record::Record;
use privity::audit::tree::{MemoryTree, inclusion_proof, leaf_hash};
use privity::keys::SigningKey;
use privity::sharing::Card;
use privity::store::{RowKey, Storage};
use privity::testing::cbor::{Reader, Writer};
use privity::testing::checkpoint::{self, Head};
use privity::testing::cose::Kid;
use privity::testing::{device_seeds, signing_key};
use privity::vault::Vault;
use privity::{ChainId, DeviceId, FirmId, Hash, UserId};

use crate::insider::{Insider, state_of};

/// All that a standing is made from.
#[derive(Clone)]
pub struct Shown {
    pub firm: FirmId,
    pub ledger: Vec<Vec<u8>>,
    pub note: String,
    pub directory: ChainId,
    pub leaves: Vec<Vec<u8>>,
    pub heads: Vec<ChainHead>,
    pub rows: Vec<DeviceRow>,
    /// The devices of another time, of which the path is.
    pub path_among: Option<Vec<DeviceRow>>,
    pub records: Vec<u64>,
    pub device: DeviceId,
}

impl Shown {
    /// Of the device of this vault, with every certificate and every role there is.
    pub fn of(storage: &Storage, vault: &Vault) -> Self {
        let state = state_of(storage, vault);
        let snapshot = storage.rows.read().unwrap();
        let firm = vault.firm();
        let ledger = ChainId::from_bytes(*firm.as_bytes());
        let size = state.ledger_size();
        let key = RowKey::new([&[1][..], &size.to_be_bytes()].concat()).unwrap();
        let directory = state.directory().unwrap();
        let leaves = snapshot.records(directory, 0, state.head(directory).unwrap().size).unwrap();
        let rows = state.devices().filter(|device| device.is_active()).map(|device| DeviceRow {
            device: device.id,
            user: device.user,
            record_kid: Kid::of(&device.record_key),
            log_kid: Kid::of(&device.log_key),
            ssh_kid: Kid::of(&device.ssh_key),
        });
        let mut shown = Self {
            firm,
            ledger: snapshot.records(ledger, 0, size).unwrap(),
            note: String::from_utf8(snapshot.get(&key).unwrap().unwrap()).unwrap(),
            directory,
            leaves,
            heads: state.heads().copied().collect(),
            rows: rows.collect(),
            path_among: None,
            records: Vec::new(),
            device: vault.device(),
        };
        shown.records = (0..).zip(&shown.leaves).filter(|(_, leaf)| shows(leaf)).map(|(at, _)| at).collect();
        shown
    }

    /// Goes on as the insider likes: these leaves of the directory, all of them shown, these devices,
    /// their anchor and their checkpoint, written into the store.
    pub fn grow(&mut self, by: &Insider, leaves: &[Vec<u8>], change: impl FnOnce(&mut Vec<DeviceRow>)) {
        let anchor = self.anchor(by, leaves, change);
        by.write(&[(self.directory, leaves.to_vec())], anchor.clone());
        self.end(by, anchor);
    }

    /// The same without the store: nobody in the firm sees it.
    pub fn pretend(&mut self, by: &Insider, leaves: &[Vec<u8>], change: impl FnOnce(&mut Vec<DeviceRow>)) {
        let anchor = self.anchor(by, leaves, change);
        self.end(by, anchor);
    }

    fn anchor(
        &mut self,
        by: &Insider,
        leaves: &[Vec<u8>],
        change: impl FnOnce(&mut Vec<DeviceRow>),
    ) -> Vec<u8> {
        let from = u64::try_from(self.leaves.len()).unwrap();
        self.records.extend((from..).zip(leaves).map(|(at, _)| at));
        self.leaves.extend_from_slice(leaves);
        change(&mut self.rows);
        self.rows.sort_by_key(|row| row.device);
        let tree = tree(&self.leaves);
        let head = ChainHead { chain: self.directory, size: tree.size(), root: tree.root().unwrap() };
        self.heads[0] = head;
        let (heads, devices) = (heads_root(&self.heads).unwrap(), devices_root(&self.rows).unwrap());
        by.sign(by.ledger(), &Body::Anchor(AnchorBody::new(by.ledger(), vec![head], heads, devices).unwrap()))
    }

    fn end(&mut self, by: &Insider, anchor: Vec<u8>) {
        self.ledger.push(anchor);
        self.sign(by.log_key());
    }

    /// The checkpoint under another key.
    pub fn sign(&mut self, key: &SigningKey) {
        let tree = tree(&self.ledger);
        let head = Head { size: tree.size(), root: tree.root().unwrap() };
        self.note = checkpoint::sign_firm(self.firm, key, &head).unwrap();
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let (ledger, directory) = (tree(&self.ledger), tree(&self.leaves));
        let hashed = |leaves: &[Hash]| {
            let mut tree = MemoryTree::new();
            tree.extend(leaves.iter().copied());
            tree
        };
        let heads = hashed(&self.heads.iter().map(ChainHead::leaf).collect::<Vec<_>>());
        let rows = self.path_among.as_ref().unwrap_or(&self.rows);
        let devices = hashed(&rows.iter().map(DeviceRow::leaf).collect::<Vec<_>>());
        let at = rows.iter().position(|row| row.device == self.device).unwrap();
        let at = u64::try_from(at).unwrap();

        let mut writer = Writer::new();
        writer.map(7).unsigned(1).bytes(&self.ledger[0]).unsigned(2).text(&self.note);
        writer.unsigned(3).bytes(self.ledger.last().unwrap()).unsigned(4);
        path(&mut writer, &ledger, ledger.size() - 1);
        writer.unsigned(5).map(5).unsigned(1).bytes(self.directory.as_bytes());
        writer.unsigned(2).unsigned(directory.size()).unsigned(3).bytes(&directory.root().unwrap().0);
        writer.unsigned(4).unsigned(heads.size()).unsigned(5);
        path(&mut writer, &heads, 0);
        writer.unsigned(6).array(self.records.len());
        for &index in &self.records {
            writer.array(3).bytes(&self.leaves[usize::try_from(index).unwrap()]).unsigned(index);
            path(&mut writer, &directory, index);
        }
        writer.unsigned(7).map(2).unsigned(1).unsigned(at).unsigned(2);
        path(&mut writer, &devices, at);
        [b"PRVYSTN1".as_slice(), &writer.finish()].concat()
    }
}

/// Whether a record says who somebody is.
fn shows(leaf: &[u8]) -> bool {
    let record = Record::parse(leaf, ChainType::Directory).unwrap();
    [Kind::USER, Kind::DEVICE_CERTIFIED].contains(&record.payload().kind)
}

fn tree(leaves: &[Vec<u8>]) -> MemoryTree {
    let mut tree = MemoryTree::new();
    tree.extend(leaves.iter().map(|leaf| leaf_hash(leaf)));
    tree
}

fn path(writer: &mut Writer, tree: &MemoryTree, index: u64) {
    let hashes = inclusion_proof(tree, index, tree.size()).unwrap();
    writer.array(hashes.len());
    for hash in hashes {
        writer.bytes(&hash.0);
    }
}

/// Keys of a device that nobody has.
pub fn certificate(device: DeviceId, user: UserId) -> DeviceCertified {
    let key = |of: u8| signing_key([of; 32]).verifying_key().to_bytes();
    let wrapping = privity::testing::identity([0xEE; 32]).unwrap();
    DeviceCertified {
        device,
        user,
        record_key: key(0xE0),
        log_key: key(0xE1),
        ssh_key: key(0xE2),
        wrapping_key: Box::new(*wrapping.public().as_bytes()),
        class: 0,
    }
}

pub fn row(body: &DeviceCertified) -> DeviceRow {
    DeviceRow {
        device: body.device,
        user: body.user,
        record_kid: Kid::of_bytes(&body.record_key),
        log_kid: Kid::of_bytes(&body.log_key),
        ssh_kid: Kid::of_bytes(&body.ssh_key),
    }
}

/// The key that signs the checkpoints of a device.
pub fn log_key(vault: &Vault) -> SigningKey {
    signing_key(device_seeds(vault).unwrap()[32..64].try_into().unwrap())
}

/// The checkpoint in a standing.
pub fn note_of(standing: &[u8]) -> String {
    let mut reader = Reader::new(&standing[8..], standing.len()).unwrap();
    let mut fields = reader.map().unwrap();
    reader.field(&mut fields, 1).unwrap();
    reader.bytes().unwrap();
    reader.field(&mut fields, 2).unwrap();
    reader.text().unwrap().to_owned()
}

/// The indices of the records in a standing.
pub fn records_of(standing: &[u8]) -> Vec<u64> {
    let mut reader = Reader::new(&standing[8..], standing.len()).unwrap();
    let mut fields = reader.map().unwrap();
    for field in 1..=5 {
        reader.field(&mut fields, field).unwrap();
        reader.item().unwrap();
    }
    reader.field(&mut fields, 6).unwrap();
    let index = |reader: &mut Reader<'_>| {
        reader.array().unwrap();
        reader.bytes().unwrap();
        let index = reader.unsigned().unwrap();
        reader.item().unwrap();
        index
    };
    (0..reader.array().unwrap()).map(|_| index(&mut reader)).collect()
}

/// The file of a card with another standing, or none.
pub fn card_with(card: &Card, standing: Option<&[u8]>) -> Vec<u8> {
    let file = card.to_bytes();
    let mut reader = Reader::new(&file[8..], file.len()).unwrap();
    reader.array().unwrap();
    let mut writer = Writer::new();
    writer.array(1 + usize::from(standing.is_some())).bytes(reader.bytes().unwrap());
    if let Some(standing) = standing {
        writer.bytes(standing);
    }
    [b"PRVYCRD1".as_slice(), &writer.finish()].concat()
}
