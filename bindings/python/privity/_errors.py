"""Errors, and the one way into the library."""

from __future__ import annotations

from typing import Callable, ParamSpec, TypeVar

from privity import _native

P = ParamSpec("P")
T = TypeVar("T")


class PrivityError(Exception):
    """What went wrong; the subclass says who has to act.

    None of it holds a secret, the name of a file or anything of a case, so it may be logged.
    """

    code: str
    """Stable, and for programs: ``content-refused``."""
    text: str
    """What is wrong, in a sentence without its full stop."""
    advice: str
    """What the caller can do."""
    step: _native.Step | None
    """Of a share that was refused: the step at which."""

    def __init__(
        self, code: str, text: str, advice: str, step: _native.Step | None = None
    ) -> None:
        super().__init__(code, text, advice, *(() if step is None else (step,)))
        self.code = code
        self.text = text
        self.advice = advice
        self.step = step

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"


class InvalidError(PrivityError):
    """The bytes that came in are not what they claim to be."""


class MisuseError(PrivityError):
    """The caller used the library wrongly."""


class RefusedError(PrivityError):
    """A check said no: a key, a commitment, a policy."""


class NotFoundError(PrivityError):
    """Something named does not exist."""


class LockedError(PrivityError):
    """A key is not unlocked."""


class StorageError(PrivityError):
    """A file, a stream or a store failed."""


class StaleError(PrivityError):
    """The caller's view is older than what is there."""


class CancelledError(PrivityError):
    """A watcher asked to stop, or failed."""


class EntropyError(PrivityError):
    """The operating system gave no randomness."""


class UnlockRefused(Exception):
    """Raised by a :class:`Protector` when the person or the key store said no."""


_KINDS: dict[str, type[PrivityError]] = {
    "Invalid": InvalidError,
    "Misuse": MisuseError,
    "Refused": RefusedError,
    "NotFound": NotFoundError,
    "Locked": LockedError,
    "Storage": StorageError,
    "Stale": StaleError,
    "Cancelled": CancelledError,
    "Entropy": EntropyError,
}


def call(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Calls the library; no exception of the generated code gets out."""
    try:
        return function(*args, **kwargs)
    except _native.PrivityError as error:
        # The generated variants: each has these four.
        parts = [getattr(error, name) for name in ("code", "text", "advice", "step")]
        raise _KINDS[type(error).__name__](*parts) from None
    except _native.InternalError:
        # A defect of ours: its words may hold anything, so they stay here.
        raise MisuseError(
            "defect",
            "the library failed where it must not",
            "Report it; what was asked for did not happen, or not wholly.",
        ) from None
