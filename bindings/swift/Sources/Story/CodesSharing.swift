import Foundation
import Privity

// Codes of cards, contacts, shares and receipts, and of age files.

/// 1 January of 2020 and of 2100, in microseconds.
private let notBefore: UInt64 = 1_577_836_800_000_000
private let expires: UInt64 = 4_102_444_800_000_000

func sharingCodes(_ seen: Seen, _ desk: Desk) throws {
    let (counsel, expert, stranger) = (try Party.generate(), try Party.generate(), try Party.generate())
    try cardCodes(seen, counsel)
    try contactCodes(seen, expert)
    try ageCodes(seen)

    // A share from counsel to the expert.
    let exhibit = desk.path("exhibit.txt")
    try Data("Exhibit 7".utf8).write(to: exhibit)
    func make(_ to: [Addressee], _ files: [URL], _ name: String) throws -> Made {
        let draft = try ShareDraft(to: to, name: "C. Counsel", Terms(purpose: "Expert report", expires: expires - 1))
        return try Sharing.shareFiles(counsel, draft, files, to: desk.path(name))
    }
    let to = [try verified(expert).addressee()]
    try seen.fails("terms") { _ = try make(to, [], "none") }
    try seen.fails("share-recipients") { _ = try make([], [exhibit], "nobody") }
    let made = try make(to, [exhibit], "share")
    let share = try Data(contentsOf: desk.path("share"))

    let known = [try verified(counsel)]
    func check(_ share: Data, _ receiver: Party, _ known: [Contact], now: UInt64? = nil) throws -> Accepted {
        try Sharing.check(share, ShareKeys(receiver), contacts: known, now: now)
    }
    try seen.fails("age-no-match") { _ = try check(share, stranger, known) }
    try seen.fails("sender-unknown") { _ = try check(share, expert, []) }
    try seen.fails("share-expired") { _ = try check(share, expert, known, now: expires - 1) }
    let before = made.manifest.created - 11 * 60 * 1_000_000
    try seen.fails("share-not-yet-valid") { _ = try check(share, expert, known, now: before) }
    let accepted = try check(share, expert, known)

    // Its archive, sealed again: to somebody else, and altered.
    let archive = try expert.openAge(share)
    let passedOn = try Age.seal(to: [stranger.recipient()], archive)
    try seen.fails("not-a-recipient") { _ = try check(passedOn, stranger, known) }
    try archiveCodes(seen, archive) { altered in
        _ = try check(Age.seal(to: [expert.recipient()], altered), expert, known)
    }

    // Its manifest.
    try seen.fails("json") { _ = try Manifest.parse(Data("{".utf8)) }
    try seen.fails("manifest") { _ = try Manifest.parse(Data("{}\n".utf8)) }
    let critical = String(decoding: made.bytes, as: UTF8.self).replacingOccurrences(
        of: "\"designation\":", with: "\"critical\":[\"quorum\"],\"designation\":")
    try seen.fails("manifest-critical") { _ = try Manifest.parse(Data(critical.utf8)) }

    // Receipts.
    let signed = try Receipt.sign(expert, accepted, .received)
    try seen.fails("receipt") { _ = try Receipt.parse(Data("no receipt".utf8)) }
    let unsigned = SignedReceipt(json: signed.json, signature: "no signature")
    try seen.fails("sshsig") { _ = try Receipt.verify(unsigned, sent: made.bytes, verified(expert)) }
    try seen.fails("receipt-refused") { _ = try Receipt.verify(signed, sent: made.bytes, verified(counsel)) }
}

/// A standing of a firm with two devices, for outsiders.
func standingCodes(_ seen: Seen, _ partner: Vault) throws {
    let party = try partner.party()
    let (standing, genesis) = (try found(try party.standing(), "no standing"), try partner.trust().genesis)
    try party.release()
    try must(try Standing.verify(standing, genesis: genesis).genesis == genesis, "the first record")
    try seen.fails("standing") { _ = try Standing.verify(Data("no standing".utf8), genesis: genesis) }
    let other = String(repeating: "01", count: 32)
    try seen.fails("standing-refused") { _ = try Standing.verify(standing, genesis: other) }
    // The end is the path of the device among the active ones.
    let moved = flipped(standing, at: standing.count - 1)
    try seen.fails("device-not-active") { _ = try Standing.verify(moved, genesis: genesis) }
}

private func cardCodes(_ seen: Seen, _ counsel: Party) throws {
    let card = try counsel.card(details())
    try seen.fails("card") { _ = try Card(bytes: Data("no card".utf8)) }
    // The id of the key that signed stands behind this.
    let bytes = try card.bytes()
    let place = try found(bytes.range(of: Data([0xA2, 0x01, 0x32, 0x04, 0x50])), "no key's id")
    try seen.fails("card-key") { _ = try Card(bytes: flipped(bytes, at: place.upperBound)) }
    try seen.fails("card-not-yet-valid") { try card.inForce(at: notBefore - 1) }
    try seen.fails("card-expired") { try card.inForce(at: expires) }
    try seen.fails("party") { _ = try counsel.card(CardDetails(name: "", notBefore: notBefore, expires: expires)) }
}

private func contactCodes(_ seen: Seen, _ expert: Party) throws {
    func fromKeys(_ sshKey: String, _ recipients: [String]) throws {
        _ = try Contact(name: "E. Expert", sshKey: sshKey, recipients: recipients)
    }
    let (sshKey, recipient) = (try expert.sshKey(), try expert.recipient())
    try seen.fails("ssh-key") { try fromKeys("no key", [recipient]) }
    try seen.fails("age-key-text") { try fromKeys(sshKey, ["age1nobody"]) }
    try seen.fails("age-recipients") { try fromKeys(sshKey, []) }

    let first = try expert.card(details())
    let unverified = try Contact(card: first)
    try seen.fails("contact-unverified") { _ = try unverified.addressee() }
    try seen.fails("card-order") { _ = try unverified.update(first) }
    let changed = try verified(expert).update(expert.withNewKeys().card(details(previous: first)))
    try seen.fails("contact-changed") { _ = try changed.addressee() }
    try seen.fails("contact-revoked") { _ = try changed.revoke().addressee() }
}

private func ageCodes(_ seen: Seen) throws {
    let identity = try Identity.generate()
    func opened(_ file: Data) throws { _ = try Age.open(identity, file) }
    try seen.fails("not-an-age-file") { try opened(Data("no age file\n".utf8)) }
    try seen.fails("age-version") { try opened(Data("age-encryption.org/v2\n".utf8)) }
    try seen.fails("age-header") { try opened(Data("age-encryption.org/v1\nno stanza\n".utf8)) }
    func zeros(_ characters: Int) -> String { String(repeating: "A", count: characters) }
    func header(_ stanza: String) -> Data { Data("age-encryption.org/v1\n\(stanza)\n--- \(zeros(43))\n".utf8) }
    try seen.fails("age-stanza") { try opened(header("-> mlkem768x25519 short\n")) }
    let costly = header("-> scrypt \(zeros(22)) 30\n\(zeros(43))")
    try seen.fails("age-work-factor") { _ = try Age.open(password: Data("password".utf8), costly) }
    let sealed = try Age.seal(to: [identity.recipient()], Data("content".utf8))
    var refused = sealed
    let mac = try found(sealed.range(of: Data("\n--- ".utf8)), "no end of the header").upperBound
    refused[mac] = refused[mac] == 0x41 ? 0x42 : 0x41
    try seen.fails("age-header-refused") { try opened(refused) }
    let armor = try Age.armor(sealed).replacingOccurrences(of: "-----END", with: "-----AND")
    try seen.fails("armor") { try opened(Data(armor.utf8)) }
}

/// What `judge` throws for an archive that is none, or was altered.
private func archiveCodes(_ seen: Seen, _ archive: Data, _ judge: (Data) throws -> Void) throws {
    try seen.fails("zip") { try judge(Data("no archive".utf8)) }
    // A local header: its name would have 65,535 bytes.
    let endless = Data("PK".utf8) + [3, 4] + Data(count: 22) + [0xFF, 0xFF, 0, 0]
    try seen.fails("entry-name") { try judge(endless) }
    // README.txt, then SHA256SUMS: names of one length.
    let name = 10
    var renamed = archive
    renamed[header + name - 1] = 0x75
    try seen.fails("share-layout") { try judge(renamed) }
    func long(_ at: Int) -> Int { archive[at..<at + 4].reversed().reduce(0) { $0 << 8 | Int($1) } }
    /// With the first byte altered of the content of the entry whose local header is here, and with the checksum
    /// that belongs to that.
    func altered(_ entry: Int) throws -> Data {
        let content = entry + header + name
        var bytes = archive
        bytes[content] ^= 0x40
        let checksum = try crc32(bytes[content..<content + long(entry + 18)])
        bytes.replaceSubrange(entry + 14..<entry + 18, with: (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) })
        return bytes
    }
    try seen.fails("entry-altered") { try judge(altered(0)) }
    try seen.fails("sums") { try judge(altered(header + name + long(18))) }
}

/// Bytes of a local header before the name.
private let header = 30

/// The checksum of ZIP, as sealing tells it.
private func crc32(_ content: Data) throws -> UInt32 {
    let header = try Header(firm: newFirmId(), document: newDocumentId(), version: 1)
    return try Envelope.seal(header, content).summary.digests.crc32
}

private func details(previous: Card? = nil) -> CardDetails {
    CardDetails(name: "N. N.", notBefore: notBefore, expires: expires, previous: previous)
}

private func verified(_ party: Party) throws -> Contact {
    let card = try party.card(details())
    return try Contact(card: card).confirm(words: card.words())
}
