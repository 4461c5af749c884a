"""Codes of stores that were lost, altered or put back: whole files, as a host can do it."""

from __future__ import annotations

import gc
import shutil
import tempfile
from pathlib import Path
from typing import Callable

from privity import NewDocument, verify_export

from story.codes.seen import Desk, Seen


def steps(seen: Seen, folder: Path) -> None:
    desk = Desk(folder / "desk")
    vault = desk.firm()
    matter = vault.open_matter("M")
    id, document = matter.id, matter.seal_bytes(NewDocument(name="a"), b"content").id

    # An export of one matter of two that says it is of the whole firm, and one with a record altered.
    vault.open_matter("N")
    trust, export = vault.trust, vault.export(id)
    assert export[8:11] == b"\xa5\x01\x50", "magic, a map of five, the matter's 16 bytes"
    whole = export[:8] + b"\xa4" + export[27:]
    seen.fails("store-incomplete", lambda: verify_export(whole, trust))
    altered = bytearray(export)
    altered[len(export) // 4] ^= 1
    seen.fails("firm-tampered", lambda: verify_export(altered, trust))
    # The last handle gone, the database is one file again.
    del vault, matter
    gc.collect()

    def copy(change: Callable[[Desk], object] = lambda desk: None) -> Desk:
        made = Desk(Path(tempfile.mkdtemp(dir=folder)))
        for part in ("shared", "partner"):
            shutil.copytree(desk.path / part, made.path / part)
        change(made)
        return made

    def opens(desk: Desk) -> bytes:
        return desk.unlock().matter(id).open_bytes(document)

    assert opens(copy()) == b"content"
    seen.fails("device-state-missing", Desk(folder / "nobody").unlock)
    seen.fails("not-a-vault", copy(lambda desk: shutil.rmtree(desk.path / "shared")).unlock)
    blobless = copy(lambda desk: shutil.rmtree(desk.path / "shared/blobs"))
    seen.fails("blob-missing", lambda: opens(blobless))

    def erase(desk: Desk) -> None:
        for path in (desk.path / "shared").glob("erasable.sqlite*"):
            path.unlink()

    erased = copy(erase)
    seen.fails("shred-key-missing", lambda: opens(erased))
    junk = copy(lambda desk: (desk.path / "shared/rows.sqlite").write_bytes(b"x" * 8192))
    seen.fails("store-damaged", lambda: junk.storage("partner"))

    def renew(desk: Desk) -> None:
        # The version a database carries in its first page: four bytes from 60 on.
        path = desk.path / "shared/rows.sqlite"
        database = path.read_bytes()
        path.write_bytes(database[:60] + (99).to_bytes(4, "big") + database[64:])

    newer = copy(renew)
    seen.fails("store-version", lambda: newer.storage("partner"))

    def damage(desk: Desk) -> None:
        for path in (desk.path / "partner").iterdir():
            state = bytearray(path.read_bytes())
            if len(state) > 40:
                state[40] ^= 1
                path.write_bytes(state)

    seen.fails("device-state-damaged", copy(damage).unlock)

    # An older state put back, and then another history told in it.
    def put_back(of: Desk, to: Desk) -> None:
        shutil.rmtree(to.path / "shared")
        shutil.copytree(of.path / "shared", to.path / "shared")

    def grow(desk: Desk, name: str) -> None:
        with desk.unlock() as vault:
            vault.open_matter(name)
        del vault
        gc.collect()

    old, rolled = copy(), copy()
    grow(rolled, "new")
    put_back(old, rolled)
    seen.fails("ledger-rollback", rolled.unlock)
    # A copy of the same device, before it saw that, tells another story.
    forked, twin = copy(), copy()
    grow(forked, "new")
    grow(twin, "another")
    grow(twin, "longer")
    put_back(twin, forked)
    seen.fails("ledger-forked", forked.unlock)
