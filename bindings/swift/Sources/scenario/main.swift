// The story of `bindings/scenario`: `scenario write FOLDER`, then `scenario read FOLDER` of what any
// language wrote.

import Foundation
import Story

func failed(_ message: String, _ status: Int32) -> Never {
    FileHandle.standardError.write(Data((message + "\n").utf8))
    exit(status)
}

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 2, let verb = arguments.first, let path = arguments.last else {
    failed("usage: scenario write|read FOLDER", 2)
}
let story = Story(in: URL(filePath: path, directoryHint: .isDirectory)) { print($0) }
do {
    switch verb {
    case "write": try story.write()
    case "read": try story.read()
    default: failed("usage: scenario write|read FOLDER", 2)
    }
} catch {
    failed("the story ended here: \(error)", 1)
}
