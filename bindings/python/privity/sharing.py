"""Sharing with people inside and outside of a firm, with or without this library.

A party's card says under which keys it sends and receives. It is a claim until its twelve words were
compared over another channel::

    contact = Contact.from_card(Card.from_text(text)).confirm(words_as_heard)
    draft = Draft([contact.addressee()], Terms(purpose="Expert report"), name="A. Partner")
    made = matter.share(draft, [document.id], "share.age")

    accepted = accept_folder("share.age", party, [sender], "received")
    receipt = sign_receipt(party, accepted, ReceiptAction.RECEIVED)

What is refused raises an error with the step at which (``error.step``). Times are microseconds since 1970
UTC. :mod:`privity.age` is age files alone.
"""

from __future__ import annotations

from typing import Iterable

from privity import _native
from privity._crossing import BytesLike, StrPath, crossing, path_crossing
from privity._errors import call
from privity._native import (
    Acknowledged,
    CardFields,
    ContactState,
    Made,
    Manifest,
    ManifestDocument,
    ManifestLedger,
    ManifestRecipient,
    ManifestSender,
    Onward,
    PartyKind,
    Provenance,
    Receipt,
    ReceiptAction,
    Received,
    SharedDocument,
    SharedWith,
    ShareInfo,
    SignedPart,
    SignedReceipt,
    Standing,
    Step,
    Terms,
)
from privity._party import Addressee, Card, Contact, Party, verify_standing
from privity._share import (
    Accepted,
    Draft,
    Imported,
    Keys,
    PasswordDraft,
    contacts_crossing,
    keys_crossing,
)
from privity._watcher import Watcher, watched

__all__ = [
    "Accepted",
    "Acknowledged",
    "Addressee",
    "Card",
    "CardFields",
    "Contact",
    "ContactState",
    "Draft",
    "Imported",
    "Keys",
    "Made",
    "Manifest",
    "ManifestDocument",
    "ManifestLedger",
    "ManifestRecipient",
    "ManifestSender",
    "Onward",
    "Party",
    "PartyKind",
    "PasswordDraft",
    "Provenance",
    "Receipt",
    "ReceiptAction",
    "Received",
    "ShareInfo",
    "SharedDocument",
    "SharedWith",
    "SignedPart",
    "SignedReceipt",
    "Standing",
    "Step",
    "Terms",
    "accept_folder",
    "check_share",
    "parse_manifest",
    "parse_receipt",
    "share_files",
    "sign_receipt",
    "verify_receipt",
    "verify_standing",
]


def share_files(
    sender: Party,
    draft: Draft,
    files: Iterable[StrPath],
    to: StrPath,
    *,
    now: int | None = None,
    watcher: Watcher | None = None,
    threads: int | None = None,
) -> Made:
    """Makes a share of these files into the new file ``to``, at ``now`` or else at the system's time. Each
    document has the name of its file."""
    paths, target = [path_crossing(file) for file in files], path_crossing(to)
    return watched(
        watcher,
        lambda listener: _native.share_files(
            sender._inner, draft._inner, paths, target, now, listener, threads
        ),
    )


def accept_folder(
    source: StrPath,
    keys: Keys,
    contacts: Iterable[Contact],
    into: StrPath,
    *,
    now: int | None = None,
    watcher: Watcher | None = None,
    threads: int | None = None,
) -> Accepted:
    """Accepts the share ``source`` into the new folder ``into``, as it lies in the archive, so that stock
    tools verify what was unpacked. ``contacts`` are whom the receiver knows, whatever the state; ``now`` is
    the time by which it is judged, else the system's. ``into`` is there whole or not at all."""
    path, target = path_crossing(source), path_crossing(into)
    opens, known = keys_crossing(keys), contacts_crossing(contacts)
    return Accepted(
        watched(
            watcher,
            lambda listener: _native.accept_folder(
                path, opens, known, target, now, listener, threads
            ),
        )
    )


def check_share(
    share: BytesLike,
    keys: Keys,
    contacts: Iterable[Contact],
    *,
    now: int | None = None,
    watcher: Watcher | None = None,
    threads: int | None = None,
) -> Accepted:
    """The same, and nothing is kept: a share in memory is only checked, to its last byte."""
    data, opens, known = crossing(share), keys_crossing(keys), contacts_crossing(contacts)
    return Accepted(
        watched(
            watcher,
            lambda listener: _native.check_share(data, opens, known, now, listener, threads),
        )
    )


def parse_manifest(data: BytesLike) -> Manifest:
    """Reads the bytes of a manifest. Whether they are what somebody signed, accepting the share shows."""
    return call(_native.parse_manifest, crossing(data))


def sign_receipt(
    party: Party, accepted: Accepted, action: ReceiptAction, *, now: int | None = None
) -> SignedReceipt:
    """Signs a receipt for a share that this party accepted, at ``now`` or else at the system's time."""
    return call(_native.sign_receipt, party._inner, accepted._inner, action, now)


def verify_receipt(signed: SignedReceipt, sent: BytesLike, contact: Contact) -> Receipt:
    """Verifies a receipt of a share that was sent, from the bytes of its manifest (``Made.bytes``): it is of
    this share, of a recipient whom its manifest names, and signed by the key of ``contact``, who is
    verified."""
    return call(_native.verify_receipt, signed, crossing(sent), contact._inner)


def parse_receipt(json: BytesLike) -> Receipt:
    """Reads a receipt, unverified."""
    return call(_native.parse_receipt, crossing(json))
