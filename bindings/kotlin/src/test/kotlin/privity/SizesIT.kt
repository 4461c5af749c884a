package privity

import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.BeforeAll
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.nio.ByteBuffer
import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardOpenOption.CREATE_NEW
import java.nio.file.StandardOpenOption.READ
import java.nio.file.StandardOpenOption.SPARSE
import java.nio.file.StandardOpenOption.WRITE

/**
 * What does not fit into one call. A JVM has no array and no buffer of 2^31 bytes and more; the longest
 * there are, and lists that are longer together, are refused before the call.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SizesIT {
    private val header = Header(newFirmId(), newDocumentId(), 1u)
    private lateinit var longest: ByteArray

    @BeforeAll
    fun fill() {
        // The most that the virtual machine gives.
        longest = ByteArray(Int.MAX_VALUE - 2)
    }

    @AfterAll
    fun free() {
        longest = ByteArray(0)
    }

    private fun tooLong(body: () -> Unit) {
        val error = assertThrows<PrivityException> { body() }
        assertEquals("bytes-too-long", error.code)
        assertEquals(ErrorKind.MISUSE, error.kind)
    }

    @Test
    fun `no call takes an array of 2 GiB`() {
        val vault = Vault.create(Storage.memory(), NewFirm("Firm", "Ada"), Guard("device"), Guard("root")).vault
        val matter = vault.openMatter("Matter")
        val (sealed, key, summary) = Envelope.seal(header, ByteArray(10))
        val (opening, expected) = key.openingKey to Envelope.expectedOf(summary)
        val person = Identity.generate()
        val context = wrapContext(header, newPrincipalId())
        val (appender, genesis) = Appender.begin("log.example", ChainKeys.generate())
        val log = Log.standalone("log.example", emptyList())
        val new = NewDocument("x")
        val calls =
            listOf<() -> Any>(
                { matter.sealBytes(new, longest) }, { matter.writer(new).use { it.write(longest) } },
                { verifyExport(longest, vault.trust) }, { EnrolmentRequest(longest) }, { Approval(longest) },
                { Guard(longest) }, { Guard(longest, 65_536, 3, 1) }, { PublicKey(longest) },
                { Identity.unlock(longest, Guard("x")) }, { ChainKeys.unlock(longest, Guard("x")) },
                { OpeningKey.unwrap(person, longest, context) },
                { opening.verifyWrap(person.public, context, longest) },
                { Envelope.seal(header, longest) }, { Envelope.open(opening, expected, longest) },
                { Envelope.openMetadata(opening, header, longest) }, { Envelope.metadataHash(longest) },
                { Envelope.verifyContent(longest, sealed, summary.digests.sha256) },
                { Envelope.open(opening, Expected(header, longest, null), sealed) },
                { Opener(opening, Expected(header, null, longest), sealed) },
                { Envelope.expectedOf(summary.copy(sealId = longest)) },
                { sealedDraft(listOf(SealedDocument(summary.copy(sealId = longest), Designation.Internal))) },
                { Sealer(header).use { it.write(longest) } }, { Opener(opening, expected, longest) },
                { hostDraft(2_000u, longest) }, { recordHash(longest) }, { appender.append(Draft(2_000u, longest)) },
                { appender.append(Draft(2_000u, byteArrayOf(0), listOf(longest))) },
                { log.verifyRecord("", longest) }, { verifier(genesis, appender).push(longest) },
                { verifier(genesis, appender).pushAll(listOf(longest)) },
            )
        for (call in calls) tooLong { call() }
        assertEquals(0L, matter.documentsCount())
    }

    @Test
    fun `no call of sharing takes an array of 2 GiB`() {
        val party = Party.generate()
        val contact = verified(party)
        val signed = SignedReceipt(longest, "")
        val vault = Vault.create(Storage.memory(), NewFirm("Firm", "Ada"), Guard("device"), Guard("root")).vault
        val matter = vault.openMatter("Matter")
        val identity = Identity.generate()
        val calls =
            listOf<() -> Any>(
                { Card(longest) }, { verifyStanding(longest, vault.trust.genesis) },
                { Party.unlock(longest, Guard("x")) }, { party.recall(longest) }, { party.ageOpen(longest) },
                { ShareKeys(longest) }, { checkShare(longest, ShareKeys(party), emptyList()) },
                { parseManifest(longest) }, { parseReceipt(longest) }, { matter.fileReceipt(signed) },
                { verifyReceipt(signed, ByteArray(1), contact) },
                { verifyReceipt(SignedReceipt(ByteArray(1), ""), longest, contact) },
                { Age.seal(listOf(party.recipient), longest) }, { Age.open(identity, longest) },
                { Age.sealPassword(longest, ByteArray(1)) }, { Age.sealPassword("password", longest) },
                { Age.openPassword(longest, ByteArray(1)) }, { Age.openPassword("password", longest) },
                { Age.armor(longest) },
            )
        for (call in calls) tooLong { call() }
    }

    private fun verifier(genesis: Appended, appender: Appender) =
        Verifier(TrustRoots("log.example", genesis.hash), listOf(appender.checkpoint()))

    @Test
    fun `no call takes a list of 4 GiB and 3 bytes`() {
        val gib = ByteArray(1 shl 30)
        val parts = List(4) { gib } + ByteArray(3)
        val (appender, genesis) = Appender.begin("log.example", ChainKeys.generate())
        tooLong { appender.appendAll(parts.map { Draft(2_000u, it) }) }
        tooLong { appender.append(Draft(2_000u, byteArrayOf(0), parts)) }
        val keys = ChainKeys.generate()
        val (own, begun) = Appender.begin("log.example", keys)
        val chain = Verifier(TrustRoots("log.example", begun.hash), listOf(own.checkpoint()))
        chain.push(begun.record)
        val verified = chain.finish()
        tooLong { Appender.resume(verified, keys, parts) }
        // These are handed on some at a time, so that the first is refused as what it is.
        val code = assertThrows<PrivityException> { verifier(genesis, appender).pushAll(parts) }.code
        assertEquals("too-large", code)
    }

    @Test
    fun `no call takes a buffer of 2 GiB, and a positioned one is what is left of it`(@TempDir folder: Path) {
        val file = folder.resolve("sparse")
        FileChannel.open(file, READ, WRITE, CREATE_NEW, SPARSE).use { channel ->
            val lent = channel.map(FileChannel.MapMode.READ_WRITE, 0, Int.MAX_VALUE.toLong())
            val (sealed, key, summary) = Envelope.seal(header, ByteArray(10))
            tooLong { Envelope.seal(header, lent) }
            tooLong { Envelope.open(key.openingKey, Envelope.expectedOf(summary), lent) }
            tooLong { Sealer(header).use { it.write(lent) } }
            lent.position(Int.MAX_VALUE - 10)
            lent.put(byteArrayOf(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)).position(Int.MAX_VALUE - 10)
            val end = Envelope.seal(header, lent)
            assertEquals(10uL, end.summary.digests.length)
            val whole = ByteBuffer.wrap(end.sealed)
            val opened = Envelope.open(end.key.openingKey, Envelope.expectedOf(end.summary), whole)
            assertArrayEquals(byteArrayOf(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), opened)
            val around = ByteBuffer.allocate(sealed.size + 7).put(5, sealed).position(5).limit(5 + sealed.size)
            assertEquals(10, Envelope.open(key.openingKey, Envelope.expectedOf(summary), around).size)
            assertEquals(Int.MAX_VALUE - 10, lent.position())
        }
    }

    @Test
    fun `no count is below zero`() {
        val (sealed, key, summary) = Envelope.seal(header, ByteArray(10))
        val opener = Opener(key.openingKey, Envelope.expectedOf(summary), sealed)
        assertThrows<IllegalArgumentException> { opener.readAt(0, -1) }
        assertThrows<IllegalArgumentException> { Guard(ByteArray(8), -1, 3, 1) }
        assertThrows<IllegalArgumentException> { Envelope.sealFile(header, Path.of("a"), Path.of("b"), threads = -1) }
        assertEquals("out-of-range", assertThrows<PrivityException> { opener.readAt(-1, 1) }.code)
    }

    @Test
    fun `a file of more than 2 GiB is sealed and read by path`(@TempDir folder: Path) {
        val (plain, sealed) = folder.resolve("plain") to folder.resolve("sealed")
        val size = (1L shl 31) + 3
        val end = byteArrayOf(1, 2, 3)
        FileChannel.open(plain, WRITE, CREATE_NEW, SPARSE).use { it.write(ByteBuffer.wrap(end), size - 3) }
        val progress = LongArray(2)
        val (key, summary) =
            Envelope.sealFile(header, plain, sealed, { done, total ->
                progress[0] = done
                progress[1] = total ?: 0
                Flow.CONTINUE
            })
        assertArrayEquals(longArrayOf(size, size), progress)
        assertEquals(size.toULong(), summary.digests.length)
        assertEquals(summary.sealedLen.toLong(), Files.size(sealed))
        Opener(key.openingKey, Envelope.expectedOf(summary), sealed).use { opener ->
            assertEquals(size, opener.length)
            assertArrayEquals(byteArrayOf(0) + end, opener.readAt(size - 4, 1 shl 20))
            tooLong { opener.read() }
        }
    }
}
