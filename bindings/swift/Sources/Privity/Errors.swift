import Foundation
import PrivityGenerated

/// What went wrong.
///
/// None of it holds a secret, the name of a file or anything of a case, so it may be logged.
public struct PrivityError: Error, Sendable, Hashable {
    /// Who has to act.
    public let kind: ErrorKind
    /// Stable, and for programs: `content-refused`.
    public let code: String
    /// What is wrong, in a sentence without its full stop.
    public let text: String
    /// What the caller can do.
    public let advice: String
    /// Of a share that was refused: the step at which.
    public let step: Step?
}

/// Who has to act on an error.
public enum ErrorKind: Sendable, Hashable {
    /// The bytes that came in are not what they claim to be.
    case invalid
    /// The caller used the library wrongly.
    case misuse
    /// A check said no: a key, a commitment, a policy.
    case refused
    /// Something named does not exist.
    case notFound
    /// A key is not unlocked.
    case locked
    /// A file, a stream or a store failed.
    case storage
    /// The caller's view is older than what is there.
    case stale
    /// A watcher asked to stop.
    case cancelled
    /// The operating system gave no randomness.
    case entropy
}

/// Thrown by a `Protector` when the person or the key store said no.
public struct UnlockRefused: Error, Sendable {
    public init() {}
}

extension PrivityError: CustomStringConvertible, LocalizedError {
    public var description: String { "\(code): \(text)" }
    public var errorDescription: String? { text }
    public var recoverySuggestion: String? { advice }
}

extension PrivityError {
    init(_ error: PrivityGenerated.PrivityError) {
        switch error {
        case .Invalid(let code, let text, let advice, let step):
            self.init(kind: .invalid, code: code, text: text, advice: advice, step: step)
        case .Misuse(let code, let text, let advice, let step):
            self.init(kind: .misuse, code: code, text: text, advice: advice, step: step)
        case .Refused(let code, let text, let advice, let step):
            self.init(kind: .refused, code: code, text: text, advice: advice, step: step)
        case .NotFound(let code, let text, let advice, let step):
            self.init(kind: .notFound, code: code, text: text, advice: advice, step: step)
        case .Locked(let code, let text, let advice, let step):
            self.init(kind: .locked, code: code, text: text, advice: advice, step: step)
        case .Storage(let code, let text, let advice, let step):
            self.init(kind: .storage, code: code, text: text, advice: advice, step: step)
        case .Stale(let code, let text, let advice, let step):
            self.init(kind: .stale, code: code, text: text, advice: advice, step: step)
        case .Cancelled(let code, let text, let advice, let step):
            self.init(kind: .cancelled, code: code, text: text, advice: advice, step: step)
        case .Entropy(let code, let text, let advice, let step):
            self.init(kind: .entropy, code: code, text: text, advice: advice, step: step)
        }
    }

    static let bytesTooLong = PrivityError(
        kind: .misuse, code: "bytes-too-long", text: "one call takes and gives less than 2^31 bytes",
        advice: "Use the call that takes a file, or a reader or a writer, piece by piece.", step: nil)

    static let notAFile = PrivityError(
        kind: .misuse, code: "not-a-file", text: "the URL is not that of a file",
        advice: "Give a file URL.", step: nil)

    /// A defect of ours: the library's own words may hold anything, so they stay here.
    static let defect = PrivityError(
        kind: .misuse, code: "defect", text: "the library failed where it must not",
        advice: "Report it; what was asked for did not happen, or not wholly.", step: nil)
}

/// Every call into the library goes through here: no error of the generated code gets out.
func call<T>(_ body: () throws -> T) throws(PrivityError) -> T {
    do {
        return try body()
    } catch let error as PrivityGenerated.PrivityError {
        throw PrivityError(error)
    } catch let error as PrivityError {
        throw error
    } catch {
        throw PrivityError.defect
    }
}
