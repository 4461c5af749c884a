import Foundation
import Privity

// Codes of stores that were lost, altered or put back: whole files, as a host can do it.

private let files = FileManager.default

func storeCodes(_ seen: Seen, _ desk: Desk) throws {
    // With the last handle gone, the database is one file again.
    let (matter, document) = try madeStore(seen, desk)
    func opened(_ desk: Desk) throws -> Data { try desk.unlock("partner").matter(matter).openBytes(document) }
    try altered(desk) { try must(try opened($0) == Data("content".utf8), "the copy") }

    func fails(_ code: String, _ body: (Desk) throws -> Void, _ change: (Desk) throws -> Void) throws {
        try altered(desk) { copy in
            try change(copy)
            try seen.fails(code) { try body(copy) }
        }
    }
    func unlocked(_ desk: Desk) throws { _ = try desk.unlock("partner") }
    func stored(_ desk: Desk) throws { _ = try desk.storage("partner") }
    try temporary { nobody in try seen.fails("device-state-missing") { try unlocked(nobody) } }
    try fails("not-a-vault", unlocked) { try files.removeItem(at: $0.path("firm")) }
    try fails("blob-missing", { _ = try opened($0) }) { try files.removeItem(at: $0.path("firm/blobs")) }
    try fails("shred-key-missing", { _ = try opened($0) }) { copy in
        for suffix in ["", "-wal", "-shm"] { try? files.removeItem(at: copy.path("firm/erasable.sqlite\(suffix)")) }
    }
    try fails("store-damaged", stored) {
        try Data(repeating: 0x78, count: 8_192).write(to: $0.path("firm/rows.sqlite"))
    }
    try fails("store-version", stored) { copy in
        // The version a database carries in its first page: four bytes from 60 on.
        var bytes = try Data(contentsOf: copy.path("firm/rows.sqlite"))
        bytes.replaceSubrange(60..<64, with: [0, 0, 0, 99])
        try bytes.write(to: copy.path("firm/rows.sqlite"))
    }
    try fails("device-state-damaged", unlocked) { copy in
        let device = copy.path("device-partner")
        for name in try files.contentsOfDirectory(atPath: device.path(percentEncoded: false)) {
            let bytes = try Data(contentsOf: device.appending(path: name))
            if bytes.count > 40 { try flipped(bytes, at: 40).write(to: device.appending(path: name)) }
        }
    }

    // An older state put back, and then another history told in it.
    func grown(_ desk: Desk, _ names: String...) throws {
        for name in names { _ = try desk.unlock("partner").openMatter(name) }
    }
    func replaced(_ firm: Desk, from other: Desk) throws {
        try files.removeItem(at: firm.path("firm"))
        try files.copyItem(at: other.path("firm"), to: firm.path("firm"))
    }
    try fails("ledger-rollback", unlocked) { copy in
        try grown(copy, "new")
        try replaced(copy, from: desk)
    }
    try fails("ledger-forked", unlocked) { copy in
        try grown(copy, "new")
        // A copy of the same device, before it saw that, tells another story.
        try altered(desk) { twin in
            try grown(twin, "another", "longer")
            try replaced(copy, from: twin)
        }
    }
}

/// A firm with one document, no handle of which is left.
private func madeStore(_ seen: Seen, _ desk: Desk) throws -> (MatterId, DocumentId) {
    let vault = try desk.firm().vault
    let matter = try vault.openMatter("M")
    let sealed = try matter.sealBytes(NewDocument(name: "a"), Data("content".utf8))
    // An export of one matter of two that says it is of the whole firm, and one with a record altered.
    _ = try vault.openMatter("N")
    let (id, trust) = (try matter.id(), try vault.trust())
    let bytes = try vault.export(.matter(id: id))
    try must(Array(bytes[8..<11]) == [0xA5, 0x01, 0x50], "magic, a map of five, the matter's 16 bytes")
    let whole = bytes[..<8] + [0xA4] + bytes[27...]
    try seen.fails("store-incomplete") { _ = try verifyExport(whole, trust: trust) }
    try seen.fails("firm-tampered") { _ = try verifyExport(flipped(bytes, at: bytes.count / 4), trust: trust) }
    return (id, sealed.id)
}

/// A copy of a desk to do something with.
private func altered(_ desk: Desk, _ body: (Desk) throws -> Void) throws {
    try temporary { copy in
        for part in ["firm", "device-partner"] { try files.copyItem(at: desk.path(part), to: copy.path(part)) }
        try body(copy)
    }
}
