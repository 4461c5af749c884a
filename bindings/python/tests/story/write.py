"""The story's first half: a firm's first days."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from privity import (
    Change,
    Designation,
    DocumentInfo,
    Flow,
    Matter,
    MatterRole,
    NewDocument,
    NewFirm,
    NewUser,
    PrivityError,
    TrustRoot,
    Vault,
    verify_export,
)

from story import alone, codes, sharing
from story.common import Folder, clean, code, counted, guard, must, name_of

PAPERS = {
    "letter.txt": b"Dear Sirs,\n",
    "empty.bin": b"",
    "long.bin": counted(300_000),
    "Ärger § 42.txt": "über".encode(),
}


class Sealed(NamedTuple):
    info: DocumentInfo
    content: bytes


def play(path: Path) -> None:
    folder = Folder(path)
    made = Vault.create(
        folder.storage("partner"),
        NewFirm(firm="Example LLP", user="A. Partner"),
        device=guard(),
        root=guard(),
    )
    (path / "root.bin").write_bytes(made.root)
    (path / "next-root.bin").write_bytes(made.next_root)
    partner = made.vault
    print("01 firm created")

    matter = partner.open_matter("Doe v. Roe")
    print("02 matter opened:", matter.name)
    sealed = documents(path, matter)
    ids = {one.info.name: one.info.id for one in sealed}
    letter, draft = ids["letter.txt"], ids["draft.txt"]

    lawyer = join(folder, "lawyer", "B. Lawyer", partner, misheard="09 words differ:")
    print("10 enrolled:", name_of(lawyer, partner))
    joined = lawyer.matter(matter.id)
    print("11 not admitted:", code(lambda: joined.open_bytes(letter)))
    matter.admit(lawyer.user, MatterRole.MEMBER)
    opened = joined.open_bytes(letter, reason="cite check")
    print(f"12 admitted, opened: {len(opened)} bytes")

    paralegal = join(folder, "paralegal", "C. Paralegal", partner)
    matter.admit(paralegal.user, MatterRole.MEMBER)
    theirs = paralegal.matter(matter.id)
    print(f"13 paralegal opened: {len(theirs.open_bytes(letter))} bytes")
    report = matter.remove(paralegal.user, "left the firm")
    (rotated,) = report.rotated
    complete = "complete" if report.is_complete else "incomplete"
    print(f"14 removed: epoch {rotated.epoch}, could copy {rotated.could_copy}, {complete}")

    after = matter.seal_bytes(NewDocument(name="after.txt"), b"privileged")
    sealed.append(Sealed(after, b"privileged"))
    refused = (code(lambda: theirs.open_bytes(id)) for id in (after.id, letter))
    print("15 refused:", ", ".join(refused))
    print("16 colleague opened:", joined.open_bytes(after.id).decode())

    joined.describe(draft, Change(name="final.txt"))
    must(joined.document(draft).designation == Designation.PRIVILEGED(), "the designation is gone")
    names = sorted((info.name for info in matter.documents()), key=str.encode)
    print("17 documents:", ", ".join(names))

    verified(path, lawyer)
    with (path / "documents.txt").open("w", encoding="utf-8", newline="\n") as listed:
        for one in sealed:
            name = joined.document(one.info.id).name
            print(one.info.id, sha256(one.content).hexdigest(), name, file=listed)

    print("22 envelope: {} bytes, {}".format(*alone.sealed_envelope(b"first draft")))
    print("23 chain: {} records, {}".format(*alone.chain()))
    print("24 protector: {}, {}".format(*alone.protector()))
    lawyer.lock()
    print("25 locked:", code(lambda: joined.name))
    print("26 codes: {} of {}, {} out of reach".format(*codes.play()))
    contents = {one.info.id: one.content for one in sealed}
    shared = [ids["letter.txt"], ids["long.bin"], draft]
    sharing.play(path, partner, matter, [(id, contents[id]) for id in shared])
    paralegal.lock()
    partner.lock()


def documents(path: Path, matter: Matter) -> list[Sealed]:
    """Steps 03 to 08: by path, as bytes, through a writer; ranges, whole, cancelled."""
    papers = path / "papers"
    papers.mkdir()
    for name, content in PAPERS.items():
        (papers / name).write_bytes(content)
    reports: list[tuple[int, int | None]] = []
    done = matter.seal_all(
        ((NewDocument(name=name), papers / name) for name in PAPERS),
        watcher=lambda done, total: reports.append((done, total)),
    )
    must(not done.failed, "a file was left out")
    length = sum(info.length for info in done.sealed)
    progress = "complete" if reports[-1][0] == reports[-1][1] else "incomplete"
    print(f"03 sealed {len(done.sealed)} files, {length} bytes, progress {progress}")
    sealed = [Sealed(*pair) for pair in zip(done.sealed, PAPERS.values())]

    privileged = NewDocument(name="draft.txt", designation=Designation.PRIVILEGED())
    draft = matter.seal_bytes(privileged, b"first draft")
    sealed.append(Sealed(draft, b"first draft"))
    print("04 sealed bytes:", matter.document(draft.id).length)

    content = counted(1 << 20)
    with matter.writer(NewDocument(name="stream.bin")) as writer:
        for at in range(0, len(content), 1 << 16):
            writer.write(memoryview(content)[at : at + (1 << 16)])
        stream = writer.finish()
    sealed.append(Sealed(stream, content))
    print("05 sealed a stream:", stream.length)

    long = next(one.info.id for one in sealed if one.info.name == "long.bin")
    with matter.reader(long) as reader:
        print("06 range read:", reader.read_at(100_000, 10).hex())
    for one in sealed:
        must(matter.open_bytes(one.info.id) == one.content, one.info.name)
    print(f"07 opened {len(sealed)} documents, all equal")

    to = path / "cancelled.bin"
    cancelled = code(
        lambda: matter.open_file(stream.id, to, watcher=lambda done, total: Flow.CANCEL)
    )
    print(f"08 {cancelled}, {'a file is left' if to.exists() else 'no file left'}")
    return sealed


def join(
    folder: Folder, device: str, name: str, partner: Vault, misheard: str | None = None
) -> Vault:
    """Enrols a person on a device of their own; with ``misheard``, first with two words exchanged."""
    request = Vault.request(folder.storage(device), NewUser(name=name), guard())
    if misheard is not None:
        words = request.words
        other = next(place for place, word in enumerate(words) if word != words[0])
        words[0], words[other] = words[other], words[0]
        print(misheard, code(lambda: partner.enrol(request, words)))
    approval = partner.enrol(request, request.words)
    return Vault.accept(folder.storage(device), approval, guard())


def verified(path: Path, lawyer: Vault) -> None:
    """Steps 18 to 21: the firm, its export with the trust root alone, and what must be refused."""
    report = lawyer.verify()
    print(f"18 verified: {clean(report)}, {report.documents_checked} documents")

    export, trust = lawyer.export(), lawyer.trust
    (path / "export.bin").write_bytes(export)
    (path / "trust.txt").write_text(f"{trust.firm}\n{trust.genesis}\n", newline="\n")
    report = verify_export(export, trust)
    print(f"19 export verified: {clean(report)}, {report.documents} documents")

    refused = 0
    for place in range(16):
        altered = bytearray(export)
        altered[place * len(export) // 32] ^= 1
        try:
            refused += not verify_export(altered, trust).is_clean
        except PrivityError:
            refused += 1
    print(f"20 tampered: {refused} of 16 refused")
    other = TrustRoot(firm=trust.firm, genesis="07" * 32)
    print("21 other firm:", code(lambda: verify_export(export, other)))
