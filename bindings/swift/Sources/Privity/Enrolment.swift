import Foundation
import PrivityGenerated

/// The public keys of a new device, on the way to an administrator.
public final class EnrolmentRequest: Sendable {
    let inner: PrivityGenerated.EnrolmentRequest

    init(_ inner: PrivityGenerated.EnrolmentRequest) { self.inner = inner }

    /// Reads what was handed over; keys that may not be used are refused.
    public convenience init(bytes: Data) throws(PrivityError) {
        let bytes = try bytes.crossing()
        self.init(try call { try PrivityGenerated.EnrolmentRequest.fromBytes(bytes: bytes) })
    }

    /// The bytes to hand over.
    public func bytes() throws(PrivityError) -> Data { try call { try inner.toBytes() } }

    /// The twelve words that both people compare by voice.
    public func words() throws(PrivityError) -> [String] { try call { try inner.words() } }

    /// The user it is for.
    public func user() throws(PrivityError) -> UserId { try call { try inner.user() } }

    /// The new device.
    public func device() throws(PrivityError) -> DeviceId { try call { try inner.device() } }

    /// The person's name, as they state it.
    public func name() throws(PrivityError) -> String { try call { try inner.name() } }
}

/// What a new device is to trust, on the way back to it. It holds no secret.
public final class Approval: Sendable {
    let inner: PrivityGenerated.Approval

    init(_ inner: PrivityGenerated.Approval) { self.inner = inner }

    /// Reads what was handed over.
    public convenience init(bytes: Data) throws(PrivityError) {
        let bytes = try bytes.crossing()
        self.init(try call { try PrivityGenerated.Approval.fromBytes(bytes: bytes) })
    }

    /// The bytes to hand over.
    public func bytes() throws(PrivityError) -> Data { try call { try inner.toBytes() } }

    /// The twelve words to compare unless the bytes came by hand.
    public func words() throws(PrivityError) -> [String] { try call { try inner.words() } }
}

extension Vault {
    /// Makes the keys of a new device, protected, in its own folder. Hand the request to an
    /// administrator, and its words by voice.
    public static func request(
        _ storage: Storage, _ new: NewUser, device: Guard
    ) throws(PrivityError) -> EnrolmentRequest {
        EnrolmentRequest(try call { try requestEnrolment(storage: storage.inner, new: new, guard: device.inner) })
    }

    /// Takes the approval on the new device, verifies the whole store and puts the device on record.
    public static func accept(
        _ storage: Storage, _ approval: Approval, device: Guard, options: Options? = nil
    ) throws(PrivityError) -> Vault {
        Vault(
            try call {
                try PrivityGenerated.Vault.accept(
                    storage: storage.inner, approval: approval.inner, guard: device.inner, options: options)
            })
    }

    /// Everybody in the firm, by id.
    public func users() throws(PrivityError) -> [Person] { try call { try inner.users() } }

    /// Certifies the device of a request; `words` is what was heard. A new person gets these roles.
    public func enrol(
        _ request: EnrolmentRequest, words: [String], roles: Set<FirmRole> = []
    ) throws(PrivityError) -> Approval {
        Approval(try call { try inner.enrol(request: request.inner, words: words, roles: Array(roles)) })
    }
}
