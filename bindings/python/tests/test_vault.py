from __future__ import annotations

import traceback
from pathlib import Path
from typing import Callable

import pytest

import privity
from privity import (
    Approval,
    EnrolmentRequest,
    Flow,
    Guard,
    LockedError,
    Matter,
    MatterRole,
    NewDocument,
    NewFirm,
    NewUser,
    PrivityError,
    RefusedError,
    Storage,
    UnlockRefused,
    Vault,
)

Stored = Callable[..., Storage]


def code(work: Callable[[], object]) -> str:
    with pytest.raises(PrivityError) as caught:
        work()
    assert caught.value.advice
    return caught.value.code


def test_what_was_sealed_opens_after_unlocking_anew(
    vault: Vault, storage: Stored, tmp_path: Path
) -> None:
    with vault:
        matter = vault.open_matter("Matter")
        info = matter.seal_bytes(NewDocument(name="notes.txt"), b"Attorney's notes")
    with pytest.raises(LockedError):
        matter.open_bytes(info.id)
    with Vault.unlock(storage(), Guard("device")) as again:
        matter = again.matter(matter.id)
        assert matter.name == "Matter"
        assert matter.open_bytes(info.id, reason="review") == b"Attorney's notes"
        assert matter.open_file(info.id, tmp_path / "notes.txt") == 16
        assert (tmp_path / "notes.txt").read_bytes() == b"Attorney's notes"
        assert code(lambda: matter.open_file(info.id, tmp_path / "notes.txt")) == "exists"


def test_a_wrong_passphrase_is_refused_without_a_trace_of_it(vault: Vault, storage: Stored) -> None:
    with pytest.raises(RefusedError) as caught:
        Vault.unlock(storage(), Guard("hunter2-wrong"))
    assert caught.value.code == "unlock-refused"
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert "PrivityError.Refused" not in shown
    assert "unlock-refused" in shown


def test_a_passphrase_is_the_same_in_every_form_of_unicode(tmp_path: Path) -> None:
    storage = Storage(tmp_path / "shared", tmp_path / "device")
    new = NewFirm(firm="Firm", user="Ada")
    Vault.create(storage, new, device=Guard("Stra\u00dfe u\u0308ber"), root=Guard("root"))
    for same in ("Stra\u00dfe \u00fcber", bytearray("Stra\u00dfe \u00fcber".encode())):
        with Vault.unlock(storage, Guard(same)) as vault:
            assert vault.matters() == []


def test_a_watcher_sees_the_work_and_stops_it(matter: Matter, tmp_path: Path) -> None:
    source = tmp_path / "big.bin"
    source.write_bytes(bytes(1 << 20))
    seen: list[tuple[int, int | None]] = []
    matter.seal_file(NewDocument(name="a"), source, watcher=lambda *at: seen.append(at))
    assert seen[-1] == (1 << 20, 1 << 20)

    def seal(watcher: privity.Watcher) -> object:
        return matter.seal_file(NewDocument(name="b"), source, watcher=watcher)

    assert code(lambda: seal(lambda done, total: Flow.CANCEL)) == "cancelled"

    def failing(done: int, total: int | None) -> None:
        raise ZeroDivisionError("mine")

    with pytest.raises(privity.CancelledError, match="watcher-failed") as caught:
        seal(failing)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)

    def interrupted(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seal(interrupted)
    assert len(list(matter.documents())) == 1


class Store:
    """A key store of the host; a toy."""

    id = "com.example.test"

    def __init__(self, refuses: bool = False) -> None:
        self.refuses = refuses

    def wrap(self, secret: bytes, context: bytes) -> bytes:
        return bytes(byte ^ 0x5A for byte in secret)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        if self.refuses:
            raise UnlockRefused
        return bytes(byte ^ 0x5A for byte in wrapped)


def test_a_protector_of_the_host_guards_the_device(tmp_path: Path) -> None:
    storage = Storage(tmp_path / "shared", tmp_path / "device")
    new = NewFirm(firm="Firm", user="Ada")
    Vault.create(storage, new, device=Guard.of_protector(Store()), root=Guard("root"))
    assert Vault.unlock(storage, Guard.of_protector(Store())).matters() == []
    refusing = Guard.of_protector(Store(refuses=True))
    assert code(lambda: Vault.unlock(storage, refusing)) == "unlock-refused"


def test_a_colleague_is_enrolled_admitted_and_removed(
    vault: Vault, matter: Matter, storage: Stored
) -> None:
    before = matter.seal_bytes(NewDocument(name="before.txt"), b"123")
    guard, theirs = Guard("hers"), storage("grace")
    request = EnrolmentRequest.from_bytes(
        Vault.request(theirs, NewUser(name="Grace"), guard).to_bytes()
    )
    assert code(lambda: vault.enrol(request, ["zoo"] * 12)) == "words"
    approval = Approval.from_bytes(vault.enrol(request, request.words).to_bytes())
    hers = Vault.accept(theirs, approval, guard)
    assert code(lambda: hers.matter(matter.id).open_bytes(before.id)) == "no-access"

    matter.admit(hers.user, MatterRole.MEMBER)
    assert hers.matter(matter.id).open_bytes(before.id) == b"123"

    report = matter.remove(hers.user, "left")
    assert report.is_complete and report.text
    after = matter.seal_bytes(NewDocument(name="after.txt"), b"4")
    assert code(lambda: hers.matter(matter.id).open_bytes(after.id)) in ("no-access", "role-missing")

    exported = privity.verify_export(vault.export(), vault.trust)
    assert exported.head == vault.verify().head == vault.verify(matter.id).head
    # Her device put itself on record, and the other one vouches for that.
    assert isinstance(exported.anchored, privity.Anchored.UP_TO)
    assert exported.anchored.users == [vault.user]
    other = privity.TrustRoot(firm=vault.trust.firm, genesis="00" * 32)
    assert code(lambda: privity.verify_export(vault.export(), other)) != "defect"
