import Foundation
import PrivityGenerated

/// A document that was sealed in memory.
public struct SealedBytes: Sendable {
    /// The sealed document; of a `Sealer`, the last of its bytes.
    public let sealed: Data
    /// Its key, to wrap to people.
    public let key: DocumentKey
    /// What to keep on record.
    public let summary: Summary

    init(_ made: PrivityGenerated.SealedBytes) {
        (sealed, key, summary) = (made.sealed, DocumentKey(made.key), made.summary)
    }
}

/// A document that was sealed into a file.
public struct SealedFile: Sendable {
    /// Its key, to wrap to people.
    public let key: DocumentKey
    /// What to keep on record.
    public let summary: Summary
}

/// Envelope encryption alone: for a vendor with a database of its own.
public enum Envelope {
    /// Seals bytes under a new key.
    public static func seal(_ header: Header, _ content: Data) throws(PrivityError) -> SealedBytes {
        let content = try content.crossing()
        return SealedBytes(try call { try envelopeSeal(header: header, content: content) })
    }

    /// Opens a sealed document that lies in memory.
    public static func open(_ key: OpeningKey, _ expected: Expected, _ sealed: Data) throws(PrivityError) -> Data {
        let (expected, sealed) = (try expected.crossing(), try sealed.crossing())
        return try call { try envelopeOpen(key: key.inner, expected: expected, sealed: sealed) }
    }

    /// Seals the file `source` into the new file `target` under a new key.
    public static func sealFile(
        _ header: Header, from source: URL, to target: URL, watcher: Watcher? = nil, threads: UInt32? = nil
    ) throws(PrivityError) -> SealedFile {
        let (source, target) = (try source.crossing(), try target.crossing())
        let made = try call {
            try envelopeSealFile(
                header: header, source: source, target: target, listener: watcher.map(HostListener.init),
                threads: threads)
        }
        return SealedFile(key: DocumentKey(made.key), summary: made.summary)
    }

    /// Opens the sealed file `source` into the new file `target`, which is there only if everything was
    /// right. Says how many bytes it has.
    @discardableResult
    public static func openFile(
        _ key: OpeningKey, _ expected: Expected, from source: URL, to target: URL, watcher: Watcher? = nil,
        threads: UInt32? = nil
    ) throws(PrivityError) -> UInt64 {
        let (source, target) = (try source.crossing(), try target.crossing())
        let expected = try expected.crossing()
        return try call {
            try envelopeOpenFile(
                key: key.inner, expected: expected, source: source, target: target,
                listener: watcher.map(HostListener.init), threads: threads)
        }
    }

    /// What a record of a document gives to expect of it.
    public static func expected(of summary: Summary) throws(PrivityError) -> Expected {
        let summary = try summary.crossing()
        return try call { try expectedOf(summary: summary) }
    }

    /// Seals the metadata of the document with this header under its key.
    public static func sealMetadata(
        _ key: OpeningKey, _ header: Header, _ metadata: Metadata
    ) throws(PrivityError) -> Data {
        try call { try metadataSeal(key: key.inner, header: header, metadata: metadata) }
    }

    /// Opens sealed metadata.
    public static func openMetadata(
        _ key: OpeningKey, _ header: Header, _ sealed: Data
    ) throws(PrivityError) -> Metadata {
        let sealed = try sealed.crossing()
        return try call { try metadataOpen(key: key.inner, header: header, sealed: sealed) }
    }

    /// The hash of sealed metadata, for a record.
    public static func metadataHash(_ sealed: Data) throws(PrivityError) -> Hash {
        let sealed = try sealed.crossing()
        return try call { try PrivityGenerated.metadataHash(sealed: sealed) }
    }

    /// What evidence discloses to open a document's content commitment: 32 bytes that open nothing else.
    /// Whoever has them can test guesses of the content.
    public static func contentDisclosure(_ key: OpeningKey, _ header: Header) throws(PrivityError) -> Data {
        try call { try PrivityGenerated.contentDisclosure(key: key.inner, header: header) }
    }

    /// Shows with what was disclosed that a commitment is to content of this hash.
    public static func verifyContent(
        _ contentCommitment: Data, disclosed: Data, sha256: Hash
    ) throws(PrivityError) {
        let (commitment, disclosed) = (try contentCommitment.crossing(), try disclosed.crossing())
        try call {
            try PrivityGenerated.verifyContent(
                contentCommitment: commitment, disclosed: disclosed, sha256: sha256)
        }
    }
}

/// Seals what is written to it, from one thread at a time, and gives back sealed bytes to be stored one
/// after the other. Without `finish`, what was given back is worthless.
public final class Sealer: Sendable {
    let inner: PrivityGenerated.Sealer

    /// Begins a sealed document.
    public init(_ header: Header) throws(PrivityError) {
        inner = try call { try PrivityGenerated.Sealer(header: header) }
    }

    /// Takes the next content, gives back the sealed bytes that are ready; often none.
    public func write(_ content: Data) throws(PrivityError) -> Data {
        let content = try content.crossing()
        return try call { try inner.write(content: content) }
    }

    /// Ends the document: the last sealed bytes, the key, what to keep on record.
    public func finish() throws(PrivityError) -> SealedBytes { SealedBytes(try call { try inner.finish() }) }

    /// Gives the document up; nothing if it was finished.
    public func release() throws(PrivityError) { try call { try inner.release() } }
}

/// Sealed bytes where the host keeps them. Read on any threads at once, never under a lock.
public protocol ByteSource: AnyObject, Sendable {
    /// How many bytes there are.
    func size() throws -> UInt64
    /// Exactly `length` bytes from `at` on; throw where there are fewer.
    func readExact(at: UInt64, length: UInt32) throws -> Data
}

private final class HostSource: PrivityGenerated.ByteSource {
    let source: any ByteSource

    init(_ source: any ByteSource) { self.source = source }

    func size() throws -> UInt64 { try host { try source.size() } }

    func readExactAt(at: UInt64, length: UInt32) throws -> Data {
        try host { try source.readExact(at: at, length: length).crossing() }
    }
}

/// A sealed document that was found to be the expected one and can be read anywhere, on any threads at
/// once.
public final class Opener: Sendable {
    let inner: PrivityGenerated.Opener

    /// Of a sealed file.
    public init(_ key: OpeningKey, _ expected: Expected, file: URL) throws(PrivityError) {
        let (expected, path) = (try expected.crossing(), try file.crossing())
        inner = try call { try PrivityGenerated.Opener.file(key: key.inner, expected: expected, path: path) }
    }

    /// Of sealed bytes in memory.
    public init(_ key: OpeningKey, _ expected: Expected, sealed: Data) throws(PrivityError) {
        let (expected, sealed) = (try expected.crossing(), try sealed.crossing())
        inner = try call { try PrivityGenerated.Opener.bytes(key: key.inner, expected: expected, sealed: sealed) }
    }

    /// Of sealed bytes where the host keeps them.
    public init(_ key: OpeningKey, _ expected: Expected, source: any ByteSource) throws(PrivityError) {
        let expected = try expected.crossing()
        inner = try call {
            try PrivityGenerated.Opener.source(key: key.inner, expected: expected, source: HostSource(source))
        }
    }

    /// Bytes of content.
    public func length() throws(PrivityError) -> UInt64 { try call { try inner.len() } }

    /// What the document says of itself.
    public func header() throws(PrivityError) -> Header { try call { try inner.header() } }

    /// At most `max` bytes from `at` on; fewer only at the end.
    public func read(at: UInt64, max: UInt32) throws(PrivityError) -> Data {
        try call { try inner.readAt(at: at, max: max) }
    }

    /// The whole content, verified as a whole.
    public func read() throws(PrivityError) -> Data { try call { try inner.read() } }

    /// Ends the handle: later calls throw `handle-ended`.
    public func release() throws(PrivityError) { try call { try inner.release() } }
}
