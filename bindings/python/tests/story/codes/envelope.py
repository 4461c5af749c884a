"""Codes of the envelope and of keys."""

from __future__ import annotations

from pathlib import Path

from privity import Guard, envelope, keys, new_device_id, new_document_id, new_firm_id, new_principal_id
from privity.envelope import Expected, Header, Metadata, Opener
from privity.keys import Identity, OpeningKey, PublicKey

from story.alone import Broken
from story.codes.seen import Seen

LETTER = b"Dear Sirs"


def steps(seen: Seen, folder: Path) -> None:
    firm, document = new_firm_id(), new_document_id()
    header = Header(firm=firm, document=document, version=1)
    person, other = Identity.generate(), Identity.generate()
    context = keys.wrap_context(header, new_principal_id())
    made = envelope.seal(header, LETTER)
    wrap = made.key.wrap(person.public, context)
    key = OpeningKey.unwrap(person, wrap, context)
    expected = envelope.expected_of(made.summary)
    assert envelope.open_bytes(key, expected, made.sealed) == LETTER

    with Opener.of_bytes(key, expected, made.sealed) as opener:
        seen.fails("out-of-range", lambda: opener.read_at(len(LETTER) + 1, 1))
    seen.fails("handle-ended", opener.read)
    nothing = Header(firm=firm, document=document, version=0)
    seen.fails("version", lambda: envelope.seal(nothing, b""))
    seen.fails("public-key", lambda: PublicKey.from_bytes(bytes(1216)))
    seen.fails("wrap-length", lambda: OpeningKey.unwrap(person, b"short", context))
    seen.fails("unwrap-refused", lambda: OpeningKey.unwrap(other, wrap, context))
    seen.fails("wrap-mismatch", lambda: key.verify_wrap(other.public, context, wrap))

    def opens(sealed: bytes, expected: Expected = expected) -> bytes:
        return envelope.open_bytes(key, expected, sealed)

    def altered(at: int, to: int) -> bytes:
        return made.sealed[:at] + bytes([to]) + made.sealed[at + 1 :]

    seen.fails(
        "not-a-sealed-document", lambda: opens(b"%PDF-1.7 of no sealed document at all, but long")
    )
    seen.fails("sealed-length", lambda: opens(made.sealed[: len(made.sealed) // 4]))
    second = Expected(
        header=Header(firm=firm, document=document, version=2),
        seal_id=expected.seal_id,
        content_commitment=expected.content_commitment,
    )
    seen.fails("header-mismatch", lambda: opens(made.sealed, second))
    again = envelope.seal(header, LETTER)
    seen.fails("seal-mismatch", lambda: opens(again.sealed))
    last = len(made.sealed) - 1
    seen.fails("content-refused", lambda: opens(altered(last, made.sealed[last] ^ 1)))
    # Magic, four bytes of length, then the header: a map whose first value is the profile.
    seen.fails("profile", lambda: opens(altered(14, 9)))
    seen.fails("cbor", lambda: opens(altered(12, 0xFF)))
    disclosed = envelope.content_disclosure(key, header)
    commitment = made.summary.content_commitment
    seen.fails(
        "content-mismatch", lambda: envelope.verify_content(commitment, disclosed, "00" * 32)
    )

    def about(name: str, sealed_at: int) -> Metadata:
        return Metadata(
            name=name,
            media_type="text/plain",
            digests=made.summary.digests,
            sealed_by=new_device_id(),
            sealed_at=sealed_at,
        )

    seen.fails("too-large", lambda: envelope.metadata_seal(key, header, about("n" * 20_000, 1)))
    seen.fails("field", lambda: envelope.metadata_seal(key, header, about("n", 2**64 - 1)))

    protected = person.protect(Guard("of the person"))
    seen.fails("unlock-refused", lambda: Identity.unlock(protected, Guard("someone else")))
    seen.fails("protected-identity", lambda: Identity.unlock(b"no file of ours", Guard("x")))
    seen.fails("passphrase-empty", lambda: Guard(""))
    seen.fails("passphrase-cost", lambda: Guard.with_cost("x", memory_kib=8, passes=1, lanes=1))
    broken = Guard.of_protector(Broken())
    seen.fails("protector-mismatch", lambda: Identity.unlock(protected, broken))
    seen.fails("protector-failed", lambda: person.protect(broken))

    source, target = folder / "plain", folder / "sealed"
    source.write_bytes(bytes(1_000_000))
    envelope.seal_file(header, source, target)
    seen.fails("exists", lambda: envelope.seal_file(header, source, target))
    seen.fails("threads", lambda: envelope.seal_file(header, source, folder / "x", threads=65))
    seen.fails("not-a-file", lambda: envelope.seal_file(header, folder, folder / "x"))
    seen.fails("io", lambda: envelope.seal_file(header, folder / "missing", folder / "x"))
