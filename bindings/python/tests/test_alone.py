"""The envelope and the chain alone, without a vault."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest

from privity import (
    Guard,
    Matter,
    NewDocument,
    PrivityError,
    RefusedError,
    Vault,
    audit,
    envelope,
    keys,
)
from privity.envelope import Header


@pytest.fixture
def header(vault: Vault, matter: Matter) -> Header:
    # Ids of the right form: a firm's, and that of a document that is there.
    info = matter.seal_bytes(NewDocument(name="x"), b"x")
    return Header(firm=vault.firm, document=info.id, version=1)


CONTENT = bytes(range(256)) * 1000


def code(work: Callable[[], object]) -> str:
    with pytest.raises(PrivityError) as caught:
        work()
    return caught.value.code


def test_a_sealed_document_opens_with_the_identity_it_was_wrapped_to(
    vault: Vault, header: Header
) -> None:
    identity, stranger = keys.Identity.generate(), keys.Identity.generate()
    kept = identity.protect(Guard("identity"))
    made = envelope.seal(header, memoryview(CONTENT))
    # An id of the vendor's own, in the form of a principal's.
    context = keys.wrap_context(header, vault.user.replace("usr_", "prn_"))
    wrap = made.key.wrap(keys.PublicKey.from_bytes(identity.public.to_bytes()), context)

    identity = keys.Identity.unlock(bytearray(kept), Guard("identity"))
    assert code(lambda: keys.Identity.unlock(kept, Guard("other"))) == "unlock-refused"
    assert code(lambda: keys.OpeningKey.unwrap(stranger, wrap, context)) == "unwrap-refused"
    key = keys.OpeningKey.unwrap(identity, wrap, context)
    key.verify_wrap(identity.public, context, wrap)
    expected = envelope.expected_of(made.summary)
    assert envelope.open_bytes(key, expected, made.sealed) == CONTENT
    broken = bytearray(made.sealed)
    broken[-1] ^= 1
    with pytest.raises(RefusedError, match="content-refused"):
        envelope.open_bytes(key, expected, broken)
    disclosed = envelope.content_disclosure(key, header)
    commitment = made.summary.content_commitment
    envelope.verify_content(commitment, disclosed, made.summary.digests.sha256)
    assert code(lambda: envelope.verify_content(commitment, disclosed, "00" * 32)) == "content-mismatch"


def test_files_and_pieces_are_sealed_and_opened(header: Header, tmp_path: Path) -> None:
    plain, sealed, opened = (tmp_path / name for name in ("plain", "sealed", "opened"))
    plain.write_bytes(CONTENT)
    made = envelope.seal_file(header, plain, sealed)
    expected, key = envelope.expected_of(made.summary), made.key.opening_key
    assert envelope.open_file(key, expected, sealed, opened) == len(CONTENT)
    assert opened.read_bytes() == CONTENT

    with envelope.Sealer(header) as sealer:
        pieces = [sealer.write(CONTENT[:100_000]), sealer.write(CONTENT[100_000:])]
        last = sealer.finish()
    whole = b"".join([*pieces, last.sealed])
    expected, key = envelope.expected_of(last.summary), last.key.opening_key
    assert envelope.open_bytes(key, expected, whole) == CONTENT

    class Source:
        def __init__(self, fails: bool) -> None:
            self.fails = fails

        def size(self) -> int:
            return len(whole)

        def read_exact_at(self, at: int, length: int) -> memoryview:
            if self.fails and at > 1000:
                raise OSError("mine")
            return memoryview(whole)[at : at + length]

    with envelope.Opener.of_source(key, expected, Source(fails=False)) as opener:
        assert len(opener) == len(CONTENT)
        assert opener.read_at(200_000, 1000) == CONTENT[200_000:201_000]
        assert opener.read() == CONTENT
    assert code(opener.read) == "handle-ended"
    assert code(lambda: envelope.Opener.of_source(key, expected, Source(fails=True)).read()) == "io"


def test_a_chain_is_appended_to_verified_and_gone_on_with() -> None:
    author = keys.ChainKeys.generate()
    appender, genesis = audit.Appender.begin("example.com/log", author)
    drafts = [audit.host_draft(1024, bytes([0x18, number + 100])) for number in range(50)]
    records = [genesis.record, *(one.record for one in appender.append_all(drafts).appended)]
    checkpoint = appender.checkpoint()
    roots = audit.TrustRoots(origin="example.com/log", genesis=genesis.hash)

    chain = audit.verify(roots, [checkpoint], iter(records))
    assert chain.findings.head == appender.head
    assert [other.kind for other in chain.findings.host] == [1024] * 50

    altered = [*records[:7], bytes(reversed(records[7])), *records[8:]]
    verifier = audit.Verifier(roots, [checkpoint])
    verifier.push_all(altered)
    assert code(verifier.finish) == "chain-tampered"
    failure = verifier.failure
    assert failure is not None and failure.verdict == "tampered"

    tree = audit.Tree(audit.record_hash(record) for record in records)
    proof = tree.prove_record(3, len(tree), checkpoint)
    log = audit.Log.standalone("example.com/log", [author.log_vkey("example.com/log")])
    assert log.verify_record(proof, records[3]).head == appender.head
    assert code(lambda: log.verify_record(proof, records[4])) == "proof"

    again = audit.Appender.resume(chain, author)
    assert again.append(audit.host_draft(1025, b"\x00")).index == len(records)
    assert code(lambda: audit.host_draft(1, b"\x00")) == "host-kind"
