"""What a share is to be, and what it is once it was accepted."""

from __future__ import annotations

from typing import Iterable, NamedTuple, Union

from privity import _native
from privity._crossing import BytesLike
from privity._errors import call
from privity._guard import _passphrase
from privity._native import DocumentInfo, Manifest, Standing, Terms
from privity._party import Addressee, Contact, Party


class PasswordDraft(NamedTuple):
    """A share to be made for whoever has its password."""

    draft: Draft
    """The share."""
    password: bytes
    """Ten words with hyphens between. Send them another way than the file."""


class Draft:
    """A share to be made: for contacts under their hybrid keys, or for whoever has a password."""

    def __init__(
        self, to: Iterable[Addressee], terms: Terms, *, name: str, organisation: str = ""
    ) -> None:
        """A share for these contacts, at most eight. Name and organisation are the sender's, as its card
        has them."""
        inner = [addressee._inner for addressee in to]
        self._inner = call(_native.ShareDraft, inner, name, organisation, terms)

    @classmethod
    def with_password(cls, terms: Terms, *, name: str, organisation: str = "") -> PasswordDraft:
        """A share for whoever has the password, which is drawn here: 110 bits. It is forwardable: whoever
        has the password may pass both on."""
        inner = call(_native.ShareDraft.with_password, name, organisation, terms)
        return PasswordDraft(cls._of(inner), call(inner.take_password))

    def classic(self) -> Draft:
        """The same under X25519 keys, for who cannot open hybrid ones yet. A future quantum computer would
        open it."""
        return Draft._of(call(self._inner.classic))

    @classmethod
    def _of(cls, inner: _native.ShareDraft) -> Draft:
        draft = cls.__new__(cls)
        draft._inner = inner
        return draft


class Accepted:
    """A share that passed every step."""

    def __init__(self, inner: _native.Accepted) -> None:
        self._inner = inner

    @property
    def manifest(self) -> Manifest:
        """Its signed terms."""
        return call(self._inner.manifest)

    @property
    def hash(self) -> str:
        """SHA-256 of the manifest: what a receipt names."""
        return call(self._inner.hash)

    @property
    def shown(self) -> Standing | None:
        """For a firm's sender, what its standing shows."""
        return call(self._inner.shown)


class Imported(NamedTuple):
    """A share that was accepted into a matter."""

    accepted: Accepted
    """Its terms and what was shown of its sender."""
    documents: list[DocumentInfo]
    """What its documents are in the matter, in its order."""


Keys = Union[Party, str, BytesLike]
"""What opens a share: the receiver, or a password."""


def keys_crossing(keys: Keys) -> _native.ShareKeys:
    if isinstance(keys, Party):
        return call(_native.ShareKeys.party, keys._inner)
    return call(_native.ShareKeys.password, _passphrase(keys))


def contacts_crossing(contacts: Iterable[Contact]) -> list[_native.Contact]:
    return [contact._inner for contact in contacts]
