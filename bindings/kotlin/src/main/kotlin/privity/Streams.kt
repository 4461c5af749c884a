package privity

import java.io.InputStream
import java.nio.ByteBuffer
import java.nio.ByteBuffer.wrap

/** How much a call moves: a call itself costs as much as some KiB do. */
internal const val PIECE = 1 shl 20

/**
 * Reads a document anywhere, as often as needed, under one `opened` record. May be used on any
 * threads at once. Read 64 KiB or more a call: a call itself costs.
 *
 * Ranges show that no outsider changed a byte; that nobody who held the key replaced the content,
 * only a whole read shows.
 */
public class DocumentReader internal constructor(
    internal val inner: FfiDocumentReader,
) : AutoCloseable {
    /** Bytes of content. */
    public val length: Long get() = call { inner.len() }.toLong()

    /** What describes the document. */
    public val info: DocumentInfo get() = call { inner.info() }

    /** At most [max] bytes from [at] on; fewer only at the end. */
    public fun readAt(at: Long, max: Int): ByteArray = call { inner.readAt(at.toULong(), max.crossing()) }

    /** The whole content, verified as a whole. */
    public fun read(): ByteArray = call { inner.read() }

    /** The content from [at] on as a stream, read ahead 1 MiB a call. It ends with the reader. */
    public fun inputStream(at: Long = 0): InputStream = ReaderStream(this, at)

    /** Ends the reader: later calls throw `handle-ended`. */
    override fun close(): Unit = call { inner.release() }
}

private class ReaderStream(
    private val reader: DocumentReader,
    private var at: Long,
) : InputStream() {
    private val length = reader.length
    private var piece: ByteBuffer = wrap(ByteArray(0))

    override fun read(): Int = if (fill()) piece.get().toInt() and 0xff else -1

    override fun read(into: ByteArray, offset: Int, count: Int): Int {
        if (count == 0) return 0
        if (!fill()) return -1
        val taken = minOf(count, piece.remaining())
        piece.get(into, offset, taken)
        return taken
    }

    override fun available(): Int = piece.remaining()

    /** Whether there is another byte. */
    private fun fill(): Boolean {
        if (piece.hasRemaining()) return true
        if (at >= length) return false
        piece = wrap(reader.readAt(at, PIECE))
        at += piece.remaining()
        return piece.hasRemaining()
    }
}

/** A document being written, from one thread at a time. What is closed before [finish] never was. */
public class DocumentWriter internal constructor(
    internal val inner: FfiDocumentWriter,
) : AutoCloseable {
    /** Takes the next bytes. */
    public fun write(bytes: ByteArray): Unit = call { inner.writeBlob(bytes.crossing()) }

    /** Takes [length] bytes of [bytes] from [offset] on. */
    public fun write(bytes: ByteArray, offset: Int, length: Int): Unit = write(wrap(bytes, offset, length))

    /** Takes what is between position and limit, which stay as they are. */
    public fun write(bytes: ByteBuffer): Unit = call { inner.write(bytes.crossing()) }

    /** Ends the document: durable and on record when this returns. */
    public fun finish(): DocumentInfo = call { inner.finish() }

    /** Gives the document up; nothing if it was finished. */
    override fun close(): Unit = call { inner.release() }
}
