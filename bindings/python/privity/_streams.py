"""Documents piece by piece."""

from __future__ import annotations

from privity import _native
from privity._crossing import BytesLike, crossing
from privity._errors import call
from privity._handles import _Content, _Handle


class DocumentReader(_Content):
    """Reads a document anywhere, as often as needed, under one ``opened`` record. A context manager, and
    to be used on any threads at once. Read 64 KiB or more a call: a call itself costs.

    Ranges show that no outsider changed a byte; that nobody who held the key replaced the content, only a
    whole read shows.
    """

    def __init__(self, inner: _native.DocumentReader) -> None:
        self._inner = inner

    @property
    def info(self) -> _native.DocumentInfo:
        """What describes the document."""
        info: _native.DocumentInfo = call(self._inner.info)
        return info


class DocumentWriter(_Handle):
    """A document being written, from one thread at a time.

    As a context manager it finishes the document, or gives it up when an exception passes.
    """

    info: _native.DocumentInfo | None = None
    """The document, once it is finished."""

    def __init__(self, inner: _native.DocumentWriter) -> None:
        self._inner = inner

    def _end(self, failed: bool) -> None:
        if failed:
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
        info: _native.DocumentInfo = call(self._inner.finish)
        self.info = info
        return info
