import Foundation
import PrivityGenerated

/// A matter of an unlocked vault. May be used on any threads at once.
public final class Matter: Sendable {
    let inner: PrivityGenerated.Matter

    init(_ inner: PrivityGenerated.Matter) { self.inner = inner }

    /// Its id.
    public func id() throws(PrivityError) -> MatterId { try call { try inner.id() } }

    /// Its name, if it has one.
    public func name() throws(PrivityError) -> String? { try call { try inner.name() } }

    /// The number of its newest epoch, from 1.
    public func epoch() throws(PrivityError) -> UInt64 { try call { try inner.epoch() } }
}
