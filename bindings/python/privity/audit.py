"""A signed audit chain alone: append records, verify a chain, prove a record to an outsider."""

from __future__ import annotations

from typing import Iterable, NamedTuple, Sequence

from privity import _native
from privity._crossing import BytesLike, crossing
from privity._errors import PrivityError, call
from privity._native import (
    Appended,
    AppendedAll,
    ChainFailure,
    ChainFindings,
    Cosigned,
    Draft,
    Head,
    OtherRecord,
    RefusedDraft,
    ReportedRecord,
    SealedDocument,
    TrustRoots,
    VerifiedCheckpoint,
)
from privity.keys import ChainKeys

__all__ = [
    "Appended",
    "AppendedAll",
    "Appender",
    "BegunChain",
    "ChainFailure",
    "ChainFindings",
    "Cosigned",
    "Draft",
    "Head",
    "Log",
    "OtherRecord",
    "RefusedDraft",
    "ReportedRecord",
    "SealedDocument",
    "Tree",
    "TrustRoots",
    "VerifiedChain",
    "VerifiedCheckpoint",
    "Verifier",
    "host_draft",
    "merge_cosignatures",
    "opened_draft",
    "record_hash",
    "sealed_draft",
    "verify",
]


class BegunChain(NamedTuple):
    """A chain that was begun."""

    appender: Appender
    """Goes on with it."""
    genesis: Appended
    """Its first record. Publish the origin and this record's hash: they are what verifiers trust."""


class Appender:
    """Signs records into one chain, one author's, from one thread at a time. Store a record before the next
    is appended, and never two byte strings under one sequence."""

    def __init__(self, inner: _native.Appender) -> None:
        self._inner = inner

    @classmethod
    def begin(cls, origin: str, keys: ChainKeys) -> BegunChain:
        """Begins a chain under a name without white space or ``+``."""
        begun = call(_native.begin_chain, origin, keys._inner)
        return BegunChain(cls(begun.appender), begun.genesis)

    @classmethod
    def resume(
        cls, chain: VerifiedChain, keys: ChainKeys, tail: Iterable[BytesLike] = ()
    ) -> Appender:
        """Goes on with a chain that was verified; ``tail``: this author's records that were stored past the
        newest checkpoint, in order."""
        records = [crossing(record) for record in tail]
        return cls(call(_native.Appender.resume, chain._inner, keys._inner, records))

    def append(self, draft: Draft) -> Appended:
        """Signs a draft as the next record."""
        return call(self._inner.append, draft)

    def append_all(self, drafts: Iterable[Draft]) -> AppendedAll:
        """Signs many, up to the first that is refused."""
        return call(self._inner.append_all, list(drafts))

    def checkpoint(self) -> str:
        """Signs a checkpoint of all records so far."""
        return call(self._inner.checkpoint)

    @property
    def head(self) -> Head:
        """Size and root of all records so far."""
        return call(self._inner.head)

    @property
    def chain(self) -> str:
        """The chain."""
        return call(self._inner.chain)

    @property
    def author(self) -> str:
        """The author: who signs."""
        return call(self._inner.author)

    def skip_to(self, sequence: int) -> None:
        """Never uses a sequence below this one."""
        call(self._inner.skip_to, sequence)


class Verifier:
    """Verifies one chain: give the checkpoints, push every record in order, then finish."""

    def __init__(
        self, roots: TrustRoots, checkpoints: Iterable[str], threads: int | None = None
    ) -> None:
        """For a chain with these checkpoints, oldest first; at least one."""
        self._inner = call(_native.Verifier, roots, list(checkpoints), threads)

    def push(self, record: BytesLike) -> None:
        """Takes the next record, as it came."""
        call(self._inner.push, crossing(record))

    def push_all(self, records: Iterable[BytesLike]) -> None:
        """Takes the next records, some thousand a call."""
        batch: list[bytes] = []
        for record in records:
            batch.append(crossing(record))
            if len(batch) == _BATCH:
                call(self._inner.push_all, batch)
                batch = []
        call(self._inner.push_all, batch)

    def finish(self) -> VerifiedChain:
        """The verdict: a verified chain, or an error, of which ``failure`` says more."""
        return VerifiedChain(call(self._inner.finish))

    @property
    def failure(self) -> ChainFailure | None:
        """What stood against the chain, if ``finish`` failed."""
        return call(self._inner.failure)


class VerifiedChain:
    """A chain whose records are exactly those its newest checkpoint signed."""

    def __init__(self, inner: _native.VerifiedChain) -> None:
        self._inner = inner

    @property
    def findings(self) -> ChainFindings:
        """What was found."""
        return call(self._inner.findings)

    def resume(self, checkpoints: Iterable[str]) -> Verifier:
        """Goes on from here when the chain has grown: push the records from this size on. This handle is
        ended."""
        verifier = Verifier.__new__(Verifier)
        verifier._inner = call(self._inner.resume, list(checkpoints))
        return verifier


def verify(
    roots: TrustRoots, checkpoints: Iterable[str], records: Iterable[BytesLike]
) -> VerifiedChain:
    """Verifies a whole chain; of an error, a note says what stood against it."""
    verifier = Verifier(roots, checkpoints)
    verifier.push_all(records)
    try:
        return verifier.finish()
    except PrivityError as error:
        failure = verifier.failure
        if failure is not None and hasattr(error, "add_note"):
            error.add_note(failure.text)
        raise


class Log:
    """What is known of a log beforehand: its origin, its keys, who cosigns it."""

    def __init__(self, inner: _native.Log) -> None:
        self._inner = inner

    @classmethod
    def standalone(cls, origin: str, vkeys: Sequence[str], cosigners: Sequence[str] = ()) -> Log:
        """A standalone chain, with its keys and known cosigners as ``vkey`` texts."""
        return cls(call(_native.Log.standalone, origin, list(vkeys), list(cosigners)))

    @classmethod
    def firm(cls, firm: str, vkeys: Sequence[str], cosigners: Sequence[str] = ()) -> Log:
        """The ledger of a firm, with the log keys of its devices and known cosigners."""
        return cls(call(_native.Log.firm, firm, list(vkeys), list(cosigners)))

    @classmethod
    def foreign(cls, origin: str, vkeys: Sequence[str], cosigners: Sequence[str] = ()) -> Log:
        """A plain C2SP log of a stranger."""
        return cls(call(_native.Log.foreign, origin, list(vkeys), list(cosigners)))

    def verify(self, note: str) -> VerifiedCheckpoint:
        """Verifies a checkpoint of this log."""
        return call(self._inner.verify, note)

    def verify_record(self, proof: str, record: BytesLike) -> VerifiedCheckpoint:
        """Verifies with a tlog-proof that these bytes are a record of the log."""
        return call(self._inner.verify_record, proof, crossing(record))

    def verify_consistency(self, proof: str, pin: Head) -> VerifiedCheckpoint:
        """Verifies that the log only grew from a head that was verified before."""
        return call(self._inner.verify_consistency, proof, pin)

    def cosign(self, note: str, name: str, keys: ChainKeys, seconds: int) -> str:
        """Cosigns a checkpoint of this log under a name. Verify the consistency from your own pin first."""
        return call(self._inner.cosign, note, name, keys._inner, seconds)


class Tree:
    """The hashes of a log's records, to make proofs from: 64 bytes a record."""

    def __init__(self, hashes: Iterable[str] = ()) -> None:
        """The tree of these record hashes, in order."""
        self._inner = call(_native.Tree, list(hashes))

    def push_all(self, hashes: Iterable[str]) -> None:
        """Appends record hashes."""
        call(self._inner.push_all, list(hashes))

    def __len__(self) -> int:
        return call(self._inner.size)

    def root_at(self, size: int) -> str:
        """The root at a size that the tree has or had."""
        return call(self._inner.root_at, size)

    def prove_record(self, index: int, size: int, note: str) -> str:
        """The tlog-proof of a record under a checkpoint of this size, whose note is put in."""
        return call(self._inner.prove_record, index, size, note)

    def prove_consistency(self, old: int, new: int, note: str) -> str:
        """The proof that the log of the newer checkpoint begins with its first ``old`` records."""
        return call(self._inner.prove_consistency, old, new, note)


def host_draft(kind: int, body: BytesLike) -> Draft:
    """An event of the host's own: a number from 1,024 on, and a body in strict CBOR."""
    return call(_native.host_draft, kind, crossing(body))


def sealed_draft(documents: Iterable[SealedDocument]) -> Draft:
    """That these documents were sealed, at most 256."""
    return call(_native.sealed_draft, list(documents))


def opened_draft(documents: Iterable[str]) -> Draft:
    """That these documents were opened, at most 256."""
    return call(_native.opened_draft, list(documents))


def merge_cosignatures(note: str, other: str, cosigners: Iterable[str]) -> str:
    """A checkpoint with the verified cosignatures of another copy of it, by these cosigners."""
    return call(_native.merge_cosignatures, note, other, list(cosigners))


def record_hash(record: BytesLike) -> str:
    """The record hash of a record's complete bytes."""
    return call(_native.record_hash, crossing(record))


_BATCH = 4096
