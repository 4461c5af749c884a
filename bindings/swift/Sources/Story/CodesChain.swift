import Foundation
import Privity

// Codes of the chain alone.

func chainCodes(_ seen: Seen, _ desk: Desk) throws {
    let made = try MadeChain()
    try made.works()
    try draftCodes(seen, made)
    try verifyCodes(seen, made)
    try resumeCodes(seen, made)
    try noteCodes(seen, made)
    try proofCodes(seen, made)
}

private func event(kind: UInt64 = 2_000) throws -> Draft {
    let body = Data([0xA1, 0x01, 0x07])
    return kind < 1_024 ? Draft(kind: kind, body: body) : try Draft.host(kind: kind, body: body)
}

/// A chain of four records under two checkpoints.
private struct MadeChain {
    let keys, witness: ChainKeys
    let appender: Appender
    let genesis: Appended
    let records: [Appended]
    let first, second: String

    init() throws {
        (keys, witness) = (try ChainKeys.generate(), try ChainKeys.generate())
        let chain = try Appender.begin(origin, keys)
        (appender, genesis) = (chain.appender, chain.genesis)
        var records = [chain.genesis]
        records += try appender.appendAll([event(), event()]).appended
        first = try appender.checkpoint()
        let mixed = try appender.appendAll([Draft.opened([newDocumentId()]), event(kind: 1), event()])
        try must(mixed.appended.count == 1 && mixed.refused?.place == 1, "the second of three is refused")
        self.records = records + mixed.appended
        second = try appender.checkpoint()
    }

    var leaves: [Data] { records.map { $0.record } }

    func roots(genesis: Hash? = nil, pin: Head? = nil, cosigners: [String] = []) -> TrustRoots {
        TrustRoots(origin: origin, genesis: genesis ?? self.genesis.hash, pin: pin, cosigners: cosigners)
    }

    func verify(
        _ checkpoints: [String], _ records: [Data]? = nil, roots: TrustRoots? = nil
    ) throws -> VerifiedChain {
        let verifier = try Verifier(roots ?? self.roots(), checkpoints: checkpoints)
        try verifier.pushAll(records ?? leaves)
        return try verifier.finish()
    }

    func log(_ vkeys: [String]? = nil, origin: String = origin) throws -> Log {
        try Log.standalone(origin, vkeys: vkeys ?? [keys.logVkey(origin: origin)])
    }

    func tree() throws -> Tree { try Tree(records.map { $0.hash }) }

    func works() throws {
        let findings = try verify([first, second]).findings()
        try must(findings.head.size == 4 && findings.host.count == 2, "four records, two of the host's")
        try must(try appender.head() == findings.head && tree().root(at: 4) == findings.head.root, "the head")
        try must(try recordHash(leaves[1]) == records[1].hash, "the hash of a record")
        let witnessed = try witness.cosignerVkey(name: "witness.example")
        let line = try log().cosign(second, name: "witness.example", witness, seconds: 1_700_000_000)
        let cosigned = try mergeCosignatures(second, line, cosigners: [witnessed])
        let anchored = try verify([first, cosigned], roots: roots(cosigners: [witnessed])).findings().anchoredBy
        try must(anchored.map { $0.by } == [witnessed] && anchored[0].seconds == 1_700_000_000, "the witness")
    }
}

private func draftCodes(_ seen: Seen, _ made: MadeChain) throws {
    try seen.fails("host-kind") { _ = try Draft.host(kind: 1_023, body: Data([0xA0])) }
    try seen.fails("cbor") { _ = try Draft.host(kind: 2_000, body: Data([0xFF])) }
    try seen.fails("genesis") { _ = try made.appender.append(event(kind: 1)) }
    try seen.fails("kind-misplaced") { _ = try made.appender.append(event(kind: 13)) }
    try seen.fails("field") { _ = try Appender.begin("two words", made.keys) }
}

private func verifyCodes(_ seen: Seen, _ made: MadeChain) throws {
    let (first, second, leaves) = (made.first, made.second, made.leaves)
    try seen.fails("checkpoint-missing") { _ = try made.verify([]) }
    let long = try Verifier(made.roots(), checkpoints: [second])
    try seen.fails("too-large") { try long.push(Data(count: 70_000)) }
    var altered = leaves
    altered[2] = flipped(leaves[2], at: leaves[2].count - 1)
    let verifier = try Verifier(made.roots(), checkpoints: [second])
    try verifier.pushAll(altered)
    try seen.fails("chain-tampered") { _ = try verifier.finish() }
    let failure = try verifier.failure()
    try must(failure?.verdict == "tampered" && failure?.firstBad == 2, "the third record is bad")
    try seen.fails("handle-ended") { _ = try verifier.finish() }
    try seen.fails("chain-incomplete") { _ = try made.verify([second], Array(leaves[..<3])) }
    let other = String(repeating: "01", count: 32)
    func pinned(_ size: UInt64, _ root: Hash) -> TrustRoots { made.roots(pin: Head(size: size, root: root)) }
    let head = try made.appender.head()
    try seen.fails("chain-rollback") { _ = try made.verify([first], roots: pinned(4, head.root)) }
    try seen.fails("chain-forked") { _ = try made.verify([second], roots: pinned(3, other)) }
    try seen.fails("chain-mismatch") { _ = try made.verify([second], roots: made.roots(genesis: other)) }
}

private func resumeCodes(_ seen: Seen, _ made: MadeChain) throws {
    func resumed(_ tail: [Data], by keys: ChainKeys? = nil) throws -> Appender {
        try Appender.resume(made.verify([made.first]), keys ?? made.keys, tail: tail)
    }
    try seen.fails("key-unknown") { _ = try resumed([], by: made.witness) }
    try seen.fails("tail-left") { _ = try resumed([]) }
    try seen.fails("record-order") { _ = try resumed([made.leaves[1]]) }
    try must(try resumed([made.leaves[3]]).head() == made.appender.head(), "the resumed head")
    let chain = try made.verify([made.first])
    _ = try chain.resume(checkpoints: [made.second])
    try seen.fails("handle-ended") { _ = try chain.findings() }
}

private func noteCodes(_ seen: Seen, _ made: MadeChain) throws {
    let (second, plain) = (made.second, try made.log())
    let vkey = try made.keys.logVkey(origin: origin)
    try seen.fails("checkpoint") { _ = try made.log([], origin: "two words") }
    try seen.fails("note-key") { _ = try made.log(["no vkey"]) }
    try seen.fails("ambiguous-key") { _ = try made.log([vkey, vkey]) }
    try seen.fails("origin-mismatch") { _ = try made.log([], origin: "log.example/other").verify(second) }
    try seen.fails("log-unsigned") { _ = try made.log([]).verify(second) }
    try seen.fails("note") { _ = try plain.verify("no note") }
    let last = try found(second.split(separator: "\n").last, "a signature")
    try seen.fails("duplicate-signature") { _ = try plain.verify("\(second)\(last)\n") }
    let grown = second.replacingOccurrences(of: "\n4\n", with: "\n5\n")
    try seen.fails("signature-refused") { _ = try plain.verify(grown) }
    try seen.fails("note-mismatch") { _ = try mergeCosignatures(made.first, second, cosigners: []) }
}

private func proofCodes(_ seen: Seen, _ made: MadeChain) throws {
    let (second, leaves, plain, tree) = (made.second, made.leaves, try made.log(), try made.tree())
    let pin = try plain.verify(made.first).head
    let proof = try tree.proveRecord(1, size: 4, note: second)
    _ = try plain.verifyRecord(leaves[1], proof: proof)
    let grown = try tree.proveConsistency(from: 3, to: 4, note: second)
    _ = try plain.verifyConsistency(from: pin, proof: grown)
    try seen.fails("proof") { _ = try plain.verifyRecord(leaves[2], proof: proof) }
    try seen.fails("proof-text") { _ = try plain.verifyRecord(leaves[1], proof: "no proof") }
    let extra = proof.replacingOccurrences(of: "\nindex", with: "\nextra AAAA\nindex")
    try seen.fails("proof-extra") { _ = try plain.verifyRecord(leaves[1], proof: extra) }
    try seen.fails("proof") { _ = try plain.verifyConsistency(from: Head(size: 2, root: pin.root), proof: grown) }
    try seen.fails("tree-range") { _ = try tree.root(at: 5) }
    try seen.fails("tree-incomplete") { _ = try tree.proveRecord(0, size: 1_000, note: second) }
}
