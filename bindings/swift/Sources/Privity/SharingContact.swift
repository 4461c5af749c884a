import Foundation
import PrivityGenerated

/// A party as somebody else knows it; `state` says how far it is believed. It never changes: what changes
/// it gives a new one.
public final class Contact: Sendable {
    let inner: PrivityGenerated.Contact

    init(_ inner: PrivityGenerated.Contact) { self.inner = inner }

    /// Whoever says this of themselves: unverified.
    public convenience init(card: Card) throws(PrivityError) {
        self.init(try call { try PrivityGenerated.Contact.fromCard(card: card.inner) })
    }

    /// A person with an ssh key and an age recipient and no card: a line as a `.pub` file has it, and one
    /// hybrid recipient, one classic, or one of each. Unverified.
    public convenience init(
        name: String, organisation: String = "", sshKey: String, recipients: [String]
    ) throws(PrivityError) {
        let (sshKey, recipients) = (try sshKey.crossing(), try recipients.crossing())
        self.init(
            try call {
                try PrivityGenerated.Contact.fromKeys(
                    name: name, organisation: organisation, sshKey: sshKey, recipients: recipients)
            })
    }

    /// How far it is believed.
    public func state() throws(PrivityError) -> ContactState { try call { try inner.state() } }

    /// Confirms the twelve words as they came over another channel: of a changed contact, those of the new
    /// card.
    public func confirm(words: [String]) throws(PrivityError) -> Contact {
        Contact(try call { try inner.confirm(words: words) })
    }

    /// Confirms keys by the same texts once more, as they came over another channel.
    public func confirm(sshKey: String, recipients: [String]) throws(PrivityError) -> Contact {
        let (sshKey, recipients) = (try sshKey.crossing(), try recipients.crossing())
        return Contact(try call { try inner.confirmKeys(sshKey: sshKey, recipients: recipients) })
    }

    /// Takes a newer card of the same party. With the same fingerprint a verified contact stays verified;
    /// with another it is changed, whoever signed.
    public func update(_ card: Card) throws(PrivityError) -> Contact {
        Contact(try call { try inner.update(card: card.inner) })
    }

    /// Gives the contact up for good.
    public func revoke() throws(PrivityError) -> Contact { Contact(try call { try inner.revoke() }) }

    /// Whom a share may be made for, of a verified contact.
    public func addressee() throws(PrivityError) -> Addressee { Addressee(try call { try inner.addressee() }) }

    /// The same for an unverified contact, with the reason why that had to do; it is kept beside the share.
    /// A verified contact needs none, and none is kept.
    public func overridden(reason: String) throws(PrivityError) -> Addressee {
        Addressee(try call { try inner.overridden(reason: reason) })
    }

    /// The person's name, as they say.
    public func name() throws(PrivityError) -> String { try call { try inner.name() } }

    /// Their organisation, as they say; may be empty.
    public func organisation() throws(PrivityError) -> String { try call { try inner.organisation() } }

    /// The party: the same in all its cards. None without a card.
    public func party() throws(PrivityError) -> PrincipalId? { try call { try inner.party() } }

    /// How the party is known.
    public func kind() throws(PrivityError) -> PartyKind { try call { try inner.kind() } }

    /// The device whose series of cards this is, of a firm's.
    public func device() throws(PrivityError) -> DeviceId? { try call { try inner.device() } }

    /// What trust begins with, in hexadecimal: the ssh key, or the hash of the firm's first record.
    public func anchor() throws(PrivityError) -> Hash { try call { try inner.anchor() } }

    /// The key that signs its shares and receipts, as a line of OpenSSH.
    public func sshKey() throws(PrivityError) -> String { try call { try inner.sshKey() } }

    /// Whom to seal to: `age1pq1…`.
    public func recipient() throws(PrivityError) -> String? { try call { try inner.recipient() } }

    /// Whom to seal to with tools that know no hybrid recipients: `age1…`.
    public func classicRecipient() throws(PrivityError) -> String? { try call { try inner.classicRecipient() } }

    /// What people compare, as hexadecimal.
    public func fingerprint() throws(PrivityError) -> Hash { try call { try inner.fingerprint() } }

    /// The same as twelve words.
    public func words() throws(PrivityError) -> [String] { try call { try inner.words() } }

    /// Of a changed contact: the fingerprint of the keys that were verified.
    public func verifiedFingerprint() throws(PrivityError) -> Hash? {
        try call { try inner.verifiedFingerprint() }
    }

    /// The card that is held; none of a person known by keys alone.
    public func card() throws(PrivityError) -> Card? { try call { try inner.card() }.map(Card.init) }

    /// Throws `card-not-yet-valid` or `card-expired` unless its card is in force then, or else now; keys
    /// without a card always are.
    public func inForce(at: UInt64? = nil) throws(PrivityError) { try call { try inner.inForce(at: at) } }
}

/// Whom a share may be made for: a verified contact, or an unverified one with the reason why that had to
/// do.
public final class Addressee: Sendable {
    let inner: PrivityGenerated.Addressee

    init(_ inner: PrivityGenerated.Addressee) { self.inner = inner }

    /// The person's name, as they say.
    public func name() throws(PrivityError) -> String { try call { try inner.name() } }

    /// Why the share goes to a contact whose words were not compared.
    public func reason() throws(PrivityError) -> String? { try call { try inner.reason() } }
}
