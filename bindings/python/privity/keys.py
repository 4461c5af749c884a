"""Keys as handles, for envelopes and chains without a vault: what is secret in them never crosses but under
a guard."""

from __future__ import annotations

from privity import _native
from privity._crossing import BytesLike, crossing
from privity._errors import call
from privity._guard import Guard
from privity._native import Header, WrapContext

__all__ = ["ChainKeys", "DocumentKey", "Identity", "OpeningKey", "PublicKey", "WrapContext", "wrap_context"]


class Identity:
    """What a person or a service opens wrapped keys with."""

    def __init__(self, inner: _native.Identity) -> None:
        self._inner = inner

    @classmethod
    def generate(cls) -> Identity:
        """A new random identity."""
        return cls(call(_native.Identity.generate))

    @classmethod
    def unlock(cls, protected: BytesLike, guard: Guard) -> Identity:
        """Opens what ``protect`` gave."""
        return cls(call(_native.Identity.unlock, crossing(protected), guard._inner))

    def protect(self, guard: Guard) -> bytes:
        """Seals the identity under the guard; below 5 KiB. Keep the bytes."""
        return call(self._inner.protect, guard._inner)

    @property
    def public(self) -> PublicKey:
        """The public key, to give to whoever wraps keys for this identity."""
        return PublicKey(call(self._inner.public))

    @property
    def recipient(self) -> str:
        """Whom to seal age files to for this identity: ``age1pq1…``."""
        return call(self._inner.recipient)


class PublicKey:
    """The public half of an identity, checked."""

    def __init__(self, inner: _native.PublicKey) -> None:
        self._inner = inner

    @classmethod
    def from_bytes(cls, data: BytesLike) -> PublicKey:
        """Checks a public key."""
        return cls(call(_native.PublicKey.from_bytes, crossing(data)))

    def to_bytes(self) -> bytes:
        """Its 1,216 bytes."""
        return call(self._inner.to_bytes)


class DocumentKey:
    """The key under which one document was sealed. Sealing makes it; nothing else does."""

    def __init__(self, inner: _native.DocumentKey) -> None:
        self._inner = inner

    def wrap(self, to: PublicKey, context: WrapContext) -> bytes:
        """Wraps the key to a person: 1,168 bytes to store."""
        return call(self._inner.wrap, to._inner, context)

    @property
    def opening_key(self) -> OpeningKey:
        """The same key for opening."""
        return OpeningKey(call(self._inner.opening_key))


class OpeningKey:
    """A key that opens a document and cannot seal."""

    def __init__(self, inner: _native.OpeningKey) -> None:
        self._inner = inner

    @classmethod
    def unwrap(cls, identity: Identity, wrap: BytesLike, context: WrapContext) -> OpeningKey:
        """Opens a wrap with the identity it was made for."""
        return cls(call(_native.OpeningKey.unwrap, identity._inner, crossing(wrap), context))

    def wrap(self, to: PublicKey, context: WrapContext) -> bytes:
        """Wraps the key to a further person."""
        return call(self._inner.wrap, to._inner, context)

    def verify_wrap(self, to: PublicKey, context: WrapContext, stored: BytesLike) -> None:
        """Recomputes the wrap of this key to a person and compares: finds a wrap that holds junk without the
        person's private key."""
        call(self._inner.verify_wrap, to._inner, context, crossing(stored))


class ChainKeys:
    """The keys of one author of a chain: one signs records, the other checkpoints."""

    def __init__(self, inner: _native.ChainKeys) -> None:
        self._inner = inner

    @classmethod
    def generate(cls) -> ChainKeys:
        """New random keys."""
        return cls(call(_native.ChainKeys.generate))

    @classmethod
    def unlock(cls, protected: BytesLike, guard: Guard) -> ChainKeys:
        """Opens what ``protect`` gave."""
        return cls(call(_native.ChainKeys.unlock, crossing(protected), guard._inner))

    def protect(self, guard: Guard) -> bytes:
        """Seals the keys under the guard; below 5 KiB. Keep the bytes."""
        return call(self._inner.protect, guard._inner)

    def log_vkey(self, origin: str) -> str:
        """The public key that signs checkpoints of a log with this origin, as a ``vkey`` text."""
        return call(self._inner.log_vkey, origin)

    def cosigner_vkey(self, name: str) -> str:
        """The public key that cosigns others' checkpoints under this name, as a ``vkey`` text."""
        return call(self._inner.cosigner_vkey, name)


def wrap_context(header: Header, principal: str, key_generation: int = 1) -> WrapContext:
    """The context of a wrap of a document with this header."""
    return call(_native.wrap_context, header, principal, key_generation)
