import Foundation
import Privity
import Testing

/// Many threads, ended handles, and callbacks of the host that do what they should not.
@Suite struct RobustnessTests {
    let content = Data((0..<500_000).flatMap { n in (0..<4).map { UInt8(truncatingIfNeeded: n >> (8 * $0)) } })

    @Test func threadsShareAVaultAReaderAndAWriter() throws {
        let folder = try Folder()
        let vault = try folder.firm()
        let matter = try vault.openMatter("Matter")
        let sealed = try matter.sealBytes(NewDocument(name: "big"), content)
        let reader = try matter.reader(sealed.id)
        let writer = try matter.writer(NewDocument(name: "joint"))
        let content = content
        let failures = inParallel(8) { n in
            let at = n * 240_000
            #expect(try reader.read(at: UInt64(at), max: 100_000) == content[at..<at + 100_000])
            try writer.write(Data(repeating: UInt8(n), count: 1_000))
            _ = try matter.sealBytes(NewDocument(name: "small \(n)"), Data(count: 10))
            #expect(try matter.openBytes(sealed.id) == content)
            _ = try vault.matters().map { try $0.members() }
        }
        #expect(failures.isEmpty)
        let joint = try writer.finish()
        let whole = try matter.openBytes(joint.id)
        #expect((0..<8).allSatisfy { n in whole.filter { $0 == n }.count == 1_000 })
        #expect(try matter.documentsCount() == 10)
        #expect(try vault.verify().isClean)
    }

    @Test func lockingUnderOtherThreadsIsLockedAndNothingElse() throws {
        let folder = try Folder()
        let vault = try folder.firm()
        let matter = try vault.openMatter("Matter")
        let sealed = try matter.sealBytes(NewDocument(name: "big"), content)
        let content = content
        let (begun, ended) = (DispatchSemaphore(value: 0), Counter())
        let failures = inParallel(6) { n in
            if n == 0 {
                for _ in 1..<6 { begun.wait() }
                try vault.lock()
                return
            }
            #expect(try matter.openBytes(sealed.id) == content)
            begun.signal()
            for _ in 0..<100_000 {
                guard let code = code({ _ = try matter.openBytes(sealed.id) }) else { continue }
                #expect(code == "locked")
                ended.add()
                return
            }
        }
        #expect(failures.isEmpty)
        #expect(ended.count == 5)
    }

    @Test func whatHasEndedSaysSo() throws {
        let folder = try Folder()
        let vault = try folder.firm()
        let matter = try vault.openMatter("Matter")
        let sealed = try matter.sealBytes(NewDocument(name: "a"), Data([1]))
        let reader = try matter.reader(sealed.id)
        try reader.release()
        try reader.release()
        #expect(code { _ = try reader.length() } == "handle-ended")
        #expect(code { _ = try reader.read(at: 0, max: 1) } == "handle-ended")
        #expect(code { try reader.forEachPiece { _ in } } == "handle-ended")

        let released = try matter.writer(NewDocument(name: "b"))
        try released.write(Data([1]))
        try released.release()
        #expect(code { try released.write(Data([2])) } == "handle-ended")
        #expect(code { _ = try released.finish() } == "handle-ended")
        let finished = try matter.writer(NewDocument(name: "c"))
        _ = try finished.finish()
        #expect(code { _ = try finished.finish() } == "handle-ended")
        #expect(try matter.documentsCount() == 2)

        let sealer = try Sealer(Header(firm: vault.firm(), document: sealed.id, version: 1))
        _ = try sealer.finish()
        #expect(code { _ = try sealer.write(Data([1])) } == "handle-ended")

        let (waiting, open) = (try matter.writer(NewDocument(name: "d")), try matter.reader(sealed.id))
        try vault.lock()
        #expect(code { _ = try vault.matters() } == "locked")
        #expect(code { _ = try matter.openBytes(sealed.id) } == "locked")
        #expect(code { _ = try waiting.finish() } == "locked")
        // What a reader holds is the one document it was opened for.
        #expect([nil, "locked"].contains(code { _ = try open.read() }))
    }

    @Test func aWatcherMayThrowBlockAndCallBack() throws {
        let folder = try Folder()
        let matter = try folder.firm().openMatter("Matter")
        let file = folder.url.appending(path: "big.bin")
        try content.write(to: file)
        struct Failed: Error { let secret = "never passed on" }
        let before = try matter.documentsCount()
        do {
            _ = try matter.sealFile(NewDocument(name: "a"), from: file) { _, _ in throw Failed() }
            Issue.record("it was sealed")
        } catch {
            #expect(error.code == "watcher-failed")
            #expect(!"\(error) \(error.advice)".contains("never passed on"))
        }
        #expect(try matter.documentsCount() == before)

        // It seals another document meanwhile, and waits until another thread has sealed one too.
        let once = Counter()
        let info = try matter.sealFile(NewDocument(name: "b"), from: file) { _, _ in
            if once.add() > 1 { return .continue }
            _ = try matter.sealBytes(NewDocument(name: "from within"), Data([1]))
            let done = DispatchSemaphore(value: 0)
            DispatchQueue.global().async {
                if (try? matter.sealBytes(NewDocument(name: "from beside"), Data([2]))) != nil { done.signal() }
            }
            return done.wait(timeout: .now() + 60) == .success ? .continue : .cancel
        }
        #expect(try matter.openBytes(info.id) == content)
        #expect(try matter.documentsCount() == before + 3)
    }

    @Test func aProtectorMayThrowBlockAndCallBack() throws {
        let folder = try Folder()
        let other = try folder.firm().openMatter("Other")
        let store = Store()
        let storage = try Storage.memory()
        func unlock() throws { _ = try Vault(storage, Guard(store)).matters() }
        _ = try Vault.create(
            storage, NewFirm(firm: "Firm", user: "Ada"), device: Guard(store), root: Guard(passphrase: "root"))
        try unlock()

        struct Failed: Error {}
        store.act { throw Failed() }
        #expect(code(unlock) == "protector-failed")
        store.act { throw UnlockRefused() }
        #expect(code(unlock) == "unlock-refused")
        let asked = Counter()
        store.act {
            asked.add()
            // Another firm is worked with, here and on another thread, before the answer.
            _ = try other.sealBytes(NewDocument(name: "from within"), Data([1]))
            let done = DispatchSemaphore(value: 0)
            DispatchQueue.global().async { if (try? other.documents(limit: 1)) != nil { done.signal() } }
            if done.wait(timeout: .now() + 60) != .success { throw Failed() }
        }
        #expect(code(unlock) == nil)
        #expect(try asked.count > 0 && other.documentsCount() == UInt64(asked.count))

        store.act {}
        store.answer { $0.dropLast() }
        #expect(code(unlock) == "protector-failed")
        store.answer { $0 + [0] }
        #expect(code(unlock) == "protector-failed")
    }

    @Test func aSourceMayThrowGiveTooLittleAndCallBack() throws {
        final class Source: ByteSource, @unchecked Sendable {
            let bytes: Data
            var short = false
            var opener: Opener?
            init(_ bytes: Data) { self.bytes = bytes }
            func size() throws -> UInt64 { UInt64(bytes.count) }
            func readExact(at: UInt64, length: UInt32) throws -> Data {
                if let opener, try opener.length() != 2_000_000 { throw CocoaError(.fileReadUnknown) }
                return bytes[Int(at)..<Int(at) + Int(length) - (short ? 1 : 0)]
            }
        }
        let header = try Header(firm: newFirmId(), document: newDocumentId(), version: 1)
        let made = try Envelope.seal(header, content)
        let source = Source(made.sealed)
        let opener = try Opener(made.key.openingKey(), Envelope.expected(of: made.summary), source: source)
        source.opener = opener
        #expect(try opener.read() == content)
        source.short = true
        #expect(code { _ = try opener.read(at: 0, max: 1) } == "io")
        source.opener = nil
    }
}

private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var value = 0
    var count: Int { lock.withLock { value } }
    @discardableResult func add() -> Int {
        lock.withLock {
            value += 1
            return value
        }
    }
}

/// A key store that does something before it answers.
private final class Store: Protector, @unchecked Sendable {
    let id = "com.example.test"
    private var before: () throws -> Void = {}
    private var change: (Data) -> Data = { $0 }

    func act(_ before: @escaping () throws -> Void) { self.before = before }
    func answer(_ change: @escaping (Data) -> Data) { self.change = change }
    func wrap(secret: Data, context: Data) throws -> Data {
        try before()
        return Data(secret.map { $0 ^ 0x5a })
    }
    func unwrap(wrapped: Data, context: Data) throws -> Data {
        try before()
        return change(Data(wrapped.map { $0 ^ 0x5a }))
    }
}
