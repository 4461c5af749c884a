"""A matter: its people and its documents."""

from __future__ import annotations

from typing import IO, Iterable, Iterator, Sequence, Union

from privity import _native
from privity._crossing import BytesLike, StrPath, crossing, path_crossing
from privity._errors import call
from privity._handles import PIECE
from privity._party import Contact
from privity._share import Accepted, Draft, Imported, contacts_crossing
from privity._streams import DocumentReader, DocumentWriter
from privity._watcher import Watcher, watched

_PAGE = 256


class Matter:
    """A matter of an unlocked vault. May be used on any threads at once."""

    def __init__(self, inner: _native.Matter) -> None:
        self._inner = inner

    @property
    def id(self) -> str:
        """Its id."""
        return call(self._inner.id)

    @property
    def name(self) -> str | None:
        """Its name, if it has one."""
        return call(self._inner.name)

    @property
    def epoch(self) -> int:
        """The number of its newest epoch, from 1."""
        return call(self._inner.epoch)

    def members(self) -> list[_native.Member]:
        """Who has a role in it, by id."""
        return call(self._inner.members)

    def admit(self, user: str, role: _native.MatterRole) -> None:
        """Gives a user a role, or another one."""
        call(self._inner.admit, user, role)

    def remove(self, user: str, reason: str) -> _native.RotationReport:
        """Removes a user, and begins the next epoch in the same commit. What it cannot undo is in the
        report."""
        return call(self._inner.remove, user, reason)

    def screen(self, user: str, reason: str) -> _native.RotationReport:
        """Puts up an ethical wall, and begins the next epoch in the same commit."""
        return call(self._inner.screen, user, reason)

    def rotate(self) -> _native.RotationReport:
        """Begins the next epoch with the people there are."""
        return call(self._inner.rotate)

    def seal_bytes(self, new: _native.NewDocument, content: BytesLike) -> _native.DocumentInfo:
        """Seals bytes as a document. When this returns, it is durable and on record."""
        return call(self._inner.seal_bytes, new, crossing(content))

    def seal_file(
        self, new: _native.NewDocument, source: StrPath, *, watcher: Watcher | None = None
    ) -> _native.DocumentInfo:
        """Seals a file of any size as a document."""
        path = path_crossing(source)
        return watched(watcher, lambda listener: self._inner.seal_file(new, path, listener))

    def seal_stream(
        self, new: _native.NewDocument, source: Union[IO[bytes], Iterable[BytesLike]]
    ) -> _native.DocumentInfo:
        """Seals what a binary file object or an iterable of pieces gives, to its end."""
        with self.writer(new) as writer:
            for piece in _pieces(source):
                writer.write(piece)
            return writer.finish()

    def seal_all(
        self,
        files: Iterable[tuple[_native.NewDocument, StrPath]],
        *,
        watcher: Watcher | None = None,
    ) -> _native.SealedAll:
        """Seals many files, in commits of up to 256 documents. Call it again with the same ids after it
        broke off: what is on record is passed over. A source that cannot be read is left out and named."""
        crossing = [
            _native.NewFile(document=document, path=path_crossing(path)) for document, path in files
        ]
        return watched(watcher, lambda listener: self._inner.seal_all(crossing, listener))

    def open_bytes(self, id: str, *, reason: str | None = None) -> bytes:
        """Opens a document whole. One of 2 GiB and more goes by path or through a reader."""
        return call(self._inner.open_bytes, id, reason)

    def open_file(
        self, id: str, to: StrPath, *, reason: str | None = None, watcher: Watcher | None = None
    ) -> int:
        """Opens a document of any size into a new file, which is there only if everything was right.
        Says how many bytes it has."""
        path = path_crossing(to)
        return watched(watcher, lambda listener: self._inner.open_file(id, path, reason, listener))

    def reader(self, id: str, *, reason: str | None = None) -> DocumentReader:
        """A reader of one document, recorded as opened."""
        return DocumentReader(call(self._inner.reader, id, reason))

    def readers(self, ids: Sequence[str], *, reason: str | None = None) -> list[DocumentReader]:
        """Readers of up to 256 documents, in the order of the ids, under one record."""
        return [DocumentReader(inner) for inner in call(self._inner.readers, list(ids), reason)]

    def writer(self, new: _native.NewDocument) -> DocumentWriter:
        """Seals what is written to it."""
        return DocumentWriter(call(self._inner.writer, new))

    def documents(self) -> Iterator[_native.DocumentInfo]:
        """Its documents by id, each in its newest version, fetched a page at a time."""
        after: str | None = None
        while page := self.documents_page(after, _PAGE):
            yield from page
            after = page[-1].id

    def documents_page(self, after: str | None, limit: int) -> list[_native.DocumentInfo]:
        """Its documents by id, after ``after``, at most ``limit``."""
        return call(self._inner.documents, after, limit)

    def documents_count(self) -> int:
        """How many versions of documents were sealed in it."""
        return call(self._inner.documents_count)

    def document(self, id: str) -> _native.DocumentInfo:
        """One document."""
        return call(self._inner.document, id)

    def describe(self, id: str, change: _native.Change) -> _native.DocumentInfo:
        """Renames a document or gives it another media type. The sealed bytes stay as they are."""
        return call(self._inner.describe, id, change)

    def share(
        self,
        draft: Draft,
        documents: Iterable[str],
        to: StrPath,
        *,
        watcher: Watcher | None = None,
    ) -> _native.Made:
        """Shares documents, in the order of their ids, into the new file ``to``. The share is on record,
        with whom it is for, before the file is there under its name."""
        ids, path = list(documents), path_crossing(to)
        return watched(watcher, lambda listener: self._inner.share(draft._inner, ids, path, listener))

    def accept(
        self, source: StrPath, contacts: Iterable[Contact], *, watcher: Watcher | None = None
    ) -> Imported:
        """Accepts a share for this device into the matter. Nothing is on record, and nothing stays sealed,
        unless every step passed."""
        path, known = path_crossing(source), contacts_crossing(contacts)
        done = watched(watcher, lambda listener: self._inner.accept(path, known, listener))
        return Imported(Accepted(done.accepted), done.documents)

    def file_receipt(self, signed: _native.SignedReceipt) -> _native.Receipt:
        """Files a receipt as proof that a recipient got the share."""
        return call(self._inner.file_receipt, signed)

    def shares(self) -> list[_native.ShareInfo]:
        """Every share of the matter's documents, in the order they were made, with the receipts on file,
        each verified again."""
        return call(self._inner.shares)

    def received(self) -> list[_native.Received]:
        """Every share that was accepted into the matter, in their order, with where it came from."""
        return call(self._inner.received)


def _pieces(source: Union[IO[bytes], Iterable[BytesLike]]) -> Iterator[BytesLike]:
    read = getattr(source, "read", None)
    if read is None:
        yield from source
        return
    while piece := read(PIECE):
        yield piece
