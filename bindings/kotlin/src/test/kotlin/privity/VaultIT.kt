package privity

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Job
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.nio.ByteBuffer
import java.nio.file.Files
import java.nio.file.Path

class VaultIT {
    @TempDir
    lateinit var folder: Path

    private fun storage(device: String = "device") = Storage(folder.resolve("shared"), folder.resolve(device))

    private fun firm(): Vault =
        Vault.create(storage(), NewFirm("Firm", "Ada"), Guard("device"), Guard("root")).vault

    private fun code(body: () -> Unit): String = assertThrows<PrivityException> { body() }.code

    @Test
    fun `the library comes from the jar`() {
        val from = Vault::class.java.protectionDomain.codeSource.location.path
        assertTrue(from.endsWith(".jar"), from)
        assertTrue(version.isNotEmpty())
    }

    @Test
    fun `what was sealed opens after unlocking anew`() {
        val content = "Attorney's notes".toByteArray()
        val (id, info) = firm().use { vault ->
            val matter = vault.openMatter("Matter")
            matter.id to matter.sealBytes(NewDocument("notes.txt"), content)
        }
        Vault.unlock(storage(), Guard("device")).use { vault ->
            val matter = vault.matter(id)
            assertEquals("Matter", matter.name)
            assertArrayEquals(content, matter.openBytes(info.id, reason = "review"))
            val file = folder.resolve("notes.txt")
            assertEquals(content.size.toLong(), matter.openFile(info.id, file))
            assertArrayEquals(content, Files.readAllBytes(file))
            assertEquals("exists", code { matter.openFile(info.id, file) })
            vault.lock()
            assertEquals("locked", code { matter.openBytes(info.id) })
        }
    }

    @Test
    fun `a wrong passphrase is refused, with advice`() {
        firm().close()
        val error = assertThrows<PrivityException> { Vault.unlock(storage(), Guard("wrong")) }
        assertEquals("unlock-refused", error.code)
        assertEquals(ErrorKind.REFUSED, error.kind)
        assertTrue(error.advice.isNotEmpty())
    }

    @Test
    fun `buffers of every kind are sealed from position to limit`() {
        val matter = firm().openMatter("Matter")
        val bytes = ByteArray(4096) { it.toByte() }
        val direct = ByteBuffer.allocateDirect(bytes.size).put(bytes).position(100).limit(300)
        for (buffer in listOf(direct, ByteBuffer.wrap(bytes, 100, 200), ByteBuffer.allocateDirect(0))) {
            val want = ByteArray(buffer.remaining()).also { buffer.duplicate().get(it) }
            assertArrayEquals(want, matter.openBytes(matter.sealBytes(NewDocument("b"), buffer).id))
        }
    }

    @Test
    fun `a document is written and read piece by piece`() {
        val matter = firm().openMatter("Matter")
        val content = ByteArray(3_000_000) { (it * 31).toByte() }
        val info = matter.sealStream(NewDocument("big.bin"), content.inputStream())
        matter.writer(NewDocument("never")).use { it.write(content, 10, 20) }
        assertEquals(listOf(info.id), matter.documents().map { it.id }.toList())
        val reader = matter.reader(info.id)
        assertEquals(content.size.toLong(), reader.length)
        assertArrayEquals(content.copyOfRange(1_000_000, 1_065_536), reader.readAt(1_000_000, 65_536))
        assertArrayEquals(content.copyOfRange(7, content.size), reader.inputStream(7).readAllBytes())
        assertEquals("out-of-range", code { reader.readAt(content.size + 1L, 1) })
        reader.close()
        assertEquals("handle-ended", code { reader.read() })
    }

    @Test
    fun `a watcher sees the work and stops it`() {
        val matter = firm().openMatter("Matter")
        val file = Files.write(folder.resolve("big.bin"), ByteArray(1 shl 20))
        val seen = mutableListOf<Long?>()
        matter.sealFile(NewDocument("a"), file) { _, total -> seen.add(total).let { Flow.CONTINUE } }
        assertEquals(setOf<Long?>(1 shl 20), seen.toSet())
        assertEquals("cancelled", code { matter.sealFile(NewDocument("b"), file) { _, _ -> Flow.CANCEL } })
        assertEquals("watcher-failed", code { matter.sealFile(NewDocument("c"), file) { _, _ -> error("no") } })
    }

    @Test
    fun `a coroutine that is cancelled leaves no file behind`() {
        val matter = firm().openMatter("Matter")
        val file = Files.write(folder.resolve("big.bin"), ByteArray(1 shl 20))
        val to = folder.resolve("out.bin")
        val info = runBlocking { matter.awaitSealFile(NewDocument("a"), file) }
        assertThrows<CancellationException> {
            runBlocking(Job().apply { cancel() }) { matter.awaitOpenFile(info.id, to) }
        }
        assertFalse(Files.exists(to))
        assertEquals(1L shl 20, runBlocking { matter.awaitOpenFile(info.id, to) })
    }

    @Test
    fun `a protector of the host guards the device`() {
        class Store(
            val refuses: Boolean = false,
        ) : Protector {
            override val id = "com.example.test"

            override fun wrap(secret: ByteArray, context: ByteArray) = flip(secret)

            override fun unwrap(wrapped: ByteArray, context: ByteArray): ByteArray {
                if (refuses) throw UnlockRefusedException()
                return flip(wrapped)
            }

            private fun flip(bytes: ByteArray) = ByteArray(bytes.size) { (bytes[it].toInt() xor 0x5a).toByte() }
        }
        Vault.create(storage(), NewFirm("Firm", "Ada"), Guard(Store()), Guard("root"))
        assertTrue(Vault.unlock(storage(), Guard(Store())).matters().isEmpty())
        assertEquals("unlock-refused", code { Vault.unlock(storage(), Guard(Store(refuses = true))) })
    }

    @Test
    fun `a colleague is enrolled, admitted and removed`() {
        val vault = firm()
        val matter = vault.openMatter("Matter")
        val info = matter.sealBytes(NewDocument("before.txt"), byteArrayOf(1, 2, 3))
        val (guard, theirs) = Guard("hers") to storage("grace")
        val request = EnrolmentRequest(Vault.request(theirs, NewUser("Grace"), guard).toBytes())
        assertEquals("words", code { vault.enrol(request, List(12) { "zoo" }) })
        val approval = Approval(vault.enrol(request, request.words).toBytes())
        val hers = Vault.accept(theirs, approval, guard)
        assertEquals("no-access", code { hers.matter(matter.id).openBytes(info.id) })
        matter.admit(hers.user, MatterRole.MEMBER)
        assertArrayEquals(byteArrayOf(1, 2, 3), hers.matter(matter.id).openBytes(info.id))
        val report = matter.remove(hers.user, "left")
        assertTrue(report.isComplete)
        val after = matter.sealBytes(NewDocument("after.txt"), byteArrayOf(4))
        assertTrue(code { hers.matter(matter.id).openBytes(after.id) } in setOf("no-access", "role-missing"))
        val exported = verifyExport(vault.export(), vault.trust)
        assertEquals(exported.head, vault.verify().head)
    }
}
