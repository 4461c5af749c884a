//! Chains for somebody without the store: one file, verified with the firm's id and the hash of its
//! first record alone. Form: `docs/format/export-v1.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::codec::cbor::{Reader, Writer};
use crate::error::{Code, Result};
use crate::id::ChainId;
use crate::state::{Follow, Source as _, State, Trust};
use crate::store::{MemoryStore, RowKey, Snapshot, Store as _};
use crate::vault::commit::chain_of;
use crate::vault::report::{Report, Scope};
use crate::vault::source::{Source, void_leaves};
use crate::vault::verify::report_of;
use crate::vault::{Options, Vault, rows};

/// An exported part of a firm's chains. It holds records, which name people and documents by
/// pseudonymous ids alone, and no key.
#[derive(Clone, PartialEq, Eq)]
pub struct Export {
    scope: Scope,
    chains: Vec<(ChainId, Vec<Vec<u8>>)>,
    checkpoints: Vec<(u64, Vec<u8>)>,
    cosignatures: Vec<(Vec<u8>, Vec<u8>)>,
    beside: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Vault {
    /// Exports the ledger, the directory and what is in scope.
    ///
    /// # Errors
    /// `matter-unknown`; what verifying forward can fail with.
    pub fn export(&self, scope: Scope) -> Result<Export> {
        let (notes, chains, void) = self.0.ask(|asked, _| {
            self.0.followed(asked, scope)?;
            let ledger = ChainId::from_bytes(*self.0.trust.firm.as_bytes());
            let mut chains = vec![(ledger, asked.state.ledger_size())];
            for head in asked.state.heads() {
                let wanted = match scope {
                    Scope::Firm => true,
                    Scope::Matter(id) => {
                        head.chain == chain_of(id) || Some(head.chain) == asked.state.directory()
                    }
                };
                if wanted {
                    chains.push((head.chain, head.size));
                }
            }
            // What a void anchor covers lies past the heads of its chains, or in a chain nobody opened.
            let mut void = BTreeMap::new();
            let covered: BTreeSet<ChainId> =
                asked.state.void_leaves().iter().map(|left| left.chain).collect();
            for chain in covered {
                if scope == Scope::Firm || chains.iter().any(|(known, _)| *known == chain) {
                    void.extend(void_leaves(asked.state, asked.rows, chain)?);
                }
            }
            // A void anchor may be named by its checkpoint alone.
            let mut notes = BTreeSet::from([asked.state.ledger_size()]);
            notes.extend(asked.state.findings().void.iter().map(|void| void.ledger_index.saturating_add(1)));
            Ok((notes, chains, void))
        })?;
        let snapshot = self.0.storage.rows.read()?;
        Export::collect(&*snapshot, scope, notes, &chains, void)
    }
}

/// Verifies an export with the trust root alone, which comes from elsewhere.
///
/// # Errors
/// `export` if the bytes are none; `other-firm`, `firm-tampered`, `store-incomplete`, `log-unsigned`
/// for what is in them.
pub fn verify_export(bytes: &[u8], trust: Trust) -> Result<Report> {
    let export = Export::from_bytes(bytes)?;
    let store = MemoryStore::new();
    export.restore(&store)?;
    let snapshot = store.read()?;
    let follow = match export.scope {
        Scope::Firm => Follow::All,
        Scope::Matter(id) => Follow::Only([chain_of(id)].into()),
    };
    let mut state = State::new(trust, follow);
    let (_, note) = export.checkpoints.last().ok_or(Code::Export)?;
    state.advance(&Source(&*snapshot), note)?;
    if let Scope::Matter(id) = export.scope {
        state.matter(id).ok_or(Code::MatterUnknown)?;
    }
    report_of(trust, &Options::default(), &state, &*snapshot, export.scope)
}

impl Export {
    fn collect(
        snapshot: &dyn Snapshot,
        scope: Scope,
        mut notes: BTreeSet<u64>,
        heads: &[(ChainId, u64)],
        void: BTreeMap<RowKey, Vec<u8>>,
    ) -> Result<Self> {
        let source = Source(snapshot);
        let mut chains = Vec::with_capacity(heads.len());
        for &(chain, size) in heads {
            chains.push((chain, source.leaves(chain, 0, size)?));
        }
        let (mut cosignatures, mut beside, mut checkpoints) = (BTreeMap::new(), void, Vec::new());
        for (tag, list) in [(rows::COSIGNATURE, &mut cosignatures), (rows::BESIDE, &mut beside)] {
            let mut after = None;
            loop {
                let page = snapshot.scan(&[tag], after.as_ref(), PAGE)?;
                let Some((last, _)) = page.last() else { break };
                after = Some(last.clone());
                list.extend(page);
            }
        }
        let size = *notes.last().ok_or(Code::NotAVault)?;
        // A cosigned checkpoint is shown with its cosignatures.
        for key in cosignatures.keys() {
            notes.insert(rows::size_of(key)?);
        }
        for size in notes.into_iter().filter(|&one| one <= size) {
            if let Some(note) = snapshot.get(&rows::checkpoint(size)?)? {
                checkpoints.push((size, note));
            }
        }
        let list = |rows: BTreeMap<RowKey, Vec<u8>>| {
            rows.into_iter().map(|(key, value)| (key.as_bytes().to_vec(), value)).collect()
        };
        Ok(Self { scope, chains, checkpoints, cosignatures: list(cosignatures), beside: list(beside) })
    }

    /// Its bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        let of_matter = match self.scope {
            Scope::Matter(id) => Some(id),
            Scope::Firm => None,
        };
        writer.map(4 + usize::from(of_matter.is_some()));
        if let Some(id) = of_matter {
            writer.unsigned(1).bytes(id.as_bytes());
        }
        writer.unsigned(2).array(self.chains.len());
        for (chain, leaves) in &self.chains {
            writer.array(2).bytes(chain.as_bytes()).array(leaves.len());
            for leaf in leaves {
                writer.bytes(leaf);
            }
        }
        writer.unsigned(3).array(self.checkpoints.len());
        for (size, note) in &self.checkpoints {
            writer.array(2).unsigned(*size).bytes(note);
        }
        for (field, list) in [(4, &self.cosignatures), (5, &self.beside)] {
            writer.unsigned(field).array(list.len());
            for (key, value) in list {
                writer.array(2).bytes(key).bytes(value);
            }
        }
        [MAGIC.as_slice(), &writer.finish()].concat()
    }

    /// Reads what [`to_bytes`](Self::to_bytes) gave; nothing of it is verified.
    ///
    /// # Errors
    /// `export`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::parse(bytes).map_err(|_| Code::Export.into())
    }

    /// What it was made of.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// Its chains with their records, the ledger first; unverified.
    pub fn chains(&self) -> impl Iterator<Item = (ChainId, &[Vec<u8>])> {
        self.chains.iter().map(|(chain, records)| (*chain, records.as_slice()))
    }

    /// Its checkpoints, oldest first; unverified.
    pub fn checkpoints(&self) -> impl Iterator<Item = &[u8]> {
        self.checkpoints.iter().map(|(_, note)| note.as_slice())
    }

    fn parse(bytes: &[u8]) -> Result<Self> {
        let body = bytes.strip_prefix(MAGIC.as_slice()).ok_or(Code::Export)?;
        let mut reader = Reader::new(body, body.len())?;
        let mut fields = reader.map()?;
        let scope = match reader.optional(&mut fields, 1)? {
            true => Scope::Matter(crate::id::MatterId::from_bytes(reader.fixed()?)),
            false => Scope::Firm,
        };
        reader.field(&mut fields, 2)?;
        let mut chains = Vec::new();
        for _ in 0..reader.array()? {
            two(&mut reader)?;
            let chain = ChainId::from_bytes(reader.fixed()?);
            let count = reader.array()?;
            let leaves = (0..count).map(|_| reader.bytes().map(<[u8]>::to_vec)).collect::<Result<_>>()?;
            chains.push((chain, leaves));
        }
        reader.field(&mut fields, 3)?;
        let mut checkpoints = Vec::new();
        for _ in 0..reader.array()? {
            two(&mut reader)?;
            checkpoints.push((reader.unsigned()?, reader.bytes()?.to_vec()));
        }
        let mut lists = [Vec::new(), Vec::new()];
        for (list, field) in lists.iter_mut().zip(4..) {
            reader.field(&mut fields, field)?;
            for _ in 0..reader.array()? {
                two(&mut reader)?;
                list.push((reader.bytes()?.to_vec(), reader.bytes()?.to_vec()));
            }
        }
        reader.end(fields)?;
        let [cosignatures, beside] = lists;
        Ok(Self { scope, chains, checkpoints, cosignatures, beside })
    }

    /// Puts it where a verification reads from.
    fn restore(&self, store: &MemoryStore) -> Result<()> {
        let mut transaction = store.write(&[])?;
        for (chain, leaves) in &self.chains {
            transaction.append(*chain, 0, leaves)?;
        }
        for (size, note) in &self.checkpoints {
            transaction.put(&rows::checkpoint(*size)?, note)?;
        }
        for (tag, list) in [(rows::COSIGNATURE, &self.cosignatures), (rows::BESIDE, &self.beside)] {
            for (key, value) in list {
                if key.first() != Some(&tag) {
                    return Err(Code::Export.into());
                }
                transaction.put(&crate::store::RowKey::new(key.clone())?, value)?;
            }
        }
        transaction.commit()
    }
}

fn two(reader: &mut Reader<'_>) -> Result<()> {
    if reader.array()? == 2 { Ok(()) } else { Err(Code::Export.into()) }
}

const MAGIC: &[u8; 8] = b"PRVYEXP1";
const PAGE: usize = 4_096;

impl fmt::Debug for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let records: usize = self.chains.iter().map(|(_, leaves)| leaves.len()).sum();
        f.debug_struct("Export")
            .field("scope", &self.scope)
            .field("records", &records)
            .finish_non_exhaustive()
    }
}
