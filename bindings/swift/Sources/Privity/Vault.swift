import Foundation
import PrivityGenerated

/// Where a firm's data lies.
public final class Storage: Sendable {
    let inner: PrivityGenerated.Storage

    /// SQLite and files: `shared` holds what all devices share, `device` what this one keeps for
    /// itself. Creates what is missing.
    public init(shared: URL, device: URL) throws(PrivityError) {
        let (shared, device) = (try shared.crossing(), try device.crossing())
        inner = try call { try PrivityGenerated.Storage.folder(shared: shared, device: device) }
    }

    private init(_ inner: PrivityGenerated.Storage) { self.inner = inner }

    /// All in memory, gone with the last handle. For tests.
    public static func memory() throws(PrivityError) -> Storage {
        Storage(try call { try PrivityGenerated.Storage.memory() })
    }
}

/// A firm that was made.
public struct CreatedFirm: Sendable {
    /// It, unlocked.
    public let vault: Vault
    /// The firm's root key and recovery key, under the root's guard: for one safe.
    public let root: Data
    /// The root after it: for another safe.
    public let nextRoot: Data
}

/// A firm, unlocked on this device. May be used on any threads at once.
public final class Vault: Sendable {
    let inner: PrivityGenerated.Vault

    init(_ inner: PrivityGenerated.Vault) { self.inner = inner }

    /// Unlocks this device's keys and verifies the store forward from what the device verified last.
    public convenience init(_ storage: Storage, _ device: Guard, options: Options? = nil) throws(PrivityError) {
        self.init(try call {
            try PrivityGenerated.Vault.unlock(storage: storage.inner, guard: device.inner, options: options)
        })
    }

    /// Makes a firm in an empty store, with this device as its first. Put the two root files into
    /// two safes.
    public static func create(
        _ storage: Storage, _ new: NewFirm, device: Guard, root: Guard, options: Options? = nil
    ) throws(PrivityError) -> CreatedFirm {
        let made = try call {
            try createFirm(
                storage: storage.inner, new: new, device: device.inner, root: root.inner, options: options)
        }
        return CreatedFirm(vault: Vault(made.vault), root: made.root, nextRoot: made.nextRoot)
    }

    /// Wipes every key from memory. Later calls, and those of its matters and writers, throw `locked`.
    public func lock() throws(PrivityError) { try call { try inner.lock() } }

    /// The firm.
    public func firm() throws(PrivityError) -> FirmId { try call { try inner.firm() } }

    /// What a verifier of this firm's exports has to know beforehand.
    public func trust() throws(PrivityError) -> TrustRoot { try call { try inner.trust() } }

    /// The user whose device this is.
    public func user() throws(PrivityError) -> UserId { try call { try inner.user() } }

    /// This device.
    public func device() throws(PrivityError) -> DeviceId { try call { try inner.device() } }

    /// Opens a matter, whose members alone can read its name. This user is its lead.
    public func openMatter(_ name: String, id: MatterId? = nil) throws(PrivityError) -> Matter {
        Matter(try call { try inner.openMatter(name: name, id: id) })
    }

    /// A matter by its id.
    public func matter(_ id: MatterId) throws(PrivityError) -> Matter {
        Matter(try call { try inner.matter(id: id) })
    }

    /// Every matter there is, in the order in which they were opened.
    public func matters() throws(PrivityError) -> [Matter] {
        try call { try inner.matters() }.map(Matter.init)
    }
}

/// The version of the library.
public func version() throws(PrivityError) -> String { try call { try PrivityGenerated.version() } }

/// Every code there is, and why some cannot be brought about from here.
public func errorCodes() throws(PrivityError) -> [ErrorCode] { try call { try PrivityGenerated.errorCodes() } }
