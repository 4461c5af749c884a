import Foundation
import PrivityGenerated
import Story
import Testing

@testable import Privity

/// Keys that were really in use are searched for in everything that the package lets a program say.
///
/// Built by `bindings/swift/canary` alone, with a library that writes its keys to a file.
@Suite struct CanaryTests {
    @Test func noKeyIsInErrorsOrLogs() throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "privity-\(UUID())", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let needles = folder.appending(path: "needles").path(percentEncoded: false)
        let home = folder.appending(path: "story", directoryHint: .isDirectory)

        // The story's share for stock tools goes to nobody here.
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: false)
        let recipient = try Privity.Party.generate().classicRecipient()
        try Data(recipient.utf8).write(to: home.appending(path: "stock-recipient.txt"))

        let said = try captured(to: folder.appending(path: "said")) {
            let story = Story(in: home) { print($0) }
            story.unlocked = { vault in
                _ = try canaryVault(vault: vault.inner, needles: needles)
                try say(vault)
                for matter in try vault.matters() {
                    try say(matter)
                    // Who has left is refused; then that is said.
                    try say(Result { try (matter.members(), matter.documents(limit: 100)) })
                }
                try say(try vault.users(), try vault.verify(), try vault.trust())
                // The device as a party has its keys.
                let (party, card) = (try vault.party(), try vault.card(details))
                let contact = try Privity.Contact(card: card)
                try say(party, card, try card.fields(), contact, try party.keep(contact), try Privity.ShareKeys(party))
                try party.release()
            }
            story.keys = { identity, key in
                _ = try canaryKey(identity: identity.inner, key: key.inner, needles: needles)
                try say(identity, key, try identity.publicKey())
            }
            try story.write()
            for error in story.errors {
                try say(error, error.localizedDescription, error as NSError, error.recoverySuggestion ?? "")
            }
            print("\(Set(story.errors.map { $0.code }).count) codes said")
        }
        let keys = try keys(in: needles)
        // Of three unlocked vaults, and of an identity and a document without a vault.
        let names = Set(keys.map { $0.name })
        #expect(keys.count > 20 && names.isSuperset(of: ["device-identity", "identity", "document"]))
        #expect(said.range(of: Data("26 codes:".utf8)) != nil && said.count > 100_000)
        #expect(found(keys, in: said) == [])

        // The search finds what is put there on purpose, as a program may come to print it.
        let key = try #require(keys.last)
        let digits = key.bytes.map { String(format: "%02x", $0) }.joined()
        var described = ""
        dump([UInt8](key.bytes), to: &described)
        let planted = [
            key.bytes, Data(digits.utf8), Data(digits.uppercased().utf8), Data("\([UInt8](key.bytes))".utf8),
            Data(described.utf8), Data(key.bytes.base64EncodedString().utf8),
        ]
        let around = said.prefix(1_000)
        for one in planted { #expect(found(keys, in: around + one + around) == [key.name]) }
    }
}

private let details = Privity.CardDetails(name: "N. N.", notBefore: 0, expires: 4_102_444_800_000_000)

/// Everything that a program can make text of a value with, to both outputs.
private func say(_ values: Any...) throws {
    for value in values {
        print(value)
        debugPrint(value)
        dump(value)
        NSLog("%@", "\(value)")
        try FileHandle.standardError.write(contentsOf: Data("\(String(reflecting: value))\n".utf8))
    }
}

/// What goes to the two outputs while `body` runs.
private func captured(to file: URL, _ body: () throws -> Void) throws -> Data {
    try Data().write(to: file)
    let handle = try FileHandle(forWritingTo: file)
    fflush(nil)
    let (out, err) = (dup(1), dup(2))
    dup2(handle.fileDescriptor, 1)
    dup2(handle.fileDescriptor, 2)
    defer {
        fflush(nil)
        dup2(out, 1)
        dup2(err, 2)
        close(out)
        close(err)
    }
    try body()
    fflush(nil)
    return try Data(contentsOf: file)
}

private struct Key {
    let name: String
    let bytes: Data
}

private func keys(in needles: String) throws -> [Key] {
    var keys: [Data: Key] = [:]
    for line in try String(contentsOfFile: needles, encoding: .utf8).split(separator: "\n") {
        let words = line.split(separator: " ").map { Array($0.utf8) }
        let digits = words[1].map { UInt8($0 < 0x3a ? $0 - 0x30 : $0 - 0x57) }
        let bytes = Data(stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
        keys[bytes] = Key(name: String(decoding: words[0], as: UTF8.self), bytes: bytes)
    }
    // Eight bytes in a row are looked for: what has fewer different ones, such as none yet, is no key.
    return keys.values.filter { $0.bytes.count >= 16 && Set($0.bytes.prefix(16)).count > 4 }
        .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
}

/// The names of the keys of which eight bytes in a row, from a multiple of eight on, stand in `text`: as
/// bytes, hexadecimal or decimal digits, or base64.
private func found(_ keys: [Key], in text: Data) -> [String] {
    var (patterns, numbers) = (Patterns(), Patterns())
    for key in keys {
        patterns.add(Data(key.bytes.base64EncodedString().utf8.prefix(11)), key.name)
        for at in stride(from: 0, through: key.bytes.count - 8, by: 8) {
            let part = Data(key.bytes.dropFirst(at).prefix(8))
            let digits = part.map { String(format: "%02x", $0) }.joined()
            patterns.add(part, key.name)
            patterns.add(Data(digits.utf8), key.name)
            patterns.add(Data(digits.uppercased().utf8), key.name)
            numbers.add(part, key.name)
        }
    }
    return patterns.hits(in: [UInt8](text)).union(numbers.hits(in: decimals(in: text))).sorted()
}

/// The numbers that stand in a text, as far as they may be bytes.
private func decimals(in text: Data) -> [UInt8] {
    var (all, number) = ([UInt8](), Int?.none)
    for byte in text + [0] {
        if (0x30...0x39).contains(byte) {
            number = min((number ?? 0) * 10 + Int(byte - 0x30), 1_000)
        } else if let whole = number {
            if whole < 256 { all.append(UInt8(whole)) }
            number = nil
        }
    }
    return all
}

/// Many patterns of eight bytes and more, by the first eight.
private struct Patterns {
    private var all: [UInt64: [(bytes: [UInt8], name: String)]] = [:]

    mutating func add(_ pattern: Data, _ name: String) {
        all[pattern.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }, default: []].append(([UInt8](pattern), name))
    }

    func hits(in text: [UInt8]) -> Set<String> {
        var (hits, last) = (Set<String>(), UInt64(0))
        for (at, byte) in text.enumerated() {
            last = last << 8 | UInt64(byte)
            guard at >= 7, let some = all[last] else { continue }
            for one in some where text[(at - 7)...].starts(with: one.bytes) { hits.insert(one.name) }
        }
        return hits
    }
}
