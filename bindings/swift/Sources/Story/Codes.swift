import Foundation
import Privity

/// Every code that a program can bring about, through the package's public calls.
final class Seen {
    private(set) var codes: Set<String> = []
    private(set) var errors: [PrivityError] = []

    /// This call fails with this code.
    func fails(_ expected: String, line: UInt = #line, file: String = #fileID, _ body: () throws -> Void) throws {
        var code = "fine"
        do {
            try body()
        } catch let error as PrivityError {
            code = error.code
            errors.append(error)
        }
        try must(code == expected, "\(file):\(line): \(expected) was expected, not \(code)")
        codes.insert(code)
    }
}

extension Story {
    /// Step 26: a code without a step ends the story, and so does one that is called out of reach and
    /// turns up.
    func playCodes() throws {
        let seen = Seen()
        for steps in [envelopeCodes, chainCodes, vaultCodes, storeCodes, sharingCodes] { try temporary { try steps(seen, $0) } }
        errors += seen.errors
        let registry = try errorCodes()
        for one in registry {
            try must(one.reachable == seen.codes.contains(one.code), "\(one.code): reachable is \(one.reachable)")
        }
        let outOfReach = registry.filter { !$0.reachable }.count
        line("26 codes: \(seen.codes.count) of \(registry.count), \(outOfReach) out of reach")
    }
}

/// A desk of its own, gone afterwards. Its keys are under a key store of the host: passphrases cost time.
func temporary<T>(_ body: (Desk) throws -> T) throws -> T {
    let url = FileManager.default.temporaryDirectory.appending(path: "privity-\(UUID())", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(Desk(url, keyStore: Masking()))
}

/// Bytes that take no memory: a file without content, mapped.
func sparse(_ length: UInt64, _ file: URL) throws -> Data {
    try Data().write(to: file)
    let handle = try FileHandle(forWritingTo: file)
    try handle.truncate(atOffset: length)
    try handle.close()
    return try Data(contentsOf: file, options: .alwaysMapped)
}

/// A key store that hides nothing.
final class Masking: Protector {
    let id = "com.example.masking"

    func wrap(secret: Data, context: Data) throws -> Data { Data(secret.map { ~$0 }) }
    func unwrap(wrapped: Data, context: Data) throws -> Data { Data(wrapped.map { ~$0 }) }
}

/// A key store that fails.
final class Broken: Protector {
    let id = "com.example.broken"

    struct Failed: Error {}

    func wrap(secret: Data, context: Data) throws -> Data { throw Failed() }
    func unwrap(wrapped: Data, context: Data) throws -> Data { throw Failed() }
}
