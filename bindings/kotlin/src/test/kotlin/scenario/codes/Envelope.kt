package scenario.codes

import privity.Digests
import privity.Envelope
import privity.Expected
import privity.Guard
import privity.Header
import privity.Identity
import privity.Metadata
import privity.Opener
import privity.OpeningKey
import privity.Protector
import privity.PublicKey
import privity.SealedBytes
import privity.Sealer
import privity.Watcher
import privity.wrapContext
import scenario.flipped
import scenario.hold
import scenario.temporarily
import java.nio.file.Files

private const val ID = "01040g2081040g2081040g2081"
private val HEADER = Header("frm_$ID", "doc_$ID", 1u)
private val CONTENT = "Dear Sirs".toByteArray()

/** A sealed document with the key that opens it. */
private class Letter {
    val person: Identity = Identity.generate()
    val context = wrapContext(HEADER, "prn_$ID")
    val made: SealedBytes = Envelope.seal(HEADER, CONTENT)
    val wrap = made.key.wrap(person.public, context)
    val key: OpeningKey = OpeningKey.unwrap(person, wrap, context)
    val expected: Expected = Envelope.expectedOf(made.summary)
    val sealed = made.sealed

    fun open(sealed: ByteArray, expected: Expected = this.expected) = Envelope.open(key, expected, sealed)
}

/** Codes of the envelope and of keys. */
fun Codes.envelope() {
    val letter = Letter()
    hold("it opens", letter.open(letter.sealed).contentEquals(CONTENT))
    pieces()
    wraps(letter)
    refusals(letter)
    metadata(letter)
    guards(letter.person)
    files()
}

private fun Codes.pieces() {
    val sealer = Sealer(HEADER)
    val pieces = List(30) { sealer.write(ByteArray(100_000) { 7 }) }
    val (last, key, summary) = sealer.finish()
    val stored = (pieces + last).reduce(ByteArray::plus)
    hold("as long as it says", summary.sealedLen == stored.size.toULong())
    val opener = Opener(key.openingKey, Envelope.expectedOf(summary), stored)
    hold("the end is read", opener.readAt(2_999_990, 65_536).contentEquals(ByteArray(10) { 7 }))
    hold("all is read", opener.read().contentEquals(ByteArray(3_000_000) { 7 }))
    fails("out-of-range") { opener.readAt(3_000_001, 1) }
    opener.close()
    fails("handle-ended") { opener.length }
    fails("version") { Envelope.seal(HEADER.copy(version = 0u), CONTENT) }
}

private fun Codes.wraps(letter: Letter) {
    val other = Identity.generate()
    fails("public-key") { PublicKey(ByteArray(1216)) }
    fails("wrap-length") { OpeningKey.unwrap(letter.person, "short".toByteArray(), letter.context) }
    fails("unwrap-refused") { OpeningKey.unwrap(other, letter.wrap, letter.context) }
    letter.key.verifyWrap(letter.person.public, letter.context, letter.wrap)
    fails("wrap-mismatch") { letter.key.verifyWrap(other.public, letter.context, letter.wrap) }
}

private fun Codes.refusals(letter: Letter) {
    val sealed = letter.sealed
    fails("not-a-sealed-document") { letter.open("%PDF-1.7 of no sealed document at all, but long".toByteArray()) }
    fails("sealed-length") { letter.open(sealed.copyOf(sealed.size / 4)) }
    val another = letter.expected.copy(header = letter.expected.header.copy(version = 2u))
    fails("header-mismatch") { letter.open(sealed, another) }
    fails("seal-mismatch") { letter.open(Envelope.seal(HEADER, CONTENT).sealed) }
    fails("content-refused") { letter.open(sealed.flipped(sealed.size - 1)) }
    // Magic, four bytes of length, then the header: a map whose first value is the profile.
    fails("profile") { letter.open(sealed.clone().also { it[14] = 9 }) }
    fails("cbor") { letter.open(sealed.clone().also { it[12] = -1 }) }
    val disclosed = Envelope.contentDisclosure(letter.key, HEADER)
    val summary = letter.made.summary
    Envelope.verifyContent(summary.contentCommitment, disclosed, summary.digests.sha256)
    fails("content-mismatch") { Envelope.verifyContent(summary.contentCommitment, disclosed, "00".repeat(32)) }
}

private fun Codes.metadata(letter: Letter) {
    val digests: Digests = letter.made.summary.digests
    val about = Metadata("letter.txt", "text/plain", digests, "dev_$ID", 1u)
    val beside = Envelope.sealMetadata(letter.key, HEADER, about)
    hold("the metadata opens", Envelope.openMetadata(letter.key, HEADER, beside) == about)
    hold("it has a hash", Envelope.metadataHash(beside) != "00".repeat(32))
    fails("too-large") { Envelope.sealMetadata(letter.key, HEADER, about.copy(name = "n".repeat(20_000))) }
    fails("field") { Envelope.sealMetadata(letter.key, HEADER, about.copy(sealedAt = ULong.MAX_VALUE)) }
}

private fun Codes.guards(person: Identity) {
    val guard = Guard("of the person")
    val kept = person.protect(guard)
    fails("unlock-refused") { Identity.unlock(kept, Guard("someone else")) }
    fails("protected-identity") { Identity.unlock("no file of ours".toByteArray(), guard) }
    fails("passphrase-empty") { Guard("") }
    fails("passphrase-cost") { Guard("x".toByteArray(), memoryKiB = 8, passes = 1, lanes = 1) }
    fails("protector-mismatch") { Identity.unlock(kept, Guard(Broken)) }
    fails("protector-failed") { person.protect(Guard(Broken)) }
}

private fun Codes.files() =
    temporarily { folder ->
        val (source, target) = folder.resolve("plain") to folder.resolve("sealed")
        Files.write(source, ByteArray(1_000_000) { 5 })
        val watcher: Watcher? = null
        val (key, summary) = Envelope.sealFile(HEADER, source, target, watcher)
        val expected = Envelope.expectedOf(summary)
        val length = Envelope.openFile(key.openingKey, expected, target, folder.resolve("opened"))
        hold("the file opens", length == 1_000_000L)
        fails("exists") { Envelope.sealFile(HEADER, source, target) }
        fails("threads") { Envelope.sealFile(HEADER, source, target, threads = 65) }
        fails("not-a-file") { Envelope.sealFile(HEADER, folder, folder.resolve("x")) }
        fails("io") { Envelope.sealFile(HEADER, folder.resolve("missing"), folder.resolve("x")) }
    }

/** A key store that fails. */
private object Broken : Protector {
    override val id = "com.example.broken"

    override fun wrap(secret: ByteArray, context: ByteArray): ByteArray = error("broken")

    override fun unwrap(wrapped: ByteArray, context: ByteArray): ByteArray = error("broken")
}
