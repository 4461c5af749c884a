"""Watchers of long calls."""

from __future__ import annotations

from typing import Callable, Optional, TypeVar

from privity import _native
from privity._errors import CancelledError, call
from privity._types import HostFailed

Watcher = Callable[[int, Optional[int]], Optional[_native.Flow]]
"""Told how much is done and how much there is in all, about once for every 256 KiB, on a thread of the
call. ``Flow.CANCEL`` stops the call with ``cancelled``; an exception stops it with ``watcher-failed``,
whose cause it becomes."""

T = TypeVar("T")


class _Listener(_native.ProgressListener):
    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher
        self.failed: BaseException | None = None

    def step(self, done: int, total: int | None) -> _native.Flow:
        try:
            return self.watcher(done, total) or _native.Flow.CONTINUE
        # All of them: what leaves here would cross as text.
        except BaseException as error:
            self.failed = error
            raise HostFailed() from None


def watched(
    watcher: Watcher | None, work: Callable[[_native.ProgressListener | None], T]
) -> T:
    """Does the work under a watcher; what the watcher raised is not lost."""
    if watcher is None:
        return call(work, None)
    listener = _Listener(watcher)
    try:
        return call(work, listener)
    except CancelledError as error:
        if listener.failed is None:
            raise
        if not isinstance(listener.failed, Exception):
            # KeyboardInterrupt and the like are for the caller, not for us.
            raise listener.failed from None
        raise error from listener.failed
