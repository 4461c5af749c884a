"""What needs no vault: an envelope, a chain, a protector of the host."""

from __future__ import annotations

from privity import Guard, audit, envelope, keys, new_document_id, new_firm_id, new_principal_id
from privity.envelope import Header

from story.common import code, must


def sealed_envelope(content: bytes) -> tuple[int, str]:
    """A document sealed for an identity; how much opens, and the code of a flipped bit."""
    person = keys.Identity.generate()
    header = Header(firm=new_firm_id(), document=new_document_id(), version=1)
    made = envelope.seal(header, content)
    context = keys.wrap_context(header, new_principal_id())
    key = keys.OpeningKey.unwrap(person, made.key.wrap(person.public, context), context)
    expected = envelope.expected_of(made.summary)
    opened = envelope.open_bytes(key, expected, made.sealed)
    must(opened == content, "the envelope's content")
    flipped = bytearray(made.sealed)
    flipped[-1] ^= 1
    return len(opened), code(lambda: envelope.open_bytes(key, expected, flipped))


def chain() -> tuple[int, str]:
    """Three events of a host, verified; how many, and the code of an altered one."""
    origin = "log.example/court-file-7"
    appender, genesis = audit.Appender.begin(origin, keys.ChainKeys.generate())
    # A map in CBOR: 1 is 7.
    made = appender.append_all([audit.host_draft(2_000, b"\xa1\x01\x07")] * 3)
    records = [genesis.record, *(one.record for one in made.appended)]
    checkpoint = appender.checkpoint()
    roots = audit.TrustRoots(origin=origin, genesis=genesis.hash)
    found = audit.verify(roots, [checkpoint], records).findings.host
    altered = bytearray(records[2])
    altered[-1] ^= 1
    records[2] = bytes(altered)
    return len(found), code(lambda: audit.verify(roots, [checkpoint], records))


def protector() -> tuple[str, str]:
    """An identity under a protector that fails, then under one that does not."""
    person = keys.Identity.generate()
    broken = code(lambda: person.protect(Guard.of_protector(Broken())))
    safe = Guard.of_protector(Safe())
    unlocked = keys.Identity.unlock(person.protect(safe), safe)
    must(unlocked.public.to_bytes() == person.public.to_bytes(), "another identity")
    return broken, "unlocked"


class Broken:
    """A key store that fails."""

    id = "com.example.safe"

    def wrap(self, secret: bytes, context: bytes) -> bytes:
        raise OSError("the key store's own words")

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        raise OSError("the key store's own words")


class Safe:
    """Keeps the secrets and gives out their places."""

    id = "com.example.safe"

    def __init__(self) -> None:
        self.kept: list[tuple[bytes, bytes]] = []

    def wrap(self, secret: bytes, context: bytes) -> bytes:
        self.kept.append((secret, context))
        return bytes([len(self.kept) - 1])

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        secret, bound_to = self.kept[wrapped[0]]
        if bound_to != context:
            raise ValueError("another context")
        return secret
