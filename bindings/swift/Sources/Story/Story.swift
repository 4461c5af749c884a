import Foundation
import Privity

/// The story of `bindings/scenario`, in a folder of its own.
public final class Story {
    let folder: Desk
    let line: (String) -> Void
    /// Called with every vault while it is unlocked.
    public var unlocked: (Vault) throws -> Void = { _ in }
    /// Called with the keys of the envelope that is made without a vault.
    public var keys: (Identity, OpeningKey) throws -> Void = { _, _ in }
    /// Every error that was raised on purpose.
    public internal(set) var errors: [PrivityError] = []

    /// Each step says one line.
    public init(in folder: URL, line: @escaping (String) -> Void) {
        (self.folder, self.line) = (Desk(folder), line)
    }

    /// The code of what is raised; `fine` if nothing is.
    func code(_ body: () throws -> Void) throws -> String {
        do {
            try body()
        } catch let error as PrivityError {
            errors.append(error)
            return error.code
        }
        return "fine"
    }
}

/// A folder with a firm's stores and its devices.
struct Desk {
    let url: URL
    /// What guards the keys there; else the story's passphrase.
    var keyStore: (any Protector)?

    init(_ url: URL, keyStore: (any Protector)? = nil) { (self.url, self.keyStore) = (url, keyStore) }

    func path(_ name: String) -> URL { url.appending(path: name) }

    func storage(_ device: String) throws -> Storage {
        try Storage(shared: path("firm"), device: path("device-\(device)"))
    }

    /// The same for every device and for the root.
    func guardian() throws -> Guard {
        guard let keyStore else { return try Guard(passphrase: "six words that nobody else knows") }
        return try Guard(keyStore)
    }

    func unlock(_ device: String, options: Options? = nil) throws -> Vault {
        try Vault(storage(device), guardian(), options: options)
    }

    /// A firm with its first administrator on the device `partner`.
    func firm() throws -> CreatedFirm {
        try Vault.create(
            storage("partner"), NewFirm(firm: "Example LLP", user: "A. Partner"), device: guardian(),
            root: guardian())
    }
}

/// Something that the story does not allow.
struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Ends the story unless this holds.
func must(_ holds: Bool, _ what: String) throws {
    if !holds { throw Unexpected(what) }
}

func found<T>(_ value: T?, _ what: String) throws -> T {
    guard let value else { throw Unexpected(what) }
    return value
}

/// A value that threads share.
final class Shared<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    init(_ value: Value) { self.value = value }

    func with<T>(_ body: (inout Value) throws -> T) rethrows -> T {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }
}

/// Content of which byte *n* is *n* mod 251.
func counted(_ length: Int) -> Data {
    let period = Data(0...250)
    var content = Data(capacity: length)
    for at in stride(from: 0, to: length, by: period.count) { content += period.prefix(length - at) }
    return content
}

/// With the lowest bit of the byte at `at` flipped.
func flipped(_ bytes: Data, at: Int) -> Data {
    var altered = Data(bytes)
    altered[at] ^= 1
    return altered
}

func clean(_ report: Report) -> String { report.isClean ? "clean" : "odd" }

/// The one matter of the firm, as this vault sees it.
func onlyMatter(_ vault: Vault) throws -> Matter { try found(try vault.matters().first, "no matter") }

/// The person of this vault by the name that an administrator's list of users has.
func name(of vault: Vault, listedBy administrator: Vault) throws -> String {
    let id = try vault.user()
    return try found(try administrator.users().first { $0.id == id }?.name, "nobody")
}

/// Two words of these exchanged, as somebody may mishear them.
func exchanged(_ words: [String]) throws -> [String] {
    var exchanged = words
    exchanged.swapAt(0, try found(words.firstIndex { $0 != words[0] }, "twelve equal words"))
    return exchanged
}
