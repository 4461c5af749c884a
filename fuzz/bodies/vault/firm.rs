//! A small firm in memory: its exports, and the state they verify to.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use privity::keys::{Protector, ProtectorId};
use privity::state::{Follow, Source, State, Trust};
use privity::store::Storage;
use privity::testing::cbor::Reader;
use privity::vault::{NewDocument, NewFirm, NewMatter, Options, Scope, Vault};
use privity::{ChainId, Result, SecretBytes};

/// What the targets know of the firm.
pub struct Small {
    pub trust: Trust,
    /// The whole firm; one of its two matters.
    pub exports: [Vec<u8>; 2],
    /// What shows outsiders that its one device is active.
    pub standing: Vec<u8>,
    /// The state of the whole firm, saved.
    pub state: Vec<u8>,
}

/// The firm, made once. Its ids and keys are others in each process; its lengths are not.
pub fn small() -> &'static Small {
    static SMALL: OnceLock<Small> = OnceLock::new();
    SMALL.get_or_init(|| make().expect("a firm"))
}

fn make() -> Result<Small> {
    let new = NewFirm::new("Example LLP", "A. Partner");
    let (one, other): (Arc<dyn Protector>, Arc<dyn Protector>) = (Arc::new(Pad), Arc::new(Pad));
    let (vault, _) = Vault::create(Storage::memory(), new, one, other, Options::default())?;
    let matter = vault.open_matter(NewMatter::new("Doe v. Roe"))?;
    vault.open_matter(NewMatter::new("Another"))?;
    let _letter = matter.seal_bytes(NewDocument::new("letter.txt")?, b"Dear Sirs, ...")?;
    let _rotated = matter.rotate()?;
    let export = |scope| vault.export(scope).map(|export| export.to_bytes());
    let exports = [export(Scope::Firm)?, export(Scope::Matter(matter.id()))?];
    let parts = Parts::of(&exports[0])?;
    let mut state = State::new(vault.trust(), Follow::All);
    state.advance(&parts, &parts.note)?;
    let standing = vault.party()?.standing().unwrap_or_default().to_vec();
    Ok(Small { trust: vault.trust(), state: state.save(), exports, standing })
}

/// The parts of an export, read apart from the library.
pub struct Parts {
    pub chains: BTreeMap<ChainId, Vec<Vec<u8>>>,
    /// The newest checkpoint.
    pub note: Vec<u8>,
}

impl Parts {
    pub fn of(export: &[u8]) -> Result<Self> {
        let body = export.get(8..).unwrap_or_default();
        let mut reader = Reader::new(body, body.len())?;
        let mut parts = Self { chains: BTreeMap::new(), note: Vec::new() };
        let mut fields = reader.map()?;
        if reader.optional(&mut fields, 1)? {
            reader.bytes()?;
        }
        reader.field(&mut fields, 2)?;
        for _ in 0..reader.array()? {
            reader.array()?;
            let chain = ChainId::from_bytes(reader.fixed()?);
            let count = reader.array()?;
            let leaves = (0..count).map(|_| Ok(reader.bytes()?.to_vec())).collect::<Result<_>>()?;
            parts.chains.insert(chain, leaves);
        }
        reader.field(&mut fields, 3)?;
        for _ in 0..reader.array()? {
            reader.array()?;
            reader.unsigned()?;
            parts.note = reader.bytes()?.to_vec();
        }
        Ok(parts)
    }
}

impl Source for Parts {
    fn leaves(&self, chain: ChainId, from: u64, to: u64) -> Result<Vec<Vec<u8>>> {
        let place = |at| usize::try_from(at).unwrap_or(usize::MAX);
        let leaves = self.chains.get(&chain).map(Vec::as_slice).unwrap_or_default();
        Ok(leaves.get(place(from)..place(to).min(leaves.len())).unwrap_or_default().to_vec())
    }

    fn beside(&self, _: u64, _: ChainId, _: u64) -> Result<Option<Vec<Vec<u8>>>> {
        Ok(None)
    }

    fn checkpoint(&self, _: u64) -> Result<Option<Vec<u8>>> {
        Ok(None)
    }
}

/// A host's protector that hides nothing.
struct Pad;

impl Protector for Pad {
    fn id(&self) -> ProtectorId {
        ProtectorId::new("fuzz.pad").expect("a name")
    }

    fn wrap(&self, secret: SecretBytes, _context: Vec<u8>) -> Result<Vec<u8>> {
        Ok(secret.expose_secret().iter().map(|byte| byte ^ 0x5A).collect())
    }

    fn unwrap(&self, wrapped: Vec<u8>, _context: Vec<u8>) -> Result<SecretBytes> {
        Ok(SecretBytes::new(wrapped.iter().map(|byte| byte ^ 0x5A).collect()))
    }
}
