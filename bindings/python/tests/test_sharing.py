"""Shares between parties, out of a vault's matter and into another's."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable

import pytest

from privity import (
    CancelledError,
    Flow,
    Guard,
    Matter,
    NewDocument,
    NewFirm,
    PrivityError,
    Storage,
    Vault,
    age,
    keys,
)
from privity.sharing import (
    Accepted,
    Card,
    Contact,
    ContactState,
    Draft,
    Onward,
    Party,
    PartyKind,
    ReceiptAction,
    SignedReceipt,
    Step,
    Terms,
    accept_folder,
    check_share,
    parse_receipt,
    share_files,
    sign_receipt,
    verify_receipt,
)
from story.common import code, counted

NOT_BEFORE, EXPIRES = 1_577_836_800_000_000, 4_102_444_800_000_000


def card(of: Party | Vault, name: str = "N. N.", previous: Card | None = None) -> Card:
    return of.card(name, not_before=NOT_BEFORE, expires=EXPIRES, previous=previous)


def verified(of: Party | Vault, name: str = "N. N.") -> Contact:
    mine = card(of, name)
    return Contact.from_card(mine).confirm(mine.words)


def refused(work: Callable[[], object]) -> tuple[str, Step | None]:
    with pytest.raises(PrivityError) as caught:
        work()
    return caught.value.code, caught.value.step


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    contents = {"Exhibit 1.pdf": b"%PDF-1.7", "Übersicht.txt": b"", "b.bin": counted(600_000)}
    (tmp_path / "sources").mkdir()
    for name, content in contents.items():
        (tmp_path / "sources" / name).write_bytes(content)
    return [tmp_path / "sources" / name for name in contents]


def test_what_one_party_shares_the_other_accepts(files: list[Path], tmp_path: Path) -> None:
    counsel, expert, stranger = Party.generate(), Party.generate(), Party.generate()
    terms = Terms(
        purpose="Expert report", basis="Work product", onward=Onward.WITH_CONSENT, expires=EXPIRES - 1
    )
    draft = Draft([verified(expert, "E. Expert").addressee()], terms, name="C. Counsel")
    share, into = tmp_path / "share.age", tmp_path / "in"
    made = share_files(counsel, draft, files, share)
    known = [verified(counsel)]
    accepted = accept_folder(share, expert, known, into)
    manifest = accepted.manifest
    assert manifest == made.manifest and accepted.hash == made.hash and accepted.shown is None
    assert (manifest.basis, manifest.onward) == ("Work product", Onward.WITH_CONSENT)
    assert manifest.sender.kind == PartyKind.STANDALONE and not manifest.forwardable
    assert [one.name for one in manifest.documents] == [file.name for file in files]
    for file, document in zip(files, manifest.documents):
        assert (into / document.path).read_bytes() == file.read_bytes()

    # Each refusal names its step, and leaves nothing.
    data, other = share.read_bytes(), tmp_path / "other"
    assert refused(lambda: accept_folder(share, stranger, known, other)) == (
        "age-no-match",
        Step.DECRYPT,
    )
    assert refused(lambda: accept_folder(share, expert, [], other)) == ("sender-unknown", Step.SENDER)
    assert refused(lambda: accept_folder(share, expert, known, into)) == ("exists", Step.DECRYPT)
    assert refused(lambda: check_share(data, expert, known, now=EXPIRES - 1)) == (
        "share-expired",
        Step.TERMS,
    )
    passed_on = age.seal([stranger.recipient], expert.age_open(data))
    assert refused(lambda: check_share(passed_on, stranger, known)) == (
        "not-a-recipient",
        Step.RECIPIENT,
    )
    altered = data[:-1] + bytes([data[-1] ^ 1])
    assert refused(lambda: check_share(altered, expert, known)) == ("content-refused", Step.DECRYPT)
    assert not other.exists()

    # A receipt comes back.
    signed = sign_receipt(expert, accepted, ReceiptAction.RECEIVED)
    receipt = verify_receipt(signed, made.bytes, verified(expert))
    assert receipt == parse_receipt(signed.json) and receipt.share == manifest.share
    assert refused(lambda: verify_receipt(signed, made.bytes, verified(counsel))) == (
        "receipt-refused",
        None,
    )


def test_a_step_outlives_pickling() -> None:
    with pytest.raises(PrivityError) as caught:
        check_share(age.seal([(party := Party.generate()).recipient], b"x"), party, [])
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.code, again.step) == (caught.value.code, caught.value.step)


def test_contacts_are_believed_as_far_as_their_words_were_compared() -> None:
    counsel, me = Party.generate(), Party.generate()
    first = card(counsel)
    contact = Contact.from_card(Card.from_text(f" {first.to_text()}\n"))
    assert contact.state == ContactState.UNVERIFIED
    wrong = [*contact.words[1:], contact.words[0]]
    assert code(lambda: contact.confirm(wrong)) == "words"
    assert code(contact.addressee) == "contact-unverified"
    assert code(lambda: contact.overridden(" ")) == "contact-unverified"
    assert contact.overridden("urgent").reason == "urgent"
    sure = contact.confirm(word.upper() for word in counsel.words)
    assert sure.state == ContactState.VERIFIED and sure.addressee().reason is None
    assert sure.confirm(counsel.words).state == ContactState.VERIFIED
    assert code(lambda: sure.confirm(wrong)) == "words"

    # A card with the same keys and names changes nothing, one with others all.
    second = card(counsel, previous=first)
    assert sure.update(second).state == ContactState.VERIFIED
    renamed = card(counsel, "Another name", previous=first)
    assert sure.update(renamed).state == ContactState.CHANGED
    assert code(lambda: sure.update(first)) == "card-order"
    with counsel.with_new_keys() as renewed:
        third = card(renewed, previous=first)
    changed = sure.update(third)
    assert changed.state == ContactState.CHANGED and changed.verified_fingerprint == sure.fingerprint
    assert code(changed.addressee) == "contact-changed"
    assert code(lambda: changed.confirm(counsel.words)) == "words"
    assert changed.confirm(third.words).state == ContactState.VERIFIED
    gone = changed.revoke()
    assert code(lambda: gone.update(third)) == code(gone.addressee) == "contact-revoked"

    # Kept for one party alone.
    kept = me.keep(changed)
    assert me.recall(kept).state == ContactState.CHANGED
    assert code(lambda: counsel.recall(kept)) == "device-state-damaged"

    # Keys without a card.
    both = [counsel.recipient, counsel.classic_recipient]
    stock = Contact.from_keys("S. Stock", counsel.ssh_key, both)
    assert stock.card is None and stock.party is None and stock.classic_recipient == both[1]
    assert stock.confirm_keys(counsel.ssh_key, both).state == ContactState.VERIFIED
    for other in (stock, stock.confirm_keys(counsel.ssh_key, both)):
        assert code(lambda: other.confirm_keys(me.ssh_key, both)) == "words"


def test_a_party_lasts_under_its_guard() -> None:
    counsel = Party.generate()
    kept = counsel.protect(Guard("counsel"))
    assert code(lambda: Party.unlock(kept, Guard("other"))) == "unlock-refused"
    again = Party.unlock(kept, Guard("counsel"))
    assert (again.id, again.ssh_key, again.words) == (counsel.id, counsel.ssh_key, counsel.words)
    assert Card.parse(card(again).to_bytes()).fields.party == counsel.id


def test_a_matter_shares_and_another_firm_takes_it_in(
    vault: Vault, matter: Matter, tmp_path: Path
) -> None:
    contents = [counted(10), b"", counted(500_000)]
    ids = [
        matter.seal_bytes(NewDocument(name=f"Exhibit {n}.pdf", media_type="application/pdf"), content).id
        for n, content in enumerate(contents)
    ]
    new = NewFirm(firm="Other", user="Eve")
    theirs = Vault.create(Storage.memory(), new, device=Guard("e"), root=Guard("r")).vault
    defence, counsel = theirs.open_matter("Defence"), Party.generate()
    to = [verified(counsel, "C. Counsel").addressee(), verified(theirs, "Eve").addressee()]
    draft = Draft(to, Terms(purpose="Exhibits"), name="Ada", organisation="Firm")
    share = tmp_path / "share.age"
    made = matter.share(draft, ids, share)
    assert code(lambda: matter.share(draft, ids, share)) == "exists"
    assert code(lambda: matter.share(draft, [ids[0], ids[0]], tmp_path / "twice")) == "field"

    known = [verified(vault)]
    imported = defence.accept(share, known)
    assert [defence.open_bytes(info.id) for info in imported.documents] == contents
    shown = imported.accepted.shown
    assert shown is not None and (shown.firm, shown.device) == (vault.firm, vault.device)
    assert refused(lambda: defence.accept(share, [])) == ("sender-unknown", Step.SENDER)
    assert defence.documents_count() == 3

    accepted = accept_folder(share, counsel, known, tmp_path / "counsel")
    with theirs.party() as party:
        assert (party.kind, party.device) == (PartyKind.FIRM, theirs.device)
        assert code(lambda: party.protect(Guard("x"))) == "protector-mismatch"
        reviewed = sign_receipt(party, imported.accepted, ReceiptAction.REVIEWED)
    received = sign_receipt(counsel, accepted, ReceiptAction.RECEIVED)
    matter.file_receipt(received)
    matter.file_receipt(reviewed)
    forged = SignedReceipt(json=received.json, signature=reviewed.signature)
    assert code(lambda: matter.file_receipt(forged)) == "signature-refused"
    assert code(lambda: defence.file_receipt(received)) == "receipt-refused"
    (listed,) = matter.shares()
    assert (listed.share, listed.manifest) == (made.manifest.share, made.hash)
    assert sorted(one.document for one in listed.documents) == sorted(ids)
    actions = [one.acknowledged and one.acknowledged.action for one in listed.recipients]
    assert actions == [ReceiptAction.RECEIVED, ReceiptAction.REVIEWED]
    assert listed.purpose == made.manifest.purpose and not listed.forwardable
    (came_in,) = defence.received()
    assert (came_in.share, came_in.manifest, came_in.by) == (listed.share, listed.manifest, theirs.device)
    origin = came_in.provenance
    assert origin is not None and origin.name == made.manifest.sender.name
    parts = {part.path: part.bytes for part in origin.parts}
    assert parts["privity/manifest.json"] == made.bytes and "SHA256SUMS.sig" in parts
    assert vault.verify().is_clean and theirs.verify().is_clean


def test_a_password_share_is_for_whoever_has_the_password(
    files: list[Path], tmp_path: Path
) -> None:
    counsel = Party.generate()
    made = Draft.with_password(Terms(purpose="Filing"), name="C. Counsel")
    assert len(made.password.split(b"-")) == 10
    share_files(counsel, made.draft, files[:1], tmp_path / "share.age")
    data = (tmp_path / "share.age").read_bytes()
    accepted = check_share(data, made.password.decode(), [verified(counsel)])
    assert accepted.manifest.forwardable
    wrong = b"-".join(reversed(made.password.split(b"-")))
    assert refused(lambda: check_share(data, wrong, [verified(counsel)]))[1] == Step.DECRYPT
    # Nobody is named in it.
    assert (
        code(lambda: sign_receipt(counsel, accepted, ReceiptAction.RECEIVED)) == "not-a-recipient"
    )


def test_who_stops_finds_nothing(matter: Matter, files: list[Path], tmp_path: Path) -> None:
    counsel, expert = Party.generate(), Party.generate()
    draft = Draft([verified(expert).addressee()], Terms(purpose="Report"), name="C. Counsel")
    share, into, stopped = tmp_path / "share.age", tmp_path / "in", tmp_path / "stopped"
    share_files(counsel, draft, files, share)
    info = matter.seal_file(NewDocument(name="b.bin"), files[2])
    known = [verified(counsel)]

    def stop(done: int, total: int | None) -> Flow:
        return Flow.CANCEL

    def fail(done: int, total: int | None) -> None:
        raise OSError("mine")

    works: tuple[Callable[[], object], ...] = (
        lambda: share_files(counsel, draft, files, stopped, watcher=stop),
        lambda: accept_folder(share, expert, known, into, watcher=stop),
        lambda: matter.share(draft, [info.id], stopped, watcher=stop),
    )
    assert {code(work) for work in works} == {"cancelled"}
    with pytest.raises(CancelledError) as caught:
        share_files(counsel, draft, files, stopped, watcher=fail)
    assert isinstance(caught.value.__cause__, OSError)
    assert matter.shares() == []
    assert {path.name for path in tmp_path.iterdir()} == {"shared", "device", "sources", "share.age"}


def test_many_threads_share_and_accept_at_once(
    vault: Vault, matter: Matter, tmp_path: Path
) -> None:
    expert = Party.generate()
    draft = Draft([verified(expert).addressee()], Terms(purpose="Report"), name="Ada")
    ids = [matter.seal_bytes(NewDocument(name=f"{n}"), counted(n * 10_000)).id for n in range(8)]
    known = [verified(vault)]

    def work(n: int) -> str:
        share, into = tmp_path / f"{n}.age", tmp_path / f"in-{n}"
        matter.share(draft, [ids[n]], share)
        accepted: Accepted = accept_folder(share, expert, known, into)
        (document,) = accepted.manifest.documents
        assert (into / document.path).read_bytes() == counted(n * 10_000)
        return matter.file_receipt(sign_receipt(expert, accepted, ReceiptAction.RECEIVED)).share

    with ThreadPoolExecutor(8) as threads:
        shares = set(threads.map(work, range(8)))
    listed = matter.shares()
    assert {one.share for one in listed} == shares and len(shares) == 8
    assert all(one.recipients[0].acknowledged for one in listed) and vault.verify().is_clean


def test_a_party_that_was_released_says_so(vault: Vault, matter: Matter) -> None:
    counsel = Party.generate()
    contact, kept = verified(counsel), card(counsel)
    counsel.release()
    counsel.release()
    works: tuple[Callable[[], object], ...] = (
        lambda: counsel.id,
        lambda: counsel.words,
        lambda: card(counsel),
        lambda: counsel.keep(contact),
        lambda: counsel.protect(Guard("x")),
        lambda: check_share(b"x", counsel, []),
    )
    assert {code(work) for work in works} == {"handle-ended"}
    # What holds no key goes on.
    assert contact.name == kept.fields.name
    vault.lock()
    assert {code(vault.party), code(matter.shares), code(lambda: card(vault))} == {"locked"}


def test_age_files_open_with_handles(tmp_path: Path) -> None:
    me, other = keys.Identity.generate(), keys.Identity.generate()
    file = age.seal([me.recipient, other.recipient], bytearray(b"Exhibit 7"))
    assert age.open_bytes(me, file) == age.open_bytes(other, age.armor(file).encode()) == b"Exhibit 7"
    assert code(lambda: age.open_bytes(keys.Identity.generate(), file)) == "age-no-match"
    locked = age.seal_password("ten words", b"Exhibit 8")
    assert age.open_password(b"ten words", locked) == b"Exhibit 8"
    assert code(lambda: age.open_password("other", locked)) == "age-no-match"
    assert code(lambda: age.seal([me.recipient, "age1x"], b"")) == "age-key-text"
