"""What both halves of the story need."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

from privity import Guard, Matter, PrivityError, Report, Storage, Vault

COUNTED = bytes(range(251))


class Folder:
    """The folder of a story."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def storage(self, device: str) -> Storage:
        """The firm's stores with the own folder of this device."""
        return Storage(self.path / "firm", self.path / f"device-{device}")

    def unlock(self, device: str) -> Vault:
        return Vault.unlock(self.storage(device), guard())


def guard() -> Guard:
    """The passphrase of every device and of the root."""
    return Guard("six words that nobody else knows")


def code(work: Callable[[], object]) -> str:
    """The code of what this raises; ``fine`` if it raises nothing."""
    try:
        work()
    except PrivityError as error:
        return error.code
    return "fine"


def must(holds: bool, what: str) -> None:
    """Ends the story unless this holds."""
    if not holds:
        raise SystemExit(f"the story ended here: {what}")


def counted(length: int) -> bytes:
    """Content of which byte *n* is *n* mod 251."""
    return (COUNTED * (length // 251 + 1))[:length]


def the_matter(vault: Vault) -> Matter:
    """The one matter of the firm, as this vault sees it."""
    (matter,) = vault.matters()
    return matter


def name_of(vault: Vault, administrator: Vault) -> str | None:
    """The name of this vault's person, as an administrator of the firm knows it."""
    return next(person.name for person in administrator.users() if person.id == vault.user)


def clean(report: Report) -> str:
    return "clean" if report.is_clean else "odd"
