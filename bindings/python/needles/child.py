"""The process that is searched: works with keys, and says when it may be looked at.

``child.py FOLDER`` prints the name of each stage and goes on when it gets a line.
"""

from __future__ import annotations

import gc
import sys
import traceback
from pathlib import Path
from typing import Callable

from privity import Guard, NewDocument, NewFirm, PrivityError, Storage, Vault, _native, envelope, keys
from privity import new_document_id, new_firm_id, new_principal_id
from privity.envelope import Header

FOLDER = Path(sys.argv[1])
NEEDLES = FOLDER / "needles"


def stage(name: str) -> None:
    print(name, flush=True)
    sys.stdin.readline()


def dump(name: str) -> None:
    """Writes every byte string and text down that a Python object here holds, as a heap dump would."""
    seen: set[int] = set()
    queue: list[object] = [*gc.get_objects(), sys.modules]
    with (FOLDER / name).open("wb") as out:
        while queue:
            one = queue.pop()
            if id(one) in seen:
                continue
            seen.add(id(one))
            if isinstance(one, (bytes, bytearray)):
                out.write(bytes(one) + b"\n")
            elif isinstance(one, str):
                out.write(one.encode("utf-8", "surrogatepass") + b"\n")
            elif isinstance(one, int) and not isinstance(one, bool):
                out.write(one.to_bytes((abs(one).bit_length() + 8) // 8, "big", signed=True) + b"\n")
            else:
                queue.extend(gc.get_referents(one))


def fails(work: Callable[[], object]) -> None:
    try:
        work()
    except PrivityError as error:
        # As a program that logs everything would.
        traceback.print_exc(file=sys.stderr)
        print(repr(error), str(error), error.advice, vars(error), file=sys.stderr)
    else:
        raise SystemExit("it did not fail")


def work() -> None:
    storage = Storage(FOLDER / "shared", FOLDER / "device")
    device = Guard("a passphrase of a device")
    new = NewFirm(firm="Firm", user="Ada")
    made = Vault.create(storage, new, device=device, root=Guard("a passphrase of a root"))
    vault = made.vault
    matter = vault.open_matter("Matter")
    info = matter.seal_bytes(NewDocument(name="x"), b"content of the document")
    with matter.reader(info.id, reason="review") as reader:
        assert reader.read() == matter.open_bytes(info.id)
    fails(lambda: matter.document(new_document_id()))
    fails(lambda: Vault.unlock(storage, Guard("another passphrase")))

    person = keys.Identity.generate()
    header = Header(firm=new_firm_id(), document=new_document_id(), version=1)
    sealed = envelope.seal(header, b"content of an envelope")
    context = keys.wrap_context(header, new_principal_id())
    wrap = sealed.key.wrap(person.public, context)
    key = keys.OpeningKey.unwrap(person, wrap, context)
    fails(lambda: keys.OpeningKey.unwrap(keys.Identity.generate(), wrap, context))
    fails(lambda: envelope.open_bytes(key, envelope.expected_of(sealed.summary), sealed.sealed[:-1]))

    canary = _native.privity
    getattr(canary, "canary_vault")(vault._inner, str(NEEDLES))
    getattr(canary, "canary_key")(person._inner, key._inner, str(NEEDLES))
    dump("unlocked")
    stage("unlocked")
    vault.lock()


work()
gc.collect()
dump("locked")
stage("locked")
planted = bytes.fromhex(NEEDLES.read_text().split()[1])
dump("planted")
stage("planted")
