import Foundation
import Privity

// Sharing: out of the matter to counsel and to another firm, back as receipts, refused where it must be.

typealias SharedContent = (id: DocumentId, name: String, content: Data)

extension Story {
    /// Steps 27 to 36: the partner shares these documents.
    func playSharing(_ partner: Vault, _ matter: Matter, _ documents: [SharedContent]) throws {
        let counsel = try Party.generate()
        try counsel.protect(folder.guardian()).write(to: folder.path("counsel.bin"))
        let other = try Vault.create(
            Storage.memory(), NewFirm(firm: "Other LLP", user: "E. Attorney"), device: folder.guardian(),
            root: folder.guardian()
        ).vault
        let defence = try other.openMatter("Roe, defence")

        // Cards, and words by voice.
        let unverified = try Contact(card: Card(text: counsel.card(details("D. Counsel")).text()))
        let refused = try code { _ = try unverified.confirm(words: exchanged(unverified.words())) }
        let (known, theirs) = (try confirmed(unverified), try confirmed(other.card(details("E. Attorney"))))
        try partner.card(details("A. Partner")).bytes().write(to: folder.path("sender.card"))
        let sender = try confirmed(Card(bytes: Data(contentsOf: folder.path("sender.card"))))
        try counsel.keep(sender).write(to: folder.path("counsel-sender.bin"))
        line("27 cards exchanged: \(refused), \(try counsel.recall(counsel.keep(sender)).state())")

        let share = folder.path("share.age")
        let to = try draft([known.addressee(), theirs.addressee()])
        let made = try matter.share(to, documents.map { $0.id }, to: share)
        line("28 shared: \(made.manifest.documents.count) documents, \(made.manifest.recipients.count) recipients")

        let received = folder.path("received")
        let accepted = try Sharing.acceptFolder(share, ShareKeys(counsel), contacts: [sender], into: received)
        let manifest = try accepted.manifest()
        for document in manifest.documents {
            let content = try Data(contentsOf: received.appending(path: document.path))
            try must(content == shared(document, in: documents).content, document.path)
        }
        try must(try accepted.shown()?.device == partner.device(), "another device")
        line("29 accepted: \(manifest.documents.count) documents, all equal")

        try playRefusals(counsel, Data(contentsOf: share), made, sender)
        let receipt = try matter.fileReceipt(Receipt.sign(counsel, accepted, .received))
        line("31 receipt filed: \(receipt.action)")
        line("32 shares: \(try listed(matter))")

        let imported = try defence.accept(share, contacts: [sender])
        for (info, document) in zip(imported.documents, manifest.documents) {
            try must(try defence.openBytes(info.id) == shared(document, in: documents).content, info.name)
        }
        line("33 imported: \(imported.documents.count) documents, all equal")

        let first = try found(manifest.documents.first, "no document")
        try playPassword(counsel, received.appending(path: first.path), known)
        try playNewKeys(counsel)
        try playStock(matter, counsel, documents[0].id)
        try other.lock()
        try counsel.release()
    }

    /// Step 30: passed on, too late, by nobody who is known.
    private func playRefusals(_ counsel: Party, _ share: Data, _ made: Made, _ sender: Contact) throws {
        func told(_ share: Data, _ party: Party, _ contacts: [Contact], now: UInt64? = nil) throws -> String {
            do {
                _ = try Sharing.check(share, ShareKeys(party), contacts: contacts, now: now)
            } catch {
                errors.append(error)
                return "\(error.code) at \(error.step.map { "\($0)" } ?? "no step")"
            }
            return "fine"
        }
        let colleague = try Party.generate()
        let passedOn = try Age.seal(to: [colleague.recipient()], counsel.openAge(share))
        let forwarded = try told(passedOn, colleague, [sender])
        let expired = try told(share, counsel, [sender], now: found(made.manifest.expires, "a share without an end"))
        line("30 refused: \(forwarded), \(expired), \(try told(share, counsel, []))")
        try colleague.release()
    }

    /// Step 34.
    private func playPassword(_ counsel: Party, _ file: URL, _ known: Contact) throws {
        let draft = try ShareDraft.withPassword(name: "D. Counsel", terms)
        let share = folder.path("password.age")
        _ = try Sharing.shareFiles(counsel, draft, [file], to: share)
        let password = try draft.takePassword()
        let words = String(decoding: password, as: UTF8.self).split(separator: "-").count
        let accepted = try Sharing.check(Data(contentsOf: share), ShareKeys(password: password), contacts: [known])
        let forwardable = try accepted.manifest().forwardable ? "forwardable" : "not forwardable"
        line("34 password share: \(words) words, \(forwardable)")
    }

    /// Step 35.
    private func playNewKeys(_ counsel: Party) throws {
        let first = try counsel.card(details("D. Counsel"))
        let renewed = try counsel.withNewKeys()
        let next = try renewed.card(details("D. Counsel", previous: first))
        try renewed.release()
        let changed = try confirmed(first).update(next)
        let refused = try code { _ = try changed.addressee() }
        line("35 new keys: \(refused), \(try changed.confirm(words: next.words()).state())")
    }

    /// Step 36. That stock age opens it, whoever runs the stories shows.
    private func playStock(_ matter: Matter, _ counsel: Party, _ letter: DocumentId) throws {
        let text = try String(contentsOf: folder.path("stock-recipient.txt"), encoding: .utf8)
        let (key, recipients) = (try counsel.sshKey(), [text.trimmingCharacters(in: .whitespacesAndNewlines)])
        let contact = try Contact(name: "F. Stock", sshKey: key, recipients: recipients)
        let known = try contact.confirm(sshKey: key, recipients: recipients)
        let made = try matter.share(draft([known.addressee()]).classic(), [letter], to: folder.path("classic.age"))
        line("36 for stock tools: \(made.manifest.documents.count) document")
    }

    /// Steps 07 to 09 of reading; the matter is the partner's, `known` the lines of `documents.txt`.
    func readSharing(_ matter: Matter, listed known: [String]) throws {
        let counsel = try Party.unlock(Data(contentsOf: folder.path("counsel.bin")), folder.guardian())
        let sender = try counsel.recall(Data(contentsOf: folder.path("counsel-sender.bin")))
        let fields = try Card(bytes: Data(contentsOf: folder.path("sender.card"))).fields()
        try must(try fields.fingerprint == sender.fingerprint(), "the card is another firm's")
        line("07 counsel knows: \(try sender.name()), \(try sender.state())")

        let (share, into) = (folder.path("share.age"), folder.path("read-again"))
        let accepted = try Sharing.acceptFolder(share, ShareKeys(counsel), contacts: [sender], into: into)
        let documents = try accepted.manifest().documents
        for document in documents {
            let id = try found(document.document, "a document of no vault")
            let content = try Data(contentsOf: into.appending(path: document.path))
            try must(known.contains { $0.hasPrefix("\(id) \(sha256(content)) ") }, document.name)
        }
        try FileManager.default.removeItem(at: into)
        line("08 accepted: \(documents.count) documents, all equal")

        _ = try matter.fileReceipt(Receipt.sign(counsel, accepted, .reviewed))
        line("09 receipt filed: \(try listed(matter))")
        try counsel.release()
    }
}

/// What is out: how many documents of the first share, and what each recipient says of it.
private func listed(_ matter: Matter) throws -> String {
    let first = try found(try matter.shares().first, "no share")
    let said = first.recipients.map { one in "\(one.name) \(one.acknowledged.map { "\($0.action)" } ?? "nothing")" }
    return "\(first.documents.count) documents, \(said.joined(separator: ", "))"
}

private func shared(_ document: ManifestDocument, in all: [SharedContent]) throws -> SharedContent {
    try found(all.first { $0.id == document.document }, "not shared: \(document.name)")
}

private func details(_ name: String, previous: Card? = nil) -> CardDetails {
    CardDetails(name: name, notBefore: notBefore, expires: expires, previous: previous)
}

private func confirmed(_ contact: Contact) throws -> Contact { try contact.confirm(words: contact.words()) }

private func confirmed(_ card: Card) throws -> Contact { try confirmed(Contact(card: card)) }

private func draft(_ to: [Addressee]) throws -> ShareDraft {
    try ShareDraft(to: to, name: "A. Partner", organisation: "Example LLP", terms)
}

private let terms = Terms(purpose: "Exhibits for the hearing", expires: expires - 1)

/// 1 January of 2020 and of 2100, in microseconds.
private let notBefore: UInt64 = 1_577_836_800_000_000
private let expires: UInt64 = 4_102_444_800_000_000
