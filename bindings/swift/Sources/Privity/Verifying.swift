import Foundation
import PrivityGenerated

extension Vault {
    /// Verifies from the first record on, without anything remembered.
    public func verify(_ scope: Scope = .firm, watcher: Watcher? = nil) throws(PrivityError) -> Report {
        try call { try inner.verify(scope: scope, listener: watcher.map(HostListener.init)) }
    }

    /// Exports the ledger, the directory and what is in scope: records and no key.
    public func export(_ scope: Scope = .firm) throws(PrivityError) -> Data {
        try call { try inner.export(scope: scope) }
    }
}

/// Verifies an export with the trust root alone, which comes from elsewhere.
public func verifyExport(_ bytes: Data, trust: TrustRoot) throws(PrivityError) -> Report {
    let bytes = try bytes.crossing()
    return try call { try PrivityGenerated.verifyExport(bytes: bytes, trust: trust) }
}
