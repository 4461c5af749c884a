"""Sharing: out of the matter to counsel and to another firm, back as receipts, refused where it must be."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path
from typing import Callable, Sequence

from privity import Matter, NewFirm, PrivityError, Storage, Vault, age
from privity.sharing import (
    Accepted,
    Addressee,
    Card,
    Contact,
    Draft,
    Made,
    Party,
    ReceiptAction,
    Terms,
    accept_folder,
    check_share,
    share_files,
    sign_receipt,
)

from story.common import code, guard, must

NOT_BEFORE = 1_577_836_800_000_000
EXPIRES = 4_102_444_800_000_000
"""1 January of 2020 and of 2100, in microseconds."""
TERMS = Terms(purpose="Exhibits for the hearing", expires=EXPIRES - 1)


def play(
    path: Path, partner: Vault, matter: Matter, documents: Sequence[tuple[str, bytes]]
) -> None:
    """Steps 27 to 36: the partner shares these documents, each with its content."""
    counsel = Party.generate()
    (path / "counsel.bin").write_bytes(counsel.protect(guard()))
    new = NewFirm(firm="Other LLP", user="E. Attorney")
    other = Vault.create(Storage.memory(), new, device=guard(), root=guard()).vault
    defence = other.open_matter("Roe, defence")

    # Cards, and words by voice.
    unverified = Contact.from_card(Card.from_text(card(counsel, "D. Counsel").to_text()))
    misheard = card(counsel, "D. Counsel").words
    place = next(place for place, word in enumerate(misheard) if word != misheard[0])
    misheard[0], misheard[place] = misheard[place], misheard[0]
    refused = code(lambda: unverified.confirm(misheard))
    known = confirmed(unverified)
    theirs = confirmed(Contact.from_card(card(other, "E. Attorney")))
    (path / "sender.card").write_bytes(card(partner, "A. Partner").to_bytes())
    sender = confirmed(Contact.from_card(Card.parse((path / "sender.card").read_bytes())))
    (path / "counsel-sender.bin").write_bytes(counsel.keep(sender))
    print(f"27 cards exchanged: {refused}, {state(counsel.recall(counsel.keep(sender)))}")

    share = path / "share.age"
    to = draft([known.addressee(), theirs.addressee()])
    made = matter.share(to, [id for id, _ in documents], share)
    manifest = made.manifest
    print(f"28 shared: {len(manifest.documents)} documents, {len(manifest.recipients)} recipients")

    received = path / "received"
    accepted = accept_folder(share, counsel, [sender], received)
    for document, (_, content) in zip(accepted.manifest.documents, documents):
        must((received / document.path).read_bytes() == content, document.path)
    shown = accepted.shown
    must(shown is not None and shown.device == partner.device, "another device")
    print(f"29 accepted: {len(accepted.manifest.documents)} documents, all equal")

    refusals(counsel, share.read_bytes(), made, sender)
    filed = matter.file_receipt(sign_receipt(counsel, accepted, ReceiptAction.RECEIVED))
    print("31 receipt filed:", filed.action.name.lower())
    print("32 shares:", listed(matter))

    imported = defence.accept(share, [sender])
    for info, (_, content) in zip(imported.documents, documents):
        must(defence.open_bytes(info.id) == content, info.name)
    print(f"33 imported: {len(imported.documents)} documents, all equal")

    with_password(path, counsel, received / accepted.manifest.documents[0].path, known)
    changed(counsel)
    for_stock_tools(path, matter, counsel, documents[0][0])
    other.lock()
    counsel.release()


def refusals(counsel: Party, share: bytes, made: Made, sender: Contact) -> None:
    """Step 30."""
    with Party.generate() as colleague:
        passed_on = age.seal([colleague.recipient], counsel.age_open(share))
        forwarded = told(lambda: check_share(passed_on, colleague, [sender]))
    end = made.manifest.expires
    expired = told(lambda: check_share(share, counsel, [sender], now=end))
    unknown = told(lambda: check_share(share, counsel, []))
    print(f"30 refused: {forwarded}, {expired}, {unknown}")


def with_password(path: Path, counsel: Party, file: Path, known: Contact) -> None:
    """Step 34."""
    made = Draft.with_password(TERMS, name="D. Counsel")
    share_files(counsel, made.draft, [file], path / "password.age")
    words = len(made.password.split(b"-"))
    accepted = check_share((path / "password.age").read_bytes(), made.password, [known])
    forwardable = "forwardable" if accepted.manifest.forwardable else "not forwardable"
    print(f"34 password share: {words} words, {forwardable}")


def changed(counsel: Party) -> None:
    """Step 35."""
    first = card(counsel, "D. Counsel")
    verified = confirmed(Contact.from_card(first))
    with counsel.with_new_keys() as renewed:
        new = card(renewed, "D. Counsel", previous=first)
    contact = verified.update(new)
    print(f"35 new keys: {code(contact.addressee)}, {state(contact.confirm(new.words))}")


def for_stock_tools(path: Path, matter: Matter, counsel: Party, letter: str) -> None:
    """Step 36. That stock age opens it, whoever runs the stories shows."""
    recipients = [(path / "stock-recipient.txt").read_text().strip()]
    contact = Contact.from_keys("F. Stock", counsel.ssh_key, recipients)
    contact = contact.confirm_keys(counsel.ssh_key, recipients)
    made = matter.share(draft([contact.addressee()]).classic(), [letter], path / "classic.age")
    print(f"36 for stock tools: {len(made.manifest.documents)} document")


def read(path: Path, matter: Matter) -> None:
    """Steps 07 to 09 of reading; the matter is the partner's."""
    with Party.unlock((path / "counsel.bin").read_bytes(), guard()) as counsel:
        sender = counsel.recall((path / "counsel-sender.bin").read_bytes())
        fields = Card.parse((path / "sender.card").read_bytes()).fields
        must(fields.fingerprint == sender.fingerprint, "the card is another firm's")
        print(f"07 counsel knows: {sender.name}, {state(sender)}")

        into = path / "read-again"
        accepted = accept_folder(path / "share.age", counsel, [sender], into)
        known = (path / "documents.txt").read_text(encoding="utf-8").splitlines()
        for document in accepted.manifest.documents:
            digest = sha256((into / document.path).read_bytes()).hexdigest()
            begins = f"{document.document} {digest} "
            must(any(line.startswith(begins) for line in known), document.name)
        shutil.rmtree(into)
        print(f"08 accepted: {len(accepted.manifest.documents)} documents, all equal")

        matter.file_receipt(sign_receipt(counsel, accepted, ReceiptAction.REVIEWED))
        print("09 receipt filed:", listed(matter))


def listed(matter: Matter) -> str:
    """What is out: how many documents of the first share, and what each recipient says of it."""
    first = matter.shares()[0]
    said = (
        f"{one.name} {one.acknowledged.action.name.lower() if one.acknowledged else 'nothing'}"
        for one in first.recipients
    )
    return f"{len(first.documents)} documents, {', '.join(said)}"


def card(of: Party | Vault, name: str, previous: Card | None = None) -> Card:
    return of.card(name, not_before=NOT_BEFORE, expires=EXPIRES, previous=previous)


def confirmed(contact: Contact) -> Contact:
    return contact.confirm(contact.words)


def draft(to: Sequence[Addressee]) -> Draft:
    return Draft(to, TERMS, name="A. Partner", organisation="Example LLP")


def state(contact: Contact) -> str:
    return contact.state.name.lower()


def told(work: Callable[[], Accepted]) -> str:
    """The code of a refusal and its step."""
    try:
        work()
    except PrivityError as error:
        return f"{error.code} at {error.step.name.lower() if error.step else 'no step'}"
    return "fine"
