"""Codes of cards, contacts, shares and receipts, and of age files."""

from __future__ import annotations

from pathlib import Path

from privity import age, envelope, keys, new_document_id, new_firm_id
from privity.envelope import Header
from privity.sharing import (
    Accepted,
    Addressee,
    Card,
    Contact,
    Draft,
    Made,
    Party,
    ReceiptAction,
    SignedReceipt,
    Terms,
    check_share,
    parse_manifest,
    parse_receipt,
    share_files,
    sign_receipt,
    verify_receipt,
    verify_standing,
)

from story.codes.seen import Seen
from story.common import must

NOT_BEFORE = 1_577_836_800_000_000
EXPIRES = 4_102_444_800_000_000
"""1 January of 2020 and of 2100, in microseconds."""
HEADER = 30
"""Bytes of a local header before the name."""


def steps(seen: Seen, folder: Path) -> None:
    counsel, expert, stranger = Party.generate(), Party.generate(), Party.generate()
    cards(seen, counsel)
    contacts(seen, expert)
    age_files(seen)

    # A share from counsel to the expert.
    exhibit = folder / "exhibit.txt"
    exhibit.write_bytes(b"Exhibit 7")

    def make(to: list[Addressee], files: list[Path], name: str) -> Made:
        draft = Draft(to, Terms(purpose="Expert report", expires=EXPIRES - 1), name="C. Counsel")
        return share_files(counsel, draft, files, folder / name)

    to = [verified(expert).addressee()]
    seen.fails("terms", lambda: make(to, [], "none"))
    seen.fails("share-recipients", lambda: make([], [exhibit], "nobody"))
    made = make(to, [exhibit], "share")
    share = (folder / "share").read_bytes()

    known = [verified(counsel)]
    seen.fails("age-no-match", lambda: check_share(share, stranger, known))
    seen.fails("sender-unknown", lambda: check_share(share, expert, []))
    seen.fails("share-expired", lambda: check_share(share, expert, known, now=EXPIRES - 1))
    before = made.manifest.created - 11 * 60 * 1_000_000
    seen.fails("share-not-yet-valid", lambda: check_share(share, expert, known, now=before))
    accepted = check_share(share, expert, known)

    # Its archive, sealed again: to somebody else, and altered.
    archive = expert.age_open(share)
    passed_on = age.seal([stranger.recipient], archive)
    seen.fails("not-a-recipient", lambda: check_share(passed_on, stranger, known))

    def sealed(archive: bytes) -> Accepted:
        return check_share(age.seal([expert.recipient], archive), expert, known)

    seen.fails("zip", lambda: sealed(b"no archive"))
    # A local header: its name would have 65,535 bytes.
    seen.fails("entry-name", lambda: sealed(b"PK\x03\x04" + bytes(22) + b"\xff\xff\0\0"))
    renamed = archive[: HEADER + 9] + b"u" + archive[HEADER + 10 :]
    seen.fails("share-layout", lambda: sealed(renamed))
    # README.txt, then SHA256SUMS: a byte of the content, and the checksum after it.
    seen.fails("entry-altered", lambda: sealed(altered(archive, 0)))
    length = int.from_bytes(archive[18:22], "little")
    seen.fails("sums", lambda: sealed(altered(archive, HEADER + len("README.txt") + length)))

    # Its manifest.
    seen.fails("json", lambda: parse_manifest(b"{"))
    seen.fails("manifest", lambda: parse_manifest(b"{}\n"))
    critical = made.bytes.replace(b'"designation":', b'"critical":["quorum"],"designation":', 1)
    seen.fails("manifest-critical", lambda: parse_manifest(critical))

    # Receipts.
    signed = sign_receipt(expert, accepted, ReceiptAction.RECEIVED)
    unsigned = SignedReceipt(json=signed.json, signature="no signature")
    seen.fails("receipt", lambda: parse_receipt(b"no receipt"))
    seen.fails("sshsig", lambda: verify_receipt(unsigned, made.bytes, verified(expert)))
    seen.fails("receipt-refused", lambda: verify_receipt(signed, made.bytes, verified(counsel)))


def cards(seen: Seen, counsel: Party) -> None:
    mine = card(counsel)
    seen.fails("card", lambda: Card.parse(b"no card"))
    # The id of the key that signed stands behind this.
    other = bytearray(mine.to_bytes())
    other[other.index(b"\xa2\x01\x32\x04\x50") + 5] ^= 1
    seen.fails("card-key", lambda: Card.parse(other))
    seen.fails("card-not-yet-valid", lambda: mine.in_force(NOT_BEFORE - 1))
    seen.fails("card-expired", lambda: mine.in_force(EXPIRES))
    seen.fails("party", lambda: counsel.card("", not_before=NOT_BEFORE, expires=EXPIRES))


def contacts(seen: Seen, expert: Party) -> None:
    def from_keys(ssh_key: str, recipients: list[str]) -> Contact:
        return Contact.from_keys("E. Expert", ssh_key, recipients)

    seen.fails("ssh-key", lambda: from_keys("no key", [expert.recipient]))
    seen.fails("age-key-text", lambda: from_keys(expert.ssh_key, ["age1nobody"]))
    seen.fails("age-recipients", lambda: from_keys(expert.ssh_key, []))

    first = card(expert)
    unverified = Contact.from_card(first)
    seen.fails("contact-unverified", unverified.addressee)
    seen.fails("card-order", lambda: unverified.update(first))
    changed = verified(expert).update(card(expert.with_new_keys(), first))
    seen.fails("contact-changed", changed.addressee)
    seen.fails("contact-revoked", changed.revoke().addressee)


def age_files(seen: Seen) -> None:
    identity = keys.Identity.generate()

    def fails(expected: str, file: bytes) -> None:
        seen.fails(expected, lambda: age.open_bytes(identity, file))

    fails("not-an-age-file", b"no age file\n")
    fails("age-version", b"age-encryption.org/v2\n")
    fails("age-header", b"age-encryption.org/v1\nno stanza\n")
    mac = b"A" * 43

    def header(stanza: bytes) -> bytes:
        return b"age-encryption.org/v1\n" + stanza + b"\n--- " + mac + b"\n"

    fails("age-stanza", header(b"-> mlkem768x25519 short\n"))
    costly = header(b"-> scrypt " + b"A" * 22 + b" 30\n" + mac)
    seen.fails("age-work-factor", lambda: age.open_password("password", costly))
    sealed = age.seal([identity.recipient], b"content")
    at = sealed.index(b"\n--- ") + 5
    other = b"B" if sealed[at : at + 1] == b"A" else b"A"
    fails("age-header-refused", sealed[:at] + other + sealed[at + 1 :])
    fails("armor", age.armor(sealed).replace("-----END", "-----AND").encode())


def standing(seen: Seen, data: bytes | None, genesis: str) -> None:
    """A standing of a firm with two devices, for outsiders."""
    assert data is not None
    must(verify_standing(data, genesis).genesis == genesis, "the standing of another firm")
    seen.fails("standing", lambda: verify_standing(b"no standing", genesis))
    seen.fails("standing-refused", lambda: verify_standing(data, "01" * 32))
    # The end is the path of the device among the active ones.
    other = data[:-1] + bytes([data[-1] ^ 1])
    seen.fails("device-not-active", lambda: verify_standing(other, genesis))


def altered(archive: bytes, header: int) -> bytes:
    """The archive with the first byte altered of the content of the entry whose local header is here, and
    with the checksum that belongs to that."""
    copy = bytearray(archive)
    length = int.from_bytes(copy[header + 18 : header + 22], "little")
    # "README.txt" and "SHA256SUMS" are of one length.
    content = header + HEADER + len("README.txt")
    copy[content] ^= 0x40
    new = Header(firm=new_firm_id(), document=new_document_id(), version=1)
    # The checksum of ZIP, as sealing tells it.
    checksum = envelope.seal(new, copy[content : content + length]).summary.digests.crc32
    copy[header + 14 : header + 18] = checksum.to_bytes(4, "little")
    return bytes(copy)


def card(party: Party, previous: Card | None = None) -> Card:
    return party.card("N. N.", not_before=NOT_BEFORE, expires=EXPIRES, previous=previous)


def verified(party: Party) -> Contact:
    mine = card(party)
    return Contact.from_card(mine).confirm(mine.words)
