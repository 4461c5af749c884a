package privity

import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.io.IOException
import java.nio.ByteBuffer
import java.nio.file.Files
import java.nio.file.Path

/** The envelope and the chain alone, without a vault. */
class AloneIT {
    @TempDir
    lateinit var folder: Path

    private val content = ByteArray(300_000) { (it * 7).toByte() }

    // Ids of a vendor's own, in the form they have: a prefix and 26 characters of base 32.
    private val some = "0123456789abcdefghjkmnpqr0"
    private val header = Header("frm_$some", "doc_$some", 1u, null, null)

    private fun code(body: () -> Unit): String = assertThrows<PrivityException> { body() }.code

    @Test
    fun `a sealed document opens with the identity it was wrapped to`() {
        val identity = Identity.generate()
        val made = Envelope.seal(header, content)
        val context = wrapContext(header, "prn_$some")
        val wrap = made.key.wrap(PublicKey(identity.public.toBytes()), context)

        val again = Identity.unlock(identity.protect(Guard("identity")), Guard("identity"))
        assertEquals("unwrap-refused", code { OpeningKey.unwrap(Identity.generate(), wrap, context) })
        val key = OpeningKey.unwrap(again, wrap, context)
        key.verifyWrap(identity.public, context, wrap)
        val expected = Envelope.expectedOf(made.summary)
        assertArrayEquals(content, Envelope.open(key, expected, made.sealed))
        val direct = ByteBuffer.allocateDirect(made.sealed.size + 20).position(10).put(made.sealed)
        direct.limit(direct.position()).position(10)
        assertArrayEquals(content, Envelope.open(key, expected, direct))
        made.sealed[made.sealed.size - 1] = (made.sealed.last().toInt() xor 1).toByte()
        assertEquals("content-refused", code { Envelope.open(key, expected, made.sealed) })
    }

    @Test
    fun `files and pieces are sealed and opened`() {
        val (plain, sealed, opened) = listOf("plain", "sealed", "opened").map(folder::resolve)
        Files.write(plain, content)
        val made = Envelope.sealFile(header, plain, sealed)
        val expected = Envelope.expectedOf(made.summary)
        assertEquals(content.size.toLong(), Envelope.openFile(made.key.openingKey, expected, sealed, opened))
        assertArrayEquals(content, Files.readAllBytes(opened))

        val sealer = Sealer(header)
        val pieces = content.asList().chunked(100_000).map { sealer.write(it.toByteArray()) }
        val last = sealer.finish()
        val whole = pieces.reduce(ByteArray::plus) + last.sealed
        val source =
            object : ByteSource {
                override fun size() = whole.size.toLong()

                override fun readExactAt(at: Long, length: Int): ByteArray =
                    whole.copyOfRange(at.toInt(), at.toInt() + length)
            }
        val opener = Opener(last.key.openingKey, Envelope.expectedOf(last.summary), source)
        assertEquals(content.size.toLong(), opener.length)
        assertArrayEquals(content.copyOfRange(200_000, 201_000), opener.readAt(200_000, 1000))
        assertArrayEquals(content, opener.read())
        opener.close()
        assertEquals("handle-ended", code { opener.read() })
        val failing =
            object : ByteSource {
                override fun size(): Long = throw IOException("mine")

                override fun readExactAt(at: Long, length: Int): ByteArray = throw IOException("mine")
            }
        assertEquals("io", code { Opener(last.key.openingKey, Envelope.expectedOf(last.summary), failing) })
    }

    @Test
    fun `a chain is appended to, verified and gone on with`() {
        val keys = ChainKeys.generate()
        val (appender, genesis) = Appender.begin("example.com/log", keys)
        val drafts = List(50) { hostDraft(1024u, byteArrayOf(0x18, (it + 100).toByte())) }
        val records = listOf(genesis.record) + appender.appendAll(drafts).appended.map { it.record }
        val checkpoint = appender.checkpoint()
        val roots = TrustRoots("example.com/log", genesis.hash, null, emptyList(), 1u)

        val chain = Verifier(roots, listOf(checkpoint)).apply { pushAll(records) }.finish()
        assertEquals(appender.head, chain.findings.head)
        assertEquals(50, chain.findings.host.size)

        val tampered = Verifier(roots, listOf(checkpoint))
        tampered.pushAll(records.mapIndexed { at, record -> if (at == 7) record.reversedArray() else record })
        assertEquals("chain-tampered", code { tampered.finish() })
        assertEquals("tampered", tampered.failure?.verdict)

        val tree = Tree(records.map(::recordHash))
        val proof = tree.proveRecord(3u, tree.size, checkpoint)
        val log = Log.standalone("example.com/log", listOf(keys.logVkey("example.com/log")))
        assertEquals(appender.head, log.verifyRecord(proof, records[3]).head)
        assertEquals("proof", code { log.verifyRecord(proof, records[4]) })

        val next = Appender.resume(chain, keys).append(hostDraft(1025u, byteArrayOf(0)))
        assertEquals(records.size.toULong(), next.index)
        assertTrue(errorCodes().any { it.code == "chain-tampered" && it.reachable })
    }
}
