from __future__ import annotations

import array
import io
import mmap
import os
import zipfile
from pathlib import Path

import pytest

from privity import Designation, DocumentWriter, Matter, MisuseError, NewDocument
from privity._crossing import BytesLike, crossing

CONTENT = bytes(range(256)) * 12_000


@pytest.mark.parametrize(
    "data",
    [
        CONTENT,
        bytearray(CONTENT),
        memoryview(CONTENT),
        memoryview(CONTENT)[100:3000],
        memoryview(CONTENT)[::-2],
        array.array("H", range(500)),
        b"",
    ],
)
def test_bytes_of_every_kind_are_sealed(matter: Matter, data: BytesLike) -> None:
    designation = Designation.CUSTOM(number=64) if data else Designation.PRIVILEGED()
    info = matter.seal_bytes(NewDocument(name="x", designation=designation), data)
    assert info.designation == designation
    assert matter.open_bytes(info.id) == memoryview(data).tobytes()


def test_what_is_too_long_for_a_call_is_refused_before_it(tmp_path: Path) -> None:
    sparse = tmp_path / "sparse"
    sparse.touch()
    os.truncate(sparse, 2**32 + 3)
    with sparse.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        with pytest.raises(MisuseError, match="bytes-too-long"):
            crossing(data)


def test_streams_of_every_kind_are_sealed(matter: Matter) -> None:
    new = NewDocument(name="x")
    pieces = (CONTENT[at : at + 1000] for at in range(0, len(CONTENT), 1000))
    for info in (matter.seal_stream(new, io.BytesIO(CONTENT)), matter.seal_stream(new, pieces)):
        assert matter.open_bytes(info.id) == CONTENT


def test_a_reader_is_a_file_and_an_iterator(matter: Matter) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("brief.txt", "brief")
        made.writestr("big.bin", CONTENT)
    info = matter.seal_bytes(NewDocument(name="x.zip"), packed.getvalue())
    with matter.reader(info.id, reason="review") as reader:
        assert len(reader) == info.length == len(packed.getvalue())
        assert b"".join(reader.pieces(1000)) == packed.getvalue()
        with reader.open() as file, zipfile.ZipFile(file) as read:
            assert read.read("brief.txt") == b"brief"
            assert read.read("big.bin") == CONTENT
        assert reader.read_at(10, 20) == packed.getvalue()[10:30]
        with pytest.raises(MisuseError, match="out-of-range"):
            reader.read_at(len(reader) + 1, 1)
    with pytest.raises(MisuseError, match="handle-ended"):
        reader.read()


def test_a_writer_seals_at_its_end_and_nothing_after_an_exception(matter: Matter) -> None:
    with matter.writer(NewDocument(name="kept")) as writer:
        for _ in range(3):
            assert writer.write(CONTENT) == len(CONTENT)
    assert writer.info is not None
    given_up: DocumentWriter = matter.writer(NewDocument(name="given up"))
    with pytest.raises(ZeroDivisionError), given_up as writer:
        writer.write(CONTENT)
        raise ZeroDivisionError
    assert [info.name for info in matter.documents()] == ["kept"]
    with pytest.raises(MisuseError, match="handle-ended"):
        given_up.write(b"x")


def test_many_files_are_sealed_at_once_and_a_missing_one_is_named(
    matter: Matter, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(300)]
    for path in paths[:-1]:
        path.write_text(path.name)
    done = matter.seal_all((NewDocument(name=path.name), path) for path in paths)
    assert [(failed.place, failed.code) for failed in done.failed] == [(299, "source-unreadable")]
    assert len(done.sealed) == 299 and done.commits == 2
    assert {info.name for info in matter.documents()} == {path.name for path in paths[:-1]}
