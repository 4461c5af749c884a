import Foundation
import Privity
import Testing

/// The repository's own vectors, through public calls.
@Suite struct VectorsTests {
    static let root = URL(filePath: #filePath).appending(path: "../../../../..").standardizedFileURL
    static let passphrase = "six words that nobody else knows"

    struct Vectors: Decodable {
        let passphrase, identity, public_key: String
        let cases: [Case]
    }

    struct Case: Decodable {
        let name: String
        let valid: Bool
        let code: String?
        let firm, document, principal: String
        let version: UInt32
        let profile, padding: Int
        let key_generation: UInt64
        let wrap, sealed, seal_id, content_commitment: String
        let content_pattern: Int

        /// What a caller with a database does: unwrap, then open what the record expects.
        func opened(_ identity: Identity) throws -> Data {
            let header = Header(
                firm: firm, document: document, version: version, profile: profile == 1 ? .chaCha : .aes,
                padding: padding == 1 ? .padme : .unpadded)
            let context = try wrapContext(header, principal: principal, keyGeneration: key_generation)
            let key = try OpeningKey.unwrap(identity, bytes(wrap), context)
            let expected = Expected(
                header: header, sealId: bytes(seal_id), contentCommitment: bytes(content_commitment))
            return try Envelope.open(key, expected, bytes(sealed))
        }
    }

    @Test func everyCaseOfTheEnvelopeGivesItsVerdict() throws {
        let file = Self.root.appending(path: "tests/vectors/envelope-v1.json")
        let vectors = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file))
        let identity = try Identity.unlock(bytes(vectors.identity), Guard(passphrase: vectors.passphrase))
        #expect(try identity.publicKey().bytes() == bytes(vectors.public_key))
        var refused = 0
        for one in vectors.cases {
            var content = Data()
            let code = code { content = try one.opened(identity) }
            #expect(code == one.code, "\(one.name)")
            if one.valid {
                #expect(content == counted(one.content_pattern), "\(one.name)")
            } else {
                refused += 1
            }
        }
        #expect(refused > 0 && refused < vectors.cases.count)
        #expect(vectors.cases.allSatisfy { [1, 2].contains($0.profile) && $0.valid == ($0.code == nil) })
    }

    /// A copy to work in: the fixture itself is never opened.
    private func copy(_ folder: Folder) throws -> URL {
        let copy = folder.url.appending(path: "v1", directoryHint: .isDirectory)
        try FileManager.default.copyItem(at: Self.root.appending(path: "tests/fixtures/vault/v1"), to: copy)
        return copy
    }

    private func unlock(_ firm: URL, _ device: String) throws -> Vault {
        let storage = try Storage(shared: firm.appending(path: "firm"), device: firm.appending(path: device))
        return try Vault(storage, Guard(passphrase: Self.passphrase))
    }

    private func trust(_ firm: URL) throws -> TrustRoot {
        let lines = try String(contentsOf: firm.appending(path: "trust.txt"), encoding: .utf8).split(separator: "\n")
        return TrustRoot(firm: String(lines[0]), genesis: String(lines[1]))
    }

    @Test func aVaultOfVersion1OpensGoesOnAndVerifies() throws {
        let folder = try Folder()
        let firm = try copy(folder)
        let lawyer = try unlock(firm, "device-lawyer")
        #expect(try lawyer.trust() == trust(firm))
        let matter = try #require(try lawyer.matters().first)
        #expect(try matter.name() == "Doe v. Roe")
        let listed = try matter.documents(limit: 10).sorted { $0.name < $1.name }
        #expect(listed.map { $0.name } == ["after.txt", "letter to court.txt", "long.bin"])
        let contents = try listed.map { try matter.openBytes($0.id) }
        #expect(contents == [Data("privileged".utf8), Data("Dear Sirs".utf8), counted(300_000)])
        let new = try matter.sealBytes(NewDocument(name: "today.txt"), Data("of this version".utf8))

        let partner = try unlock(firm, "device-partner")
        #expect(try partner.matter(matter.id()).openBytes(new.id) == Data("of this version".utf8))
        let report = try partner.verify()
        #expect(report.isClean && report.documentsChecked == 4)
        #expect(try partner.users().compactMap { $0.name }.count == 3)

        let paralegal = try unlock(firm, "device-paralegal")
        #expect(code { _ = try paralegal.matter(matter.id()).documents(limit: 1) } == "no-access")
    }

    @Test func anExportOfVersion1VerifiesWithItsTrustRootAlone() throws {
        let folder = try Folder()
        let firm = try copy(folder)
        let export = try Data(contentsOf: firm.appending(path: "export.bin"))
        let report = try verifyExport(export, trust: trust(firm))
        #expect(report.isClean && report.documents == 3)
        let other = TrustRoot(firm: try trust(firm).firm, genesis: String(repeating: "07", count: 32))
        #expect(code { _ = try verifyExport(export, trust: other) } == "other-firm")
    }

    @Test func anEnrolmentOfVersion1ReadsBackToItsWords() throws {
        let folder = try Folder()
        let firm = try copy(folder)
        let bytes = try Data(contentsOf: firm.appending(path: "request.bin"))
        let request = try EnrolmentRequest(bytes: bytes)
        #expect(try request.bytes() == bytes)
        let words = try String(contentsOf: firm.appending(path: "request.words"), encoding: .utf8)
        #expect(try request.words().joined(separator: " ") + "\n" == words)
        #expect(try request.name() == "B. Lawyer")
        let approval = try Data(contentsOf: firm.appending(path: "approval.bin"))
        #expect(try Approval(bytes: approval).bytes() == approval)
    }
}

private func counted(_ length: Int) -> Data { Data((0..<length).map { UInt8($0 % 251) }) }

/// The bytes that hexadecimal digits say.
private func bytes(_ digits: String) -> Data {
    let digits = Array(digits.utf8)
    return Data(
        stride(from: 0, to: digits.count, by: 2).map { at in
            UInt8(String(decoding: digits[at..<at + 2], as: UTF8.self), radix: 16) ?? 0
        })
}
