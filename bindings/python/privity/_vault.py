"""The vault: a firm on this device."""

from __future__ import annotations

from typing import Iterable, NamedTuple

from privity import _native
from privity._crossing import BytesLike, StrPath, crossing, path_crossing
from privity._enrolment import Approval, EnrolmentRequest
from privity._errors import call
from privity._handles import _Scoped
from privity._guard import Guard
from privity._matter import Matter
from privity._party import Party, _Cards
from privity._types import scope_firm, scope_matter
from privity._watcher import Watcher, watched


class Storage:
    """Where a firm's data lies."""

    def __init__(self, shared: StrPath, device: StrPath) -> None:
        """SQLite and files: ``shared`` holds what all devices share, ``device`` what this one keeps for
        itself. Creates what is missing."""
        self._inner = call(_native.Storage.folder, path_crossing(shared), path_crossing(device))

    @classmethod
    def memory(cls) -> Storage:
        """All in memory, gone with the last handle. For tests."""
        storage = cls.__new__(cls)
        storage._inner = call(_native.Storage.memory)
        return storage


class CreatedFirm(NamedTuple):
    """A firm that was made."""

    vault: Vault
    """It, unlocked."""
    root: bytes
    """The firm's root key and recovery key, under the root's guard: for one safe."""
    next_root: bytes
    """The root after it: for another safe."""


class Vault(_Scoped, _Cards):
    """A firm, unlocked on this device, and a context manager that locks it. May be used on any threads."""

    def __init__(self, inner: _native.Vault) -> None:
        self._inner: _native.Vault = inner

    @classmethod
    def unlock(
        cls, storage: Storage, device: Guard, options: _native.Options | None = None
    ) -> Vault:
        """Unlocks this device's keys and verifies the store forward from what it verified last."""
        return cls(call(_native.Vault.unlock, storage._inner, device._inner, options))

    @classmethod
    def create(
        cls,
        storage: Storage,
        new: _native.NewFirm,
        *,
        device: Guard,
        root: Guard,
        options: _native.Options | None = None,
    ) -> CreatedFirm:
        """Makes a firm in an empty store, with this device as its first. Put the two root files into two
        safes."""
        made = call(
            _native.create_firm, storage._inner, new, device._inner, root._inner, options
        )
        return CreatedFirm(cls(made.vault), made.root, made.next_root)

    @classmethod
    def request(cls, storage: Storage, new: _native.NewUser, device: Guard) -> EnrolmentRequest:
        """Makes the keys of a new device, protected, in its own folder. Hand the request to an
        administrator, and its words by voice."""
        return EnrolmentRequest(
            call(_native.request_enrolment, storage._inner, new, device._inner)
        )

    @classmethod
    def accept(
        cls,
        storage: Storage,
        approval: Approval,
        device: Guard,
        options: _native.Options | None = None,
    ) -> Vault:
        """Takes the approval on the new device, verifies the whole store and puts the device on record."""
        return cls(
            call(_native.Vault.accept, storage._inner, approval._inner, device._inner, options)
        )

    def _end(self, failed: bool) -> None:
        self.lock()

    def lock(self) -> None:
        """Wipes every key from memory. Later calls, and those of its matters and writers, raise
        ``locked``."""
        call(self._inner.lock)

    @property
    def firm(self) -> str:
        """The firm."""
        return call(self._inner.firm)

    @property
    def user(self) -> str:
        """The user whose device this is."""
        return call(self._inner.user)

    @property
    def device(self) -> str:
        """This device."""
        return call(self._inner.device)

    @property
    def trust(self) -> _native.TrustRoot:
        """What a verifier of this firm's exports has to know beforehand."""
        return call(self._inner.trust)

    def open_matter(self, name: str, *, id: str | None = None) -> Matter:
        """Opens a matter, whose members alone can read its name. This user is its lead."""
        return Matter(call(self._inner.open_matter, name, id))

    def matter(self, id: str) -> Matter:
        """A matter by its id."""
        return Matter(call(self._inner.matter, id))

    def matters(self) -> list[Matter]:
        """Every matter there is, in the order in which they were opened."""
        return [Matter(inner) for inner in call(self._inner.matters)]

    def users(self) -> list[_native.Person]:
        """Everybody in the firm, by id."""
        return call(self._inner.users)

    def enrol(
        self,
        request: EnrolmentRequest,
        words: Iterable[str],
        roles: Iterable[_native.FirmRole] = (),
    ) -> Approval:
        """Certifies the device of a request; ``words`` is what was heard. A new person gets these roles."""
        return Approval(call(self._inner.enrol, request._inner, list(words), list(roles)))

    def party(self) -> Party:
        """This device as a party: whoever has the firm's words accepts what it signs. Release it; locking
        the vault does not."""
        return Party(call(self._inner.party))

    def verify(
        self, matter: str | None = None, *, watcher: Watcher | None = None
    ) -> _native.Report:
        """Verifies the whole firm, or ledger, directory and one matter, from the first record on, without
        anything remembered."""
        return watched(watcher, lambda listener: self._inner.verify(_scope(matter), listener))

    def export(self, matter: str | None = None) -> bytes:
        """Exports the whole firm, or ledger, directory and one matter: records and no key."""
        return call(self._inner.export, _scope(matter))


def verify_export(data: BytesLike, trust: _native.TrustRoot) -> _native.Report:
    """Verifies an export with the trust root alone, which comes from elsewhere."""
    return call(_native.verify_export, crossing(data), trust)


def version() -> str:
    """The version of the library."""
    return call(_native.version)


def error_codes() -> list[_native.ErrorCode]:
    """Every code there is, and why some cannot be brought about from here."""
    return call(_native.error_codes)


def _scope(matter: str | None) -> _native.Scope:
    return scope_firm() if matter is None else scope_matter(matter)
