"""What every recipe needs: the codes that turned up, a firm in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

from privity import Guard, NewFirm, Storage, Vault

from story.common import code, must


class Seen:
    """The codes that turned up."""

    def __init__(self) -> None:
        self.codes: set[str] = set()

    def fails(self, expected: str, work: Callable[[], object]) -> None:
        """This call fails with this code."""
        found = code(work)
        must(found == expected, f"{expected} was expected, and it was {found}")
        self.codes.add(expected)


class Desk:
    """A folder with one firm's data."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def storage(self, device: str) -> Storage:
        """The shared stores with the own folder of this person's device."""
        return Storage(self.path / "shared", self.path / device)

    def firm(self) -> Vault:
        """A firm with its first administrator, ``partner``."""
        new = NewFirm(firm="Example LLP", user="A. Partner")
        device, root = Guard("partner"), Guard("safe")
        return Vault.create(self.storage("partner"), new, device=device, root=root).vault

    def unlock(self) -> Vault:
        return Vault.unlock(self.storage("partner"), Guard("partner"))
