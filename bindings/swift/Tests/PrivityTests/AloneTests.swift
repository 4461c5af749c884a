import Foundation
import Privity
import Testing

/// The envelope and the chain alone, without a vault.
@Suite struct AloneTests {
    let content = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    // Ids of a vendor's own, in the form they have: a prefix and 26 characters of base 32.
    static let some = "0123456789abcdefghjkmnpqr0"
    let header = Header(firm: "frm_\(some)", document: "doc_\(some)", version: 1)

    @Test func aSealedDocumentOpensWithTheIdentityItWasWrappedTo() throws {
        let identity = try Identity.generate()
        let made = try Envelope.seal(header, content)
        let context = try wrapContext(header, principal: "prn_\(Self.some)")
        let wrap = try made.key.wrap(to: PublicKey(bytes: identity.publicKey().bytes()), context)

        let again = try Identity.unlock(
            identity.protect(Guard(passphrase: "identity")), Guard(passphrase: "identity"))
        #expect(code { _ = try OpeningKey.unwrap(Identity.generate(), wrap, context) } == "unwrap-refused")
        let key = try OpeningKey.unwrap(again, wrap, context)
        try key.verifyWrap(to: identity.publicKey(), context, stored: wrap)
        let expected = try Envelope.expected(of: made.summary)
        #expect(try Envelope.open(key, expected, made.sealed) == content)
        var broken = made.sealed
        broken[broken.count - 1] ^= 1
        #expect(code { _ = try Envelope.open(key, expected, broken) } == "content-refused")
    }

    @Test func filesAndPiecesAreSealedAndOpened() throws {
        let folder = try Folder()
        let (plain, sealed, opened) = (
            folder.url.appending(path: "plain"), folder.url.appending(path: "sealed"),
            folder.url.appending(path: "opened")
        )
        try content.write(to: plain)
        let made = try Envelope.sealFile(header, from: plain, to: sealed)
        let expected = try Envelope.expected(of: made.summary)
        #expect(try Envelope.openFile(made.key.openingKey(), expected, from: sealed, to: opened) == 300_000)
        #expect(try Data(contentsOf: opened) == content)

        let sealer = try Sealer(header)
        var whole = try sealer.write(content[..<100_000])
        whole += try sealer.write(content[100_000...])
        let last = try sealer.finish()
        whole += last.sealed
        final class Source: ByteSource {
            let bytes: Data
            let fails: Bool
            init(_ bytes: Data, fails: Bool) { (self.bytes, self.fails) = (bytes, fails) }
            func size() throws -> UInt64 { UInt64(bytes.count) }
            func readExact(at: UInt64, length: UInt32) throws -> Data {
                if fails { throw CocoaError(.fileReadUnknown) }
                return bytes[Int(at)..<Int(at) + Int(length)]
            }
        }
        let (key, expecting) = (try last.key.openingKey(), try Envelope.expected(of: last.summary))
        let opener = try Opener(key, expecting, source: Source(whole, fails: false))
        #expect(try opener.length() == 300_000)
        #expect(try opener.read(at: 200_000, max: 1000) == content[200_000..<201_000])
        #expect(try opener.read() == content)
        try opener.release()
        #expect(code { _ = try opener.read() } == "handle-ended")
        #expect(code { _ = try Opener(key, expecting, source: Source(whole, fails: true)) } == "io")
    }

    @Test func aChainIsAppendedToVerifiedAndGoneOnWith() throws {
        let keys = try ChainKeys.generate()
        let begun = try Appender.begin("example.com/log", keys)
        let drafts = try (0..<50).map { try Draft.host(kind: 1024, body: Data([0x18, $0 + 100])) }
        let records = [begun.genesis.record] + (try begun.appender.appendAll(drafts).appended.map { $0.record })
        let checkpoint = try begun.appender.checkpoint()
        let roots = TrustRoots(origin: "example.com/log", genesis: begun.genesis.hash)

        let verifier = try Verifier(roots, checkpoints: [checkpoint])
        try verifier.pushAll(records)
        let chain = try verifier.finish()
        #expect(try chain.findings().head == begun.appender.head())
        #expect(try chain.findings().host.count == 50)

        var altered = records
        altered[7] = Data(altered[7].reversed())
        let tampered = try Verifier(roots, checkpoints: [checkpoint])
        try tampered.pushAll(altered)
        #expect(code { _ = try tampered.finish() } == "chain-tampered")
        #expect(try tampered.failure()?.verdict == "tampered")

        let tree = try Tree(records.map { try recordHash($0) })
        let proof = try tree.proveRecord(3, size: tree.size(), note: checkpoint)
        let log = try Log.standalone("example.com/log", vkeys: [keys.logVkey(origin: "example.com/log")])
        #expect(try log.verifyRecord(records[3], proof: proof).head == begun.appender.head())
        #expect(code { _ = try log.verifyRecord(records[4], proof: proof) } == "proof")

        let next = try Appender.resume(chain, keys).append(Draft.host(kind: 1025, body: Data([0])))
        #expect(next.index == UInt64(records.count))
        #expect(try errorCodes().contains { $0.code == "chain-tampered" && $0.reachable })
    }
}
