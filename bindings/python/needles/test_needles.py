"""Keys are nowhere in Python: searched for by their real bytes, from outside the process that holds them."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path
from typing import IO, Iterator

import pytest

CHILD = Path(__file__).with_name("child.py")


class Child:
    """The process, halted at one stage after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, CHILD, folder],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *error: object) -> None:
        with self.process:
            self.process.kill()

    def reach(self, name: str) -> None:
        assert self.process.stdout is not None
        said = self.process.stdout.readline().decode().strip()
        assert said == name, self.logged().decode()

    def go_on(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def logged(self) -> bytes:
        return (self.folder / "log").read_bytes()

    def needles(self) -> dict[str, bytes]:
        lines = (self.folder / "needles").read_text().splitlines()
        return {f"{n} {name}": bytes.fromhex(key) for n, (name, key) in enumerate(map(str.split, lines))}

    def memory(self) -> Iterator[bytes]:
        """All of its memory that can be written, in pieces that overlap."""
        pid = self.process.pid
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
            for line in maps:
                span, mode, *_ = line.split()
                if mode.startswith("rw"):
                    begin, end = (int(address, 16) for address in span.split("-"))
                    yield from pieces(memory, begin, end)


def pieces(memory: IO[bytes], begin: int, end: int) -> Iterator[bytes]:
    for at in range(begin, end, 1 << 24):
        memory.seek(at)
        yield memory.read(min(end - at, (1 << 24) + 64))


def forms(key: bytes) -> list[bytes]:
    """How the bytes of a key could be written down."""
    encoded = base64.b64encode(key)
    return [key, key[::-1], key.hex().encode(), key.hex().upper().encode(), encoded[:-4]]


def found(needles: dict[str, bytes], hay: bytes) -> set[str]:
    return {name for name, key in needles.items() if any(form in hay for form in forms(key))}


@pytest.mark.skipif(sys.platform != "linux", reason="another process's memory is read from /proc")
def test_no_key_is_in_python_in_a_log_or_left_behind(tmp_path: Path) -> None:
    with Child(tmp_path) as child:
        child.reach("unlocked")
        needles = child.needles()
        assert len(needles) > 8
        in_use = {name for piece in child.memory() for name in found(needles, piece)}
        child.go_on()
        child.reach("locked")
        left = {name for piece in child.memory() for name in found(needles, piece)}
        child.go_on()
        child.reach("planted")
        log = child.logged()

    # Unlocked, the keys are there: in the library's own memory, which shows that the search finds them.
    assert in_use == set(needles)
    # In no object of Python, then or later, and in no log.
    for name in ("unlocked", "locked"):
        assert found(needles, (tmp_path / name).read_bytes()) == set(), name
    assert b"unwrap-refused" in log and b"unlock-refused" in log
    assert found(needles, log) == set()
    # Locked and let go, in no memory of the process at all, but for shred keys: SQLite gives memory of
    # the erasable store's pages back unwiped. Whether one is still there depends on what was put over it.
    assert {name for name in left if not name.endswith(" shred")} == set()
    # One that was put into an object on purpose is found there.
    planted = found(needles, (tmp_path / "planted").read_bytes())
    assert len(planted) == 1 and planted.pop().startswith("0 ")
