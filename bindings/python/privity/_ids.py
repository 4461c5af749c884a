"""New random ids, for hosts that keep them: they hold nothing about anybody."""

from __future__ import annotations

from privity import _native
from privity._errors import call


def new_firm_id() -> str:
    """Of a firm; for a host with a database of its own, its name space."""
    return call(_native.new_firm_id)


def new_document_id() -> str:
    """Of a document."""
    return call(_native.new_document_id)


def new_matter_id() -> str:
    """Of a matter."""
    return call(_native.new_matter_id)


def new_principal_id() -> str:
    """Of somebody that a key is wrapped to."""
    return call(_native.new_principal_id)


def new_device_id() -> str:
    """Of a device."""
    return call(_native.new_device_id)
