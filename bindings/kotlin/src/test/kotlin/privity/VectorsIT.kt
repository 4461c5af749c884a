package privity

import com.google.gson.JsonObject
import com.google.gson.JsonParser
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Files
import java.nio.file.Path
import java.util.HexFormat

/** The repository's frozen vectors and vault, through public calls, with the verdicts that Rust gives. */
class VectorsIT {
    @TempDir
    lateinit var folder: Path

    private val tests: Path = Path.of(System.getProperty("repository"), "tests")
    private val fixture: Path = tests.resolve("fixtures/vault/v1")
    private val passphrase = "six words that nobody else knows"

    private fun code(body: () -> Unit): String = assertThrows<PrivityException> { body() }.code

    @Test
    fun `every case of the envelope vectors gives its verdict`() {
        val text = Files.readString(tests.resolve("vectors/envelope-v1.json"))
        val vectors = JsonParser.parseString(text).asJsonObject
        val identity = Identity.unlock(vectors.bytes("identity"), Guard(vectors.text("passphrase")))
        assertArrayEquals(vectors.bytes("public_key"), identity.public.toBytes())
        val cases = vectors["cases"].asJsonArray.map { it.asJsonObject }
        val (valid, refused) = cases.partition { it["valid"].asBoolean }
        assertTrue(valid.isNotEmpty() && refused.isNotEmpty())
        for (case in valid) {
            val content = ByteArray(case["content_pattern"].asInt) { (it % 251).toByte() }
            assertArrayEquals(content, opened(identity, case), case.text("name"))
        }
        for (case in refused) {
            assertEquals(case.text("code"), code { opened(identity, case) }, case.text("name"))
        }
    }

    private fun opened(identity: Identity, case: JsonObject): ByteArray {
        val profile = mapOf(1 to Profile.CHA_CHA, 2 to Profile.AES).getValue(case["profile"].asInt)
        val padding = if (case["padding"].asInt == 1) Padding.PADME else Padding.UNPADDED
        val version = case["version"].asInt.toUInt()
        val header = Header(case.text("firm"), case.text("document"), version, profile, padding)
        val context = wrapContext(header, case.text("principal"), case["key_generation"].asLong.toULong())
        val key = OpeningKey.unwrap(identity, case.bytes("wrap"), context)
        val expected = Expected(header, case.bytes("seal_id"), case.bytes("content_commitment"))
        return Envelope.open(key, expected, case.bytes("sealed"))
    }

    private fun JsonObject.text(name: String) = this[name].asString

    private fun JsonObject.bytes(name: String) = HexFormat.of().parseHex(text(name))

    /** A copy to work in: the fixture itself is never opened. */
    private fun copy(): Path {
        assertTrue(fixture.toFile().copyRecursively(folder.resolve("v1").toFile()))
        return folder.resolve("v1")
    }

    private fun unlock(vault: Path, device: String) =
        Vault.unlock(Storage(vault.resolve("firm"), vault.resolve("device-$device")), Guard(passphrase))

    private fun trust(): TrustRoot {
        val (firm, genesis) = Files.readAllLines(fixture.resolve("trust.txt"))
        return TrustRoot(firm, genesis)
    }

    @Test
    fun `a vault of version 1 opens, goes on and verifies`() {
        val vault = copy()
        val lawyer = unlock(vault, "lawyer")
        assertEquals(trust(), lawyer.trust)
        val matter = lawyer.matters().first()
        assertEquals("Doe v. Roe", matter.name)
        val listed = matter.documents().sortedBy { it.name }.toList()
        assertEquals(listOf("after.txt", "letter to court.txt", "long.bin"), listed.map { it.name })
        val long = ByteArray(300_000) { (it % 251).toByte() }
        val contents = listOf("privileged".toByteArray(), "Dear Sirs".toByteArray(), long)
        for ((document, content) in listed.zip(contents)) assertArrayEquals(content, matter.openBytes(document.id))
        val new = matter.sealBytes(NewDocument("today.txt"), "of this version".toByteArray())

        val partner = unlock(vault, "partner")
        assertEquals("of this version", partner.matter(matter.id).openBytes(new.id).decodeToString())
        val report = partner.verify()
        assertTrue(report.isClean, report.text)
        assertEquals(4uL, report.documentsChecked)
        assertEquals(3, partner.users().mapNotNull { it.name }.size)
        val paralegal = unlock(vault, "paralegal").matter(matter.id)
        assertEquals("no-access", code { paralegal.documents(null, 1) })
    }

    @Test
    fun `an export of version 1 verifies with its trust root alone`() {
        val export = Files.readAllBytes(fixture.resolve("export.bin"))
        val report = verifyExport(export, trust())
        assertTrue(report.isClean, report.text)
        assertEquals(3uL, report.documents)
        assertEquals("other-firm", code { verifyExport(export, trust().copy(genesis = "07".repeat(32))) })
        export[export.size / 2] = (export[export.size / 2].toInt() xor 1).toByte()
        assertFalse(runCatching { verifyExport(export, trust()).isClean }.getOrDefault(false))
    }

    @Test
    fun `an enrolment of version 1 reads back to its words`() {
        val bytes = Files.readAllBytes(fixture.resolve("request.bin"))
        val request = EnrolmentRequest(bytes)
        assertArrayEquals(bytes, request.toBytes())
        assertEquals(Files.readString(fixture.resolve("request.words")).trim(), request.words.joinToString(" "))
        assertEquals("B. Lawyer", request.name)
        val approval = Files.readAllBytes(fixture.resolve("approval.bin"))
        assertArrayEquals(approval, Approval(approval).toBytes())
    }
}
