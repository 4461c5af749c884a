//! Exports of a vault.

use privity::FirmId;
use privity::audit::Record;
use privity::audit::kind::ChainType;
use privity::state::Trust;
use privity::vault::{Export, Scope, verify_export};

use super::{Object, UNVERIFIED};
use crate::show::Facts;
use crate::stop::{Stop, at};

pub fn export(object: &mut Object, facts: &mut Facts) -> Result<(), Stop> {
    let bytes = object.whole(MAX_EXPORT)?;
    let export = Export::from_bytes(&bytes).map_err(at("export"))?;
    facts.put("object", "export of a vault's chains");
    facts.put(
        "scope",
        match export.scope() {
            Scope::Matter(matter) => format!("one matter: {matter}"),
            _ => "the firm".to_owned(),
        },
    );
    let genesis = export.chains().next().and_then(|(chain, records)| Some((chain, records.first()?)));
    let (ledger, first) = genesis.ok_or_else(|| Stop::of("export", &privity::Code::Export.into()))?;
    let first = Record::parse(first, ChainType::Ledger).map_err(at("export"))?;
    let firm = FirmId::from_bytes(*ledger.as_bytes());
    facts.put("firm", firm.to_string()).put("genesis", first.hash().to_string());
    facts.put("records", export.chains().map(|(_, records)| records.len()).sum::<usize>());
    facts.put("checkpoints", export.checkpoints().count());
    let chains = export.chains().map(|(chain, records)| {
        let mut facts = Facts::default();
        facts.put("chain", chain.to_string()).put("records", records.len());
        facts
    });
    facts.put_all("chains", chains.collect());
    let Some(genesis) = object.genesis else {
        facts
            .put("verified", false)
            .note("With --genesis HASH every record, chain and checkpoint is verified.")
            .note(UNVERIFIED);
        return Ok(());
    };
    let report = verify_export(&bytes, Trust { firm, genesis }).map_err(at("export"))?;
    facts.put("verified", true).put("verdict", report.verdict());
    facts.put("report", report.to_string().lines().map(str::to_owned).collect::<Vec<_>>());
    facts.note("Verified from the first record that you gave.");
    Ok(())
}

const MAX_EXPORT: usize = 1 << 30;
