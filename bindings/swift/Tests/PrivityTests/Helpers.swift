import Foundation
import Privity

/// A folder of its own, gone with the test.
final class Folder {
    let url = FileManager.default.temporaryDirectory.appending(path: "privity-\(UUID())")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false) }
    deinit { try? FileManager.default.removeItem(at: url) }

    func storage(_ device: String = "device") throws -> Storage {
        try Storage(shared: url.appending(path: "shared"), device: url.appending(path: device))
    }

    func firm() throws -> Vault {
        try Vault.create(
            storage(), NewFirm(firm: "Firm", user: "Ada"), device: Guard(passphrase: "device"),
            root: Guard(passphrase: "root")
        ).vault
    }
}

func code(_ body: () throws -> Void) -> String? {
    do { try body() } catch { return (error as? PrivityError)?.code ?? "\(error)" }
    return nil
}

/// Runs `body` on so many threads at once and gives back what it threw.
func inParallel(_ threads: Int, _ body: @escaping @Sendable (Int) throws -> Void) -> [String] {
    let failures = Failures()
    let all = (0..<threads).map { n in
        let (thread, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        Thread.detachNewThread {
            thread.wait()
            do { try body(n) } catch { failures.add("\(error)") }
            done.signal()
        }
        return (thread, done)
    }
    for (thread, _) in all { thread.signal() }
    for (_, done) in all { done.wait() }
    return failures.all
}

private final class Failures: @unchecked Sendable {
    private let lock = NSLock()
    private var kept: [String] = []
    var all: [String] { lock.withLock { kept } }
    func add(_ failure: String) { lock.withLock { kept.append(failure) } }
}
