import Foundation
import PrivityGenerated

/// What a party says of itself in a card.
public struct CardDetails: Sendable {
    /// The person: 1 to 256 bytes on one line.
    public let name: String
    /// Where they work.
    public let organisation: String
    /// From when on the card is in force: microseconds since 1970 UTC.
    public let notBefore: UInt64
    /// From when on it no longer is.
    public let expires: UInt64
    /// Whether correspondents may seal to the classic (X25519) recipient too.
    public let withClassic: Bool
    /// The card before, which this one replaces.
    public let previous: Card?

    public init(
        name: String, organisation: String = "", notBefore: UInt64, expires: UInt64, withClassic: Bool = false,
        previous: Card? = nil
    ) {
        (self.name, self.organisation, self.notBefore, self.expires) = (name, organisation, notBefore, expires)
        (self.withClassic, self.previous) = (withClassic, previous)
    }

    var inner: PrivityGenerated.CardDetails {
        PrivityGenerated.CardDetails(
            name: name, notBefore: notBefore, expires: expires, organisation: organisation,
            withClassic: withClassic, previous: previous?.inner)
    }
}

/// A card whose signature is right, under the key it names. Who that key belongs to, nobody knows until
/// its words were compared: see `Contact`.
public final class Card: Sendable {
    let inner: PrivityGenerated.Card

    init(_ inner: PrivityGenerated.Card) { self.inner = inner }

    /// Reads a card and verifies its signature, of a firm's also its standing.
    public convenience init(bytes: Data) throws(PrivityError) {
        let bytes = try bytes.crossing()
        self.init(try call { try PrivityGenerated.Card.parse(bytes: bytes) })
    }

    /// Reads a card out of its text; white space around it does not count.
    public convenience init(text: String) throws(PrivityError) {
        let text = try text.crossing()
        self.init(try call { try PrivityGenerated.Card.fromText(text: text) })
    }

    /// Its file.
    public func bytes() throws(PrivityError) -> Data { try call { try inner.toBytes() } }

    /// Its text, for a message or a QR code: `privity-card:…`. Above 40,000 characters send the file.
    public func text() throws(PrivityError) -> String { try call { try inner.toText() } }

    /// What it says.
    public func fields() throws(PrivityError) -> CardFields { try call { try inner.fields() } }

    /// The twelve words that people compare.
    public func words() throws(PrivityError) -> [String] { try call { try inner.words() } }

    /// Throws `card-not-yet-valid` or `card-expired` unless it is in force then, or else now.
    public func inForce(at: UInt64? = nil) throws(PrivityError) { try call { try inner.inForce(at: at) } }
}

extension Standing {
    /// Verifies the bytes of a standing from the hash of the firm's first record, which the caller knows
    /// from elsewhere.
    public static func verify(_ bytes: Data, genesis: Hash) throws(PrivityError) -> Standing {
        let bytes = try bytes.crossing()
        return try call { try verifyStanding(bytes: bytes, genesis: genesis) }
    }
}
