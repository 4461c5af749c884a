import Foundation
import Privity

// Codes of a vault whose stores are as they should be.

func vaultCodes(_ seen: Seen, _ desk: Desk) throws {
    let partner = try desk.firm().vault
    let matter = try partner.openMatter("Doe v. Roe")
    let letter = try matter.sealBytes(NewDocument(name: "letter"), Data("Dear Sirs".utf8))
    let missing = desk.path("missing")
    try seen.fails("already-there") { _ = try partner.openMatter("Again", id: matter.id()) }
    try seen.fails("matter-unknown") { _ = try partner.matter(newMatterId()) }
    try seen.fails("document-unknown") { _ = try matter.document(newDocumentId()) }
    try seen.fails("document-exists") { _ = try matter.sealBytes(NewDocument(name: "letter", id: letter.id), Data()) }
    // Users come from requests alone, so this id is another one's with the prefix of a user.
    let nobody = "usr" + (try newDeviceId()).dropFirst(3)
    try seen.fails("user-unknown") { try matter.admit(nobody, as: .member) }
    try seen.fails("source-unreadable") { _ = try matter.sealFile(NewDocument(name: "x"), from: missing) }
    try watchedCodes(seen, desk, matter)
    try peopleCodes(seen, desk, partner, matter, letter.id)

    // Ids, exports, readers.
    try seen.fails("text") { _ = try partner.matter("mat_of_nothing") }
    let trust = try partner.trust()
    try seen.fails("export") { _ = try verifyExport(Data("no export".utf8), trust: trust) }
    let export = try partner.export()
    let other = TrustRoot(firm: trust.firm, genesis: String(repeating: "01", count: 32))
    try seen.fails("other-firm") { _ = try verifyExport(export, trust: other) }
    let reader = try matter.reader(letter.id)
    try seen.fails("out-of-range") { _ = try reader.read(at: 10, max: 1) }
    try reader.release()
    try seen.fails("handle-ended") { _ = try reader.length() }
    let long = try sparse(1 << 31, desk.path("long"))
    try seen.fails("bytes-too-long") { _ = try matter.sealBytes(NewDocument(name: "long"), long) }

    try partner.lock()
    try seen.fails("locked") { _ = try matter.name() }
    let strict = try desk.unlock("partner", options: Options(freshFor: 0, stale: .refuse))
    try seen.fails("frozen") { _ = try strict.openMatter("Frozen") }
}

private func watchedCodes(_ seen: Seen, _ desk: Desk, _ matter: Matter) throws {
    let file = desk.path("big")
    try Data(repeating: 1, count: 2_000_000).write(to: file)
    func sealed(_ watcher: @escaping Watcher) throws {
        _ = try matter.sealFile(NewDocument(name: "big"), from: file, watcher: watcher)
    }
    struct Failed: Error {}
    try seen.fails("cancelled") { try sealed { _, _ in .cancel } }
    try seen.fails("watcher-failed") { try sealed { _, _ in throw Failed() } }
    try seen.fails("source-changed") {
        try sealed { _, _ in
            let more = try FileHandle(forWritingTo: file)
            try more.seekToEnd()
            try more.write(contentsOf: Data("more".utf8))
            return .continue
        }
    }
}

private func peopleCodes(
    _ seen: Seen, _ desk: Desk, _ partner: Vault, _ matter: Matter, _ letter: DocumentId
) throws {
    func request(_ device: String) throws -> EnrolmentRequest {
        try Vault.request(desk.storage(device), NewUser(name: "P. Legal"), device: desk.guardian())
    }
    func accept(_ device: String, _ approval: Approval) throws -> Vault {
        try Vault.accept(desk.storage(device), approval, device: desk.guardian())
    }
    let asked = try request("paralegal")
    let words = try asked.words()
    try seen.fails("enrolment") { _ = try EnrolmentRequest(bytes: Data("no request".utf8)) }
    try seen.fails("words") { _ = try partner.enrol(asked, words: words.reversed()) }
    let approval = try partner.enrol(asked, words: words)
    let paralegal = try asked.user()
    try seen.fails("user-key-missing") { try matter.admit(paralegal, as: .reader) }
    _ = try request("other")
    try seen.fails("enrolment-mismatch") { _ = try accept("other", approval) }
    let theirs = try accept("paralegal", approval)
    let mine = try theirs.matter(matter.id())
    try seen.fails("no-access") { _ = try mine.openBytes(letter) }
    try seen.fails("role-missing") { _ = try theirs.openMatter("Mine") }
    try matter.admit(paralegal, as: .reader)
    try seen.fails("already-admitted") { try matter.admit(paralegal, as: .reader) }
    try seen.fails("role-missing") { _ = try mine.sealBytes(NewDocument(name: "x"), Data()) }
    try matter.screen(paralegal, reason: "conflict")
    try seen.fails("screened") { _ = try mine.openBytes(letter) }
    // What outsiders are shown of the partner's device, one of two.
    try standingCodes(seen, partner)
    // A device that is there already.
    try seen.fails("key-used") { _ = try partner.enrol(asked, words: words) }
}
