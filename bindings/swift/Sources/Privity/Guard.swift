import Foundation
import PrivityGenerated

/// What keys are kept under: made once, handed to the calls that make or unlock keys.
public final class Guard: Sendable {
    let inner: PrivityGenerated.Guard

    /// A passphrase as it was typed; it is normalised (NFC) first. Argon2id, 64 MiB and three passes.
    ///
    /// A `String` cannot be wiped: who holds the passphrase as bytes gives those instead.
    public convenience init(passphrase: String) throws(PrivityError) {
        try self.init(passphrase: Data(passphrase.precomposedStringWithCanonicalMapping.utf8))
    }

    /// A passphrase as UTF-8 in NFC.
    public init(passphrase: Data) throws(PrivityError) {
        let passphrase = try passphrase.crossing()
        inner = try call { try PrivityGenerated.Guard.passphrase(passphrase: passphrase) }
    }

    /// The same at a higher cost for what is protected from now on.
    public init(passphrase: Data, memoryKiB: UInt32, passes: UInt32, lanes: UInt32) throws(PrivityError) {
        let passphrase = try passphrase.crossing()
        inner = try call {
            try PrivityGenerated.Guard.passphraseWithCost(
                passphrase: passphrase, memoryKib: memoryKiB, passes: passes, lanes: lanes)
        }
    }

    /// A key store of the host.
    public init(_ protector: any Protector) throws(PrivityError) {
        inner = try call {
            try PrivityGenerated.Guard.protector(id: protector.id, protector: HostProtector(protector: protector))
        }
    }
}

/// A key store of the host: Secure Enclave, a smart card, a KMS. Most callers use a passphrase and
/// never implement this.
///
/// The only secret that crosses is a random 32-byte unlocking secret. Calls come on the caller's
/// thread, never under a lock, and may block. `UnlockRefused` says that the person or the key store
/// said no; any other error counts as a failure, and its text goes nowhere.
public protocol Protector: AnyObject, Sendable {
    /// Written beside what was wrapped and compared before it is asked: 1 to 64 characters of
    /// `[a-z0-9.-]`, such as `com.example.kms`.
    var id: String { get }
    /// Wraps the unlocking secret, bound to `context`. At most 4,096 bytes.
    func wrap(secret: Data, context: Data) throws -> Data
    /// Gives the 32 bytes back, for the same `context` alone.
    func unwrap(wrapped: Data, context: Data) throws -> Data
}

private final class HostProtector: PrivityGenerated.Protector {
    let protector: any Protector

    init(protector: any Protector) { self.protector = protector }

    func wrap(secret: Data, context: Data) throws -> Data {
        try host { try protector.wrap(secret: secret, context: context).crossing() }
    }

    func unwrap(wrapped: Data, context: Data) throws -> Data {
        try host { try protector.unwrap(wrapped: wrapped, context: context).crossing() }
    }
}

/// Runs a callback of the host: what it throws becomes one of two errors without a text.
func host<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch is UnlockRefused { throw HostError.Refused } catch { throw HostError.Failed }
}
