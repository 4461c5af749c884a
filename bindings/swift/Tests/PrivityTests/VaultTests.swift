import Foundation
import Privity
import Testing

/// A folder of its own, gone with the test.
private final class Folder {
    let url = FileManager.default.temporaryDirectory.appending(path: "privity-\(UUID())")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false) }
    deinit { try? FileManager.default.removeItem(at: url) }

    func storage() throws -> Storage {
        try Storage(shared: url.appending(path: "shared"), device: url.appending(path: "device"))
    }
}

private func code(_ body: () throws -> Void) -> String? {
    do { try body() } catch { return (error as? PrivityError)?.code ?? "\(error)" }
    return nil
}

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
}
