import Foundation
import Privity

extension Story {
    /// The story's second half: another program opens what one wrote.
    public func read() throws {
        let (lawyer, partner) = (try folder.unlock("lawyer"), try folder.unlock("partner"))
        line("01 unlocked: \(try name(of: lawyer, listedBy: partner))")

        let matter = try onlyMatter(lawyer)
        let listed = try String(contentsOf: folder.path("documents.txt"), encoding: .utf8)
        let lines = listed.split(separator: "\n")
        var letter: DocumentId?
        for one in lines {
            let words = one.split(separator: " ", maxSplits: 2).map(String.init)
            try must(words.count == 3, "a line of documents.txt has an id, a hash, a name")
            try must(sha256(try matter.openBytes(words[0])) == words[1], words[2])
            try must(try matter.document(words[0]).name == words[2], words[2])
            if words[2] == "letter.txt" { letter = words[0] }
        }
        line("02 opened \(lines.count) documents, all equal")

        let note = try matter.sealBytes(NewDocument(name: "note.txt"), Data("seen".utf8))
        let opened = try onlyMatter(partner).openBytes(note.id)
        try must(opened == Data("seen".utf8), "note.txt")
        line("03 sealed and opened: \(opened.count) bytes")

        let (id, paralegal) = (try found(letter, "no letter.txt"), try folder.unlock("paralegal"))
        line("04 refused: \(try code { _ = try onlyMatter(paralegal).openBytes(id) })")

        line("05 verified: \(clean(try lawyer.verify()))")

        let trust = try String(contentsOf: folder.path("trust.txt"), encoding: .utf8).split(separator: "\n")
        try must(trust.count == 2, "trust.txt has two lines")
        let root = TrustRoot(firm: String(trust[0]), genesis: String(trust[1]))
        line("06 export verified: \(clean(try verifyExport(Data(contentsOf: folder.path("export.bin")), trust: root)))")

        try readSharing(onlyMatter(partner), listed: lines.map(String.init))
    }
}
