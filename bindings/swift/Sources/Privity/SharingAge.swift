import Foundation
import PrivityGenerated

/// age files alone: for people with stock tools. An identity as a text is a secret key and never crosses:
/// what opens a file is a handle (`Identity`, or `Party.openAge`) or a password.
public enum Age {
    /// Seals bytes to one to eight recipients, all hybrid (`age1pq1…`) or all X25519 (`age1…`): a binary age
    /// file.
    public static func seal(to recipients: [String], _ content: Data) throws(PrivityError) -> Data {
        let (recipients, content) = (try recipients.crossing(), try content.crossing())
        return try call { try ageSeal(recipients: recipients, content: content) }
    }

    /// Seals bytes to whoever has the password, as UTF-8. Have it generated.
    public static func seal(password: Data, _ content: Data) throws(PrivityError) -> Data {
        let (password, content) = (try password.crossing(), try content.crossing())
        return try call { try ageSealPassword(password: password, content: content) }
    }

    /// Opens an age file, binary or armor, that was sealed to this identity. Nothing is handed out unless all
    /// of it is right.
    public static func open(_ identity: Identity, _ file: Data) throws(PrivityError) -> Data {
        let file = try file.crossing()
        return try call { try ageOpen(identity: identity.inner, file: file) }
    }

    /// Opens one that was sealed to a password, as UTF-8.
    public static func open(password: Data, _ file: Data) throws(PrivityError) -> Data {
        let (password, file) = (try password.crossing(), try file.crossing())
        return try call { try ageOpenPassword(password: password, file: file) }
    }

    /// A binary age file as text (PEM), for a message.
    public static func armor(_ file: Data) throws(PrivityError) -> String {
        let file = try file.crossing()
        return try call { try ageArmor(file: file) }
    }
}

extension Identity {
    /// Whom to seal age files to for this identity: `age1pq1…`.
    public func recipient() throws(PrivityError) -> String { try call { try inner.recipient() } }
}
