//! A firm of one person that writes as a vault does: sign, prepare, anchor, checkpoint.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroU64};

use privity::audit::Kind;
use privity::audit::body::{
    Body, ChainGenesis, Designation, Device, DeviceCertified, Epoch, Genesis, LedgerGenesis, List,
    MatterOpened, Padding, Principals, Reason, RecoveryKey, Sealed, SealedDocument, ShredGeneration, UserKey,
};
use privity::audit::order::Newest;
use privity::envelope::Profile;
use privity::keys::SigningKey;
use privity::state::{Follow, Reported, Source, State, Trust};
use privity::testing::checkpoint::{self, Head};
use privity::testing::kind::ChainType;
use privity::testing::record::{self, Payload, Record};
use privity::testing::tree::{Frontier, leaf_hash};
use privity::testing::{identity, sha256, signing_key};
use privity::{
    ChainId, DeviceId, DocumentId, FirmId, Hash, MatterId, PrincipalId, Result, Timestamp, UserId,
};

const ONE: NonZeroU64 = NonZeroU64::MIN;
const FIRM: FirmId = FirmId::from_bytes([1; 16]);
const ROOT: DeviceId = DeviceId::from_bytes([1; 16]);
const DEVICE: DeviceId = DeviceId::from_bytes([2; 16]);
const USER: UserId = UserId::from_bytes([3; 16]);
const DIRECTORY: ChainId = ChainId::from_bytes([4; 16]);
const RECOVERY: PrincipalId = PrincipalId::from_bytes([5; 16]);

pub struct Firm {
    pub trust: Trust,
    pub state: State,
    pub chains: BTreeMap<ChainId, Vec<Vec<u8>>>,
    pub checkpoint: String,
    pub records: usize,
    root: SigningKey,
    record_key: SigningKey,
    log_key: SigningKey,
    clock: u64,
    drawn: u64,
}

impl Source for Firm {
    fn leaves(&self, chain: ChainId, from: u64, to: u64) -> Result<Vec<Vec<u8>>> {
        let (from, to) = (usize::try_from(from).unwrap(), usize::try_from(to).unwrap_or(usize::MAX));
        let leaves = self.chains.get(&chain).map_or(&[][..], Vec::as_slice);
        Ok(leaves.get(from..to.min(leaves.len())).unwrap_or_default().to_vec())
    }

    fn beside(&self, _: u64, _: ChainId, _: u64) -> Result<Option<Vec<Vec<u8>>>> {
        Ok(None)
    }

    fn checkpoint(&self, _: u64) -> Result<Option<Vec<u8>>> {
        Ok(None)
    }
}

impl Firm {
    pub fn new() -> Self {
        let (root, next) = (signing_key([10; 32]), signing_key([11; 32]));
        let body = Body::Genesis(Genesis::Ledger(LedgerGenesis {
            firm: FIRM,
            root: root.verifying_key().to_bytes(),
            next_root: sha256(&next.verifying_key().to_bytes()),
        }));
        let at = Timestamp::from_micros(1).unwrap();
        let encoded = body.encode();
        let payload = Payload {
            chain: ledger(),
            kind: Kind::GENESIS,
            at,
            author: ROOT,
            sequence: 0,
            previous: None,
            ledger_head: None,
            acting_for: None,
            subjects: Vec::new(),
            body: &encoded,
            details: None,
        };
        let genesis = record::sign(&root, ChainType::Ledger, &payload).unwrap();
        let trust = Trust { firm: FIRM, genesis: leaf_hash(&genesis) };
        let mut firm = Firm {
            trust,
            state: State::begin(trust, &genesis).unwrap(),
            chains: BTreeMap::from([(ledger(), vec![genesis])]),
            checkpoint: String::new(),
            records: 0,
            root,
            record_key: signing_key([12; 32]),
            log_key: signing_key([13; 32]),
            clock: 1,
            drawn: 0,
        };
        firm.found();
        firm
    }

    fn found(&mut self) {
        let key = |seed: u8| Box::new(*identity([seed; 32]).unwrap().public().as_bytes());
        let first = [
            (ROOT, genesis(self.trust.genesis)),
            (ROOT, self.certificate(key(20))),
            (
                ROOT,
                Body::RecoverySplit(RecoveryKey { recovery: RECOVERY, generation: ONE, public_key: key(22) }),
            ),
            (DEVICE, Body::DeviceAccepted(Device { device: DEVICE })),
            (
                DEVICE,
                Body::UserKey(UserKey {
                    user: USER,
                    generation: ONE,
                    public_key: key(21),
                    profile: Profile::ChaCha,
                }),
            ),
        ];
        let acts = first.into_iter().map(|(author, body)| (DIRECTORY, author, body)).collect();
        assert_eq!(self.commit(acts), []);
    }

    fn certificate(&self, wrapping_key: Box<[u8; 1_216]>) -> Body {
        Body::DeviceCertified(DeviceCertified {
            device: DEVICE,
            user: USER,
            record_key: self.record_key.verifying_key().to_bytes(),
            log_key: self.log_key.verifying_key().to_bytes(),
            ssh_key: signing_key([14; 32]).verifying_key().to_bytes(),
            wrapping_key,
            class: 0,
        })
    }

    /// A matter with its first epoch.
    pub fn open(&mut self) -> ChainId {
        let matter = ChainId::from_bytes(self.draw());
        let principals: Vec<_> = {
            let roles = BTreeMap::from([(USER, privity::audit::body::MatterRole::Lead)]);
            self.state.principals(Some(&roles), &Default::default()).iter().map(|h| h.principal).collect()
        };
        let opened = Body::MatterOpened(MatterOpened { matter: MatterId::from_bytes(*matter.as_bytes()) });
        let shred = Body::ShredGeneration(ShredGeneration {
            generation: ONE,
            profile: Profile::ChaCha,
            confirm: [1; 32],
            intake: None,
        });
        let epoch = Body::Epoch(Epoch {
            epoch: ONE,
            profile: Profile::ChaCha,
            previous: None,
            principals: Principals::of(&principals),
            confirm: [2; 32],
            confirm_auditors: [3; 32],
            generation: ONE,
            intake: None,
            reason: Reason::First,
        });
        let acts = vec![
            (DIRECTORY, DEVICE, opened),
            (matter, DEVICE, genesis(self.trust.genesis)),
            (matter, DEVICE, shred),
            (matter, DEVICE, epoch),
        ];
        assert_eq!(self.commit(acts), []);
        matter
    }

    /// Documents in one commit, so many to a record.
    pub fn seal(&mut self, matter: ChainId, records: usize, each: usize) {
        let acts = (0..records).map(|_| (matter, DEVICE, self.sealed(each))).collect();
        assert_eq!(self.commit(acts), []);
    }

    pub fn sealed(&mut self, count: usize) -> Body {
        let documents = (0..count).map(|_| SealedDocument {
            document: DocumentId::from_bytes(self.draw()),
            version: NonZeroU32::MIN,
            profile: Profile::ChaCha,
            padding: Padding::Padme,
            seal_id: [7; 56],
            content_commitment: [8; 32],
            metadata: Hash([9; 32]),
            designation: Designation::PRIVILEGED,
        });
        let documents = List::new(documents.collect()).unwrap();
        Body::Sealed(Sealed { epoch: Some(ONE), generation: Some(ONE), documents })
    }

    /// Signs, prepares, anchors and takes over; what the fold reports.
    pub fn commit(&mut self, acts: Vec<(ChainId, DeviceId, Body)>) -> Vec<Reported> {
        let grown = self.sign(acts);
        let prepared = self.state.prepare(&grown, DEVICE).unwrap();
        let mut newest = BTreeMap::new();
        let anchor = self.record(ledger(), DEVICE, &Body::Anchor(prepared.body), &mut newest);
        for (chain, leaves) in grown {
            self.records += leaves.len();
            self.chains.entry(chain).or_default().extend(leaves);
        }
        let mut frontier: Frontier = self.state.ledger_frontier().clone();
        frontier.push(leaf_hash(&anchor));
        self.records += 1;
        self.chains.get_mut(&ledger()).unwrap().push(anchor);
        let head = Head { size: frontier.size(), root: frontier.root().unwrap() };
        self.checkpoint = checkpoint::sign_firm(FIRM, &self.log_key, &head).unwrap();
        let mut state = std::mem::replace(&mut self.state, State::new(self.trust, Follow::All));
        state.advance(self, self.checkpoint.as_bytes()).unwrap();
        self.state = state;
        prepared.reported
    }

    pub fn sign(&mut self, acts: Vec<(ChainId, DeviceId, Body)>) -> Vec<(ChainId, Vec<Vec<u8>>)> {
        let mut grown: BTreeMap<ChainId, Vec<Vec<u8>>> = BTreeMap::new();
        let mut newest = BTreeMap::new();
        for (chain, author, body) in acts {
            let record = self.record(chain, author, &body, &mut newest);
            grown.entry(chain).or_default().push(record);
        }
        grown.into_iter().collect()
    }

    fn record(
        &mut self,
        chain: ChainId,
        author: DeviceId,
        body: &Body,
        newest: &mut BTreeMap<(ChainId, DeviceId), Newest>,
    ) -> Vec<u8> {
        self.clock += 1;
        let known = newest.get(&(chain, author)).copied().or_else(|| self.state.newest(author, chain));
        let encoded = body.encode();
        let payload = Payload {
            chain,
            kind: body.kind(),
            at: Timestamp::from_micros(self.clock).unwrap(),
            author,
            sequence: known.map_or(0, |known| known.sequence + 1),
            previous: known.map(|known| known.hash),
            ledger_head: self.state.ledger_head(),
            acting_for: None,
            subjects: Vec::new(),
            body: &encoded,
            details: None,
        };
        let chain_type = match chain {
            chain if chain == ledger() => ChainType::Ledger,
            DIRECTORY => ChainType::Directory,
            _ => ChainType::Matter,
        };
        let key = if author == ROOT { &self.root } else { &self.record_key };
        let bytes = record::sign(key, chain_type, &payload).unwrap();
        let record = Record::parse(&bytes, chain_type).unwrap();
        newest.insert((chain, author), Newest::of(&record, record.hash()));
        bytes
    }

    /// Ids that ascend, so that a list of them is in order.
    fn draw(&mut self) -> [u8; 16] {
        self.drawn += 1;
        let mut id = [0x40; 16];
        id[8..].copy_from_slice(&self.drawn.to_be_bytes());
        id
    }
}

fn ledger() -> ChainId {
    ChainId::from_bytes(*FIRM.as_bytes())
}

fn genesis(ledger_genesis: Hash) -> Body {
    Body::Genesis(Genesis::Chain(ChainGenesis { ledger_genesis }))
}
