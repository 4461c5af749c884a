"""What every handle does alike."""

from __future__ import annotations

import io
from types import TracebackType
from typing import TYPE_CHECKING, Any, Iterator, TypeVar

from privity._errors import call

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PIECE = 1 << 20
"""How much a call moves: a call itself costs as much as some KiB do."""

Same = TypeVar("Same", bound="_Scoped")


class _Scoped:
    """A context manager that ends itself."""

    def __enter__(self: Same) -> Same:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end(failed=error is not None)

    def _end(self, failed: bool) -> None:
        raise NotImplementedError


class _Handle(_Scoped):
    """Over an object of the library, until it is released."""

    _inner: Any

    def release(self) -> None:
        """Ends the handle: later calls raise ``handle-ended``. Of what was finished, nothing more."""
        call(self._inner.release)

    def _end(self, failed: bool) -> None:
        self.release()


class _Content(_Handle):
    """What can be read anywhere."""

    def __len__(self) -> int:
        length: int = call(self._inner.len)
        return length

    def read_at(self, at: int, max: int) -> bytes:
        """At most ``max`` bytes from ``at`` on; fewer only at the end."""
        taken: bytes = call(self._inner.read_at, at, max)
        return taken

    def read(self) -> bytes:
        """The whole content, verified as a whole."""
        taken: bytes = call(self._inner.read)
        return taken

    def pieces(self, size: int = PIECE) -> Iterator[bytes]:
        """The content in pieces of ``size`` bytes; the last may be shorter."""
        for at in range(0, len(self), size):
            yield self.read_at(at, size)

    def open(self) -> io.BufferedReader:
        """A file object over the content that can be searched and read anywhere. It ends with the
        handle."""
        return io.BufferedReader(_RawReader(self), PIECE)


class _RawReader(io.RawIOBase):
    def __init__(self, content: _Content) -> None:
        self._content = content
        self._length = len(content)
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
        piece = self._content.read_at(self._at, min(len(view), PIECE))
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
