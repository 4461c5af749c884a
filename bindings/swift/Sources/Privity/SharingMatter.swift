import Foundation
import PrivityGenerated

/// A share that was accepted into a matter.
public struct Imported: Sendable {
    /// Its terms and what was shown of its sender.
    public let accepted: Accepted
    /// What its documents are in the matter, in its order.
    public let documents: [DocumentInfo]
}

extension Matter {
    /// Shares documents, in the order of their ids, into the new file `to`. The share is on record, with whom
    /// it is for, before the file is there under its name.
    public func share(
        _ draft: ShareDraft, _ documents: [DocumentId], to: URL, watcher: Watcher? = nil
    ) throws(PrivityError) -> Made {
        let to = try to.crossing()
        return try call {
            try inner.share(
                draft: draft.inner, documents: documents, to: to, listener: watcher.map(HostListener.init))
        }
    }

    /// Accepts a share for this device into the matter. Nothing is on record, and nothing stays sealed, unless
    /// every step passed; what is refused throws the step at which.
    public func accept(_ share: URL, contacts: [Contact], watcher: Watcher? = nil) throws(PrivityError) -> Imported {
        let share = try share.crossing()
        let imported = try call {
            try inner.accept(
                source: share, contacts: contacts.map { $0.inner }, listener: watcher.map(HostListener.init))
        }
        return Imported(accepted: Accepted(imported.accepted), documents: imported.documents)
    }

    /// Files a receipt as proof that a recipient got the share: its bytes and signature are kept beside the
    /// record.
    public func fileReceipt(_ signed: SignedReceipt) throws(PrivityError) -> Receipt {
        let signed = try signed.crossing()
        return try call { try inner.fileReceipt(receipt: signed) }
    }

    /// Every share of the matter's documents, in the order they were made, with the receipts on file, each
    /// verified again.
    public func shares() throws(PrivityError) -> [ShareInfo] { try call { try inner.shares() } }

    /// Every share that was accepted into the matter, in their order, with where it came from.
    public func received() throws(PrivityError) -> [Received] { try call { try inner.received() } }
}
