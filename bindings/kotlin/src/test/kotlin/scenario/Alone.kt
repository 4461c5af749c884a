/** The steps of the story that need no vault. */
package scenario

import privity.Appender
import privity.ChainKeys
import privity.DocumentId
import privity.Envelope
import privity.FirmId
import privity.Header
import privity.Identity
import privity.OpeningKey
import privity.Protector
import privity.TrustRoots
import privity.Verifier
import privity.hostDraft
import privity.wrapContext

/** A document sealed and opened, key wrapped to an identity; then a flipped bit. */
fun envelope(firm: FirmId, document: DocumentId): String {
    val content = "first draft".toByteArray()
    val header = Header(firm, document, 1u)
    val person = Identity.generate()
    // A vendor's own id, in the form of a principal's.
    val context = wrapContext(header, "prn_" + firm.substringAfter('_'))
    val (sealed, key, summary) = Envelope.seal(header, content)
    val wrap = key.wrap(person.public, context)
    val opening = OpeningKey.unwrap(person, wrap, context)
    val expected = Envelope.expectedOf(summary)
    val opened = Envelope.open(opening, expected, sealed)
    hold("the same comes out", opened.contentEquals(content))
    val refused = code { Envelope.open(opening, expected, sealed.flipped(sealed.size - 1)) }
    return "envelope: ${opened.size} bytes, $refused"
}

/** Three records of a host's kind and a checkpoint, verified; then a record altered. */
fun chain(): String {
    val origin = "log.example/court-file-7"
    val (appender, genesis) = Appender.begin(origin, ChainKeys.generate())
    val records = appender.appendAll(List(3) { hostDraft(2_000u, byteArrayOf(it.toByte())) }).appended
    val leaves = (listOf(genesis) + records).map { it.record }
    val checkpoints = listOf(appender.checkpoint())
    val roots = TrustRoots(origin, genesis.hash)
    fun verify(leaves: List<ByteArray>) = Verifier(roots, checkpoints).apply { pushAll(leaves) }.finish()
    val found = verify(leaves).findings
    hold("the chain is what was appended", found.head == appender.head)
    val altered = leaves.toMutableList().also { it[2] = it[2].flipped(it[2].size - 1) }
    return "chain: ${found.host.size} records, ${code { verify(altered) }}"
}

/** A key store of the host, which here keeps what it wraps; [before] is called as it unwraps. */
class KeyStore private constructor(
    private val kept: MutableMap<Byte, ByteArray>,
    private val before: () -> Unit,
) : Protector {
    constructor() : this(mutableMapOf(), {})

    constructor(same: KeyStore, before: () -> Unit) : this(same.kept, before)

    override val id = "com.example.store"

    override fun wrap(secret: ByteArray, context: ByteArray): ByteArray {
        val number = kept.size.toByte()
        kept[number] = secret.clone()
        return byteArrayOf(number)
    }

    override fun unwrap(wrapped: ByteArray, context: ByteArray): ByteArray {
        before()
        return kept.getValue(wrapped.single())
    }
}
