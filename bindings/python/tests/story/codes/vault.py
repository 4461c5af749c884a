"""Codes of a vault whose stores are as they should be."""

from __future__ import annotations

import mmap
import os
from pathlib import Path

from privity import (
    Approval,
    EnrolmentRequest,
    Flow,
    Guard,
    MatterRole,
    NewDocument,
    NewUser,
    Options,
    Stale,
    TrustRoot,
    Vault,
    new_document_id,
    new_matter_id,
    verify_export,
)

from story.codes.seen import Desk, Seen
from story.codes.sharing import standing


def steps(seen: Seen, folder: Path) -> None:
    desk = Desk(folder)
    partner = desk.firm()
    matter = partner.open_matter("Doe v. Roe")
    letter = matter.seal_bytes(NewDocument(name="letter"), b"Dear Sirs").id
    new = NewDocument(name="x")

    seen.fails("already-there", lambda: partner.open_matter("Again", id=matter.id))
    seen.fails("matter-unknown", lambda: partner.matter(new_matter_id()))
    seen.fails("document-unknown", lambda: matter.document(new_document_id()))
    again = NewDocument(name="letter", id=letter)
    seen.fails("document-exists", lambda: matter.seal_bytes(again, b""))
    # An id of the right form that is nobody's.
    nobody = partner.device.replace("dev_", "usr_")
    seen.fails("user-unknown", lambda: matter.admit(nobody, MatterRole.MEMBER))
    seen.fails("source-unreadable", lambda: matter.seal_file(new, folder / "missing"))

    # Files, watched.
    big = folder / "big"
    big.write_bytes(bytes(2_000_000))

    def fail(done: int, total: int | None) -> None:
        raise OSError("the watcher's own words")

    def grow(done: int, total: int | None) -> None:
        with big.open("ab") as file:
            file.write(b"more")

    def cancel(done: int, total: int | None) -> Flow:
        return Flow.CANCEL

    seen.fails("cancelled", lambda: matter.seal_file(new, big, watcher=cancel))
    seen.fails("watcher-failed", lambda: matter.seal_file(new, big, watcher=fail))
    seen.fails("source-changed", lambda: matter.seal_file(new, big, watcher=grow))

    # People.
    person = NewUser(name="P. Legal")
    request = Vault.request(desk.storage("paralegal"), person, Guard("paralegal"))
    seen.fails("enrolment", lambda: EnrolmentRequest.from_bytes(b"no request"))
    seen.fails("words", lambda: partner.enrol(request, reversed(request.words)))
    approval = partner.enrol(request, request.words)
    paralegal = request.user
    seen.fails("user-key-missing", lambda: matter.admit(paralegal, MatterRole.READER))
    Vault.request(desk.storage("other"), person, Guard("other"))

    def accept(device: str, approval: Approval) -> Vault:
        return Vault.accept(desk.storage(device), approval, Guard(device))

    seen.fails("enrolment-mismatch", lambda: accept("other", approval))
    theirs = accept("paralegal", approval)
    mine = theirs.matter(matter.id)
    seen.fails("no-access", lambda: mine.open_bytes(letter))
    seen.fails("role-missing", lambda: theirs.open_matter("Mine"))
    matter.admit(paralegal, MatterRole.READER)
    seen.fails("already-admitted", lambda: matter.admit(paralegal, MatterRole.READER))
    matter.screen(paralegal, "conflict")
    seen.fails("screened", lambda: mine.open_bytes(letter))
    # What outsiders are shown of this device, one of two.
    with partner.party() as party:
        standing(seen, party.standing, partner.trust.genesis)
    # A device that is there already.
    seen.fails("key-used", lambda: partner.enrol(request, request.words))

    # Ids, exports, readers.
    seen.fails("text", lambda: partner.matter("mat_of_nothing"))
    trust = partner.trust
    seen.fails("export", lambda: verify_export(b"no export", trust))
    other = TrustRoot(firm=trust.firm, genesis="01" * 32)
    seen.fails("other-firm", lambda: verify_export(partner.export(), other))
    with matter.reader(letter) as reader:
        seen.fails("out-of-range", lambda: reader.read_at(10, 1))
    seen.fails("handle-ended", reader.read)
    sparse = folder / "sparse"
    sparse.touch()
    os.truncate(sparse, 2**31)
    with sparse.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as long:
        seen.fails("bytes-too-long", lambda: matter.seal_bytes(new, long))

    partner.lock()
    seen.fails("locked", lambda: matter.name)
    strict = Options(fresh_for=0, stale=Stale.REFUSE)
    with Vault.unlock(desk.storage("partner"), Guard("partner"), strict) as frozen:
        seen.fails("frozen", lambda: frozen.open_matter("Frozen"))
