import Foundation
import PrivityGenerated

/// How much a call moves: a call itself costs as much as some KiB do.
private let pieceSize = 1 << 20

/// Reads a document anywhere, as often as needed, under one `opened` record. May be used on any
/// threads at once. Read 64 KiB or more a call: a call itself costs.
///
/// Ranges show that no outsider changed a byte; that nobody who held the key replaced the content,
/// only a whole read shows.
public final class DocumentReader: Sendable {
    let inner: PrivityGenerated.DocumentReader

    init(_ inner: PrivityGenerated.DocumentReader) { self.inner = inner }

    /// Bytes of content.
    public func length() throws(PrivityError) -> UInt64 { try call { try inner.len() } }

    /// What describes the document.
    public func info() throws(PrivityError) -> DocumentInfo { try call { try inner.info() } }

    /// At most `max` bytes from `at` on; fewer only at the end.
    public func read(at: UInt64, max: UInt32) throws(PrivityError) -> Data {
        try call { try inner.readAt(at: at, max: max) }
    }

    /// The whole content, verified as a whole.
    public func read() throws(PrivityError) -> Data { try call { try inner.read() } }

    /// Calls `body` with the content piece by piece, 1 MiB each but the last.
    public func forEachPiece(_ body: (Data) throws -> Void) throws {
        let length = try length()
        var at: UInt64 = 0
        while at < length {
            let piece = try read(at: at, max: UInt32(pieceSize))
            try body(piece)
            at += UInt64(piece.count)
        }
    }

    /// Ends the reader: later calls throw `handle-ended`.
    public func release() throws(PrivityError) { try call { try inner.release() } }
}

/// A document being written, from one thread at a time. What is released before `finish` never was;
/// a writer that nobody holds any more is released.
public final class DocumentWriter: Sendable {
    let inner: PrivityGenerated.DocumentWriter

    init(_ inner: PrivityGenerated.DocumentWriter) { self.inner = inner }

    /// Takes the next bytes.
    public func write(_ bytes: Data) throws(PrivityError) {
        let bytes = try bytes.crossing()
        try call { try inner.write(bytes: bytes) }
    }

    /// Ends the document: durable and on record when this returns.
    public func finish() throws(PrivityError) -> DocumentInfo { try call { try inner.finish() } }

    /// Gives the document up; nothing if it was finished.
    public func release() throws(PrivityError) { try call { try inner.release() } }
}

extension Matter {
    /// A reader of one document, recorded as opened.
    public func reader(_ id: DocumentId, reason: String? = nil) throws(PrivityError) -> DocumentReader {
        DocumentReader(try call { try inner.reader(id: id, reason: reason) })
    }

    /// Readers of up to 256 documents, in the order of the ids, under one record.
    public func readers(_ ids: [DocumentId], reason: String? = nil) throws(PrivityError) -> [DocumentReader] {
        try call { try inner.readers(ids: ids, reason: reason) }.map(DocumentReader.init)
    }

    /// Seals what is written to it.
    public func writer(_ new: NewDocument) throws(PrivityError) -> DocumentWriter {
        DocumentWriter(try call { try inner.writer(new: new) })
    }

    /// Seals what a file handle gives, to its end. The handle stays open.
    public func sealStream(_ new: NewDocument, from: FileHandle) throws -> DocumentInfo {
        let writer = try writer(new)
        while let piece = try from.read(upToCount: pieceSize), !piece.isEmpty { try writer.write(piece) }
        return try writer.finish()
    }
}
