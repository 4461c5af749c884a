/** How long the calls of `bindings/speed-all` take: a line a measure, its name and seconds. */
package speed

import privity.Appender
import privity.ChainKeys
import privity.Envelope
import privity.Header
import privity.Opener
import privity.hostDraft
import privity.newDocumentId
import privity.newFirmId
import java.nio.file.Files
import java.nio.file.Path
import java.util.Locale

private const val MIB = 1 shl 20
private const val FILE_MIB = 256
private const val BYTES_MIB = 16
private const val RANGES = 64
private const val CALLS = 10_000
private const val RECORDS = 1_000
private const val ROUNDS = 5
private const val WARM = 10
private val HEADER = Header(newFirmId(), newDocumentId(), 1u)

fun main() {
    val folder = Files.createTempDirectory("privity-speed")
    try {
        fileSeal(folder)
        bytesSeal()
        ranges(folder)
        tiny()
        records()
    } finally {
        folder.toFile().deleteRecursively()
    }
}

private fun pattern(size: Int) = ByteArray(size) { (it % 251).toByte() }

private fun fileSeal(folder: Path) {
    val plain = folder.resolve("plain")
    val piece = pattern(MIB)
    Files.newOutputStream(plain).use { out -> repeat(FILE_MIB) { out.write(piece) } }
    val target = folder.resolve("sealed")
    measure("file-seal", before = { Files.deleteIfExists(target) }) { Envelope.sealFile(HEADER, plain, target) }
}

private fun bytesSeal() {
    val content = pattern(BYTES_MIB * MIB)
    measure("bytes-seal") {
        val (sealed, key, summary) = Envelope.seal(HEADER, content)
        check(Envelope.open(key.openingKey, Envelope.expectedOf(summary), sealed).size == content.size)
    }
}

private fun ranges(folder: Path) {
    val target = folder.resolve("ranges")
    val (key, summary) = Envelope.sealFile(HEADER, folder.resolve("plain"), target)
    val step = FILE_MIB / RANGES * MIB.toLong()
    // Neither in order nor on borders of chunks.
    val places = List(RANGES) { it * 37 % RANGES * step + 12_345 }
    Opener(key.openingKey, Envelope.expectedOf(summary), target).use { opener ->
        measure("ranges") {
            for (at in places) check(opener.readAt(at, MIB).size == MIB)
        }
    }
}

private fun tiny() {
    val (sealed, key, summary) = Envelope.seal(HEADER, pattern(1))
    Opener(key.openingKey, Envelope.expectedOf(summary), sealed).use { opener ->
        measure("tiny", calls = CALLS) {
            repeat(CALLS) { check(opener.length == 1L) }
        }
    }
}

private fun records() {
    val drafts = List(RECORDS) { hostDraft(2_000u, byteArrayOf(0xA1.toByte(), 1, 7)) }
    val (appender, _) = Appender.begin("log.example/speed", ChainKeys.generate())
    measure("records") { check(appender.appendAll(drafts).appended.size == RECORDS) }
}

/**
 * The median of five rounds, after ten that are not counted: the JVM compiles as it goes, and its heap grows by pages
 * that it touches for the first time. Of what runs for seconds the first rounds say little.
 */
private fun measure(name: String, calls: Int = 1, before: () -> Unit = {}, body: () -> Unit) {
    val rounds =
        List(WARM + ROUNDS) {
            before()
            val from = System.nanoTime()
            body()
            (System.nanoTime() - from) / 1e9 / calls
        }
    println("%s %.9f".format(Locale.ROOT, name, rounds.drop(WARM).sorted()[ROUNDS / 2]))
}
