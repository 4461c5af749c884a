import Foundation
import Privity
import Testing

/// Parties, contacts, shares and receipts.
@Suite struct SharingTests {
    @Test func whatOnePartySharesTheOtherAccepts() throws {
        let folder = try Folder()
        let (counsel, expert) = (try Party.generate(), try Party.generate())
        let files = try folder.exhibits()
        let terms = Terms(purpose: "Expert report", basis: "Work product", designation: .privileged, onward: .withConsent)
        let draft = try ShareDraft(
            to: [verified(expert, "E. Expert").addressee()], name: "C. Counsel", organisation: "Counsel & Co", terms)
        let share = folder.url.appending(path: "share.age")
        let last = Last()
        let made = try Sharing.shareFiles(counsel, draft, files, to: share) { done, total in
            last.set(done, total)
            return .continue
        }
        #expect(last.isWhole && made.length > 300_000 && made.manifest.sender.organisation == "Counsel & Co")
        #expect(try Manifest.parse(made.bytes) == made.manifest)

        let contacts = [try verified(counsel, "C. Counsel")]
        let into = folder.url.appending(path: "in")
        let accepted = try Sharing.acceptFolder(share, ShareKeys(expert), contacts: contacts, into: into)
        let manifest = try accepted.manifest()
        #expect(try manifest == made.manifest && accepted.hash() == made.hash && accepted.shown() == nil)
        #expect(manifest.designation == .privileged && manifest.onward == .withConsent && manifest.basis == "Work product")
        #expect(!manifest.forwardable && manifest.documents.count == files.count)
        for (file, document) in zip(files, manifest.documents) {
            #expect(try Data(contentsOf: file) == Data(contentsOf: into.appending(path: document.path)))
        }
        // What is there is not replaced.
        #expect(refusal { _ = try Sharing.shareFiles(counsel, draft, files, to: share) } == "exists")
        let again = refusal { _ = try Sharing.acceptFolder(share, ShareKeys(expert), contacts: contacts, into: into) }
        #expect(again == "decrypt: exists")

        let receipt = try Receipt.sign(expert, accepted, .reviewed)
        let read = try Receipt.verify(receipt, sent: made.bytes, verified(expert, "E. Expert"))
        #expect(try read == Receipt.parse(receipt.json) && read.action == .reviewed && read.share == manifest.share)
        #expect(refusal { _ = try Receipt.verify(receipt, sent: made.bytes, contacts[0]) } == "receipt-refused")
        let unsigned = SignedReceipt(json: receipt.json, signature: try Receipt.sign(expert, accepted, .refused).signature)
        let forged = refusal { _ = try Receipt.verify(unsigned, sent: made.bytes, verified(expert, "E. Expert")) }
        #expect(forged == "signature-refused")
        #expect(refusal { _ = try Receipt.sign(counsel, accepted, .received) } == "not-a-recipient")
    }

    @Test func exhibitsGoFromOneFirmToAnotherAndToCounselAlone() throws {
        let (ours, theirs) = (try Folder(), try Folder())
        let (firm, other) = (try ours.firm(), try theirs.firm())
        let counsel = try Party.generate()
        let matter = try firm.openMatter("Doe v. Roe")
        let contents = [Data(repeating: 7, count: 10), Data(), Data(repeating: 7, count: 200_000)]
        let ids = try contents.enumerated().map { n, content in
            let new = NewDocument(name: "Exhibit \(n).pdf", mediaType: "application/pdf")
            return try matter.sealBytes(new, content).id
        }
        let party = try other.party()
        #expect(try party.kind() == .firm && party.device() == other.device() && party.standing() != nil)
        let to = [try verified(counsel, "C. Counsel"), try verified(other, "T. Partner")]
        let draft = try ShareDraft(to: to.map { try $0.addressee() }, name: "A. Partner", terms())
        let share = ours.url.appending(path: "share.age")
        let made = try matter.share(draft, ids, to: share)
        #expect(code { _ = try matter.share(draft, ids, to: share) } == "exists")
        let listed = try matter.shares()
        #expect(listed.map { $0.share } == [made.manifest.share] && listed[0].manifest == made.hash)
        #expect(listed[0].documents.map { $0.document } == ids.sorted())
        #expect(listed[0].recipients.allSatisfy { $0.acknowledged == nil })

        let contacts = [try verified(firm, "A. Partner")]
        let into = ours.url.appending(path: "counsel")
        let accepted = try Sharing.acceptFolder(share, ShareKeys(counsel), contacts: contacts, into: into)
        let shown = try #require(try accepted.shown())
        #expect(try shown.firm == firm.firm() && shown.device == firm.device())
        for document in try accepted.manifest().documents {
            let at = try #require(ids.firstIndex { $0 == document.document })
            #expect(try Data(contentsOf: into.appending(path: document.path)) == contents[at])
        }

        let received = try other.openMatter("Roe, defence")
        let before = try other.verify().records
        #expect(refusal { _ = try received.accept(share, contacts: []) } == "sender: sender-unknown")
        #expect(try received.documentsCount() == 0 && other.verify().records == before)
        let imported = try received.accept(share, contacts: contacts)
        for (info, document) in zip(imported.documents, try imported.accepted.manifest().documents) {
            let at = try #require(ids.firstIndex { $0 == document.document })
            #expect(try info.mediaType == "application/pdf" && received.openBytes(info.id) == contents[at])
        }
        #expect(imported.documents.count == 3)
        let cameIn = try received.received()
        let origin = try #require(cameIn[0].provenance)
        #expect(try cameIn.count == 1 && cameIn[0].by == other.device() && origin.name == made.manifest.sender.name)
        let kept = origin.parts.first { $0.path == "privity/manifest.json" }
        #expect(kept?.bytes == made.bytes && origin.parts.count == 5)

        let receipt = try Receipt.sign(counsel, accepted, .received)
        #expect(try matter.fileReceipt(receipt).share == made.manifest.share)
        _ = try matter.fileReceipt(Receipt.sign(party, imported.accepted, .reviewed))
        #expect(try matter.shares()[0].recipients.map { $0.acknowledged?.action } == [.received, .reviewed])
        #expect(code { _ = try received.fileReceipt(receipt) } == "receipt-refused")
        #expect(try firm.verify().findings.isEmpty && other.verify().findings.isEmpty)
    }

    @Test func aContactIsBelievedOnlyOnceItsWordsWereCompared() throws {
        let counsel = try Party.generate()
        let first = try card(counsel, "C. Counsel")
        let contact = try Contact(card: Card(text: first.text()))
        #expect(try contact.state() == .unverified && Card(bytes: first.bytes()).fields() == first.fields())
        var words = try counsel.words()
        #expect(try words.count == 12 && words == contact.words())
        let different = try #require(words.firstIndex { $0 != words[0] })
        words.swapAt(0, different)
        #expect(code { _ = try contact.confirm(words: words) } == "words")
        #expect(code { _ = try contact.addressee() } == "contact-unverified")
        #expect(code { _ = try contact.overridden(reason: "") } == "contact-unverified")
        let urgent = try contact.overridden(reason: "no call before the hearing")
        #expect(try urgent.name() == "C. Counsel" && urgent.reason() == "no call before the hearing")
        let verified = try contact.confirm(words: counsel.words())
        #expect(try verified.state() == .verified && verified.addressee().reason() == nil)

        // New keys: changed, until the new words are confirmed.
        let renewed = try counsel.withNewKeys()
        let changed = try verified.update(card(renewed, "C. Counsel", previous: first))
        #expect(try changed.state() == .changed && changed.verifiedFingerprint() == first.fields().fingerprint)
        #expect(try changed.party() == verified.party())
        #expect(code { _ = try changed.addressee() } == "contact-changed")
        #expect(code { _ = try changed.overridden(reason: "urgent") } == "contact-changed")
        #expect(code { _ = try changed.confirm(words: counsel.words()) } == "words")
        let again = try changed.confirm(words: renewed.words())
        #expect(try again.state() == .verified)
        let revoked = try again.revoke()
        #expect(code { _ = try revoked.confirm(words: renewed.words()) } == "contact-revoked")

        // Kept for one party alone.
        let (mine, other) = (try Party.generate(), try Party.generate())
        let kept = try mine.keep(revoked)
        #expect(try mine.recall(kept).state() == .revoked)
        #expect(code { _ = try other.recall(kept) } == "device-state-damaged")

        // Keys without a card, confirmed by the same texts.
        let keys = [try mine.recipient(), try mine.classicRecipient()]
        let known = try Contact(name: "M. Mine", sshKey: mine.sshKey(), recipients: keys)
        #expect(code { _ = try known.confirm(sshKey: other.sshKey(), recipients: keys) } == "words")
        #expect(try known.confirm(sshKey: mine.sshKey(), recipients: keys).state() == .verified)
        #expect(try known.card() == nil && known.recipient() == keys[0] && known.classicRecipient() == keys[1])
    }

    @Test func aPartyIsKeptUnderAGuard() throws {
        let (party, guardian) = (try Party.generate(), try Guard(passphrase: "a party's own"))
        let protected = try party.protect(guardian)
        let same = try Party.unlock(protected, guardian)
        #expect(try same.words() == party.words() && same.recipient() == party.recipient())
        #expect(try same.id() == party.id() && same.fingerprint() == party.fingerprint())
        #expect(code { _ = try Party.unlock(protected, Guard(passphrase: "another's")) } == "unlock-refused")
    }

    @Test func whatIsRefusedSaysTheStep() throws {
        let folder = try Folder()
        let (counsel, expert, stranger) = (try Party.generate(), try Party.generate(), try Party.generate())
        let share = folder.url.appending(path: "share.age")
        let expires: UInt64 = 4_102_444_800_000_000
        let draft = try ShareDraft(
            to: [verified(expert, "E. Expert").addressee()], name: "C. Counsel",
            Terms(purpose: "Expert report", expires: expires))
        let made = try Sharing.shareFiles(counsel, draft, folder.exhibits(), to: share)
        let bytes = try Data(contentsOf: share)
        let contact = try verified(counsel, "C. Counsel")
        func checked(_ bytes: Data, _ party: Party, _ contacts: [Contact], now: UInt64? = nil) -> String? {
            refusal { _ = try Sharing.check(bytes, ShareKeys(party), contacts: contacts, now: now) }
        }
        #expect(checked(bytes, expert, [contact]) == nil)
        #expect(checked(bytes, stranger, [contact]) == "decrypt: age-no-match")
        #expect(checked(bytes, expert, []) == "sender: sender-unknown")
        let unverified = try Contact(card: card(counsel, "C. Counsel"))
        #expect(checked(bytes, expert, [unverified]) == "sender: contact-unverified")
        let renewed = try card(counsel.withNewKeys(), "C. Counsel", previous: contact.card())
        #expect(checked(bytes, expert, [try contact.update(renewed)]) == "sender: contact-changed")
        #expect(checked(bytes, expert, [try contact.revoke()]) == "sender: contact-revoked")
        #expect(checked(bytes, expert, [contact], now: expires - 1) == "sender: card-expired")
        let early = made.manifest.created - 11 * 60 * 1_000_000
        #expect(checked(bytes, expert, [contact], now: early) == "terms: share-not-yet-valid")

        // Forwarded: the archive, sealed again by the one it was for.
        let archive = try expert.openAge(bytes)
        let passedOn = try Age.seal(to: [stranger.recipient()], archive)
        #expect(checked(passedOn, stranger, [contact]) == "recipient: not-a-recipient")

        // The last byte is altered: nothing is there.
        var altered = bytes
        altered[altered.count - 1] ^= 1
        let damaged = folder.url.appending(path: "damaged.age")
        try altered.write(to: damaged)
        let into = folder.url.appending(path: "in")
        let refused = refusal { _ = try Sharing.acceptFolder(damaged, ShareKeys(expert), contacts: [contact], into: into) }
        #expect(refused == "decrypt: content-refused" && !FileManager.default.fileExists(atPath: into.path))
        let web = try #require(URL(string: "https://example.com/x"))
        let nowhere = refusal { _ = try Sharing.acceptFolder(web, ShareKeys(expert), contacts: [], into: into) }
        #expect(nowhere == "not-a-file")
    }

    @Test func aPasswordShareOpensForWhoeverHasThePassword() throws {
        let folder = try Folder()
        let counsel = try Party.generate()
        let draft = try ShareDraft.withPassword(name: "C. Counsel", terms())
        let password = try draft.takePassword()
        #expect(String(decoding: password, as: UTF8.self).split(separator: "-").count == 10)
        #expect(code { _ = try draft.takePassword() } == "handle-ended")
        let share = folder.url.appending(path: "share.age")
        _ = try Sharing.shareFiles(counsel, draft, folder.exhibits(), to: share)
        let (bytes, contacts) = (try Data(contentsOf: share), [try verified(counsel, "C. Counsel")])
        let text = String(decoding: password, as: UTF8.self)
        let accepted = try Sharing.check(bytes, ShareKeys(password: text), contacts: contacts)
        #expect(try accepted.manifest().forwardable && accepted.manifest().recipients.isEmpty)
        let wrong = refusal { _ = try Sharing.check(bytes, ShareKeys(password: "wrong"), contacts: contacts) }
        #expect(wrong == "decrypt: age-no-match")
        #expect(code { _ = try ShareKeys(password: "") } == "passphrase-empty")
        #expect(code { _ = try Receipt.sign(counsel, accepted, .received) } == "not-a-recipient")
    }

    @Test func whoHasNoHybridKeysIsSentAClassicShare() throws {
        let folder = try Folder()
        let (counsel, expert) = (try Party.generate(), try Party.generate())
        let contact = try Contact(name: "E. Expert", sshKey: expert.sshKey(), recipients: [expert.classicRecipient()])
        let known = try contact.confirm(sshKey: expert.sshKey(), recipients: [expert.classicRecipient()])
        let draft = try ShareDraft(to: [known.addressee()], name: "C. Counsel", terms())
        let (files, share) = (try folder.exhibits(), folder.url.appending(path: "share.age"))
        #expect(code { _ = try Sharing.shareFiles(counsel, draft, files, to: share) } == "share-recipients")
        _ = try Sharing.shareFiles(counsel, draft.classic(), files, to: share)
        let accepted = try Sharing.check(
            Data(contentsOf: share), ShareKeys(expert), contacts: [verified(counsel, "C. Counsel")])
        #expect(try accepted.manifest().recipients.map { $0.recipient } == [expert.classicRecipient()])
    }

    @Test func whatIsCancelledLeavesNothing() throws {
        let folder = try Folder()
        let vault = try folder.firm()
        let matter = try vault.openMatter("Matter")
        let (counsel, expert) = (try Party.generate(), try Party.generate())
        let out = folder.url.appending(path: "out")
        try FileManager.default.createDirectory(at: out, withIntermediateDirectories: false)
        let target = out.appending(path: "share.age")
        let files = try folder.exhibits()
        func left() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: out.path) }
        struct Failed: Error {}

        let to = [try verified(expert, "E. Expert").addressee(), try verified(vault, "A. Partner").addressee()]
        let draft = try ShareDraft(to: to, name: "C. Counsel", terms())
        #expect(code { _ = try Sharing.shareFiles(counsel, draft, files, to: target, watcher: { _, _ in .cancel }) } == "cancelled")
        let failed = code {
            _ = try Sharing.shareFiles(counsel, draft, files, to: target, watcher: { _, _ in throw Failed() })
        }
        #expect(failed == "watcher-failed")
        let document = try matter.sealFile(NewDocument(name: "big"), from: files[2])
        #expect(code { _ = try matter.share(draft, [document.id], to: target, watcher: { _, _ in .cancel }) } == "cancelled")
        #expect(try left().isEmpty && matter.shares().isEmpty)

        let share = folder.url.appending(path: "share.age")
        _ = try Sharing.shareFiles(counsel, draft, files, to: share)
        let contacts = [try verified(counsel, "C. Counsel")]
        let into = out.appending(path: "in")
        let stopped = code {
            _ = try Sharing.acceptFolder(share, ShareKeys(expert), contacts: contacts, into: into, watcher: { _, _ in .cancel })
        }
        #expect(try stopped == "cancelled" && left().isEmpty)
        let (records, count) = (try vault.verify().records, try matter.documentsCount())
        #expect(code { _ = try matter.accept(share, contacts: contacts, watcher: { _, _ in .cancel }) } == "cancelled")
        #expect(try matter.documentsCount() == count && vault.verify().records == records)
    }

    @Test func threadsShareAPartyAndItsContacts() throws {
        let folder = try Folder()
        let (counsel, expert) = (try Party.generate(), try Party.generate())
        let (files, url) = (try folder.exhibits(), folder.url)
        let (to, from) = (try verified(expert, "E. Expert"), try verified(counsel, "C. Counsel"))
        let draft = try ShareDraft(to: [to.addressee()], name: "C. Counsel", terms())
        let failures = inParallel(8) { n in
            for round in 0..<3 {
                let share = url.appending(path: "share-\(n)-\(round).age")
                let made = try Sharing.shareFiles(counsel, draft, files, to: share)
                let into = url.appending(path: "in-\(n)-\(round)")
                let accepted = try Sharing.acceptFolder(share, ShareKeys(expert), contacts: [from], into: into)
                let receipt = try Receipt.sign(expert, accepted, .received)
                #expect(try Receipt.verify(receipt, sent: made.bytes, to).share == made.manifest.share)
                #expect(try expert.recall(expert.keep(from)).state() == .verified)
            }
        }
        #expect(failures.isEmpty)

        // Released under other threads: handle-ended and nothing else.
        let begun = DispatchSemaphore(value: 0)
        let ended = inParallel(5) { n in
            if n == 0 {
                for _ in 1..<5 { begun.wait() }
                return try counsel.release()
            }
            _ = try counsel.words()
            begun.signal()
            while true {
                guard let code = code({ _ = try counsel.keep(to) }) else { continue }
                #expect(code == "handle-ended")
                return
            }
        }
        #expect(ended.isEmpty)
    }

    @Test func aReleasedPartyHasEnded() throws {
        let folder = try Folder()
        let vault = try folder.firm()
        let (own, device) = (try Party.generate(), try vault.party())
        let contact = try verified(own, "O. Own")
        let file = try Age.seal(to: [own.recipient()], Data("content".utf8))
        #expect(try own.openAge(file) == Data("content".utf8))
        let opens = try ShareKeys(own)
        for party in [own, device] {
            let kept = try party.keep(contact)
            let draft = try ShareDraft(to: [contact.addressee()], name: "O. Own", terms())
            try party.release()
            try party.release()
            #expect(code { _ = try party.words() } == "handle-ended")
            #expect(code { _ = try party.recall(kept) } == "handle-ended")
            #expect(code { _ = try card(party, "O. Own") } == "handle-ended")
            #expect(code { _ = try party.openAge(file) } == "handle-ended")
            let target = folder.url.appending(path: "share.age")
            #expect(code { _ = try Sharing.shareFiles(party, draft, [], to: target) } == "handle-ended")
        }
        #expect(code { _ = try Sharing.check(file, opens, contacts: []) } == "handle-ended")
        let waiting = try vault.party()
        try vault.lock()
        #expect(code { _ = try vault.party() } == "locked")
        #expect(code { _ = try vault.card(details("A. Partner")) } == "locked")
        // A party holds its keys until it is released.
        #expect(try waiting.recall(waiting.keep(contact)).state() == .verified)
        try waiting.release()
    }

    @Test func ageFilesAreForIdentitiesAndPasswords() throws {
        let (identity, other) = (try Identity.generate(), try Identity.generate())
        // A slice, whose indices do not begin at 0.
        let content = Data("xxDear Sirsxx".utf8)[2..<11]
        let file = try Age.seal(to: [identity.recipient(), other.recipient()], content)
        #expect(try Age.open(identity, file) == content && Age.open(other, Data(Age.armor(file).utf8)) == content)
        #expect(code { _ = try Age.open(Identity.generate(), file) } == "age-no-match")
        let password = Data("ten words".utf8)
        let locked = try Age.seal(password: password, content)
        #expect(try Age.open(password: password, locked) == content)
        #expect(code { _ = try Age.open(password: Data("others".utf8), locked) } == "age-no-match")
        let party = try Party.generate()
        #expect(code { _ = try Age.seal(to: [identity.recipient(), party.classicRecipient()], content) } == "age-recipients")
        #expect(try party.openAge(Age.seal(to: [party.classicRecipient()], content)) == content)
    }

    @Test func aStandingShowsADeviceFromTheFirstRecordOn() throws {
        let folder = try Folder()
        let vault = try folder.firm()
        let fields = try vault.card(details("A. Partner")).fields()
        let standing = try #require(try vault.party().standing())
        let shown = try Standing.verify(standing, genesis: vault.trust().genesis)
        #expect(try shown == fields.standing && shown.user == vault.user() && fields.anchor == shown.genesis)
        let other = String(repeating: "01", count: 32)
        #expect(code { _ = try Standing.verify(standing, genesis: other) } == "standing-refused")
    }
}

/// In force until 2099.
private func details(_ name: String, previous: Card? = nil) -> CardDetails {
    CardDetails(name: name, notBefore: 1_577_836_800_000_000, expires: 4_070_908_800_000_000, previous: previous)
}

private func card(_ party: Party, _ name: String, previous: Card? = nil) throws -> Card {
    try party.card(details(name, previous: previous))
}

private func verified(_ party: Party, _ name: String) throws -> Contact {
    try Contact(card: card(party, name)).confirm(words: party.words())
}

private func verified(_ device: Vault, _ name: String) throws -> Contact {
    let card = try device.card(details(name))
    return try Contact(card: card).confirm(words: card.words())
}

private func terms() -> Terms { Terms(purpose: "Exhibits for the hearing") }

/// The code of what is thrown, for a share that was refused after its step.
private func refusal(_ body: () throws -> Void) -> String? {
    do {
        try body()
    } catch let error as PrivityError {
        return error.step.map { "\($0): \(error.code)" } ?? error.code
    } catch {
        return "\(error)"
    }
    return nil
}

/// What a watcher was told last.
private final class Last: @unchecked Sendable {
    private let lock = NSLock()
    private var told: (done: UInt64, total: UInt64?)?

    var isWhole: Bool { lock.withLock { told.map { $0.done == $0.total } ?? false } }
    func set(_ done: UInt64, _ total: UInt64?) { lock.withLock { told = (done, total) } }
}

extension Folder {
    /// Three files: with a little, with nothing, with more than one piece.
    fileprivate func exhibits() throws -> [URL] {
        let contents = [
            ("Exhibit 1.pdf", Data("%PDF-1.7 one".utf8)), ("Übersicht.txt", Data()),
            ("b.bin", Data(repeating: 7, count: 300_000)),
        ]
        return try contents.map { name, content in
            let file = url.appending(path: name)
            try content.write(to: file)
            return file
        }
    }
}
