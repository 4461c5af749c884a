import Foundation
import PrivityGenerated

/// What has no bound of its own and goes into the library. Lengths are 32-bit and signed where it
/// crosses, and unchecked below here: of a list or a record, that of all its parts together.
protocol Crossing {
    /// At least the bytes that it takes there.
    var extent: Int { get }
}

extension Crossing {
    /// Itself, if one call can take it.
    func crossing() throws(PrivityError) -> Self {
        if extent > Int(Int32.max) { throw .bytesTooLong }
        return self
    }
}

/// The length that stands before bytes, texts and lists.
private let frame = MemoryLayout<Int32>.size
/// More than the numbers and ids of any record take.
private let rest = 1 << 10

extension Data: Crossing {
    var extent: Int { count + frame }
}

extension String: Crossing {
    var extent: Int { utf8.count + frame }
}

extension Optional: Crossing where Wrapped: Crossing {
    var extent: Int { 1 + (self?.extent ?? 0) }
}

extension Array: Crossing where Element: Crossing {
    var extent: Int { reduce(frame) { $0 + $1.extent } }
}

extension Draft: Crossing {
    var extent: Int { body.extent + subjects.extent + rest }
}

extension Expected: Crossing {
    var extent: Int { sealId.extent + contentCommitment.extent + rest }
}

extension Summary: Crossing {
    var extent: Int { sealId.extent + contentCommitment.extent + rest }
}

extension SealedDocument: Crossing {
    var extent: Int { summary.extent + rest }
}

extension SignedReceipt: Crossing {
    var extent: Int { json.extent + signature.extent }
}

extension URL {
    /// The path of a file.
    func crossing() throws(PrivityError) -> String {
        if !isFileURL { throw .notAFile }
        return path(percentEncoded: false)
    }
}
