"""How a further device or person joins."""

from __future__ import annotations

from privity import _native
from privity._crossing import BytesLike, crossing
from privity._errors import call


class EnrolmentRequest:
    """The public keys of a new device, on the way to an administrator."""

    def __init__(self, inner: _native.EnrolmentRequest) -> None:
        self._inner = inner

    @classmethod
    def from_bytes(cls, data: BytesLike) -> EnrolmentRequest:
        """Reads what was handed over; keys that may not be used are refused."""
        return cls(call(_native.EnrolmentRequest.from_bytes, crossing(data)))

    def to_bytes(self) -> bytes:
        """The bytes to hand over."""
        return call(self._inner.to_bytes)

    @property
    def words(self) -> list[str]:
        """The twelve words that both people compare by voice."""
        return call(self._inner.words)

    @property
    def user(self) -> str:
        """The user it is for."""
        return call(self._inner.user)

    @property
    def device(self) -> str:
        """The new device."""
        return call(self._inner.device)

    @property
    def name(self) -> str:
        """The person's name, as they state it."""
        return call(self._inner.name)


class Approval:
    """What a new device is to trust, on the way back to it. It holds no secret."""

    def __init__(self, inner: _native.Approval) -> None:
        self._inner = inner

    @classmethod
    def from_bytes(cls, data: BytesLike) -> Approval:
        """Reads what was handed over."""
        return cls(call(_native.Approval.from_bytes, crossing(data)))

    def to_bytes(self) -> bytes:
        """The bytes to hand over."""
        return call(self._inner.to_bytes)

    @property
    def words(self) -> list[str]:
        """The twelve words to compare unless the bytes came by hand."""
        return call(self._inner.words)
