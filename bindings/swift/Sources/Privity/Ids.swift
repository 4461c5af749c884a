// New random ids, for hosts that keep them: they hold nothing about anybody.

import PrivityGenerated

/// Of a firm; for a host with a database of its own, its name space.
public func newFirmId() throws(PrivityError) -> FirmId { try call { try PrivityGenerated.newFirmId() } }

/// Of a document.
public func newDocumentId() throws(PrivityError) -> DocumentId {
    try call { try PrivityGenerated.newDocumentId() }
}

/// Of a matter.
public func newMatterId() throws(PrivityError) -> MatterId { try call { try PrivityGenerated.newMatterId() } }

/// Of somebody that a key is wrapped to.
public func newPrincipalId() throws(PrivityError) -> PrincipalId {
    try call { try PrivityGenerated.newPrincipalId() }
}

/// Of a device.
public func newDeviceId() throws(PrivityError) -> DeviceId { try call { try PrivityGenerated.newDeviceId() } }
