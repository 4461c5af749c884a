import Foundation
import Privity

// What needs no vault: an envelope, a chain, a protector of the host.

let origin = "log.example/court-file-7"

extension Story {
    /// Step 22: sealed for an identity; how much opens, and the code of a flipped bit.
    func playEnvelope(_ content: Data) throws {
        let person = try Identity.generate()
        let header = try Header(firm: newFirmId(), document: newDocumentId(), version: 1)
        let sealed = try Envelope.seal(header, content)
        let context = try wrapContext(header, principal: newPrincipalId())
        let wrap = try sealed.key.wrap(to: person.publicKey(), context)
        let key = try OpeningKey.unwrap(person, wrap, context)
        try keys(person, key)
        let expected = try Envelope.expected(of: sealed.summary)
        let opened = try Envelope.open(key, expected, sealed.sealed)
        try must(opened == content, "the envelope's content")
        let altered = flipped(sealed.sealed, at: sealed.sealed.count - 1)
        let refused = try code { _ = try Envelope.open(key, expected, altered) }
        line("22 envelope: \(opened.count) bytes, \(refused)")
    }

    /// Step 23: three events of a host, verified; and the code of an altered one.
    func playChain() throws {
        let chain = try Appender.begin(origin, ChainKeys.generate())
        var records = [chain.genesis.record]
        // A map in CBOR: 1 is 7.
        let event = try Draft.host(kind: 2_000, body: Data([0xA1, 0x01, 0x07]))
        for _ in 0..<3 { records.append(try chain.appender.append(event).record) }
        let checkpoint = try chain.appender.checkpoint()
        let roots = TrustRoots(origin: origin, genesis: chain.genesis.hash)
        func verified(_ records: [Data]) throws -> ChainFindings {
            let verifier = try Verifier(roots, checkpoints: [checkpoint])
            try verifier.pushAll(records)
            return try verifier.finish().findings()
        }
        let count = try verified(records).host.count
        records[2] = flipped(records[2], at: records[2].count - 1)
        line("23 chain: \(count) records, \(try code { _ = try verified(records) })")
    }

    /// Step 24: a device under a protector that fails, then under the same one when it works.
    func playProtector() throws {
        let safe = Safe()
        let storage = try Storage.memory()
        let made = try Vault.create(
            storage, NewFirm(firm: "F", user: "U"), device: Guard(safe), root: folder.guardian())
        try made.vault.lock()
        safe.broken.with { $0 = true }
        let broken = try code { _ = try Vault(storage, Guard(safe)) }
        safe.broken.with { $0 = false }
        _ = try Vault(storage, Guard(safe)).matters()
        line("24 protector: \(broken), unlocked")
    }
}

/// A key store of the host: keeps the secrets and gives out their places.
final class Safe: Protector {
    let id = "com.example.safe"
    let broken = Shared(false)
    private let kept = Shared<[(secret: Data, context: Data)]>([])

    struct OutOfOrder: Error {}

    func wrap(secret: Data, context: Data) throws -> Data {
        if broken.with({ $0 }) { throw OutOfOrder() }
        return kept.with { kept in
            kept.append((secret, context))
            return Data([UInt8(kept.count - 1)])
        }
    }

    func unwrap(wrapped: Data, context: Data) throws -> Data {
        if broken.with({ $0 }) { throw OutOfOrder() }
        return try kept.with { kept in
            guard let place = wrapped.first.map(Int.init), place < kept.count, kept[place].context == context else {
                throw UnlockRefused()
            }
            return kept[place].secret
        }
    }
}
