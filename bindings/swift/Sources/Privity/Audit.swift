import Foundation
import PrivityGenerated

// A signed audit chain alone: append records, verify a chain, prove a record to an outsider.

/// A chain that was begun.
public struct BegunChain: Sendable {
    /// Goes on with it.
    public let appender: Appender
    /// Its first record. Publish the origin and this record's hash: they are what verifiers trust.
    public let genesis: Appended
}

/// Signs records into one chain, one author's, from one thread at a time. Store a record before the next
/// is appended, and never two byte strings under one sequence.
public final class Appender: Sendable {
    let inner: PrivityGenerated.Appender

    init(_ inner: PrivityGenerated.Appender) { self.inner = inner }

    /// Begins a chain under a name without white space or `+`.
    public static func begin(_ origin: String, _ keys: ChainKeys) throws(PrivityError) -> BegunChain {
        let begun = try call { try beginChain(origin: origin, keys: keys.inner) }
        return BegunChain(appender: Appender(begun.appender), genesis: begun.genesis)
    }

    /// Goes on with a chain that was verified; `tail`: this author's records that were stored past the
    /// newest checkpoint, in order.
    public static func resume(
        _ chain: VerifiedChain, _ keys: ChainKeys, tail: [Data] = []
    ) throws(PrivityError) -> Appender {
        let tail = try tail.crossing()
        return Appender(
            try call { try PrivityGenerated.Appender.resume(chain: chain.inner, keys: keys.inner, tail: tail) })
    }

    /// Signs a draft as the next record.
    public func append(_ draft: Draft) throws(PrivityError) -> Appended {
        let draft = try draft.crossing()
        return try call { try inner.append(draft: draft) }
    }

    /// Signs many, up to the first that is refused.
    public func appendAll(_ drafts: [Draft]) throws(PrivityError) -> AppendedAll {
        let drafts = try drafts.crossing()
        return try call { try inner.appendAll(drafts: drafts) }
    }

    /// Signs a checkpoint of all records so far.
    public func checkpoint() throws(PrivityError) -> String { try call { try inner.checkpoint() } }

    /// Size and root of all records so far.
    public func head() throws(PrivityError) -> Head { try call { try inner.head() } }

    /// The chain.
    public func chain() throws(PrivityError) -> ChainId { try call { try inner.chain() } }

    /// The author: who signs.
    public func author() throws(PrivityError) -> DeviceId { try call { try inner.author() } }

    /// Never uses a sequence below this one.
    public func skip(to sequence: UInt64) throws(PrivityError) { try call { try inner.skipTo(sequence: sequence) } }
}

/// Verifies one chain: give the checkpoints, push every record in order, then finish.
public final class Verifier: Sendable {
    let inner: PrivityGenerated.Verifier

    init(_ inner: PrivityGenerated.Verifier) { self.inner = inner }

    /// For a chain with these checkpoints, oldest first; at least one.
    public convenience init(
        _ roots: TrustRoots, checkpoints: [String], threads: UInt32? = nil
    ) throws(PrivityError) {
        let checkpoints = try checkpoints.crossing()
        self.init(
            try call { try PrivityGenerated.Verifier(roots: roots, checkpoints: checkpoints, threads: threads) })
    }

    /// Takes the next record, as it came.
    public func push(_ record: Data) throws(PrivityError) {
        let record = try record.crossing()
        try call { try inner.push(record: record) }
    }

    /// Takes the next records: some thousand a call.
    public func pushAll(_ records: [Data]) throws(PrivityError) {
        let records = try records.crossing()
        try call { try inner.pushAll(records: records) }
    }

    /// The verdict: a verified chain, or an error, of which `failure` says more.
    public func finish() throws(PrivityError) -> VerifiedChain { VerifiedChain(try call { try inner.finish() }) }

    /// What stood against the chain, if `finish` failed.
    public func failure() throws(PrivityError) -> ChainFailure? { try call { try inner.failure() } }
}

/// A chain whose records are exactly those its newest checkpoint signed.
public final class VerifiedChain: Sendable {
    let inner: PrivityGenerated.VerifiedChain

    init(_ inner: PrivityGenerated.VerifiedChain) { self.inner = inner }

    /// What was found.
    public func findings() throws(PrivityError) -> ChainFindings { try call { try inner.findings() } }

    /// Goes on from here when the chain has grown: push the records from this size on. This handle is
    /// ended.
    public func resume(checkpoints: [String]) throws(PrivityError) -> Verifier {
        let checkpoints = try checkpoints.crossing()
        return Verifier(try call { try inner.resume(checkpoints: checkpoints) })
    }
}

/// What is known of a log beforehand: its origin, its keys, who cosigns it.
public final class Log: Sendable {
    let inner: PrivityGenerated.Log

    init(_ inner: PrivityGenerated.Log) { self.inner = inner }

    /// A standalone chain, with its keys and known cosigners as `vkey` texts.
    public static func standalone(
        _ origin: String, vkeys: [String], cosigners: [String] = []
    ) throws(PrivityError) -> Log {
        Log(try call { try PrivityGenerated.Log.standalone(origin: origin, vkeys: vkeys, cosigners: cosigners) })
    }

    /// The ledger of a firm, with the log keys of its devices and known cosigners.
    public static func firm(_ firm: FirmId, vkeys: [String], cosigners: [String] = []) throws(PrivityError) -> Log {
        Log(try call { try PrivityGenerated.Log.firm(firm: firm, vkeys: vkeys, cosigners: cosigners) })
    }

    /// A plain C2SP log of a stranger.
    public static func foreign(
        _ origin: String, vkeys: [String], cosigners: [String] = []
    ) throws(PrivityError) -> Log {
        Log(try call { try PrivityGenerated.Log.foreign(origin: origin, vkeys: vkeys, cosigners: cosigners) })
    }

    /// Verifies a checkpoint of this log.
    public func verify(_ note: String) throws(PrivityError) -> VerifiedCheckpoint {
        let note = try note.crossing()
        return try call { try inner.verify(note: note) }
    }

    /// Verifies with a tlog-proof that these bytes are a record of the log.
    public func verifyRecord(_ record: Data, proof: String) throws(PrivityError) -> VerifiedCheckpoint {
        let (record, proof) = (try record.crossing(), try proof.crossing())
        return try call { try inner.verifyRecord(proof: proof, record: record) }
    }

    /// Verifies that the log only grew from a head that was verified before.
    public func verifyConsistency(from pin: Head, proof: String) throws(PrivityError) -> VerifiedCheckpoint {
        let proof = try proof.crossing()
        return try call { try inner.verifyConsistency(proof: proof, pin: pin) }
    }

    /// Cosigns a checkpoint of this log under a name. Verify the consistency from your own pin first.
    public func cosign(
        _ note: String, name: String, _ keys: ChainKeys, seconds: UInt64
    ) throws(PrivityError) -> String {
        let note = try note.crossing()
        return try call { try inner.cosign(note: note, name: name, keys: keys.inner, seconds: seconds) }
    }
}

/// The hashes of a log's records, to make proofs from: 64 bytes a record.
public final class Tree: Sendable {
    let inner: PrivityGenerated.Tree

    /// The tree of these record hashes, in order.
    public init(_ hashes: [Hash] = []) throws(PrivityError) {
        let hashes = try hashes.crossing()
        inner = try call { try PrivityGenerated.Tree(hashes: hashes) }
    }

    /// Appends record hashes.
    public func pushAll(_ hashes: [Hash]) throws(PrivityError) {
        let hashes = try hashes.crossing()
        try call { try inner.pushAll(hashes: hashes) }
    }

    /// How many records.
    public func size() throws(PrivityError) -> UInt64 { try call { try inner.size() } }

    /// The root at a size that the tree has or had.
    public func root(at size: UInt64) throws(PrivityError) -> Hash { try call { try inner.rootAt(size: size) } }

    /// The tlog-proof of a record under a checkpoint of this size, whose note is put in.
    public func proveRecord(_ index: UInt64, size: UInt64, note: String) throws(PrivityError) -> String {
        let note = try note.crossing()
        return try call { try inner.proveRecord(index: index, size: size, note: note) }
    }

    /// The proof that the log of the newer checkpoint begins with its first `old` records.
    public func proveConsistency(from old: UInt64, to new: UInt64, note: String) throws(PrivityError) -> String {
        let note = try note.crossing()
        return try call { try inner.proveConsistency(old: old, new: new, note: note) }
    }
}

extension Draft {
    /// An event of the host's own: a number from 1,024 on, and a body in strict CBOR.
    public static func host(kind: UInt64, body: Data) throws(PrivityError) -> Draft {
        let body = try body.crossing()
        return try call { try hostDraft(kind: kind, body: body) }
    }

    /// That these documents were sealed, at most 256.
    public static func sealed(_ documents: [SealedDocument]) throws(PrivityError) -> Draft {
        let documents = try documents.crossing()
        return try call { try sealedDraft(documents: documents) }
    }

    /// That these documents were opened, at most 256.
    public static func opened(_ documents: [DocumentId]) throws(PrivityError) -> Draft {
        let documents = try documents.crossing()
        return try call { try openedDraft(documents: documents) }
    }
}

/// A checkpoint with the verified cosignatures of another copy of it, by these cosigners.
public func mergeCosignatures(_ note: String, _ other: String, cosigners: [String]) throws(PrivityError) -> String {
    let (note, other, cosigners) = (try note.crossing(), try other.crossing(), try cosigners.crossing())
    return try call { try PrivityGenerated.mergeCosignatures(note: note, other: other, cosigners: cosigners) }
}

/// The record hash of a record's complete bytes.
public func recordHash(_ record: Data) throws(PrivityError) -> Hash {
    let record = try record.crossing()
    return try call { try PrivityGenerated.recordHash(record: record) }
}
