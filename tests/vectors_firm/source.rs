//! The store of a case: what it keeps of the history and what it appends.

use std::collections::BTreeMap;

use privity::state::Source;
use privity::{ChainId, FirmId, Hash, Result};
use serde_json::Value;

use crate::vectors::{bytes, fixed, unhex};

#[derive(Clone, Debug, Default)]
pub struct Store {
    pub firm: Vec<u8>,
    pub genesis: Vec<u8>,
    pub ledger: Vec<Vec<u8>>,
    pub chains: BTreeMap<String, Vec<Vec<u8>>>,
    pub checkpoints: Vec<String>,
    pub beside: BTreeMap<u64, BTreeMap<String, Vec<Vec<u8>>>>,
}

impl Store {
    pub fn of(input: &Value, history: &Value, pool: &[Value]) -> Self {
        let mut store = Store::default();
        let base = input.get("keep").map_or(input, |_| history);
        store.append(base, pool);
        if let Some(keep) = input.get("keep") {
            let count = |value: &Value| usize::try_from(value.as_u64().unwrap_or(0)).unwrap();
            store.ledger.truncate(count(&keep["ledger"]));
            store.checkpoints.truncate(count(&keep["checkpoints"]));
            for (chain, leaves) in &mut store.chains {
                leaves.truncate(count(&keep["chains"][chain.as_str()]));
            }
            store.append(input.get("append").unwrap_or(&Value::Null), pool);
        }
        for from in [history, input] {
            if let Some(genesis) = from.get("genesis") {
                store.genesis = unhex(genesis.as_str().unwrap());
            }
        }
        store.firm = bytes(history, "firm");
        store.void(input, pool);
        store
    }

    fn append(&mut self, from: &Value, pool: &[Value]) {
        let get = |field: &str| resolve(from.get(field).unwrap_or(&Value::Null), pool);
        self.ledger.extend(leaves(&get("ledger")));
        for (chain, of) in get("chains").as_object().into_iter().flatten() {
            self.chains.entry(chain.clone()).or_default().extend(leaves(of));
        }
        let notes = get("checkpoints");
        self.checkpoints
            .extend(notes.as_array().into_iter().flatten().map(|note| note.as_str().unwrap().to_owned()));
        self.void(from, pool);
    }

    fn void(&mut self, from: &Value, pool: &[Value]) {
        let void = resolve(from.get("void").unwrap_or(&Value::Null), pool);
        for (index, chains) in void.as_object().into_iter().flatten() {
            let kept = chains.as_object().unwrap().iter().map(|(chain, of)| (chain.clone(), leaves(of)));
            self.beside.entry(index.parse().unwrap()).or_default().extend(kept);
        }
    }

    pub fn firm(&self) -> FirmId {
        FirmId::from_bytes(fixed(&self.firm))
    }

    pub fn genesis(&self) -> Hash {
        Hash(fixed(&self.genesis))
    }

    fn chain(&self, chain: ChainId) -> &[Vec<u8>] {
        if chain.as_bytes().as_slice() == self.firm {
            return &self.ledger;
        }
        self.chains.get(&crate::vectors::hex(chain.as_bytes())).map_or(&[], Vec::as_slice)
    }
}

impl Source for Store {
    fn leaves(&self, chain: ChainId, from: u64, to: u64) -> Result<Vec<Vec<u8>>> {
        let (from, to) = (usize::try_from(from).unwrap(), usize::try_from(to).unwrap_or(usize::MAX));
        Ok(self.chain(chain).iter().take(to).skip(from).cloned().collect())
    }

    fn beside(&self, ledger_index: u64, chain: ChainId, limit: u64) -> Result<Option<Vec<Vec<u8>>>> {
        let chain = crate::vectors::hex(chain.as_bytes());
        let kept = self.beside.get(&ledger_index).and_then(|chains| chains.get(&chain));
        let limit = usize::try_from(limit).unwrap();
        Ok(kept.map(|leaves| leaves.iter().take(limit).cloned().collect()))
    }

    fn checkpoint(&self, size: u64) -> Result<Option<Vec<u8>>> {
        let of = |note: &&String| size_of(note) == size;
        Ok(self.checkpoints.iter().rev().find(of).map(|note| note.as_bytes().to_vec()))
    }
}

/// The size that a checkpoint claims.
pub fn size_of(note: &str) -> u64 {
    note.lines().nth(1).unwrap().parse().unwrap()
}

fn leaves(list: &Value) -> Vec<Vec<u8>> {
    list.as_array().into_iter().flatten().map(|leaf| unhex(leaf.as_str().unwrap())).collect()
}

/// `#n` is item n of the pool.
pub fn resolve(value: &Value, pool: &[Value]) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('#').and_then(|n| n.parse::<usize>().ok()) {
            Some(index) => pool[index].clone(),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(|item| resolve(item, pool)).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), resolve(value, pool)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        _ => value.clone(),
    }
}
