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

    /// Who has a role in it, by id.
    public func members() throws(PrivityError) -> [Member] { try call { try inner.members() } }

    /// Gives a user a role, or another one.
    public func admit(_ user: UserId, as role: MatterRole) throws(PrivityError) {
        try call { try inner.admit(user: user, role: role) }
    }

    /// Removes a user, and begins the next epoch in the same commit. What it cannot undo is in the
    /// report.
    @discardableResult
    public func remove(_ user: UserId, reason: String) throws(PrivityError) -> RotationReport {
        try call { try inner.remove(user: user, reason: reason) }
    }

    /// Puts up an ethical wall, and begins the next epoch in the same commit.
    @discardableResult
    public func screen(_ user: UserId, reason: String) throws(PrivityError) -> RotationReport {
        try call { try inner.screen(user: user, reason: reason) }
    }

    /// Begins the next epoch with the people there are.
    @discardableResult
    public func rotate() throws(PrivityError) -> RotationReport { try call { try inner.rotate() } }
}
