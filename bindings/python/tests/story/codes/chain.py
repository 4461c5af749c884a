"""Codes of the chain alone."""

from __future__ import annotations

from pathlib import Path
from typing import Iterable

from privity import audit
from privity.audit import Appender, Draft, Head, Log, TrustRoots, VerifiedChain, Verifier
from privity.keys import ChainKeys

from story.codes.seen import Seen

ORIGIN = "log.example/court-file-7"


def steps(seen: Seen, folder: Path) -> None:
    author, witness = ChainKeys.generate(), ChainKeys.generate()
    event = audit.host_draft(2_000, b"\xa1\x01\x07")
    appender, genesis = Appender.begin(ORIGIN, author)
    records = [genesis.record, *(one.record for one in appender.append_all([event] * 2).appended)]
    first = appender.checkpoint()
    records.append(appender.append(event).record)
    second = appender.checkpoint()

    def roots(hash: str = genesis.hash, pin: Head | None = None) -> TrustRoots:
        return TrustRoots(origin=ORIGIN, genesis=hash, pin=pin)

    def verify(
        notes: list[str], records: Iterable[bytes] = records, trust: TrustRoots = roots()
    ) -> VerifiedChain:
        return audit.verify(trust, notes, records)

    findings = verify([first, second]).findings
    assert findings.head == appender.head and findings.head.size == 4

    # Drafts.
    seen.fails("host-kind", lambda: audit.host_draft(1_023, b"\xa0"))
    seen.fails("cbor", lambda: audit.host_draft(2_000, b"\xff"))
    seen.fails("genesis", lambda: appender.append(Draft(kind=1, body=event.body)))
    seen.fails("kind-misplaced", lambda: appender.append(Draft(kind=13, body=event.body)))
    seen.fails("field", lambda: Appender.begin("two words", author))

    # Verifying.
    seen.fails("checkpoint-missing", lambda: verify([]))
    seen.fails("too-large", lambda: Verifier(roots(), [second]).push(bytes(70_000)))
    altered = list(records)
    altered[2] = altered[2][:-1] + bytes([altered[2][-1] ^ 1])
    seen.fails("chain-tampered", lambda: verify([second], altered))
    verifier = Verifier(roots(), [second])
    seen.fails("chain-incomplete", verifier.finish)
    seen.fails("handle-ended", verifier.finish)
    pin = findings.head
    seen.fails("chain-rollback", lambda: verify([first], trust=roots(pin=pin)))
    other = Head(size=3, root="01" * 32)
    seen.fails("chain-forked", lambda: verify([second], trust=roots(pin=other)))
    seen.fails("chain-mismatch", lambda: verify([second], trust=roots("01" * 32)))

    # Going on.
    seen.fails("key-unknown", lambda: Appender.resume(verify([first]), witness))
    seen.fails("tail-left", lambda: Appender.resume(verify([first]), author))
    seen.fails("record-order", lambda: Appender.resume(verify([first]), author, [records[1]]))
    assert Appender.resume(verify([first]), author, [records[3]]).head == findings.head

    # Checkpoints and proofs.
    vkey = author.log_vkey(ORIGIN)
    log = Log.standalone(ORIGIN, [vkey])
    trusted = log.verify(first).head
    hashes = [audit.record_hash(record) for record in records]
    tree = audit.Tree(hashes)
    proof = tree.prove_record(1, 4, second)
    log.verify_record(proof, records[1])
    grown = tree.prove_consistency(3, 4, second)
    log.verify_consistency(grown, trusted)
    seen.fails("checkpoint", lambda: Log.standalone("two words", []))
    seen.fails("note-key", lambda: Log.standalone(ORIGIN, ["no vkey"]))
    seen.fails("ambiguous-key", lambda: Log.standalone(ORIGIN, [vkey, vkey]))
    seen.fails(
        "origin-mismatch", lambda: Log.standalone("log.example/other", []).verify(second)
    )
    seen.fails("log-unsigned", lambda: Log.standalone(ORIGIN, []).verify(second))
    seen.fails("note", lambda: log.verify("no note"))
    signature = second.splitlines()[-1]
    seen.fails("duplicate-signature", lambda: log.verify(f"{second}{signature}\n"))
    seen.fails("signature-refused", lambda: log.verify(second.replace("\n4\n", "\n5\n", 1)))
    seen.fails("note-mismatch", lambda: audit.merge_cosignatures(first, second, []))
    seen.fails("proof", lambda: log.verify_record(proof, records[2]))
    seen.fails("proof-text", lambda: log.verify_record("no proof", records[1]))
    extra = proof.replace("\nindex", "\nextra AAAA\nindex", 1)
    seen.fails("proof-extra", lambda: log.verify_record(extra, records[1]))
    seen.fails(
        "proof", lambda: log.verify_consistency(grown, Head(size=2, root=trusted.root))
    )
    seen.fails("tree-range", lambda: tree.root_at(5))
    seen.fails("tree-incomplete", lambda: tree.prove_record(0, 1_000, second))
