// New random ids, for hosts that keep them: they hold nothing about anybody.
package privity

/** Of a firm; for a host with a database of its own, its name space. */
public fun newFirmId(): FirmId = call { ffiNewFirmId() }

/** Of a document. */
public fun newDocumentId(): DocumentId = call { ffiNewDocumentId() }

/** Of a matter. */
public fun newMatterId(): MatterId = call { ffiNewMatterId() }

/** Of somebody that a key is wrapped to. */
public fun newPrincipalId(): PrincipalId = call { ffiNewPrincipalId() }

/** Of a device. */
public fun newDeviceId(): DeviceId = call { ffiNewDeviceId() }
