"""What guards keys."""

from __future__ import annotations

import unicodedata
from typing import Protocol, Union

from privity import _native
from privity._crossing import BytesLike, crossing
from privity._errors import UnlockRefused, call
from privity._types import HostFailed, HostRefused


class Protector(Protocol):
    """A key store of the host: a TPM, a smart card, a KMS. Most callers use a passphrase instead.

    The only secret that crosses is a random 32-byte unlocking secret. Calls come on the caller's thread,
    never under a lock, and may block. :class:`UnlockRefused` says that the person or the key store said no;
    any other exception counts as a failure, and its text goes nowhere.
    """

    @property
    def id(self) -> str:
        """Written beside what was wrapped: 1 to 64 of ``[a-z0-9.-]``, such as ``com.example.kms``."""

    def wrap(self, secret: bytes, context: bytes) -> bytes:
        """Wraps the unlocking secret, bound to ``context``. At most 4,096 bytes."""

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Gives the 32 bytes back, for the same ``context`` alone."""


class Guard:
    """What keys are kept under: made once, handed to the calls that make or unlock keys."""

    def __init__(self, passphrase: Union[str, BytesLike]) -> None:
        """A passphrase: Argon2id, 64 MiB and three passes.

        A ``str`` is normalised (NFC) and cannot be wiped; who holds UTF-8 bytes in NFC gives those.
        """
        self._inner = call(_native.Guard.passphrase, _passphrase(passphrase))

    @classmethod
    def with_cost(
        cls, passphrase: Union[str, BytesLike], *, memory_kib: int, passes: int, lanes: int
    ) -> Guard:
        """A passphrase at a higher cost for what is protected from now on."""
        return cls._of(
            call(
                _native.Guard.passphrase_with_cost, _passphrase(passphrase), memory_kib, passes, lanes
            )
        )

    @classmethod
    def of_protector(cls, protector: Protector) -> Guard:
        """A key store of the host."""
        return cls._of(call(_native.Guard.protector, protector.id, _HostProtector(protector)))

    @classmethod
    def _of(cls, inner: _native.Guard) -> Guard:
        guard = cls.__new__(cls)
        guard._inner = inner
        return guard


def _passphrase(passphrase: Union[str, BytesLike]) -> bytes:
    if isinstance(passphrase, str):
        return crossing(unicodedata.normalize("NFC", passphrase).encode())
    return crossing(passphrase)


class _HostProtector(_native.Protector):
    def __init__(self, protector: Protector) -> None:
        self._protector = protector

    def wrap(self, secret: bytes, context: bytes) -> bytes:
        try:
            return crossing(self._protector.wrap(secret, context))
        except BaseException as error:
            raise _host(error) from None

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        try:
            return crossing(self._protector.unwrap(wrapped, context))
        except BaseException as error:
            raise _host(error) from None


def _host(error: BaseException) -> Exception:
    """What the host raised, without its text: that may hold a secret."""
    return HostRefused() if isinstance(error, UnlockRefused) else HostFailed()
