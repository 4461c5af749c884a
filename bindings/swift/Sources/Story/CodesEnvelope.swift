import Foundation
import Privity

// Codes of the envelope and of keys.

func envelopeCodes(_ seen: Seen, _ desk: Desk) throws {
    let header = try Header(firm: newFirmId(), document: newDocumentId(), version: 1)
    func numbered(_ version: UInt32) -> Header {
        Header(firm: header.firm, document: header.document, version: version)
    }
    let (person, other) = (try Identity.generate(), try Identity.generate())
    let context = try wrapContext(header, principal: newPrincipalId())

    // It works …
    let sealed = try Envelope.seal(header, Data("Dear Sirs".utf8))
    let wrap = try sealed.key.wrap(to: person.publicKey(), context)
    let key = try OpeningKey.unwrap(person, wrap, context)
    let expected = try Envelope.expected(of: sealed.summary)
    let bytes = sealed.sealed
    try must(try Envelope.open(key, expected, bytes) == Data("Dear Sirs".utf8), "the letter")
    let sealer = try Sealer(header)
    var stored = Data()
    for _ in 0..<30 { stored += try sealer.write(Data(repeating: 7, count: 100_000)) }
    let end = try sealer.finish()
    stored += end.sealed
    try must(end.summary.sealedLen == stored.count, "the sealed length")
    let opener = try Opener(end.key.openingKey(), Envelope.expected(of: end.summary), sealed: stored)
    try must(try opener.read(at: 2_999_990, max: 65_536) == Data(repeating: 7, count: 10), "the end")
    try must(try opener.read() == Data(repeating: 7, count: 3_000_000), "the whole")
    func about(name: String = "letter.txt", at: UInt64 = 1) -> Metadata {
        Metadata(
            name: name, mediaType: "text/plain", digests: sealed.summary.digests, sealedBy: device, sealedAt: at)
    }
    let device = try newDeviceId()
    let beside = try Envelope.sealMetadata(key, header, about())
    try must(try Envelope.openMetadata(key, header, beside) == about(), "the metadata")
    try must(try Envelope.metadataHash(beside) != String(repeating: "0", count: 64), "the metadata's hash")

    // … and fails.
    try seen.fails("out-of-range") { _ = try opener.read(at: 3_000_001, max: 1) }
    try opener.release()
    try seen.fails("handle-ended") { _ = try opener.length() }
    try seen.fails("version") { _ = try Envelope.seal(numbered(0), Data()) }
    try seen.fails("public-key") { _ = try PublicKey(bytes: Data(count: 1216)) }
    try seen.fails("wrap-length") { _ = try OpeningKey.unwrap(person, Data("short".utf8), context) }
    try seen.fails("unwrap-refused") { _ = try OpeningKey.unwrap(other, wrap, context) }
    try seen.fails("wrap-mismatch") { try key.verifyWrap(to: other.publicKey(), context, stored: wrap) }
    func opened(_ expected: Expected, _ bytes: Data) throws { _ = try Envelope.open(key, expected, bytes) }
    let pdf = Data("%PDF-1.7 of no sealed document at all, but long".utf8)
    try seen.fails("not-a-sealed-document") { try opened(expected, pdf) }
    try seen.fails("sealed-length") { try opened(expected, bytes[..<(bytes.count / 4)]) }
    let another = Expected(
        header: numbered(2), sealId: expected.sealId, contentCommitment: expected.contentCommitment)
    try seen.fails("header-mismatch") { try opened(another, bytes) }
    let again = try Envelope.seal(header, Data("Dear Sirs".utf8))
    try seen.fails("seal-mismatch") { try opened(expected, again.sealed) }
    try seen.fails("content-refused") { try opened(expected, flipped(bytes, at: bytes.count - 1)) }
    // Magic, four bytes of length, then the header: a map whose first value is the profile.
    func altered(_ at: Int, _ to: UInt8) -> Data {
        var bytes = bytes
        bytes[at] = to
        return bytes
    }
    try seen.fails("profile") { try opened(expected, altered(14, 9)) }
    try seen.fails("cbor") { try opened(expected, altered(12, 0xFF)) }
    let disclosed = try Envelope.contentDisclosure(key, header)
    let commitment = sealed.summary.contentCommitment
    try Envelope.verifyContent(commitment, disclosed: disclosed, sha256: sealed.summary.digests.sha256)
    try seen.fails("content-mismatch") {
        try Envelope.verifyContent(commitment, disclosed: disclosed, sha256: String(repeating: "0", count: 64))
    }
    try seen.fails("too-large") {
        _ = try Envelope.sealMetadata(key, header, about(name: String(repeating: "n", count: 20_000)))
    }
    try seen.fails("field") { _ = try Envelope.sealMetadata(key, header, about(at: .max)) }
    try keyCodes(seen, person)
    try fileCodes(seen, desk, header)
}

private func keyCodes(_ seen: Seen, _ person: Identity) throws {
    let guardian = try Guard(passphrase: "of the person")
    let protected = try person.protect(guardian)
    try seen.fails("unlock-refused") { _ = try Identity.unlock(protected, Guard(passphrase: "someone else")) }
    try seen.fails("protected-identity") { _ = try Identity.unlock(Data("no file of ours".utf8), guardian) }
    try seen.fails("passphrase-empty") { _ = try Guard(passphrase: "") }
    try seen.fails("passphrase-cost") {
        _ = try Guard(passphrase: Data("x".utf8), memoryKiB: 8, passes: 1, lanes: 1)
    }
    try seen.fails("protector-mismatch") { _ = try Identity.unlock(protected, Guard(Broken())) }
    try seen.fails("protector-failed") { _ = try person.protect(Guard(Broken())) }
}

private func fileCodes(_ seen: Seen, _ desk: Desk, _ header: Header) throws {
    let (source, target, opened) = (desk.path("plain"), desk.path("sealed"), desk.path("opened"))
    try Data(repeating: 5, count: 1_000_000).write(to: source)
    let file = try Envelope.sealFile(header, from: source, to: target)
    let (key, expected) = (try file.key.openingKey(), try Envelope.expected(of: file.summary))
    try must(try Envelope.openFile(key, expected, from: target, to: opened) == 1_000_000, "the file")
    try seen.fails("exists") { _ = try Envelope.sealFile(header, from: source, to: target) }
    try seen.fails("threads") { _ = try Envelope.sealFile(header, from: source, to: desk.path("x"), threads: 65) }
    try seen.fails("not-a-file") { _ = try Envelope.sealFile(header, from: desk.url, to: desk.path("x")) }
    try seen.fails("io") { _ = try Envelope.sealFile(header, from: desk.path("missing"), to: desk.path("x")) }
}
