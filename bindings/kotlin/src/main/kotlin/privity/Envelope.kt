package privity

import java.nio.ByteBuffer
import java.nio.file.Path

/** A document that was sealed in memory. */
public class SealedBytes internal constructor(
    /** The sealed document; of a [Sealer], the last of its bytes. */
    public val sealed: ByteArray,
    /** Its key, to wrap to people. */
    public val key: DocumentKey,
    /** What to keep on record. */
    public val summary: Summary,
) {
    internal constructor(made: FfiSealedBytes) : this(made.sealed, DocumentKey(made.key), made.summary)

    public operator fun component1(): ByteArray = sealed

    public operator fun component2(): DocumentKey = key

    public operator fun component3(): Summary = summary
}

/** A document that was sealed into a file. */
public class SealedFile internal constructor(
    /** Its key, to wrap to people. */
    public val key: DocumentKey,
    /** What to keep on record. */
    public val summary: Summary,
) {
    public operator fun component1(): DocumentKey = key

    public operator fun component2(): Summary = summary
}

/** Envelope encryption alone: for a vendor with a database of its own. */
public object Envelope {
    /** Seals bytes under a new key. */
    public fun seal(header: Header, content: ByteArray): SealedBytes =
        SealedBytes(call { ffiEnvelopeSealBlob(header, content.crossing()) })

    /** The same for what is between position and limit; a direct buffer is not copied. */
    public fun seal(header: Header, content: ByteBuffer): SealedBytes =
        SealedBytes(call { ffiEnvelopeSeal(header, content.crossing()) })

    /** Opens a sealed document that lies in memory. */
    public fun open(key: OpeningKey, expected: Expected, sealed: ByteArray): ByteArray =
        call { ffiEnvelopeOpenBlob(key.inner, expected.crossing(), sealed.crossing()) }

    /** The same for what is between position and limit; a direct buffer is not copied. */
    public fun open(key: OpeningKey, expected: Expected, sealed: ByteBuffer): ByteArray =
        call { ffiEnvelopeOpen(key.inner, expected.crossing(), sealed.crossing()) }

    /** Seals the file [source] into the new file [target] under a new key. */
    public fun sealFile(
        header: Header,
        source: Path,
        target: Path,
        watcher: Watcher? = null,
        threads: Int? = null,
    ): SealedFile {
        val (from, to) = source.toString() to target.toString()
        val made = call { ffiEnvelopeSealFile(header, from, to, watcher?.let(::HostListener), threads?.toUInt()) }
        return SealedFile(DocumentKey(made.key), made.summary)
    }

    /**
     * Opens the sealed file [source] into the new file [target], which is there only if everything
     * was right. Says how many bytes it has.
     */
    public fun openFile(
        key: OpeningKey,
        expected: Expected,
        source: Path,
        target: Path,
        watcher: Watcher? = null,
        threads: Int? = null,
    ): Long {
        val (from, to) = source.toString() to target.toString()
        val listener = watcher?.let(::HostListener)
        return call { ffiEnvelopeOpenFile(key.inner, expected.crossing(), from, to, listener, threads?.toUInt()) }.toLong()
    }

    /** What a record of a document gives to expect of it. */
    public fun expectedOf(summary: Summary): Expected = call { ffiExpectedOf(summary.crossing()) }

    /** Seals the metadata of the document with this header under its key. */
    public fun sealMetadata(key: OpeningKey, header: Header, metadata: Metadata): ByteArray =
        call { ffiMetadataSeal(key.inner, header, metadata) }

    /** Opens sealed metadata. */
    public fun openMetadata(key: OpeningKey, header: Header, sealed: ByteArray): Metadata =
        call { ffiMetadataOpen(key.inner, header, sealed.crossing()) }

    /** The hash of sealed metadata, for a record. */
    public fun metadataHash(sealed: ByteArray): Hash = call { ffiMetadataHash(sealed.crossing()) }

    /**
     * What evidence discloses to open a document's content commitment: 32 bytes that open nothing
     * else. Whoever has them can test guesses of the content.
     */
    public fun contentDisclosure(key: OpeningKey, header: Header): ByteArray =
        call { ffiContentDisclosure(key.inner, header) }

    /** Shows with what was disclosed that a commitment is to content of this hash. */
    public fun verifyContent(contentCommitment: ByteArray, disclosed: ByteArray, sha256: Hash): Unit =
        call { ffiVerifyContent(contentCommitment.crossing(), disclosed.crossing(), sha256) }
}

/**
 * Seals what is written to it, from one thread at a time, and gives back sealed bytes to be stored one
 * after the other. Without [finish], what was given back is worthless.
 */
public class Sealer(
    header: Header,
) : AutoCloseable {
    private val inner = call { FfiSealer(header) }

    /** Takes the next content, gives back the sealed bytes that are ready; often none. */
    public fun write(content: ByteArray): ByteArray = call { inner.writeBlob(content.crossing()) }

    /** The same for what is between position and limit. */
    public fun write(content: ByteBuffer): ByteArray = call { inner.write(content.crossing()) }

    /** Ends the document: the last sealed bytes, the key, what to keep on record. */
    public fun finish(): SealedBytes = SealedBytes(call { inner.finish() })

    /** Gives the document up; nothing if it was finished. */
    override fun close(): Unit = call { inner.release() }
}

/** Sealed bytes where the host keeps them. Read on any threads at once, never under a lock. */
public interface ByteSource {
    /** How many bytes there are. */
    public fun size(): Long

    /** Exactly [length] bytes from [at] on; throw where there are fewer. */
    public fun readExactAt(at: Long, length: Int): ByteArray
}

private class HostSource(
    private val source: ByteSource,
) : FfiByteSource {
    override fun size() = host { source.size() }.toULong()

    override fun readExactAt(at: ULong, length: UInt) =
        host { source.readExactAt(at.toLong(), length.toInt()).crossing() }
}

/**
 * A sealed document that was found to be the expected one and can be read anywhere, on any threads at
 * once.
 */
public class Opener private constructor(
    private val inner: FfiOpener,
) : AutoCloseable {
    /** Of a sealed file. */
    public constructor(key: OpeningKey, expected: Expected, path: Path) :
        this(call { FfiOpener.file(key.inner, expected.crossing(), path.toString()) })

    /** Of sealed bytes in memory. */
    public constructor(key: OpeningKey, expected: Expected, sealed: ByteArray) :
        this(call { FfiOpener.bytes(key.inner, expected.crossing(), sealed.crossing()) })

    /** Of sealed bytes where the host keeps them. */
    public constructor(key: OpeningKey, expected: Expected, source: ByteSource) :
        this(call { FfiOpener.source(key.inner, expected.crossing(), HostSource(source)) })

    /** Bytes of content. */
    public val length: Long get() = call { inner.len() }.toLong()

    /** What the document says of itself. */
    public val header: Header get() = call { inner.header() }

    /** At most [max] bytes from [at] on; fewer only at the end. */
    public fun readAt(at: Long, max: Int): ByteArray = call { inner.readAt(at.toULong(), max.toUInt()) }

    /** The whole content, verified as a whole. */
    public fun read(): ByteArray = call { inner.read() }

    /** Ends the handle: later calls throw `handle-ended`. */
    override fun close(): Unit = call { inner.release() }
}
