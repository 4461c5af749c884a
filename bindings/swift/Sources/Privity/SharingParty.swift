import Foundation
import PrivityGenerated

// Whoever sends and receives shares. Times are microseconds since 1970 UTC.

/// Somebody with keys of their own, or a device of a firm, which `Vault.party` gives. May be used on any
/// threads at once. Holds keys until it is released, also those of a vault that was locked.
public final class Party: Sendable {
    let inner: PrivityGenerated.Party

    init(_ inner: PrivityGenerated.Party) { self.inner = inner }

    /// A party of its own, with new random keys.
    public static func generate() throws(PrivityError) -> Party {
        Party(try call { try PrivityGenerated.Party.generate() })
    }

    /// Opens what `protect` gave.
    public static func unlock(_ protected: Data, _ guardian: Guard) throws(PrivityError) -> Party {
        let protected = try protected.crossing()
        return Party(try call { try PrivityGenerated.Party.unlock(protected: protected, guard: guardian.inner) })
    }

    /// Seals the keys under the guard; below 5 KiB. Keep the bytes. The keys of a firm's device the vault
    /// keeps.
    public func protect(_ guardian: Guard) throws(PrivityError) -> Data {
        try call { try inner.protect(guard: guardian.inner) }
    }

    /// The same party with new keys. Whoever holds its card sees it changed until the new words are
    /// confirmed. Recall kept contacts with the old party and keep them with the new one.
    public func withNewKeys() throws(PrivityError) -> Party { Party(try call { try inner.withNewKeys() }) }

    /// A card of this party, signed.
    public func card(_ details: CardDetails) throws(PrivityError) -> Card {
        Card(try call { try inner.card(details: details.inner) })
    }

    /// Its id: its own choice, the same in all its cards; for a firm's device the firm's id.
    public func id() throws(PrivityError) -> PrincipalId { try call { try inner.id() } }

    /// How it is known.
    public func kind() throws(PrivityError) -> PartyKind { try call { try inner.kind() } }

    /// What trust in it begins with, in hexadecimal: the ssh key, or the hash of the firm's first record.
    public func anchor() throws(PrivityError) -> Hash { try call { try inner.anchor() } }

    /// The device, of a firm's.
    public func device() throws(PrivityError) -> DeviceId? { try call { try inner.device() } }

    /// The key that signs, as a line of OpenSSH.
    public func sshKey() throws(PrivityError) -> String { try call { try inner.sshKey() } }

    /// Whom to seal to: `age1pq1…`.
    public func recipient() throws(PrivityError) -> String { try call { try inner.recipient() } }

    /// Whom to seal to with tools that know no hybrid recipients: `age1…`.
    public func classicRecipient() throws(PrivityError) -> String { try call { try inner.classicRecipient() } }

    /// The fingerprint of a card without the classic recipient; of a firm, of every card.
    public func fingerprint() throws(PrivityError) -> Hash { try call { try inner.fingerprint() } }

    /// The same as twelve words: what both sides read to each other.
    public func words() throws(PrivityError) -> [String] { try call { try inner.words() } }

    /// What shows an outsider that the device was active; of a firm's.
    public func standing() throws(PrivityError) -> Data? { try call { try inner.standing() } }

    /// Seals a contact for this party alone. Keep the bytes anywhere; who puts an older version back undoes
    /// a revocation.
    public func keep(_ contact: Contact) throws(PrivityError) -> Data {
        try call { try inner.keep(contact: contact.inner) }
    }

    /// Opens what `keep` gave.
    public func recall(_ kept: Data) throws(PrivityError) -> Contact {
        let kept = try kept.crossing()
        return Contact(try call { try inner.recall(kept: kept) })
    }

    /// Opens an age file that was sealed to either recipient of the party.
    public func openAge(_ file: Data) throws(PrivityError) -> Data {
        let file = try file.crossing()
        return try call { try inner.ageOpen(file: file) }
    }

    /// Gives the keys up, which are wiped once no call uses them any more. Later calls throw
    /// `handle-ended`.
    public func release() throws(PrivityError) { try call { try inner.release() } }
}

extension Vault {
    /// This device as a party: whoever has the firm's words accepts what it signs. Release it; locking the
    /// vault does not.
    public func party() throws(PrivityError) -> Party { Party(try call { try inner.party() }) }

    /// A contact card of this device, with its standing.
    public func card(_ details: CardDetails) throws(PrivityError) -> Card {
        Card(try call { try inner.card(details: details.inner) })
    }
}
