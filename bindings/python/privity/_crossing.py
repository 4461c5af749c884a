"""What values look like on their way into the library."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Union

from privity._errors import MisuseError

if TYPE_CHECKING:
    import array
    import mmap

BytesLike = Union[bytes, bytearray, memoryview, "mmap.mmap", "array.array[int]"]
"""Any contiguous buffer; all but ``bytes`` is copied once."""

StrPath = Union[str, "os.PathLike[str]"]

_MOST = 2**31 - 1 - 4
"""The most that crosses in one call: lengths are 32-bit and signed there."""


def crossing(data: BytesLike) -> bytes:
    """The bytes, if one call can take them."""
    view = memoryview(data)
    if view.nbytes > _MOST:
        raise MisuseError(
            "bytes-too-long",
            "one call takes and gives less than 2^31 bytes",
            "Use the call that takes a path, or a reader or a writer, piece by piece.",
        )
    return data if isinstance(data, bytes) else view.tobytes()


def path_crossing(path: StrPath) -> str:
    """The path as text."""
    text = os.fspath(path)
    if not isinstance(text, str):
        raise TypeError("a path is str or os.PathLike[str]")
    return text
