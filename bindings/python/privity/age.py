"""age files alone: for people with stock tools.

An identity as a text is a secret key and never crosses: what opens a file here is a handle
(:class:`privity.keys.Identity`, or ``Party.age_open``) or a password.
"""

from __future__ import annotations

from typing import Iterable, Union

from privity import _native
from privity._crossing import BytesLike, crossing
from privity._errors import call
from privity._guard import _passphrase
from privity.keys import Identity

__all__ = ["armor", "open_bytes", "open_password", "seal", "seal_password"]


def seal(recipients: Iterable[str], content: BytesLike) -> bytes:
    """Seals bytes to one to eight recipients, all hybrid (``age1pq1…``) or all X25519 (``age1…``)."""
    return call(_native.age_seal, list(recipients), crossing(content))


def seal_password(password: Union[str, BytesLike], content: BytesLike) -> bytes:
    """Seals bytes to whoever has the password. Have it generated."""
    return call(_native.age_seal_password, _passphrase(password), crossing(content))


def open_bytes(identity: Identity, file: BytesLike) -> bytes:
    """Opens an age file, binary or armor, that was sealed to this identity. Nothing is handed out unless all
    of it is right."""
    return call(_native.age_open, identity._inner, crossing(file))


def open_password(password: Union[str, BytesLike], file: BytesLike) -> bytes:
    """Opens one that was sealed to a password."""
    return call(_native.age_open_password, _passphrase(password), crossing(file))


def armor(file: BytesLike) -> str:
    """A binary age file as text, for a message."""
    return call(_native.age_armor, crossing(file))
