import Foundation
import Privity
import Testing

/// Bytes of 2 GiB and more: refused before the call where they are given as bytes, and any size by path.
@Suite struct LengthsTests {
    /// Bytes that take no memory: files without content, mapped.
    private func mapped(_ folder: Folder, _ length: UInt64) throws -> Data {
        let file = folder.url.appending(path: "sparse-\(length)")
        if !FileManager.default.fileExists(atPath: file.path(percentEncoded: false)) {
            try Data().write(to: file)
            let handle = try FileHandle(forWritingTo: file)
            try handle.truncate(atOffset: length)
            try handle.close()
        }
        return try Data(contentsOf: file, options: .alwaysMapped)
    }

    let header: Header

    init() throws { header = try Header(firm: newFirmId(), document: newDocumentId(), version: 1) }

    @Test(arguments: [1 << 31 - 4, 1 << 31, 1 << 32 | 3] as [UInt64])
    func bytesThatAreTooLongAreRefusedBeforeTheCall(length: UInt64) throws {
        let folder = try Folder()
        let long = try mapped(folder, length)
        #expect(UInt64(long.count) == length)
        func refused(line: Int = #line, _ body: () throws -> Void) {
            #expect(code(body) == "bytes-too-long", "line \(line)")
        }
        let vault = try folder.firm()
        let matter = try vault.openMatter("Matter")
        let before = try matter.documentsCount()
        refused { _ = try matter.sealBytes(NewDocument(name: "x"), long) }
        let writer = try matter.writer(NewDocument(name: "x"))
        refused { try writer.write(long) }
        try writer.release()
        #expect(try matter.documentsCount() == before)
        refused { _ = try EnrolmentRequest(bytes: long) }
        refused { _ = try Approval(bytes: long) }
        refused { _ = try verifyExport(long, trust: vault.trust()) }

        let passphrase = try Guard(passphrase: "x")
        refused { _ = try Guard(passphrase: long) }
        refused { _ = try Guard(passphrase: long, memoryKiB: 65_536, passes: 3, lanes: 1) }
        refused { _ = try Identity.unlock(long, passphrase) }
        refused { _ = try ChainKeys.unlock(long, passphrase) }
        refused { _ = try PublicKey(bytes: long) }

        let made = try Envelope.seal(header, Data([1]))
        let (key, expected) = (try made.key.openingKey(), try Envelope.expected(of: made.summary))
        let context = try wrapContext(header, principal: newPrincipalId())
        refused { _ = try Envelope.seal(header, long) }
        refused { _ = try Envelope.open(key, expected, long) }
        refused { _ = try Envelope.open(key, Expected(header: header, sealId: long), made.sealed) }
        refused { _ = try Envelope.openMetadata(key, header, long) }
        refused { _ = try Envelope.metadataHash(long) }
        let hash = made.summary.digests.sha256
        refused { try Envelope.verifyContent(long, disclosed: Data([1]), sha256: hash) }
        refused { try Envelope.verifyContent(Data([1]), disclosed: long, sha256: hash) }
        refused { _ = try Sealer(header).write(long) }
        refused { _ = try Opener(key, expected, sealed: long) }
        refused { _ = try OpeningKey.unwrap(Identity.generate(), long, context) }
        refused { try key.verifyWrap(to: Identity.generate().publicKey(), context, stored: long) }

        let chain = try Appender.begin("log.example/x", ChainKeys.generate())
        let roots = TrustRoots(origin: "log.example/x", genesis: chain.genesis.hash)
        let verifier = try Verifier(roots, checkpoints: [chain.appender.checkpoint()])
        refused { _ = try Draft.host(kind: 2_000, body: long) }
        refused { _ = try chain.appender.append(Draft(kind: 2_000, body: long)) }
        refused { _ = try chain.appender.append(Draft(kind: 2_000, body: Data([0]), subjects: [long])) }
        refused { _ = try verifier.push(long) }
        refused { _ = try recordHash(long) }
    }

    @Test func theLengthsOfAListAddUp() throws {
        let folder = try Folder()
        let half = try mapped(folder, 1 << 30)
        let chain = try Appender.begin("log.example/x", ChainKeys.generate())
        let roots = TrustRoots(origin: "log.example/x", genesis: chain.genesis.hash)
        let verifier = try Verifier(roots, checkpoints: [chain.appender.checkpoint()])
        #expect(code { try verifier.pushAll([half, half]) } == "bytes-too-long")
        let draft = Draft(kind: 2_000, body: half)
        #expect(code { _ = try chain.appender.appendAll([draft, draft]) } == "bytes-too-long")
        try verifier.push(chain.genesis.record)
        #expect(try verifier.finish().findings().head == chain.appender.head())
    }

    @Test func aKeyStoreAndASourceThatGiveTooMuchFail() throws {
        final class Long: Protector, ByteSource {
            let id = "com.example.long"
            let bytes: Data
            init(_ bytes: Data) { self.bytes = bytes }
            func wrap(secret: Data, context: Data) throws -> Data { bytes }
            func unwrap(wrapped: Data, context: Data) throws -> Data { bytes }
            func size() throws -> UInt64 { 1 << 20 }
            func readExact(at: UInt64, length: UInt32) throws -> Data { bytes }
        }
        let folder = try Folder()
        let long = Long(try mapped(folder, 1 << 32 | 3))
        #expect(code { _ = try Identity.generate().protect(Guard(long)) } == "protector-failed")
        let made = try Envelope.seal(header, Data([1]))
        let expected = try Envelope.expected(of: made.summary)
        #expect(code { _ = try Opener(made.key.openingKey(), expected, source: long) } == "io")
    }

    @Test func moreThan2GiBGoByPathAndComeInRanges() throws {
        let folder = try Folder()
        let matter = try folder.firm().openMatter("Matter")
        let length: UInt64 = 1 << 31 | 5
        _ = try mapped(folder, length)
        let file = folder.url.appending(path: "sparse-\(length)")
        let handle = try FileHandle(forWritingTo: file)
        try handle.seek(toOffset: length - 4)
        try handle.write(contentsOf: Data("last".utf8))
        try handle.close()
        let info = try matter.sealFile(NewDocument(name: "long"), from: file)
        #expect(info.length == length)
        let reader = try matter.reader(info.id)
        #expect(try reader.read(at: length - 8, max: 100) == Data([0, 0, 0, 0]) + Data("last".utf8))
        #expect(try reader.read(at: 1 << 31 - 2, max: 4) == Data([0, 0, 0, UInt8(ascii: "l")]))
        #expect(code { _ = try reader.read(at: 0, max: .max) } == "bytes-too-long")
        #expect(code { _ = try reader.read() } == "bytes-too-long")
        #expect(code { _ = try matter.openBytes(info.id) } == "bytes-too-long")
    }

    @Test func slicesCrossAsTheirOwnBytes() throws {
        let whole = Data("before|Dear Sirs|after".utf8)
        let slice = whole[7..<16]
        #expect(slice.startIndex == 7)
        let folder = try Folder()
        let matter = try folder.firm().openMatter("Matter")
        let info = try matter.sealBytes(NewDocument(name: "a"), slice)
        #expect(try matter.openBytes(info.id) == Data("Dear Sirs".utf8))
        let writer = try matter.writer(NewDocument(name: "b"))
        try writer.write(slice)
        try writer.write(slice.dropFirst(5))
        #expect(try matter.openBytes(writer.finish().id) == Data("Dear SirsSirs".utf8))

        let made = try Envelope.seal(header, slice)
        let (key, expected) = (try made.key.openingKey(), try Envelope.expected(of: made.summary))
        let sealed = (Data([0]) + made.sealed + Data([0])).dropFirst().dropLast()
        #expect(try Envelope.open(key, expected, sealed) == slice)
        #expect(try Opener(key, expected, sealed: sealed).read() == slice)
        #expect(try recordHash(slice) == recordHash(Data(slice)))
        let identity = try Identity.generate().publicKey().bytes()
        #expect(try PublicKey(bytes: (Data([0]) + identity).dropFirst()).bytes() == identity)
        let guarded = try Identity.generate().protect(Guard(passphrase: whole[7..<16]))
        _ = try Identity.unlock(guarded, Guard(passphrase: "Dear Sirs"))
    }
}
