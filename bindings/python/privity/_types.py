"""Plain data with variants, as type checkers can see it: of what is generated they see no variant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity import _native

if TYPE_CHECKING:

    class Designation(_native.Designation):
        """A label for handling, and no wall."""

        class PUBLIC(_native.Designation):
            """For anybody."""

            def __init__(self) -> None: ...

        class INTERNAL(_native.Designation):
            """For the firm."""

            def __init__(self) -> None: ...

        class CONFIDENTIAL(_native.Designation):
            """The default."""

            def __init__(self) -> None: ...

        class PRIVILEGED(_native.Designation):
            """Privileged."""

            def __init__(self) -> None: ...

        class ATTORNEYS_EYES_ONLY(_native.Designation):
            """For attorneys' eyes only."""

            def __init__(self) -> None: ...

        class CUSTOM(_native.Designation):
            """One that the firm names itself, from 64 on."""

            number: int

            def __init__(self, number: int) -> None: ...

    class Anchored(_native.Anchored):
        """Whether others vouch for what this firm's own devices signed."""

        class UP_TO(_native.Anchored):
            """Everything up to this size of the ledger was cosigned by these others."""

            size: int
            users: list[str]
            witnesses: list[str]

        class UNANCHORED(_native.Anchored):
            """Only the word of whoever signed stands."""

    class Finding(_native.Finding):
        """Something in the store that is not what it should be."""

        class DOCUMENT(_native.Finding):
            """A document whose row is missing, altered or does not open."""

            matter: str
            document: str
            why: str

        class WRAP(_native.Finding):
            """A wrap that does not hold the secret it should, or is missing."""

            matter: str
            epoch: int
            principal: str
            why: str

        class LEFT(_native.Finding):
            """A live wrap for somebody who is no principal any more."""

            matter: str
            principal: str

        class OTHER(_native.Finding):
            """Something that only a newer version has words for; the report's text has it."""

            shown: str

    class HostRefused(Exception): ...

    class HostFailed(Exception): ...

    def scope_firm() -> _native.Scope: ...
    def scope_matter(id: str) -> _native.Scope: ...

else:
    Anchored = _native.Anchored
    Designation = _native.Designation
    Finding = _native.Finding
    HostRefused = _native.HostError.Refused
    HostFailed = _native.HostError.Failed
    scope_firm = _native.Scope.FIRM
    scope_matter = _native.Scope.MATTER
