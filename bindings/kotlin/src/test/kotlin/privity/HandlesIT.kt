package privity

import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.Callable
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicInteger

/** Handles on many threads and after their end; callbacks that throw, block and call back. */
@Timeout(120)
class HandlesIT {
    @TempDir
    lateinit var folder: Path

    private fun firm(guard: Guard = Guard("device")): Vault =
        Vault.create(Storage.memory(), NewFirm("Firm", "Ada"), guard, Guard("root")).vault

    private fun failure(body: () -> Unit): PrivityException = assertThrows<PrivityException> { body() }

    private fun code(body: () -> Unit): String = failure(body).code

    /** Runs it on so many threads at once, and throws what any of them threw. */
    private fun threads(count: Int, body: (Int) -> Unit) {
        val pool = Executors.newFixedThreadPool(count)
        try {
            pool.invokeAll(List(count) { n -> Callable { body(n) } }).forEach { it.get() }
        } finally {
            pool.shutdownNow()
        }
    }

    @Test
    fun `many threads share a vault, a reader and a writer`() {
        val vault = firm()
        val matter = vault.openMatter("Matter")
        val content = ByteArray(2_000_000) { (it * 31).toByte() }
        val reader = matter.reader(matter.sealBytes(NewDocument("big"), content).id)
        val writer = matter.writer(NewDocument("joint"))
        threads(16) { n ->
            repeat(4) {
                val at = n * 100_000
                assertArrayEquals(content.copyOfRange(at, at + 70_000), reader.readAt(at.toLong(), 70_000))
                writer.write(ByteArray(1_000) { n.toByte() })
                val own = matter.sealBytes(NewDocument("small-$n"), byteArrayOf(n.toByte()))
                assertArrayEquals(byteArrayOf(n.toByte()), vault.matter(matter.id).openBytes(own.id))
            }
        }
        val joint = writer.finish()
        assertEquals(64_000uL, joint.length)
        assertEquals((0 until 16).associateWith { 4_000 }, matter.openBytes(joint.id).groupBy { it.toInt() }.mapValues { it.value.size })
        assertEquals(66L, matter.documentsCount())
        assertTrue(vault.verify().isClean)
    }

    @Test
    fun `a vault that is locked while threads use it says so to each`() {
        val vault = firm()
        val matter = vault.openMatter("Matter")
        val begun = CountDownLatch(8)
        val sealed = AtomicInteger()
        threads(9) { n ->
            if (n == 8) {
                begun.await()
                vault.lock()
            } else {
                assertEquals(
                    "locked",
                    code {
                        while (true) {
                            matter.sealBytes(NewDocument("x"), ByteArray(10))
                            sealed.incrementAndGet()
                            begun.countDown()
                        }
                    },
                )
            }
        }
        assertTrue(sealed.get() >= 8)
    }

    @Test
    fun `what is used after its end throws and nothing else`() {
        val vault = firm()
        val matter = vault.openMatter("Matter")
        val info = matter.sealBytes(NewDocument("a"), ByteArray(10))
        val header = Header(vault.firm, info.id, 1u)
        val reader = matter.reader(info.id)
        val stream = reader.inputStream()
        val writer = matter.writer(NewDocument("b"))
        val finished = matter.writer(NewDocument("c")).apply { finish() }
        val sealer = Sealer(header)
        val (sealed, key, summary) = Envelope.seal(header, ByteArray(10))
        val opener = Opener(key.openingKey, Envelope.expectedOf(summary), sealed)
        for (handle in listOf(reader, writer, finished, sealer, opener)) repeat(2) { handle.close() }
        val calls =
            listOf<() -> Any>(
                { reader.length }, { reader.info }, { reader.readAt(0, 1) }, { reader.read() }, { stream.read() },
                { writer.write(ByteArray(1)) }, { writer.finish() }, { finished.write(ByteArray(1)) },
                { finished.finish() }, { sealer.write(ByteArray(1)) }, { sealer.finish() },
                { opener.length }, { opener.header }, { opener.readAt(0, 1) }, { opener.read() },
            )
        for (call in calls) assertEquals("handle-ended", code { call() })
        assertEquals(2L, matter.documentsCount())

        val open = matter.writer(NewDocument("d"))
        repeat(2) { vault.close() }
        val locked =
            listOf<() -> Any?>(
                { matter.name }, { matter.openBytes(info.id) }, { matter.sealBytes(NewDocument("e"), ByteArray(1)) },
                { matter.documents(null, 1) }, { matter.rotate() }, { vault.openMatter("Other") }, { vault.users() },
                { open.apply { write(ByteArray(1)) }.finish() },
            )
        for (call in locked) assertEquals("locked", code { call() })
    }

    private class Secret : RuntimeException("the text of the host")

    private class Fatal : Error("the text of the host")

    /** Nothing of what the host threw goes on. */
    private fun silent(error: PrivityException) {
        assertNull(error.cause)
        assertEquals(0, error.suppressed.size)
        assertFalse("text of the host" in error.stackTraceToString())
    }

    @Test
    fun `a watcher that throws anything stops the call, and its text goes nowhere`() {
        val matter = firm().openMatter("Matter")
        val file = Files.write(folder.resolve("big"), ByteArray(2_000_000))
        for (thrown in listOf(Secret(), Fatal(), StackOverflowError(), InterruptedException(), UnlockRefusedException())) {
            val error = failure { matter.sealFile(NewDocument("a"), file) { _, _ -> throw thrown } }
            assertEquals("watcher-failed", error.code)
            silent(error)
        }
        assertEquals(0L, matter.documentsCount())
    }

    @Test
    fun `a watcher may call back and wait for other threads`() {
        val vault = firm()
        val matter = vault.openMatter("Matter")
        val file = Files.write(folder.resolve("big"), ByteArray(2_000_000))
        val other = Executors.newSingleThreadExecutor()
        val seen = AtomicInteger()
        matter.sealFile(NewDocument("a"), file) { _, _ ->
            if (seen.getAndIncrement() == 0) {
                assertEquals("Matter", matter.name)
                matter.sealBytes(NewDocument("of the watcher"), ByteArray(1))
                // Blocks until another thread was through: no lock is held meanwhile.
                other.submit { matter.sealBytes(NewDocument("of another thread"), ByteArray(1)) }.get()
            }
            Flow.CONTINUE
        }
        other.shutdown()
        assertTrue(seen.get() > 1)
        assertEquals(3L, matter.documentsCount())
        var verified = false
        vault.verify { _, _ ->
            verified = verified || vault.users().size == 1
            Flow.CONTINUE
        }
        assertTrue(verified)
        assertTrue(vault.verify().isClean)
    }

    /** Keeps what it wraps; [before] is called as it unwraps, [change] gives something else back. */
    private class KeyStore : Protector {
        private val kept = mutableListOf<ByteArray>()
        var before: () -> Unit = {}
        var change: (ByteArray) -> ByteArray = { it }
        override val id = "com.example.store"

        override fun wrap(secret: ByteArray, context: ByteArray): ByteArray {
            kept += secret.clone()
            return byteArrayOf(kept.lastIndex.toByte())
        }

        override fun unwrap(wrapped: ByteArray, context: ByteArray): ByteArray {
            before()
            return change(kept[wrapped.single().toInt()].clone())
        }
    }

    @Test
    fun `a protector may throw, refuse, give too little, block and call back`() {
        val store = KeyStore()
        val guard = Guard(store)
        val storage = Storage.memory()
        Vault.create(storage, NewFirm("Firm", "Ada"), guard, Guard("root")).vault.lock()
        for (thrown in listOf(Secret(), Fatal())) {
            store.before = { throw thrown }
            val error = failure { Vault.unlock(storage, guard) }
            assertEquals("protector-failed", error.code)
            silent(error)
        }
        store.before = { throw UnlockRefusedException() }
        assertEquals("unlock-refused", code { Vault.unlock(storage, guard) })
        store.before = {}
        store.change = { it.copyOf(it.size - 1) }
        assertEquals("protector-failed", code { Vault.unlock(storage, guard) })
        store.change = { it.copyOf().also { bytes -> bytes[0] = (bytes[0].toInt() xor 1).toByte() } }
        assertEquals("unlock-refused", code { Vault.unlock(storage, guard) })
        store.change = { it }
        val other = Executors.newSingleThreadExecutor()
        store.before = {
            store.before = {}
            assertEquals(0, Vault.unlock(storage, guard).matters().size)
            other.submit { assertEquals(0, firm().matters().size) }.get()
        }
        assertEquals(0, Vault.unlock(storage, guard).matters().size)
        other.shutdown()
    }

    @Test
    fun `a source of the host may throw, give too little and call back`() {
        val (sealed, key, summary) = Envelope.seal(Header("frm_$ID", "doc_$ID", 1u), ByteArray(300_000) { 9 })
        var opener: Opener? = null
        var fails: (() -> Unit)? = null
        val source =
            object : ByteSource {
                override fun size() = sealed.size.toLong()

                override fun readExactAt(at: Long, length: Int): ByteArray {
                    opener?.let { assertEquals(300_000L, it.length) }
                    fails?.invoke()
                    return sealed.copyOfRange(at.toInt(), at.toInt() + length - if (short) 1 else 0)
                }

                var short = false
            }
        val expected = Envelope.expectedOf(summary)
        opener = Opener(key.openingKey, expected, source)
        assertArrayEquals(ByteArray(1_000) { 9 }, opener.readAt(299_000, 2_000))
        assertArrayEquals(ByteArray(300_000) { 9 }, opener.read())
        threads(8) { assertEquals(10_000, opener.readAt(it * 10_000L, 10_000).size) }
        source.short = true
        assertEquals("io", code { opener.readAt(0, 1) })
        source.short = false
        for (thrown in listOf(Secret(), Fatal())) {
            fails = { throw thrown }
            silent(failure { opener.read() }.also { assertEquals("io", it.code) })
        }
    }

    private companion object {
        const val ID = "01040g2081040g2081040g2081"
    }
}
