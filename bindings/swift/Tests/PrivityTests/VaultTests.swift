import Foundation
import Privity
import Testing

@Suite struct VaultTests {
    @Test func whatWasSealedOpensAfterUnlockingAnew() throws {
        let folder = try Folder()
        let device = try Guard(passphrase: "correct horse battery staple")
        let made = try Vault.create(
            folder.storage(), NewFirm(firm: "Firm", user: "Ada"), device: device, root: try Guard(passphrase: "root"))
        let matter = try made.vault.openMatter("Matter")
        // A slice, whose indices do not begin at 0.
        let content = Data("xxAttorney's notesxx".utf8)[2..<18]
        let info = try matter.sealBytes(NewDocument(name: "notes.txt"), content)
        #expect(info.length == 16)
        let id = try matter.id()
        try made.vault.lock()
        #expect(code { _ = try matter.openBytes(info.id) } == "locked")

        let vault = try Vault(folder.storage(), device)
        #expect(try vault.matter(id).openBytes(info.id) == content)
        #expect(try vault.matters().map { try $0.name() } == ["Matter"])
        let file = folder.url.appending(path: "notes.txt")
        try vault.matter(id).openFile(info.id, to: file)
        #expect(try Data(contentsOf: file) == content)
        #expect(code { try vault.matter(id).openFile(info.id, to: file) } == "exists")
    }

    @Test func aWrongPassphraseIsRefusedWithAdvice() throws {
        let folder = try Folder()
        _ = try Vault.create(
            folder.storage(), NewFirm(firm: "Firm", user: "Ada"), device: Guard(passphrase: "right"),
            root: Guard(passphrase: "root"))
        do {
            _ = try Vault(folder.storage(), Guard(passphrase: "wrong"))
            Issue.record("it was unlocked")
        } catch let error as PrivityError {
            #expect(error.code == "unlock-refused")
            #expect(error.kind == .refused)
            #expect(!error.advice.isEmpty)
        }
    }

    @Test func aWatcherSeesTheWorkAndStopsIt() throws {
        let folder = try Folder()
        let made = try Vault.create(
            folder.storage(), NewFirm(firm: "Firm", user: "Ada"), device: Guard(passphrase: "device"),
            root: Guard(passphrase: "root"))
        let matter = try made.vault.openMatter("Matter")
        let file = folder.url.appending(path: "big.bin")
        try Data(count: 1 << 20).write(to: file)
        let info = try matter.sealFile(NewDocument(name: "big.bin"), from: file) { _, total in
            #expect(total == 1 << 20)
            return .continue
        }
        #expect(info.length == 1 << 20)
        struct Failed: Error {}
        let stopped = code { _ = try matter.sealFile(NewDocument(name: "a"), from: file) { _, _ in .cancel } }
        #expect(stopped == "cancelled")
        let failed = code { _ = try matter.sealFile(NewDocument(name: "b"), from: file) { _, _ in throw Failed() } }
        #expect(failed == "watcher-failed")
    }

    @Test func aProtectorOfTheHostGuardsTheDevice() throws {
        final class Store: Protector {
            let id = "com.example.test"
            func wrap(secret: Data, context: Data) throws -> Data { Data(secret.map { $0 ^ 0x5a }) }
            func unwrap(wrapped: Data, context: Data) throws -> Data { Data(wrapped.map { $0 ^ 0x5a }) }
        }
        final class Refusing: Protector {
            let id = "com.example.test"
            func wrap(secret: Data, context: Data) throws -> Data { throw UnlockRefused() }
            func unwrap(wrapped: Data, context: Data) throws -> Data { throw UnlockRefused() }
        }
        let folder = try Folder()
        _ = try Vault.create(
            folder.storage(), NewFirm(firm: "Firm", user: "Ada"), device: Guard(Store()),
            root: Guard(passphrase: "root"))
        #expect(try Vault(folder.storage(), Guard(Store())).matters().isEmpty)
        #expect(code { _ = try Vault(folder.storage(), Guard(Refusing())) } == "unlock-refused")
    }

    @Test func aURLThatIsNoFileIsRefused() throws {
        let web = try #require(URL(string: "https://example.com/x"))
        #expect(code { _ = try Storage(shared: web, device: web) } == "not-a-file")
    }

    @Test func aDocumentIsWrittenAndReadPieceByPiece() throws {
        let folder = try Folder()
        let matter = try folder.firm().openMatter("Matter")
        let content = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        let file = folder.url.appending(path: "big.bin")
        try content.write(to: file)
        let info = try matter.sealStream(NewDocument(name: "big.bin"), from: FileHandle(forReadingFrom: file))
        do {
            let given = try matter.writer(NewDocument(name: "given up"))
            try given.write(content)
        }
        #expect(try matter.documents(limit: 10) == [info])

        let reader = try matter.reader(info.id, reason: "review")
        #expect(try reader.length() == 3_000_000)
        #expect(try reader.read(at: 1_000_000, max: 65_536) == content[1_000_000..<1_065_536])
        var pieces = Data()
        try reader.forEachPiece { pieces.append($0) }
        #expect(pieces == content)
        #expect(code { _ = try reader.read(at: 3_000_001, max: 1) } == "out-of-range")
        try reader.release()
        #expect(code { _ = try reader.read() } == "handle-ended")
    }

    @Test func aColleagueIsEnrolledAdmittedAndRemoved() throws {
        let folder = try Folder()
        let vault = try folder.firm()
        let matter = try vault.openMatter("Matter")
        let before = try matter.sealBytes(NewDocument(name: "before.txt"), Data([1, 2, 3]))
        let (device, theirs) = (try Guard(passphrase: "hers"), try folder.storage("grace"))
        let request = try EnrolmentRequest(bytes: Vault.request(theirs, NewUser(name: "Grace"), device: device).bytes())
        #expect(code { _ = try vault.enrol(request, words: Array(repeating: "zoo", count: 12)) } == "words")
        let approval = try Approval(bytes: vault.enrol(request, words: request.words()).bytes())
        let hers = try Vault.accept(theirs, approval, device: device)
        let same = try hers.matter(matter.id())
        #expect(code { _ = try same.openBytes(before.id) } == "no-access")
        try matter.admit(hers.user(), as: .member)
        #expect(try same.openBytes(before.id) == Data([1, 2, 3]))

        let report = try matter.remove(hers.user(), reason: "left")
        #expect(report.isComplete)
        let after = try matter.sealBytes(NewDocument(name: "after.txt"), Data([4]))
        #expect(["no-access", "role-missing"].contains(code { _ = try same.openBytes(after.id) }))
        let exported = try verifyExport(vault.export(), trust: vault.trust())
        #expect(try exported.head == vault.verify().head)
    }
}
