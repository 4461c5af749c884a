// What calls cost: one line a measure, its name and the median of five runs in seconds.

import Foundation
import Privity

let header = try Header(firm: newFirmId(), document: newDocumentId(), version: 1)
let folder = FileManager.default.temporaryDirectory.appending(
    path: "privity-speed-\(UUID())", directoryHint: .isDirectory)
let runs = 5

func seconds(_ body: () throws -> Void) rethrows -> Double {
    let took = try ContinuousClock().measure(body)
    return Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
}

/// `body` measures what counts, and not what it has to set up.
func median(_ name: String, _ body: () throws -> Double) throws {
    let all = try (0..<runs).map { _ in try body() }.sorted()
    print(name, String(format: "%.9f", all[runs / 2]))
}

func filled(_ length: Int) -> Data {
    let period = Data(0...250)
    var bytes = Data(capacity: length)
    for at in stride(from: 0, to: length, by: period.count) { bytes += period.prefix(length - at) }
    return bytes
}

try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
defer { try? FileManager.default.removeItem(at: folder) }
let (plain, sealed) = (folder.appending(path: "plain"), folder.appending(path: "sealed"))
try filled(256 << 20).write(to: plain)
var file: SealedFile?
try median("file-seal") {
    try? FileManager.default.removeItem(at: sealed)
    return try seconds { file = try Envelope.sealFile(header, from: plain, to: sealed) }
}

let content = filled(16 << 20)
try median("bytes-seal") {
    try seconds {
        let made = try Envelope.seal(header, content)
        _ = try Envelope.open(made.key.openingKey(), Envelope.expected(of: made.summary), made.sealed)
    }
}

if let file {
    let opener = try Opener(file.key.openingKey(), Envelope.expected(of: file.summary), file: sealed)
    try median("ranges") {
        try seconds {
            // Odd steps: neither in order nor on borders of chunks.
            for n in 0..<64 as Range<UInt64> { _ = try opener.read(at: n * 37 % 64 * 4 << 20 + 12_345, max: 1 << 20) }
        }
    }
    try median("tiny") { try seconds { for _ in 0..<10_000 { _ = try opener.length() } } / 10_000 }
}

// A map in CBOR: 1 is 7.
let event = try Draft.host(kind: 2_000, body: Data([0xA1, 0x01, 0x07]))
let drafts = Array(repeating: event, count: 1_000)
try median("records") {
    let appender = try Appender.begin("log.example/speed", ChainKeys.generate()).appender
    return try seconds { _ = try appender.appendAll(drafts) }
}
