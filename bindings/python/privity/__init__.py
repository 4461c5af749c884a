"""Sealed documents, key rotation, a signed audit chain and sharing for legal software.

Unlock a :class:`Vault`, take a :class:`Matter`, seal and open documents in it::

    with Vault.unlock(Storage("firm", "this-device"), Guard("passphrase")) as vault:
        matter = vault.matters()[0]
        info = matter.seal_file(NewDocument(name="brief.pdf"), Path("brief.pdf"))

:mod:`privity.envelope` and :mod:`privity.audit` are the envelope and the chain alone, :mod:`privity.sharing`
sends documents to people outside and takes theirs.

Every call blocks, may be made on any thread, lets other threads run meanwhile and raises
:class:`PrivityError`. No key is ever a Python object.
"""

from privity._enrolment import Approval, EnrolmentRequest
from privity._errors import (
    CancelledError,
    EntropyError,
    InvalidError,
    LockedError,
    MisuseError,
    NotFoundError,
    PrivityError,
    RefusedError,
    StaleError,
    StorageError,
    UnlockRefused,
)
from privity._guard import Guard, Protector
from privity._ids import (
    new_device_id,
    new_document_id,
    new_firm_id,
    new_matter_id,
    new_principal_id,
)
from privity._matter import Matter
from privity._native import (
    Change,
    DocumentInfo,
    ErrorCode,
    FirmRole,
    Flow,
    Head,
    MatterRole,
    MatterRotation,
    Member,
    NewDocument,
    NewFirm,
    NewUser,
    NotRotated,
    NotSealed,
    Options,
    Padding,
    Person,
    Profile,
    Report,
    ReportedLeaf,
    RotationReport,
    SealedAll,
    Stale,
    TrustRoot,
    VoidAnchor,
)
from privity._streams import DocumentReader, DocumentWriter
from privity._types import Anchored, Designation, Finding
from privity._vault import CreatedFirm, Storage, Vault, error_codes, verify_export, version
from privity._watcher import Watcher

__version__ = version()

__all__ = [
    "Anchored",
    "Approval",
    "CancelledError",
    "Change",
    "CreatedFirm",
    "Designation",
    "DocumentInfo",
    "DocumentReader",
    "DocumentWriter",
    "EnrolmentRequest",
    "EntropyError",
    "ErrorCode",
    "Finding",
    "FirmRole",
    "Flow",
    "Guard",
    "Head",
    "InvalidError",
    "LockedError",
    "Matter",
    "MatterRole",
    "MatterRotation",
    "Member",
    "MisuseError",
    "NewDocument",
    "NewFirm",
    "NewUser",
    "NotFoundError",
    "NotRotated",
    "NotSealed",
    "Options",
    "Padding",
    "Person",
    "PrivityError",
    "Profile",
    "Protector",
    "RefusedError",
    "Report",
    "ReportedLeaf",
    "RotationReport",
    "SealedAll",
    "Stale",
    "StaleError",
    "Storage",
    "StorageError",
    "TrustRoot",
    "UnlockRefused",
    "Vault",
    "VoidAnchor",
    "Watcher",
    "error_codes",
    "new_device_id",
    "new_document_id",
    "new_firm_id",
    "new_matter_id",
    "new_principal_id",
    "verify_export",
    "version",
]
