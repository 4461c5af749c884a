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
