import Foundation

/// The most that crosses in one call: lengths are 32-bit and signed there, and unchecked below here.
private let most = Int(Int32.max) - MemoryLayout<Int32>.size

extension Data {
    /// Itself, if one call can take it.
    func crossing() throws(PrivityError) -> Data {
        if count > most { throw .bytesTooLong }
        return self
    }
}

extension URL {
    /// The path of a file.
    func crossing() throws(PrivityError) -> String {
        if !isFileURL { throw .notAFile }
        return path(percentEncoded: false)
    }
}
