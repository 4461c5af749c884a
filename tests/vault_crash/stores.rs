//! A firm's stores, to be copied and broken, and what is true of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use privity::audit::body::MatterRole;
use privity::store::{DeviceSlot, DeviceState, MemoryDevice, Storage};
use privity::vault::{
    AccessReason, Approval, EnrolmentRequest, NewDocument, NewFirm, NewMatter, NewUser, Options, Scope, Vault,
};
use privity::{ChainId, DocumentId, MatterId, SecretBytes, UserId};

use crate::insider::state_of;
use crate::people::protector;
use crate::power::quick_folder;
use crate::tear;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Memory,
    Folder,
}

pub const MATTER: MatterId = MatterId::from_bytes([7; 16]);
pub const LETTER: DocumentId = DocumentId::from_bytes([3; 16]);
const DEVICES: u8 = 5;

/// The partner on device 0, the leaver on 1, a bystander on 2, who was approved on 3, who asked on 4.
pub struct World {
    backend: Backend,
    /// The folder `live`, and where the power cut leaves what is on the disk; sources beside them.
    folder: tempfile::TempDir,
    live: &'static str,
    shared: Storage,
    devices: Vec<Arc<dyn DeviceState>>,
    told: Option<Told>,
}

#[derive(Clone)]
struct Told {
    leaver: UserId,
    bystander: UserId,
    approval: Approval,
    request: EnrolmentRequest,
    chains: Vec<ChainId>,
}

impl World {
    pub fn set_up(backend: Backend, empty: bool) -> Self {
        let mut world = Self::of(backend, quick_folder(), "live");
        if empty {
            return world;
        }
        let new = NewFirm::new("Example LLP", "A. Partner");
        let made =
            Vault::create(world.storage(0), new, protector(0), protector(99), Options::default()).unwrap();
        let (partner, _files) = made;
        let matter = partner.open_matter(NewMatter::new("One").with_id(MATTER)).unwrap();
        let ask = |number: u8| {
            Vault::request(world.storage(number), NewUser::new("Joins"), protector(number)).unwrap()
        };
        let approve = |request: &EnrolmentRequest| partner.enrol(request, &request.words(), &[]).unwrap();
        let [leaver, bystander] = [1, 2].map(|number| {
            let approval = approve(&ask(number));
            Vault::accept(world.storage(number), &approval, protector(number), Options::default()).unwrap()
        });
        matter.admit(leaver.user(), MatterRole::Member).unwrap();
        matter.seal_bytes(NewDocument::with_id(LETTER, "letter"), b"Dear Sirs").unwrap();
        let approval = approve(&ask(3));
        let request = ask(4);
        // The last act is somebody else's, so that the partner's device has to look, pin and cosign.
        drop(matter);
        partner.lock();
        leaver.matter(MATTER).unwrap().open_bytes(LETTER, AccessReason::none()).unwrap();
        let ledger = ChainId::from_bytes(*bystander.firm().as_bytes());
        let state = state_of(&world.shared, &bystander);
        let chains = [ledger].into_iter().chain(state.heads().map(|head| head.chain)).collect();
        world.told =
            Some(Told { leaver: leaver.user(), bystander: bystander.user(), approval, request, chains });
        drop((partner, leaver, bystander));
        world
    }

    fn of(backend: Backend, folder: tempfile::TempDir, live: &'static str) -> Self {
        let at = folder.path().join(live);
        std::fs::create_dir_all(&at).unwrap();
        let device = |number: u8| at.join(format!("device-{number}"));
        let storage = match backend {
            Backend::Memory => Storage::memory(),
            Backend::Folder => Storage::folder(&at.join("firm"), &device(0)).unwrap(),
        };
        let mut devices = vec![storage.device.clone()];
        for number in 1..DEVICES {
            devices.push(match backend {
                Backend::Memory => Arc::new(MemoryDevice::new()),
                Backend::Folder => Arc::new(privity::store::FolderDevice::open(&device(number)).unwrap()),
            });
        }
        Self { backend, folder, live, shared: storage, devices, told: None }
    }

    /// Another one with the same in it.
    pub fn copy(&self) -> Self {
        let folder = quick_folder();
        if self.backend == Backend::Folder {
            tear::copy(&self.folder.path().join(self.live), &folder.path().join("live"));
        }
        let mut to = Self::of(self.backend, folder, "live");
        to.told = self.told.clone();
        if self.backend == Backend::Memory {
            self.copy_memory(&to);
        }
        to
    }

    fn copy_memory(&self, to: &Self) {
        let snapshot = self.shared.rows.read().unwrap();
        let mut transaction = to.shared.rows.write(&[]).unwrap();
        for tag in 0..=u8::MAX {
            for (key, value) in snapshot.scan(&[tag], None, usize::MAX).unwrap() {
                transaction.put(&key, &value).unwrap();
            }
        }
        for chain in self.told.iter().flat_map(|told| &told.chains) {
            let leaves = snapshot.records(*chain, 0, u64::MAX).unwrap();
            transaction.append(*chain, 0, &leaves).unwrap();
        }
        transaction.commit().unwrap();
        for key in self.shared.erasable.list(&[]).unwrap() {
            let value = self.shared.erasable.get(&key).unwrap().unwrap();
            let value = SecretBytes::new(value.expose_secret().to_vec());
            to.shared.erasable.put(&key, &value).unwrap();
        }
        for id in self.shared.blobs.list(None, usize::MAX).unwrap() {
            let blob = self.shared.blobs.open(&id).unwrap();
            let mut bytes = vec![0; usize::try_from(blob.size().unwrap()).unwrap()];
            blob.read_exact_at(0, &mut bytes).unwrap();
            let mut blob = to.shared.blobs.create(&id).unwrap();
            blob.write_all(&bytes).unwrap();
            blob.finish().unwrap();
        }
        for (from, to) in self.devices.iter().zip(&to.devices) {
            if let (_, Some(bytes)) = from.load(DeviceSlot::State).unwrap() {
                to.save(DeviceSlot::State, 0, &bytes).unwrap();
            }
        }
    }

    /// Folder and image, for a power that cuts.
    pub fn disk(&self) -> Option<(PathBuf, PathBuf)> {
        let of = |name: &str| self.folder.path().join(name);
        (self.backend == Backend::Folder).then(|| (of(self.live), of("image")))
    }

    /// As the machine finds it when it comes up again.
    pub fn after_the_cut(self) -> Self {
        let Self { backend, folder, told, .. } = self;
        match backend {
            Backend::Memory => Self { backend, folder, told, ..self },
            Backend::Folder => Self { told, ..Self::of(backend, folder, "image") },
        }
    }

    pub fn storage(&self, device: u8) -> Storage {
        self.shared.with_device(self.devices[usize::from(device)].clone())
    }

    fn told(&self) -> &Told {
        self.told.as_ref().expect("a firm")
    }

    pub fn leaver(&self) -> UserId {
        self.told().leaver
    }

    pub fn bystander(&self) -> UserId {
        self.told().bystander
    }

    pub fn approval(&self) -> Approval {
        self.told().approval
    }

    pub fn request(&self) -> EnrolmentRequest {
        self.told().request.clone()
    }

    /// The file of a document to be sealed.
    pub fn source(&self, number: u8) -> PathBuf {
        self.folder.path().join(format!("source-{number}"))
    }

    /// The partner and the bystander verify and find nothing, and sealing resumes.
    pub fn goes_on(&self, what: &str) {
        let [partner, bystander] = [0, 2].map(|number| {
            Vault::unlock(self.storage(number), protector(number), Options::default()).expect(what)
        });
        let matter = partner.matter(MATTER).expect(what);
        let new = NewDocument::new("after").unwrap();
        let after = matter.seal_bytes(new, b"goes on").expect(what);
        assert_eq!(matter.open_bytes(after.id, AccessReason::none()).expect(what), b"goes on");
        for vault in [&partner, &bystander] {
            let report = vault.verify(Scope::Firm, None).expect(what);
            assert!(report.is_clean(), "{what}: {report}");
        }
    }
}

/// What is true of a firm, as the partner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    people: BTreeMap<UserId, u64>,
    /// Every act is one leaf of the ledger.
    leaves: u64,
    matters: BTreeMap<MatterId, (u64, BTreeSet<UserId>, Documents)>,
}

/// Names and lengths.
type Documents = BTreeMap<DocumentId, (String, u64)>;

impl Facts {
    pub fn read(world: &World) -> Self {
        let vault = Vault::unlock(world.storage(0), protector(0), Options::default()).expect("the partner");
        Self::seen_by(&vault)
    }

    fn seen_by(vault: &Vault) -> Self {
        let people = vault.users().unwrap().into_iter();
        let people = people.map(|person| (person.id, person.active_devices as u64)).collect();
        let matters = vault.matters().unwrap().into_iter().map(|matter| {
            let members = matter.members().unwrap_or_default().into_iter().map(|member| member.user);
            let documents = matter.documents(None, 999).unwrap_or_default().into_iter();
            let documents: Documents = documents.map(|info| (info.id, (info.name, info.length))).collect();
            assert_eq!(matter.documents_count().unwrap(), documents.len() as u64);
            (matter.id(), (matter.epoch().unwrap_or(0), members.collect(), documents))
        });
        let leaves = vault.verify(Scope::Firm, None).unwrap().head.size;
        Self { people, leaves, matters: matters.collect() }
    }

    /// Without what doing it twice makes different.
    pub fn without_counts(&self) -> Self {
        let mut without = Self { leaves: 0, ..self.clone() };
        without.matters.values_mut().for_each(|matter| matter.0 = 0);
        without
    }

    /// How many of everything.
    pub fn shape(&self) -> (Vec<u64>, usize) {
        (self.people.values().copied().collect(), self.matters.len())
    }
}
