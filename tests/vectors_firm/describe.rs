//! A state in the words of the vectors.

use privity::state::{Findings, Matter, Other, Reported, State, Status, User};
use privity::{ChainId, DeviceId};
use serde_json::{Map, Value, json};

use super::source::Store;
use crate::vectors::hex;

pub fn describe(state: &State, store: &Store) -> Value {
    let id = |bytes: &[u8; 16]| hex(bytes);
    let findings = state.findings();
    let directory =
        state.matter(privity::MatterId::from_bytes(*state.directory().unwrap().as_bytes())).unwrap();
    let devices: Map<_, _> =
        state.devices().map(|device| (id(device.id.as_bytes()), json!(status(device.status)))).collect();
    let users: Map<_, _> = state.users().map(|user| (id(user.id.as_bytes()), describe_user(user))).collect();
    let matters: Map<_, _> =
        state.matters().map(|matter| (id(matter.id().as_bytes()), describe_matter(matter))).collect();
    let heads: Vec<_> = state
        .heads()
        .map(|head| json!([id(head.chain.as_bytes()), head.size, head.root.to_string()]))
        .collect();
    let active = state.devices_root().unwrap();
    let root = state.root().unwrap();
    json!({
        "ledger_size": state.ledger_size(),
        "ledger_root": state.ledger_head().unwrap().root.to_string(),
        "heads": heads,
        "heads_root": state.heads_root().unwrap().root.to_string(),
        "devices_root": [active.count, active.root.to_string()],
        "devices": devices,
        "users": users,
        "matters": matters,
        "directory": {
            "epoch": directory.epoch().map_or(0, |epoch| epoch.epoch.get()),
            "generation": directory.generation().map_or(0, |generation| generation.generation.get()),
        },
        "root": {"key": hex(&root.key.to_bytes()), "next": root.next.to_string()},
        "void": void(findings),
        "reported": findings.reported.iter().map(reported).collect::<Vec<_>>(),
        "unverifiable": findings.unverifiable.iter().map(other).collect::<Vec<_>>(),
        "host": findings.host.iter().map(other).collect::<Vec<_>>(),
        "ignored": ignored(state, store),
    })
}

fn ignored(state: &State, store: &Store) -> Value {
    let ledger = ChainId::from_bytes(*state.trust().firm.as_bytes());
    let mut ignored = Map::new();
    ignored.insert("ledger".to_owned(), json!(state.ignored(store, ledger).unwrap()));
    for chain in store.chains.keys() {
        let id = ChainId::from_bytes(crate::vectors::fixed(&crate::vectors::unhex(chain)));
        let count = state.ignored(store, id).unwrap();
        if count > 0 {
            ignored.insert(chain.clone(), json!(count));
        }
    }
    ignored.into()
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Pending => "PENDING",
        Status::Active => "ACTIVE",
        Status::Suspended => "SUSPENDED",
        Status::Revoked => "REVOKED",
    }
}

fn describe_user(user: &User) -> Value {
    let roles: Vec<_> = user.roles.iter().map(|role| role.number()).collect();
    json!({"roles": roles, "key_generation": user.key.as_ref().map_or(0, |key| key.generation.get())})
}

fn describe_matter(matter: &Matter) -> Value {
    let roles: Map<_, _> =
        matter.roles().iter().map(|(user, role)| (hex(user.as_bytes()), json!(role.number()))).collect();
    json!({
        "roles": roles,
        "screened": matter.screened().iter().map(|user| hex(user.as_bytes())).collect::<Vec<_>>(),
        "epoch": matter.epoch().map_or(0, |epoch| epoch.epoch.get()),
        "generation": matter.generation().map_or(0, |generation| generation.generation.get()),
        "closed": matter.closed(),
        "documents": matter.documents_count(),
    })
}

fn void(findings: &Findings) -> Vec<Value> {
    let void = findings.void.iter();
    let device = |device: Option<DeviceId>| device.map(|device| hex(device.as_bytes()));
    void.map(|v| json!({"ledger": v.ledger_index, "device": device(v.device), "why": v.why.name()})).collect()
}

pub fn reported(reported: &Reported) -> Value {
    json!({
        "chain": hex(reported.chain.as_bytes()),
        "index": reported.index,
        "kind": reported.kind.number(),
        "author": hex(reported.author.as_bytes()),
        "committed_by": hex(reported.committed_by.as_bytes()),
        "why": reported.why.name(),
    })
}

fn other(other: &Other) -> Value {
    json!({"chain": hex(other.chain.as_bytes()), "index": other.index, "kind": other.kind.number()})
}
