package privity

import com.sun.management.HotSpotDiagnosticMXBean
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import scenario.Folder
import scenario.LAWYER
import scenario.PARTNER
import scenario.Reading
import scenario.Writing
import scenario.flipped
import java.io.BufferedInputStream
import java.io.ByteArrayOutputStream
import java.io.InputStream
import java.io.PrintStream
import java.lang.management.ManagementFactory
import java.nio.file.Files
import java.nio.file.Path
import java.security.SecureRandom
import java.util.Base64
import java.util.HexFormat

/**
 * No key is ever a Java object: the bytes of real keys, which the library writes to a file when it is
 * built for that, are not in a heap dump after the story, nor in what is printed and thrown. A needle
 * that the test puts into its own heap is found.
 */
class CanaryIT {
    @TempDir
    lateinit var folder: Path

    /** It stays in the heap as an array, as a field. */
    private val planted = ByteArray(32).also(SecureRandom()::nextBytes)

    @Test
    fun `keys are in no heap dump, no log and no error`() {
        val needles = folder.resolve("needles")
        val story = Files.createDirectory(folder.resolve("story"))
        Files.writeString(story.resolve("stock-recipient.txt"), Party.generate().classicRecipient)
        val thrown = mutableListOf<Throwable>()
        var written = 0uL
        val printed =
            printed {
                Writing(story, ::println).play()
                Reading(story, ::println).play()
                for (device in listOf(PARTNER, LAWYER)) {
                    val vault = Folder(story).unlock(device)
                    work(vault, thrown)
                    written += canaryVault(vault.inner, needles.toString())
                }
                written += envelope(thrown, needles)
            }
        val heap = folder.resolve("heap.hprof")
        dump(heap)
        assertTrue(thrown.size >= 4)
        // From here on the test itself has the keys in its heap.
        val keys = keys(needles)
        assertEquals(written, keys.size.toULong())
        assertTrue(keys.map { it.first }.containsAll(NAMES), "${keys.map { it.first }}")
        val all = keys + ("planted" to planted)
        val found = Files.newInputStream(heap).use { Needles(all).found(it) }
        assertEquals(setOf("planted"), found)

        val texts = listOf(printed) + thrown.map { it.stackTraceToString() }
        for (text in texts) {
            for ((name, key) in keys) {
                for (shown in shown(key)) assertTrue(shown !in text, name)
            }
        }
        println("canary: ${keys.size} keys, in none of ${Files.size(heap) shr 20} MiB of heap")
    }

    /** Has the keys in use, as well as it can be done: everything sealed is opened, everything verified. */
    private fun work(vault: Vault, thrown: MutableList<Throwable>) {
        val matter = vault.matters().single()
        for (document in matter.documents()) matter.openBytes(document.id)
        matter.sealBytes(NewDocument("canary"), ByteArray(100))
        assertTrue(vault.verify().isClean)
        thrown += caught { vault.matter(matter.id).openBytes(newDocumentId()) }
        thrown += caught { vault.openMatter("again", matter.id) }
    }

    private fun envelope(thrown: MutableList<Throwable>, needles: Path): ULong {
        val header = Header(newFirmId(), newDocumentId(), 1u)
        val person = Identity.generate()
        val (sealed, key, summary) = Envelope.seal(header, ByteArray(100_000))
        val context = wrapContext(header, newPrincipalId())
        val opening = OpeningKey.unwrap(person, key.wrap(person.public, context), context)
        val expected = Envelope.expectedOf(summary)
        assertEquals(100_000, Envelope.open(opening, expected, sealed).size)
        thrown += caught { Envelope.open(opening, expected, sealed.flipped(sealed.size - 1)) }
        val kept = person.protect(Guard("canary"))
        thrown += caught { Identity.unlock(kept, Guard("another")) }
        Identity.unlock(kept, Guard("canary"))
        return canaryKey(person.inner, opening.inner, needles.toString())
    }

    private fun caught(body: () -> Unit): Throwable = checkNotNull(runCatching(body).exceptionOrNull())

    private fun printed(body: () -> Unit): String {
        val (out, err) = System.out to System.err
        val kept = ByteArrayOutputStream()
        PrintStream(kept, true, Charsets.UTF_8).let {
            System.setOut(it)
            System.setErr(it)
        }
        try {
            body()
        } finally {
            System.setOut(out)
            System.setErr(err)
        }
        return kept.toString(Charsets.UTF_8)
    }

    /** Everything that is in the heap, garbage too. */
    private fun dump(to: Path) {
        val bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean::class.java)
        bean.dumpHeap(to.toString(), false)
    }

    private fun keys(needles: Path): List<Pair<String, ByteArray>> =
        Files.readAllLines(needles).map { it.split(' ') }.map { (name, key) -> name to HexFormat.of().parseHex(key) }

    private fun shown(key: ByteArray): List<String> {
        val hex = HexFormat.of().formatHex(key)
        val base64 = Base64.getEncoder().encodeToString(key).trimEnd('=')
        return listOf(hex, hex.uppercase(), base64, key.contentToString().trim('[', ']'))
    }

    private companion object {
        val NAMES = setOf("device-record", "device-state", "user", "epoch", "identity", "document")
    }
}

/** Looks for any of the keys in a stream, by their first and then by all of their bytes. */
private class Needles(
    private val needles: List<Pair<String, ByteArray>>,
) {
    private val longest = needles.maxOf { it.second.size }
    private val first = BooleanArray(1 shl 16).also { known -> needles.forEach { known[pair(it.second, 0)] = true } }

    fun found(input: InputStream): Set<String> {
        val found = mutableSetOf<String>()
        val window = ByteArray(WINDOW + longest)
        var kept = 0
        BufferedInputStream(input, WINDOW).use { stream ->
            while (true) {
                val read = stream.readNBytes(window, kept, window.size - kept)
                val filled = kept + read
                for (at in 0 until filled - 1) if (first[pair(window, at)]) matches(window, at, filled, found)
                if (read == 0) return found
                kept = minOf(filled, longest - 1)
                window.copyInto(window, 0, filled - kept, filled)
            }
        }
    }

    private fun matches(window: ByteArray, at: Int, filled: Int, found: MutableSet<String>) {
        for ((name, key) in needles) {
            val end = at + key.size
            if (end <= filled && java.util.Arrays.equals(window, at, end, key, 0, key.size)) found += name
        }
    }

    private fun pair(bytes: ByteArray, at: Int) = (bytes[at].toInt() and 0xff shl 8) or (bytes[at + 1].toInt() and 0xff)

    private companion object {
        const val WINDOW = 1 shl 22
    }
}
