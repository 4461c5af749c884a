"""The story's second half: another program opens what one wrote."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from privity import NewDocument, TrustRoot, verify_export

from story import sharing
from story.common import Folder, clean, code, must, name_of, the_matter


def play(path: Path) -> None:
    folder = Folder(path)
    lawyer, partner = folder.unlock("lawyer"), folder.unlock("partner")
    print("01 unlocked:", name_of(lawyer, partner))

    matter = the_matter(lawyer)
    listed = (path / "documents.txt").read_text(encoding="utf-8").splitlines()
    ids = {}
    for line in listed:
        id, digest, name = line.split(" ", 2)
        must(sha256(matter.open_bytes(id)).hexdigest() == digest, name)
        must(matter.document(id).name == name, name)
        ids[name] = id
    print(f"02 opened {len(listed)} documents, all equal")

    note = matter.seal_bytes(NewDocument(name="note.txt"), b"seen")
    opened = the_matter(partner).open_bytes(note.id)
    must(opened == b"seen", "note.txt")
    print(f"03 sealed and opened: {len(opened)} bytes")

    with folder.unlock("paralegal") as paralegal:
        theirs = the_matter(paralegal)
        print("04 refused:", code(lambda: theirs.open_bytes(ids["letter.txt"])))
    print("05 verified:", clean(lawyer.verify()))

    firm, genesis = (path / "trust.txt").read_text().splitlines()
    report = verify_export(
        (path / "export.bin").read_bytes(), TrustRoot(firm=firm, genesis=genesis)
    )
    print("06 export verified:", clean(report))
    sharing.read(path, the_matter(partner))
    lawyer.lock()
    partner.lock()
