import Foundation
import PrivityGenerated

/// A share to be made: for contacts under their hybrid keys, or for whoever has a password.
public final class ShareDraft: Sendable {
    let inner: PrivityGenerated.ShareDraft

    init(_ inner: PrivityGenerated.ShareDraft) { self.inner = inner }

    /// A share for these contacts, at most eight. Name and organisation are the sender's, as its card has
    /// them.
    public convenience init(
        to: [Addressee], name: String, organisation: String = "", _ terms: Terms
    ) throws(PrivityError) {
        self.init(
            try call {
                try PrivityGenerated.ShareDraft(
                    to: to.map { $0.inner }, name: name, organisation: organisation, terms: terms)
            })
    }

    /// A share for whoever has the password, which is drawn here: ten words, 110 bits. It is forwardable:
    /// whoever has the password may pass both on. Send it another way than the file.
    public static func withPassword(
        name: String, organisation: String = "", _ terms: Terms
    ) throws(PrivityError) -> ShareDraft {
        ShareDraft(
            try call {
                try PrivityGenerated.ShareDraft.withPassword(name: name, organisation: organisation, terms: terms)
            })
    }

    /// The same under X25519 keys, for who cannot open hybrid ones yet. A future quantum computer would open
    /// it. Of a password's draft, the same draft without the password.
    public func classic() throws(PrivityError) -> ShareDraft { ShareDraft(try call { try inner.classic() }) }

    /// The password as UTF-8, ten words with hyphens between; it crosses once. The second time, and of a
    /// draft that has none, this throws `handle-ended`.
    public func takePassword() throws(PrivityError) -> Data { try call { try inner.takePassword() } }
}

/// What opens a share: the receiver, or a password.
public final class ShareKeys: Sendable {
    let inner: PrivityGenerated.ShareKeys

    /// The receiver's own.
    public init(_ party: Party) throws(PrivityError) {
        inner = try call { try PrivityGenerated.ShareKeys.party(party: party.inner) }
    }

    /// A password as it was typed; it is normalised (NFC) first.
    ///
    /// A `String` cannot be wiped: who holds the password as bytes gives those instead.
    public convenience init(password: String) throws(PrivityError) {
        try self.init(password: Data(password.precomposedStringWithCanonicalMapping.utf8))
    }

    /// A password as UTF-8.
    public init(password: Data) throws(PrivityError) {
        let password = try password.crossing()
        inner = try call { try PrivityGenerated.ShareKeys.password(password: password) }
    }
}

/// A share that passed every step.
public final class Accepted: Sendable {
    let inner: PrivityGenerated.Accepted

    init(_ inner: PrivityGenerated.Accepted) { self.inner = inner }

    /// Its signed terms.
    public func manifest() throws(PrivityError) -> Manifest { try call { try inner.manifest() } }

    /// SHA-256 of the manifest: what a receipt names.
    public func hash() throws(PrivityError) -> Hash { try call { try inner.hash() } }

    /// For a firm's sender, what its standing shows.
    public func shown() throws(PrivityError) -> Standing? { try call { try inner.shown() } }
}

/// Shares without a vault. Times are microseconds since 1970 UTC; `now` is the system's unless it is given.
public enum Sharing {
    /// Makes a share of these files into the new file `to`. Each document has the name of its file.
    public static func shareFiles(
        _ sender: Party, _ draft: ShareDraft, _ files: [URL], to: URL, now: UInt64? = nil, watcher: Watcher? = nil,
        threads: UInt32? = nil
    ) throws(PrivityError) -> Made {
        var paths: [String] = []
        for file in files { paths.append(try file.crossing()) }
        let (files, to) = (try paths.crossing(), try to.crossing())
        return try call {
            try PrivityGenerated.shareFiles(
                sender: sender.inner, draft: draft.inner, files: files, to: to, now: now,
                listener: watcher.map(HostListener.init), threads: threads)
        }
    }

    /// Accepts a share into the new folder `into`, as it lies in the archive, so that stock tools verify what
    /// was unpacked. `contacts` are whom the receiver knows, whatever the state. The folder is there whole or
    /// not at all; what is refused throws the step at which.
    public static func acceptFolder(
        _ share: URL, _ keys: ShareKeys, contacts: [Contact], into: URL, now: UInt64? = nil,
        watcher: Watcher? = nil, threads: UInt32? = nil
    ) throws(PrivityError) -> Accepted {
        let (share, into) = (try share.crossing(), try into.crossing())
        return Accepted(
            try call {
                try PrivityGenerated.acceptFolder(
                    source: share, keys: keys.inner, contacts: contacts.map { $0.inner }, into: into, now: now,
                    listener: watcher.map(HostListener.init), threads: threads)
            })
    }

    /// The same, and nothing is kept: a share in memory is only checked, to its last byte.
    public static func check(
        _ share: Data, _ keys: ShareKeys, contacts: [Contact], now: UInt64? = nil, watcher: Watcher? = nil,
        threads: UInt32? = nil
    ) throws(PrivityError) -> Accepted {
        let share = try share.crossing()
        return Accepted(
            try call {
                try checkShare(
                    share: share, keys: keys.inner, contacts: contacts.map { $0.inner }, now: now,
                    listener: watcher.map(HostListener.init), threads: threads)
            })
    }
}

extension Manifest {
    /// Reads the bytes of a manifest. Whether they are what somebody signed, accepting the share shows.
    public static func parse(_ bytes: Data) throws(PrivityError) -> Manifest {
        let bytes = try bytes.crossing()
        return try call { try parseManifest(bytes: bytes) }
    }
}

extension Receipt {
    /// Signs a receipt for a share that this party accepted, at `now` or else at the system's time. A password
    /// share has none.
    public static func sign(
        _ party: Party, _ accepted: Accepted, _ action: ReceiptAction, now: UInt64? = nil
    ) throws(PrivityError) -> SignedReceipt {
        try call { try signReceipt(party: party.inner, accepted: accepted.inner, action: action, now: now) }
    }

    /// Verifies a receipt of a share that was sent, from the bytes of its manifest (`Made.bytes`): it is of
    /// this share, of a recipient whom its manifest names, and signed by the key of `contact`, who is verified.
    public static func verify(
        _ signed: SignedReceipt, sent: Data, _ contact: Contact
    ) throws(PrivityError) -> Receipt {
        let (signed, sent) = (try signed.crossing(), try sent.crossing())
        return try call { try verifyReceipt(receipt: signed, sent: sent, contact: contact.inner) }
    }

    /// Reads a receipt, unverified.
    public static func parse(_ json: Data) throws(PrivityError) -> Receipt {
        let json = try json.crossing()
        return try call { try parseReceipt(json: json) }
    }
}
