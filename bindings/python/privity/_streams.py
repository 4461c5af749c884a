"""Documents piece by piece."""

from __future__ import annotations

import io
from types import TracebackType
from typing import TYPE_CHECKING, Iterator

from privity import _native
from privity._crossing import BytesLike, crossing
from privity._errors import call

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PIECE = 1 << 20
"""How much a call moves: a call itself costs as much as some KiB do."""


class DocumentReader:
    """Reads a document anywhere, as often as needed, under one ``opened`` record. A context manager, and
    to be used on any threads at once. Read 64 KiB or more a call: a call itself costs.

    Ranges show that no outsider changed a byte; that nobody who held the key replaced the content, only a
    whole read shows.
    """

    def __init__(self, inner: _native.DocumentReader) -> None:
        self._inner = inner

    def __enter__(self) -> DocumentReader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()

    def __len__(self) -> int:
        return call(self._inner.len)

    @property
    def info(self) -> _native.DocumentInfo:
        """What describes the document."""
        return call(self._inner.info)

    def read_at(self, at: int, max: int) -> bytes:
        """At most ``max`` bytes from ``at`` on; fewer only at the end."""
        return call(self._inner.read_at, at, max)

    def read(self) -> bytes:
        """The whole content, verified as a whole."""
        return call(self._inner.read)

    def pieces(self, size: int = PIECE) -> Iterator[bytes]:
        """The content in pieces of ``size`` bytes; the last may be shorter."""
        for at in range(0, len(self), size):
            yield self.read_at(at, size)

    def open(self) -> io.BufferedReader:
        """A file object over the content that can be searched and read anywhere. It ends with the
        reader."""
        return io.BufferedReader(_RawReader(self), PIECE)

    def release(self) -> None:
        """Ends the reader: later calls raise ``handle-ended``."""
        call(self._inner.release)


class _RawReader(io.RawIOBase):
    def __init__(self, reader: DocumentReader) -> None:
        self._reader = reader
        self._length = len(reader)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        if base + offset < 0:
            raise ValueError("negative seek position")
        self._at = base + offset
        return self._at

    def readinto(self, into: WriteableBuffer) -> int:
        view = memoryview(into).cast("B")
        if self._at >= self._length or not view:
            return 0
        piece = self._reader.read_at(self._at, min(len(view), PIECE))
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


class DocumentWriter:
    """A document being written, from one thread at a time.

    As a context manager it finishes the document, or gives it up when an exception passes.
    """

    info: _native.DocumentInfo | None = None
    """The document, once it is finished."""

    def __init__(self, inner: _native.DocumentWriter) -> None:
        self._inner = inner

    def __enter__(self) -> DocumentWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self.release()
        elif self.info is None:
            self.finish()

    def write(self, data: BytesLike) -> int:
        """Takes the next bytes; says how many."""
        taken = crossing(data)
        call(self._inner.write, taken)
        return len(taken)

    def finish(self) -> _native.DocumentInfo:
        """Ends the document: durable and on record when this returns."""
        self.info = call(self._inner.finish)
        return self.info

    def release(self) -> None:
        """Gives the document up; nothing if it was finished."""
        call(self._inner.release)
