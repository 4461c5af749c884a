//! Verifying everything from the beginning: the chains as any stranger would, then every row this
//! user has keys for against the records, and every wrap against the secret it should hold.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::sync::Arc;

use crate::audit::checkpoint::Head;
use crate::error::{Code, Result};
use crate::id::{ChainId, DocumentId, MatterId, PrincipalId};
use crate::keys::Wrap;
use crate::progress::{Progress, Watcher};
use crate::state::{Follow, KeyHolder, Source as _, State, Status, Trust};
use crate::store::Snapshot;
use crate::vault::cosign::vouched;
use crate::vault::documents::{find, may_read};
use crate::vault::report::{Anchored, Finding, Freshness, Report, Scope};
use crate::vault::ring::{Asked, Ring, split_wrap};
use crate::vault::session::Inner;
use crate::vault::source::Source;
use crate::vault::{Options, Vault};
use crate::vault::{commit::chain_of, rows};

impl Vault {
    /// Verifies from the first record on, without anything remembered, and says what was found. A
    /// report exists only where every byte matches what was signed; else there is an error.
    ///
    /// # Errors
    /// `matter-unknown`; `row-missing` where a wrap for this user or this device is gone; `firm-tampered`,
    /// `store-incomplete`, `other-firm`, `ledger-rollback`, `ledger-forked`; `cancelled`; storage.
    #[allow(clippy::needless_pass_by_value)] // An owned watcher, as bindings hand it over.
    pub fn verify(&self, scope: Scope, watcher: Option<Arc<dyn Watcher>>) -> Result<Report> {
        let watcher = watcher.as_deref();
        let (known, follow, matters) = self.0.ask(|asked, _| {
            let known = asked.state.ledger_head().ok_or(Code::NotAVault)?;
            let matters: Vec<MatterId> = match scope {
                Scope::Firm => {
                    let directory = asked.state.directory();
                    let directory = directory.map(|chain| MatterId::from_bytes(*chain.as_bytes()));
                    directory.into_iter().chain(asked.state.matters().map(|matter| matter.id())).collect()
                }
                Scope::Matter(id) => vec![id],
            };
            Ok((known, self.0.followed(asked, scope)?, matters))
        })?;
        let (verified, mut report) = {
            let snapshot = self.0.storage.rows.read()?;
            let mut anew = State::new(self.0.trust, follow);
            let note = snapshot.get(&rows::checkpoint(known.size)?)?.ok_or(Code::StoreIncomplete)?;
            anew.advance(&Source(&*snapshot), &note)?;
            if anew.ledger_head() != Some(known) {
                return Err(Code::LedgerForked.into());
            }
            let report = report_of(self.0.trust, &self.0.options, &anew, &*snapshot, scope)?;
            (anew, report)
        };
        let (mut done, total) = (0, report.documents);
        for id in matters {
            self.0.ask(|asked, ring| check_wraps(asked, ring, id, &mut report))?;
            let mut after = None;
            // What others sealed meanwhile is beyond what is reported.
            let on_record =
                |document| verified.matter(id).is_some_and(|one| one.document(document).is_some());
            loop {
                let last =
                    self.0.ask(|asked, ring| check_rows(asked, ring, id, after, &on_record, &mut report))?;
                let Some((last, count)) = last else { break };
                after = Some(last);
                done += count;
                Progress::new(done, Some(total)).tell(watcher)?;
            }
        }
        Ok(report)
    }
}

impl Inner {
    /// The chains a scope needs.
    pub(super) fn followed(&self, asked: Asked<'_>, scope: Scope) -> Result<Follow> {
        match scope {
            Scope::Firm => Ok(Follow::All),
            Scope::Matter(id) => {
                asked.matter(id)?;
                Ok(Follow::Only([chain_of(id)].into()))
            }
        }
    }
}

/// What a verified state comes to.
pub(super) fn report_of(
    trust: Trust,
    options: &Options,
    state: &State,
    rows: &dyn Snapshot,
    scope: Scope,
) -> Result<Report> {
    let head = state.ledger_head().ok_or(Code::NotAVault)?;
    let (records, bytes) = measure(state, rows, scope, trust.firm)?;
    let vouched = vouched(trust.firm, options.cosigners, state, rows)?;
    let active: Vec<_> = state.devices().filter(|device| device.status == Status::Active).collect();
    let users: std::collections::BTreeSet<_> = active.iter().map(|device| device.user).collect();
    let now = options.clock.now().micros() / 1_000_000;
    let fresh = vouched.as_ref().filter(|vouched| vouched.size == head.size);
    let fresh = fresh.and_then(|vouched| vouched.newest);
    let fresh = fresh.filter(|at| at.saturating_add(options.fresh_for) > now);
    let in_scope = |id: MatterId| scope == Scope::Firm || scope == Scope::Matter(id);
    Ok(Report {
        scope,
        head: Head { size: head.size, root: head.root },
        matters: state.matters().count() as u64,
        active: (active.len() as u64, users.len() as u64),
        records,
        bytes,
        documents: state.matters().filter(|one| in_scope(one.id())).map(|one| one.documents_count()).sum(),
        documents_checked: 0,
        wraps_checked: 0,
        anchored: vouched
            .map_or(Anchored::Unanchored, |vouched| Anchored::UpTo { size: vouched.size, by: vouched.by }),
        freshness: fresh.map_or(Freshness::Unproven, Freshness::Proven),
        reported: state.findings().reported.clone(),
        void: state.findings().void.clone(),
        findings: Vec::new(),
    })
}

/// Records and bytes of the chains in scope.
fn measure(state: &State, rows: &dyn Snapshot, scope: Scope, firm: crate::id::FirmId) -> Result<(u64, u64)> {
    let ledger = ChainId::from_bytes(*firm.as_bytes());
    let mut chains = vec![(ledger, state.ledger_size())];
    for head in state.heads() {
        let wanted = match scope {
            Scope::Firm => true,
            Scope::Matter(id) => head.chain == chain_of(id) || Some(head.chain) == state.directory(),
        };
        if wanted {
            chains.push((head.chain, head.size));
        }
    }
    let (mut records, mut bytes) = (0_u64, 0_u64);
    for (chain, size) in chains {
        let mut at = 0;
        while at < size {
            let leaves = Source(rows).leaves(chain, at, size.min(at.saturating_add(AT_ONCE)))?;
            if leaves.is_empty() {
                return Err(Code::StoreIncomplete.into());
            }
            at = at.saturating_add(leaves.len() as u64);
            records = records.saturating_add(leaves.len() as u64);
            bytes = bytes.saturating_add(leaves.iter().map(|leaf| leaf.len() as u64).sum());
        }
    }
    Ok((records, bytes))
}

/// Every principal of the newest epoch has a wrap of its secret, every auditor one of theirs, and it is
/// the one the secret gives; nobody else has one.
fn check_wraps(asked: Asked<'_>, ring: &mut Ring, id: MatterId, report: &mut Report) -> Result<()> {
    let matter = asked.matter(id)?;
    let Some(newest) = matter.epoch() else { return Ok(()) };
    // In the directory every active user reads, and there are no auditors.
    let in_directory = asked.state.directory() == Some(chain_of(id));
    let roles = (!in_directory).then(|| matter.roles());
    let holders = asked.state.principals(roles, matter.screened());
    let auditors = roles.map(|roles| asked.state.auditors(roles, matter.screened())).unwrap_or_default();
    let secret = or_no_access(ring.epoch(asked, id, newest.epoch))?;
    let of_auditors = or_no_access(ring.auditor(asked, id, newest.epoch))?;
    let place = asked.place(id, newest);
    let [wraps, auditor_wraps] = rows::wraps(id);
    let verify_epoch = |holder: &KeyHolder, to: PrincipalId, generation, wrap: &Wrap| match &secret {
        Some(secret) if holder.recovery => {
            secret.verify_recovery_wrap(&holder.public_key, &place, to, generation, wrap)
        }
        Some(secret) => secret.verify_wrap(&holder.public_key, &place, to, generation, wrap),
        None => Ok(()),
    };
    let verify_auditor = |holder: &KeyHolder, to: PrincipalId, generation, wrap: &Wrap| match &of_auditors {
        Some(secret) => secret.verify_wrap(&holder.public_key, &place, to, generation, wrap),
        None => Ok(()),
    };
    let mut check =
        |prefix: &[u8], holders: Vec<KeyHolder>, known: bool, verify: &Verify<'_>| -> Result<()> {
            let holders: BTreeMap<PrincipalId, KeyHolder> =
                holders.into_iter().map(|holder| (holder.principal.id, holder)).collect();
            let seen = all_wraps(asked, prefix)?;
            for (_, principal) in seen.keys() {
                // The recovery key's id may have changed; its older wraps are nobody's business here.
                let a_user = asked.state.users().any(|user| rows::principal(user.id) == *principal);
                if a_user && !holders.contains_key(principal) {
                    report.findings.push(Finding::Left { matter: id, principal: *principal });
                }
            }
            for (principal, holder) in holders.iter().filter(|_| known) {
                let value = seen.get(&(newest.epoch, *principal)).ok_or(Code::RowMissing.into());
                let equal = value.and_then(|value| split_wrap(value)).and_then(|(generation, wrap)| {
                    let same = generation == holder.principal.generation;
                    if same {
                        verify(holder, *principal, generation, &wrap)
                    } else {
                        Err(Code::RowMismatch.into())
                    }
                });
                report.wraps_checked += 1;
                // Who joined and was admitted to no matter yet has no key to the names in the directory.
                let awaited = |code| in_directory && code == Code::RowMissing;
                if let Some(why) = equal.err().map(|error| error.code_value()).filter(|code| !awaited(*code))
                {
                    let epoch = newest.epoch.get();
                    report.findings.push(Finding::Wrap { matter: id, epoch, principal: *principal, why });
                }
            }
            Ok(())
        };
    check(&wraps, holders, secret.is_some(), &verify_epoch)?;
    check(&auditor_wraps, auditors, of_auditors.is_some(), &verify_auditor)
}

/// Verifies one wrap for its holder.
type Verify<'v> = dyn Fn(&KeyHolder, PrincipalId, NonZeroU64, &Wrap) -> Result<()> + 'v;

/// Nothing where this user has no key.
fn or_no_access<T>(secret: Result<T>) -> Result<Option<T>> {
    match secret {
        Ok(secret) => Ok(Some(secret)),
        Err(error) if error.code_value() == Code::NoAccess => Ok(None),
        Err(error) => Err(error),
    }
}

/// Every wrap below a prefix, by epoch and principal.
fn all_wraps(asked: Asked<'_>, prefix: &[u8]) -> Result<BTreeMap<(NonZeroU64, PrincipalId), Vec<u8>>> {
    let (mut after, mut seen) = (None, BTreeMap::new());
    loop {
        let page = asked.rows.scan(prefix, after.as_ref(), PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(seen) };
        after = Some(last.clone());
        for (key, value) in page {
            seen.insert(rows::of_wrap(&key)?, value);
        }
    }
}

/// The rows of the next documents after one, as opening them would find them. The last of them and how
/// many; nothing at the end, or without a key.
fn check_rows(
    asked: Asked<'_>,
    ring: &mut Ring,
    id: MatterId,
    after: Option<DocumentId>,
    on_record: &dyn Fn(DocumentId) -> bool,
    report: &mut Report,
) -> Result<Option<(DocumentId, u64)>> {
    if may_read(asked, id).is_err() {
        return Ok(None);
    }
    let page: Vec<_> = asked.matter(id)?.documents(after, PAGE).into_iter().cloned().collect();
    let mut count = 0;
    for document in page.iter().filter(|one| on_record(one.document)) {
        count += 1;
        match find(asked, ring, id, document) {
            Ok(_) => report.documents_checked += 1,
            Err(error) => report.findings.push(Finding::Document {
                matter: id,
                document: document.document,
                why: error.code_value(),
            }),
        }
    }
    Ok(page.last().map(|last| (last.document, count)))
}

const PAGE: usize = 1_000;
const AT_ONCE: u64 = 4_096;
