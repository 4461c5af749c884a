//! Somebody of the firm whose program is not ours: they sign and anchor whatever they like, with the
//! keys of their own device, straight into the store.
#![allow(dead_code)] // Each test program uses its part.

use privity::audit::anchor::{AnchorBody, ChainHead, heads_root};
use privity::audit::body::Body;
use privity::audit::kind::ChainType;
use privity::audit::record::{Payload, sign};
use privity::keys::SigningKey;
use privity::state::{Follow, Source, State};
use privity::store::{RowKey, Snapshot, Storage};
use privity::testing::checkpoint::{self, Head};
use privity::testing::tree::{Frontier, leaf_hash};
use privity::testing::{device_seeds, signing_key};
use privity::vault::Vault;
use privity::{ChainId, Clock as _, DeviceId, MatterId, Result, SystemClock, Timestamp};

pub struct Insider {
    storage: Storage,
    trust: privity::state::Trust,
    pub device: DeviceId,
    record: SigningKey,
    log: SigningKey,
}

/// What the store shows, to be folded.
struct Shown<'s>(&'s dyn Snapshot);

impl Source for Shown<'_> {
    fn leaves(&self, chain: ChainId, from: u64, to: u64) -> Result<Vec<Vec<u8>>> {
        self.0.records(chain, from, to.saturating_sub(from))
    }

    fn beside(&self, index: u64, chain: ChainId, limit: u64) -> Result<Option<Vec<Vec<u8>>>> {
        let prefix = [&[3][..], &index.to_be_bytes(), chain.as_bytes()].concat();
        let kept = self.0.scan(&prefix, None, usize::try_from(limit).unwrap())?;
        Ok((!kept.is_empty()).then(|| kept.into_iter().map(|(_, leaf)| leaf).collect()))
    }

    fn checkpoint(&self, size: u64) -> Result<Option<Vec<u8>>> {
        self.0.get(&RowKey::new([&[1][..], &size.to_be_bytes()].concat())?)
    }
}

/// The fold of what the store shows.
pub fn state_of(storage: &Storage, vault: &Vault) -> State {
    state(storage, vault.trust())
}

fn state(storage: &Storage, trust: privity::state::Trust) -> State {
    let snapshot = storage.rows.read().unwrap();
    let (_, note) = snapshot.last(&[1]).unwrap().expect("a checkpoint");
    let mut state = State::new(trust, Follow::All);
    state.advance(&Shown(&*snapshot), &note).unwrap();
    state
}

pub fn chain_of(matter: MatterId) -> ChainId {
    ChainId::from_bytes(*matter.as_bytes())
}

impl Insider {
    /// With the keys of this vault's device.
    pub fn of(vault: &Vault, storage: &Storage) -> Self {
        let seeds = device_seeds(vault).unwrap();
        let key = |at: usize| signing_key(seeds[at * 32..][..32].try_into().unwrap());
        let (record, log) = (key(0), key(1));
        Self { storage: storage.clone(), trust: vault.trust(), device: vault.device(), record, log }
    }

    pub fn state(&self) -> State {
        state(&self.storage, self.trust)
    }

    /// The key that signs this device's checkpoints.
    pub fn log_key(&self) -> &SigningKey {
        &self.log
    }

    pub fn ledger(&self) -> ChainId {
        ChainId::from_bytes(*self.trust.firm.as_bytes())
    }

    /// A well-formed record of theirs.
    pub fn sign(&self, chain: ChainId, body: &Body) -> Vec<u8> {
        self.sign_as(chain, body, self.device)
    }

    /// A record that names somebody else as its author, under this device's key.
    pub fn sign_as(&self, chain: ChainId, body: &Body, author: DeviceId) -> Vec<u8> {
        self.sign_with(&self.record, chain, body, author, SystemClock.now())
    }

    /// A record under the key that signs checkpoints and no records.
    pub fn sign_with_log_key(&self, chain: ChainId, body: &Body) -> Vec<u8> {
        self.sign_with(&self.log, chain, body, self.device, SystemClock.now())
    }

    /// A record of this time, whatever the time of this device's newest.
    pub fn sign_at(&self, chain: ChainId, body: &Body, at: Timestamp) -> Vec<u8> {
        self.sign_with(&self.record, chain, body, self.device, at)
    }

    fn sign_with(
        &self,
        key: &SigningKey,
        chain: ChainId,
        body: &Body,
        author: DeviceId,
        at: Timestamp,
    ) -> Vec<u8> {
        let state = self.state();
        let newest = state.newest(author, chain);
        let chain_type = match chain {
            chain if chain == self.ledger() => ChainType::Ledger,
            chain if Some(chain) == state.directory() => ChainType::Directory,
            _ => ChainType::Matter,
        };
        let encoded = body.encode();
        let payload = Payload {
            chain,
            kind: body.kind(),
            at,
            author,
            sequence: newest.map_or(0, |newest| newest.sequence + 1),
            previous: newest.map(|newest| newest.hash),
            ledger_head: state.ledger_head(),
            acting_for: None,
            subjects: Vec::new(),
            body: &encoded,
            details: None,
        };
        sign(key, chain_type, &payload).unwrap()
    }

    /// The body of an anchor over these leaves at the ends of their chains, all roots right.
    pub fn anchor(&self, grown: &[(ChainId, Vec<Vec<u8>>)]) -> AnchorBody {
        let state = self.state();
        let mut heads: Vec<ChainHead> = state.heads().copied().collect();
        let mut listed = Vec::new();
        for (chain, leaves) in grown {
            let mut frontier = state.frontier(*chain).cloned().unwrap_or_else(Frontier::new);
            leaves.iter().for_each(|leaf| frontier.push(leaf_hash(leaf)));
            let head = ChainHead { chain: *chain, size: frontier.size(), root: frontier.root().unwrap() };
            match heads.iter_mut().find(|one| one.chain == *chain) {
                Some(known) => *known = head,
                None => heads.push(head),
            }
            listed.push(head);
        }
        listed.sort_by_key(|head| head.chain);
        AnchorBody::new(self.ledger(), listed, heads_root(&heads).unwrap(), state.devices_root().unwrap())
            .unwrap()
    }

    /// Writes leaves at the ends of their chains, and their anchor.
    pub fn commit(&self, grown: &[(ChainId, Vec<Vec<u8>>)]) {
        let anchor = self.sign(self.ledger(), &Body::Anchor(self.anchor(grown)));
        self.write(grown, anchor);
    }

    /// Writes leaves, this leaf of the ledger and a good checkpoint over it.
    pub fn write(&self, grown: &[(ChainId, Vec<Vec<u8>>)], anchor: Vec<u8>) {
        let state = self.state();
        let mut frontier = state.ledger_frontier().clone();
        frontier.push(leaf_hash(&anchor));
        let head = Head { size: frontier.size(), root: frontier.root().unwrap() };
        let note = checkpoint::sign_firm(self.trust.firm, &self.log, &head).unwrap();
        let mut transaction = self.storage.rows.write(&[]).unwrap();
        for (chain, leaves) in grown {
            let size = state.head(*chain).map_or(0, |head| head.size);
            transaction.append(*chain, size, leaves).unwrap();
        }
        transaction.append(self.ledger(), head.size - 1, &[anchor]).unwrap();
        let key = RowKey::new([&[1][..], &head.size.to_be_bytes()].concat()).unwrap();
        transaction.put(&key, note.as_bytes()).unwrap();
        transaction.commit().unwrap();
    }
}
