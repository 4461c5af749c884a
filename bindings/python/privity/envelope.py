"""Envelope encryption alone: for a vendor with a database of its own.

A document is sealed under a new key, which is wrapped to people; content is opened only as what it is
expected to be::

    sealed = envelope.seal(header, content)
    wrap = sealed.key.wrap(public, keys.wrap_context(header, principal))
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from privity import _native
from privity._crossing import BytesLike, StrPath, crossing, path_crossing
from privity._errors import call
from privity._handles import _Content, _Handle
from privity._native import Digests, Expected, Header, Metadata, Summary
from privity._types import HostFailed
from privity._watcher import Watcher, watched
from privity.keys import DocumentKey, OpeningKey

__all__ = [
    "ByteSource",
    "Digests",
    "Expected",
    "Header",
    "Metadata",
    "Opener",
    "SealedBytes",
    "SealedFile",
    "Sealer",
    "Summary",
    "content_disclosure",
    "expected_of",
    "metadata_hash",
    "metadata_open",
    "metadata_seal",
    "open_bytes",
    "open_file",
    "seal",
    "seal_file",
    "verify_content",
]


class SealedBytes(NamedTuple):
    """A document that was sealed in memory."""

    sealed: bytes
    """The sealed document; of a :class:`Sealer`, the last of its bytes."""
    key: DocumentKey
    """Its key, to wrap to people."""
    summary: Summary
    """What to keep on record."""


class SealedFile(NamedTuple):
    """A document that was sealed into a file."""

    key: DocumentKey
    """Its key, to wrap to people."""
    summary: Summary
    """What to keep on record."""


def seal(header: Header, content: BytesLike) -> SealedBytes:
    """Seals bytes under a new key."""
    made = call(_native.envelope_seal, header, crossing(content))
    return SealedBytes(made.sealed, DocumentKey(made.key), made.summary)


def open_bytes(key: OpeningKey, expected: Expected, sealed: BytesLike) -> bytes:
    """Opens a sealed document that lies in memory."""
    return call(_native.envelope_open, key._inner, expected, crossing(sealed))


def seal_file(
    header: Header,
    source: StrPath,
    target: StrPath,
    *,
    watcher: Watcher | None = None,
    threads: int | None = None,
) -> SealedFile:
    """Seals the file ``source`` into the new file ``target`` under a new key."""
    source, target = path_crossing(source), path_crossing(target)
    made = watched(
        watcher,
        lambda listener: _native.envelope_seal_file(header, source, target, listener, threads),
    )
    return SealedFile(DocumentKey(made.key), made.summary)


def open_file(
    key: OpeningKey,
    expected: Expected,
    source: StrPath,
    target: StrPath,
    *,
    watcher: Watcher | None = None,
    threads: int | None = None,
) -> int:
    """Opens the sealed file ``source`` into the new file ``target``, which is there only if everything was
    right. Says how many bytes it has."""
    source, target = path_crossing(source), path_crossing(target)
    return watched(
        watcher,
        lambda listener: _native.envelope_open_file(
            key._inner, expected, source, target, listener, threads
        ),
    )


def expected_of(summary: Summary) -> Expected:
    """What a record of a document gives to expect of it."""
    return call(_native.expected_of, summary)


def metadata_seal(key: OpeningKey, header: Header, metadata: Metadata) -> bytes:
    """Seals the metadata of the document with this header under its key."""
    return call(_native.metadata_seal, key._inner, header, metadata)


def metadata_open(key: OpeningKey, header: Header, sealed: BytesLike) -> Metadata:
    """Opens sealed metadata."""
    return call(_native.metadata_open, key._inner, header, crossing(sealed))


def metadata_hash(sealed: BytesLike) -> str:
    """The hash of sealed metadata, for a record."""
    return call(_native.metadata_hash, crossing(sealed))


def content_disclosure(key: OpeningKey, header: Header) -> bytes:
    """What evidence discloses to open a document's content commitment: 32 bytes that open nothing else.
    Whoever has them can test guesses of the content."""
    return call(_native.content_disclosure, key._inner, header)


def verify_content(content_commitment: BytesLike, disclosed: BytesLike, sha256: str) -> None:
    """Shows with what was disclosed that a commitment is to content of this hash."""
    call(_native.verify_content, crossing(content_commitment), crossing(disclosed), sha256)


class Sealer(_Handle):
    """Seals what is written to it, from one thread at a time, and gives back sealed bytes to be stored one
    after the other. Without ``finish``, what was given back is worthless."""

    def __init__(self, header: Header) -> None:
        self._inner = call(_native.Sealer, header)

    def write(self, content: BytesLike) -> bytes:
        """Takes the next content, gives back the sealed bytes that are ready; often none."""
        ready: bytes = call(self._inner.write, crossing(content))
        return ready

    def finish(self) -> SealedBytes:
        """Ends the document: the last sealed bytes, the key, what to keep on record."""
        made = call(self._inner.finish)
        return SealedBytes(made.sealed, DocumentKey(made.key), made.summary)


class ByteSource(Protocol):
    """Sealed bytes where the host keeps them. Read on any threads at once, never under a lock."""

    def size(self) -> int:
        """How many bytes there are."""

    def read_exact_at(self, at: int, length: int) -> BytesLike:
        """Exactly ``length`` bytes from ``at`` on; raise where there are fewer."""


class _HostSource(_native.ByteSource):
    def __init__(self, source: ByteSource) -> None:
        self._source = source

    def size(self) -> int:
        try:
            return self._source.size()
        except BaseException:
            raise HostFailed() from None

    def read_exact_at(self, at: int, length: int) -> bytes:
        try:
            return crossing(self._source.read_exact_at(at, length))
        except BaseException:
            raise HostFailed() from None


class Opener(_Content):
    """A sealed document that was found to be the expected one and can be read anywhere, on any threads at
    once."""

    def __init__(self, inner: _native.Opener) -> None:
        self._inner = inner

    @classmethod
    def of_file(cls, key: OpeningKey, expected: Expected, path: StrPath) -> Opener:
        """Of a sealed file."""
        return cls(call(_native.Opener.file, key._inner, expected, path_crossing(path)))

    @classmethod
    def of_bytes(cls, key: OpeningKey, expected: Expected, sealed: BytesLike) -> Opener:
        """Of sealed bytes in memory."""
        return cls(call(_native.Opener.bytes, key._inner, expected, crossing(sealed)))

    @classmethod
    def of_source(cls, key: OpeningKey, expected: Expected, source: ByteSource) -> Opener:
        """Of sealed bytes where the host keeps them."""
        return cls(call(_native.Opener.source, key._inner, expected, _HostSource(source)))

    @property
    def header(self) -> Header:
        """What the document says of itself."""
        header: Header = call(self._inner.header)
        return header
