//! A firm is made: its root, its first device, the first commit.

use std::fmt;
use std::num::NonZeroU64;
use std::sync::Arc;

use crate::audit::body::{
    self, Body, ChainGenesis, FirmRole, Genesis, LedgerGenesis, List, Reason, RecoveryKey, User,
};
use crate::audit::checkpoint::{self, Head};
use crate::audit::detail::Details;
use crate::audit::kind::ChainType;
use crate::audit::record::{Draft, LedgerHead, Payload, sign};
use crate::audit::tree::{Frontier, leaf_hash};
use crate::clock::Timestamp;
use crate::crypto::hash::sha256;
use crate::crypto::sign::SigningKey;
use crate::error::{Code, Result};
use crate::id::{ChainId, DeviceId, FirmId, Hash, MatterId, PrincipalId, UserId};
use crate::keys::{DeviceKeys, Protector, RootKeys, UserKey};
use crate::state::{State, Trust};
use crate::store::Storage;
use crate::vault::commit::Plan;
use crate::vault::enrol::user_key_body;
use crate::vault::enrolment::{EnrolmentRequest, NewUser};
use crate::vault::epoch::{self, Begin, first_shred_key};
use crate::vault::local::{Local, Owner};
use crate::vault::names::{FIRM, NAME};
use crate::vault::rows;
use crate::vault::session::Inner;
use crate::vault::{Options, Vault, unfinished};

/// A firm to be made, and its first person.
#[derive(Clone)]
pub struct NewFirm {
    firm: String,
    user: String,
}

/// The firm's root key and the next one, each under the root's protector: two files for two safes,
/// never in the store. The first also holds the recovery key's seed until it is split: whoever opens
/// it can read the whole firm.
#[must_use = "without its root a firm can never replace a lost administrator"]
#[derive(Clone, PartialEq, Eq)]
pub struct RootFiles {
    /// The root, and the recovery key.
    pub root: Vec<u8>,
    /// The root after it, to which the first record commits.
    pub next: Vec<u8>,
}

impl NewFirm {
    /// A firm of this name, whose first administrator has that one.
    #[must_use]
    pub fn new(firm: impl Into<String>, user: impl Into<String>) -> Self {
        Self { firm: firm.into(), user: user.into() }
    }
}

impl Vault {
    /// Makes a firm in an empty store, with this device as its first. The root signs the first
    /// records and is needed again only to be replaced and for recovery: put the two files into two
    /// safes.
    ///
    /// If the process ends before this returns, nobody has these files; call it again with the same
    /// stores and protectors: it puts a new firm in place of the unfinished one. Only what broke off
    /// after the last durable step cannot be told from a firm that was handed over, and is
    /// `already-there`: where it unlocks and you never had its files, remove both folders.
    ///
    /// # Errors
    /// `already-there` if the store holds a firm or the device has keys, unless an unfinished call left
    /// them; `unlock-refused` if the store is empty and the device's keys are another protector's; `device-state-conflict` if two
    /// processes make a firm at once; `entropy`; the protectors' own; storage.
    #[allow(clippy::needless_pass_by_value)] // Owned protectors, as bindings hand them over.
    pub fn create(
        storage: Storage,
        new: NewFirm,
        device: Arc<dyn Protector>,
        root: Arc<dyn Protector>,
        options: Options,
    ) -> Result<(Self, RootFiles)> {
        let version = unfinished::clear(&storage, &*device)?;
        let (keys, root_keys, next) =
            (DeviceKeys::generate()?, RootKeys::generate()?, RootKeys::generate_without_recovery()?);
        let files = RootFiles { root: root_keys.protect(&*root)?, next: next.protect(&*root)? };
        let owner = Owner { device: DeviceId::generate()?, user: UserId::generate()? };
        let first = First::new(&options, owner, &keys, &root_keys, &next)?;
        let mut local = Local::new(&keys, owner, Some(first.trust), &*device)?.replacing(version);
        first.commit(&storage, &mut local, &keys)?;
        let vault = Self(Arc::new(Inner::new(storage, options, local, keys)?));
        vault.0.begin()?;
        match vault.begin_directory(&new).and_then(|()| vault.0.is_made()) {
            Ok(()) => Ok((vault, files)),
            Err(error) => {
                // Its end must not say that the firm is made.
                vault.0.abandon();
                Err(error)
            }
        }
    }

    /// The second commit: names, and the directory's first epoch.
    fn begin_directory(&self, new: &NewFirm) -> Result<()> {
        let profile = self.0.options.profile;
        self.0.commit(|asked, ring| {
            let directory = asked.state.directory().ok_or(Code::NotAVault)?;
            let matter = MatterId::from_bytes(*directory.as_bytes());
            let (shred_body, shred) = first_shred_key(asked, matter, profile)?;
            let begin = Begin {
                matter,
                profile,
                roles: None,
                screened: &Default::default(),
                generation: NonZeroU64::MIN,
                reason: Reason::First,
            };
            let begun = epoch::begin(asked, ring, &begin, asked.state.matter(matter), Some(shred))?;
            let roles = List::new(vec![FirmRole::Administrator])?;
            let mut draft = Draft::new(&Body::User(User { user: asked.owner.user, roles }));
            draft.details = Some(Details::new([(NAME, new.user.as_bytes()), (FIRM, new.firm.as_bytes())])?);
            let mut plan = Plan::default();
            plan.record(directory, &shred_body).record(directory, &begun.body);
            plan.draft(directory, draft, Some(begun.under));
            plan.rows = begun.rows;
            Ok((plan, ()))
        })
    }
}

/// The first commit, signed.
struct First {
    trust: Trust,
    genesis: Vec<u8>,
    directory: ChainId,
    records: Vec<Vec<u8>>,
    anchor: Vec<u8>,
    head: Head,
    note: String,
    user_key: (crate::store::RowKey, Vec<u8>),
}

impl First {
    /// How many sequences the device uses up: acceptance, user key, anchor.
    const OF_DEVICE: u64 = 3;

    fn new(
        options: &Options,
        owner: Owner,
        keys: &DeviceKeys,
        root: &RootKeys,
        next: &RootKeys,
    ) -> Result<Self> {
        let firm = FirmId::generate()?;
        let ledger = ChainId::from_bytes(*firm.as_bytes());
        let at = options.clock.now();
        let of_root = DeviceId::from_bytes(*firm.as_bytes());
        let mut root_ledger = Author::new(root.root(), of_root, at, None);
        let genesis = root_ledger.sign(
            ledger,
            ChainType::Ledger,
            &Body::Genesis(Genesis::Ledger(LedgerGenesis {
                firm,
                root: root.root().verifying_key().to_bytes(),
                next_root: sha256(&next.root().verifying_key().to_bytes()),
            })),
        )?;
        let trust = Trust { firm, genesis: leaf_hash(&genesis) };
        let before = LedgerHead { size: 1, root: trust.genesis };

        let directory = ChainId::generate()?;
        let user_key = UserKey::generate(NonZeroU64::MIN)?;
        let wrap = user_key.wrap_to_device(
            keys.identity().public(),
            firm,
            owner.device,
            owner.user,
            options.profile,
        )?;
        let certificate =
            EnrolmentRequest::of(&NewUser::new(""), owner.device, owner.user, keys).certificate();
        let recovery = root.recovery().ok_or(Code::ProtectedIdentity)?;
        let recovery = RecoveryKey {
            recovery: PrincipalId::generate()?,
            generation: NonZeroU64::MIN,
            public_key: Box::new(*recovery.public().as_bytes()),
        };
        let mut of_root = Author::new(root.root(), of_root, at, Some(before));
        let mut of_device = Author::new(keys.record(), owner.device, at, Some(before));
        let device = owner.device;
        let in_directory = ChainType::Directory;
        let records = vec![
            of_root.sign(
                directory,
                in_directory,
                &Body::Genesis(Genesis::Chain(ChainGenesis { ledger_genesis: trust.genesis })),
            )?,
            of_root.sign(directory, in_directory, &Body::DeviceCertified(certificate))?,
            of_root.sign(directory, in_directory, &Body::RecoverySplit(recovery))?,
            of_device.sign(directory, in_directory, &Body::DeviceAccepted(body::Device { device }))?,
            of_device.sign(
                directory,
                in_directory,
                &user_key_body(&user_key, owner.user, options.profile),
            )?,
        ];
        let state = State::begin(trust, &genesis)?;
        let prepared = state.prepare(&[(directory, records.clone())], owner.device)?;
        if !prepared.reported.is_empty() {
            return Err(Code::RecordRefused.into());
        }
        // The device's first record in the ledger, with the sequence after its others.
        of_device.previous = None;
        let anchor = of_device.sign(ledger, ChainType::Ledger, &Body::Anchor(prepared.body))?;
        let mut frontier = Frontier::new();
        frontier.push(trust.genesis);
        frontier.push(leaf_hash(&anchor));
        let head = Head { size: frontier.size(), root: frontier.root().ok_or(Code::Checkpoint)? };
        let note = checkpoint::sign_firm(firm, keys.log(), &head)?;
        let user_key = (rows::user_key(device, NonZeroU64::MIN)?, wrap.as_bytes().to_vec());
        Ok(Self { trust, genesis, directory, records, anchor, head, note, user_key })
    }

    fn commit(self, storage: &Storage, local: &mut Local, keys: &DeviceKeys) -> Result<()> {
        let ledger = ChainId::from_bytes(*self.trust.firm.as_bytes());
        let mut transaction = storage.rows.write(&[ledger, self.directory])?;
        if transaction.last(&[rows::CHECKPOINT])?.is_some() {
            return Err(Code::AlreadyThere.into());
        }
        // Its own sequences begin at 0; they are reserved, with the keys, before anything is there.
        local.begin(Self::OF_DEVICE, &*storage.device, keys)?;
        transaction.append(ledger, 0, &[self.genesis, self.anchor])?;
        transaction.append(self.directory, 0, &self.records)?;
        transaction.put(&rows::checkpoint(self.head.size)?, self.note.as_bytes())?;
        transaction.put(&self.user_key.0, &self.user_key.1)?;
        transaction.commit()
    }
}

/// Signs the first records of one author, in one chain after the other.
struct Author<'k> {
    key: &'k SigningKey,
    author: DeviceId,
    at: Timestamp,
    before: Option<LedgerHead>,
    sequence: u64,
    previous: Option<Hash>,
}

impl<'k> Author<'k> {
    fn new(key: &'k SigningKey, author: DeviceId, at: Timestamp, before: Option<LedgerHead>) -> Self {
        Self { key, author, at, before, sequence: 0, previous: None }
    }

    fn sign(&mut self, chain: ChainId, chain_type: ChainType, body: &Body) -> Result<Vec<u8>> {
        let draft = Draft::new(body);
        let payload = Payload {
            chain,
            kind: draft.kind,
            at: self.at,
            author: self.author,
            sequence: self.sequence,
            previous: self.previous,
            ledger_head: self.before,
            acting_for: None,
            subjects: Vec::new(),
            body: &draft.body,
            details: None,
        };
        let record = sign(self.key, chain_type, &payload)?;
        self.sequence = self.sequence.saturating_add(1);
        self.previous = Some(leaf_hash(&record));
        Ok(record)
    }
}

/// Without the names.
impl fmt::Debug for NewFirm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewFirm").finish_non_exhaustive()
    }
}

impl fmt::Debug for RootFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RootFiles({} and {} bytes)", self.root.len(), self.next.len())
    }
}
