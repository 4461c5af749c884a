import Foundation
import PrivityGenerated

/// Told how far a long call is, about once for every 256 KiB, on a thread of the call; what it
/// answers goes. What it throws stops the call with `watcher-failed`, and its text goes nowhere.
public typealias Watcher = @Sendable (_ done: UInt64, _ total: UInt64?) throws -> Flow

extension Matter {
    /// Seals bytes as a document. When this returns, it is durable and on record.
    public func sealBytes(_ new: NewDocument, _ content: Data) throws(PrivityError) -> DocumentInfo {
        let content = try content.crossing()
        return try call { try inner.sealBytes(new: new, content: content) }
    }

    /// Seals a file of any size as a document.
    public func sealFile(_ new: NewDocument, from: URL, watcher: Watcher? = nil) throws(PrivityError) -> DocumentInfo {
        let from = try from.crossing()
        return try call { try inner.sealFile(new: new, path: from, listener: watcher.map(HostListener.init)) }
    }

    /// Seals many files, in commits of up to 256 documents. Call it again with the same ids after it
    /// broke off: what is on record is passed over. A source that cannot be read is left out and named.
    public func sealAll(_ files: [(NewDocument, URL)], watcher: Watcher? = nil) throws(PrivityError) -> SealedAll {
        var crossing: [NewFile] = []
        for (document, url) in files { crossing.append(NewFile(document: document, path: try url.crossing())) }
        return try call { try inner.sealAll(files: crossing, listener: watcher.map(HostListener.init)) }
    }

    /// Its documents by id, after `after`, at most `limit`, each in its newest version.
    public func documents(after: DocumentId? = nil, limit: UInt32) throws(PrivityError) -> [DocumentInfo] {
        try call { try inner.documents(after: after, limit: limit) }
    }

    /// How many versions of documents were sealed in it.
    public func documentsCount() throws(PrivityError) -> UInt64 { try call { try inner.documentsCount() } }

    /// One document.
    public func document(_ id: DocumentId) throws(PrivityError) -> DocumentInfo {
        try call { try inner.document(id: id) }
    }

    /// Renames a document or gives it another media type. The sealed bytes stay as they are.
    public func describe(_ id: DocumentId, _ change: Change) throws(PrivityError) -> DocumentInfo {
        try call { try inner.describe(id: id, change: change) }
    }

    /// Opens a document whole. One of 2 GiB and more goes by file or through a reader.
    public func openBytes(_ id: DocumentId, reason: String? = nil) throws(PrivityError) -> Data {
        try call { try inner.openBytes(id: id, reason: reason) }
    }

    /// Opens a document of any size into a new file, which is there only if everything was right.
    /// Says how many bytes it has.
    @discardableResult
    public func openFile(
        _ id: DocumentId, to: URL, reason: String? = nil, watcher: Watcher? = nil
    ) throws(PrivityError) -> UInt64 {
        let to = try to.crossing()
        return try call {
            try inner.openFile(id: id, path: to, reason: reason, listener: watcher.map(HostListener.init))
        }
    }
}

final class HostListener: ProgressListener {
    let watcher: Watcher

    init(_ watcher: @escaping Watcher) { self.watcher = watcher }

    func step(done: UInt64, total: UInt64?) throws -> Flow { try host { try watcher(done, total) } }
}
