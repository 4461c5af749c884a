import Foundation
import Privity

extension Story {
    /// The story's first half: a firm's first days.
    public func write() throws {
        let made = try folder.firm()
        let partner = made.vault
        try made.root.write(to: folder.path("root.bin"))
        try made.nextRoot.write(to: folder.path("next-root.bin"))
        line("01 firm created")

        let matter = try partner.openMatter("Doe v. Roe")
        line("02 matter opened: \(try matter.name() ?? "")")
        try unlocked(partner)

        var sealed = Sealed()
        try sealDocuments(matter, &sealed)
        let (letter, draft) = (try sealed.id("letter.txt"), try sealed.id("draft.txt"))

        let (lawyer, joined) = try enrolLawyer(partner, matter, letter)
        let paralegal = try join("paralegal", "C. Paralegal", partner)
        try matter.admit(paralegal.user(), as: .member)
        let theirs = try paralegal.matter(matter.id())
        line("13 paralegal opened: \(try theirs.openBytes(letter).count) bytes")

        let report = try matter.remove(paralegal.user(), reason: "left the firm")
        let rotated = try found(report.rotated.first, "nothing was rotated")
        let complete = report.isComplete ? "complete" : "incomplete"
        line("14 removed: epoch \(rotated.epoch), could copy \(rotated.couldCopy), \(complete)")

        let after = try sealed.seal(matter, NewDocument(name: "after.txt"), Data("privileged".utf8))
        let refused = try [after, letter].map { id in try code { _ = try theirs.openBytes(id) } }
        line("15 refused: \(refused.joined(separator: ", "))")
        line("16 colleague opened: \(String(decoding: try joined.openBytes(after), as: UTF8.self))")

        _ = try joined.describe(draft, Change(name: "final.txt"))
        try must(try joined.document(draft).designation == .privileged, "the designation is gone")
        sealed.rename(draft, "final.txt")
        let names = try matter.documents(limit: 100).map { $0.name }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        line("17 documents: \(names.joined(separator: ", "))")

        try verifyAll(lawyer)
        try Data(sealed.listed.utf8).write(to: folder.path("documents.txt"))
        for vault in [partner, lawyer, paralegal] { try unlocked(vault) }

        try playEnvelope(Data("first draft".utf8))
        try playChain()
        try playProtector()
        try lawyer.lock()
        line("25 locked: \(try code { _ = try joined.name() })")
        try playCodes()
        let shared = try ["letter.txt", "long.bin", "final.txt"].map { try sealed.one($0) }
        try playSharing(partner, matter, shared)
    }

    /// Steps 03 to 08: by path, as bytes, through a writer; ranges, whole, cancelled.
    private func sealDocuments(_ matter: Matter, _ sealed: inout Sealed) throws {
        let papers = [
            ("letter.txt", Data("Dear Sirs,\n".utf8)), ("empty.bin", Data()), ("long.bin", counted(300_000)),
            ("Ärger § 42.txt", Data("über".utf8)),
        ]
        let sources = folder.path("papers")
        try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
        for (name, content) in papers { try content.write(to: sources.appending(path: name)) }
        let last = Shared<(done: UInt64, total: UInt64?)?>(nil)
        let all = try matter.sealAll(
            papers.map { (NewDocument(name: $0.0), sources.appending(path: $0.0)) },
            watcher: { done, total in
                last.with { $0 = (done, total) }
                return .continue
            })
        try must(all.failed.isEmpty, "a file was left out")
        let bytes = all.sealed.reduce(0) { $0 + $1.length }
        let complete = last.with { $0 != nil && $0?.done == $0?.total } ? "complete" : "incomplete"
        line("03 sealed \(all.sealed.count) files, \(bytes) bytes, progress \(complete)")
        for (info, paper) in zip(all.sealed, papers) { sealed.keep(info, paper.1) }

        let draft = NewDocument(name: "draft.txt", designation: .privileged)
        let id = try sealed.seal(matter, draft, Data("first draft".utf8))
        line("04 sealed bytes: \(try matter.document(id).length)")

        let content = counted(1 << 20)
        let writer = try matter.writer(NewDocument(name: "stream.bin"))
        for at in stride(from: 0, to: content.count, by: 1 << 16) { try writer.write(content[at..<at + 1 << 16]) }
        let stream = try writer.finish()
        line("05 sealed a stream: \(stream.length)")
        sealed.keep(stream, content)

        let reader = try matter.reader(sealed.id("long.bin"))
        line("06 range read: \(hexadecimal(try reader.read(at: 100_000, max: 10)))")

        for one in sealed.all { try must(try matter.openBytes(one.id) == one.content, one.name) }
        line("07 opened \(sealed.all.count) documents, all equal")

        let target = folder.path("opened")
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        let cancelled = try code {
            try matter.openFile(stream.id, to: target.appending(path: "stream.bin"), watcher: { _, _ in .cancel })
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: target.path(percentEncoded: false))
        line("08 \(cancelled), \(left.isEmpty ? "no file left" : "a file is left")")
    }

    /// Steps 09 to 12: a colleague joins and is admitted.
    private func enrolLawyer(_ partner: Vault, _ matter: Matter, _ letter: DocumentId) throws -> (Vault, Matter) {
        let lawyer = try join("lawyer", "B. Lawyer", partner, misheard: "09 words differ")
        line("10 enrolled: \(try name(of: lawyer, listedBy: partner))")
        let joined = try lawyer.matter(matter.id())
        line("11 not admitted: \(try code { _ = try joined.openBytes(letter) })")
        try matter.admit(lawyer.user(), as: .member)
        let opened = try joined.openBytes(letter, reason: "cite check")
        line("12 admitted, opened: \(opened.count) bytes")
        return (lawyer, joined)
    }

    /// Enrols a person on a device of their own; with `misheard`, first with two words exchanged.
    private func join(_ device: String, _ name: String, _ partner: Vault, misheard: String? = nil) throws -> Vault {
        let storage = try folder.storage(device)
        let request = try Vault.request(storage, NewUser(name: name), device: folder.guardian())
        let words = try request.words()
        if let misheard {
            line("\(misheard): \(try code { _ = try partner.enrol(request, words: exchanged(words)) })")
        }
        let approval = try partner.enrol(EnrolmentRequest(bytes: request.bytes()), words: words)
        return try Vault.accept(storage, Approval(bytes: approval.bytes()), device: folder.guardian())
    }

    /// Steps 18 to 21: the firm, its export with the trust root alone, and what must be refused.
    private func verifyAll(_ lawyer: Vault) throws {
        let report = try lawyer.verify()
        line("18 verified: \(clean(report)), \(report.documentsChecked) documents")

        let (export, trust) = (try lawyer.export(), try lawyer.trust())
        try export.write(to: folder.path("export.bin"))
        try Data("\(trust.firm)\n\(trust.genesis)\n".utf8).write(to: folder.path("trust.txt"))
        let verified = try verifyExport(export, trust: trust)
        line("19 export verified: \(clean(verified)), \(verified.documents) documents")

        var refused = 0
        for place in 0..<16 {
            var verdict = "odd"
            let failed = try code {
                verdict = clean(try verifyExport(flipped(export, at: place * export.count / 32), trust: trust))
            }
            if failed != "fine" || verdict != "clean" { refused += 1 }
        }
        line("20 tampered: \(refused) of 16 refused")
        let other = TrustRoot(firm: trust.firm, genesis: String(repeating: "07", count: 32))
        line("21 other firm: \(try code { _ = try verifyExport(export, trust: other) })")
    }
}

/// What was sealed, to be compared with what is opened.
private struct Sealed {
    private(set) var all: [(id: DocumentId, name: String, content: Data)] = []

    mutating func keep(_ info: DocumentInfo, _ content: Data) { all.append((info.id, info.name, content)) }

    mutating func seal(_ matter: Matter, _ new: NewDocument, _ content: Data) throws -> DocumentId {
        let info = try matter.sealBytes(new, content)
        keep(info, content)
        return info.id
    }

    func id(_ name: String) throws -> DocumentId { try one(name).id }

    func one(_ name: String) throws -> (id: DocumentId, name: String, content: Data) {
        try found(all.first { $0.name == name }, "not sealed: \(name)")
    }

    mutating func rename(_ id: DocumentId, _ name: String) {
        for place in all.indices where all[place].id == id { all[place].name = name }
    }

    /// The lines of `documents.txt`.
    var listed: String { all.map { "\($0.id) \(sha256($0.content)) \($0.name)\n" }.joined() }
}
