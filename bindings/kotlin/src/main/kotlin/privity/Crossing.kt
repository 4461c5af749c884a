package privity

import java.nio.ByteBuffer

/** The most that crosses in one call: lengths are 32-bit and signed there, and unchecked below here. */
private const val MOST = Int.MAX_VALUE - Int.SIZE_BYTES

/** Itself, if one call can take it. */
internal fun ByteArray.crossing(): ByteArray {
    if (size > MOST) throw tooLong()
    return this
}

/**
 * What is between position and limit, as a buffer whose first byte is the first that counts: the
 * generated code looks at the capacity alone. Only direct buffers can be lent; others are copied.
 */
internal fun ByteBuffer.crossing(): ByteBuffer {
    if (remaining() > MOST) throw tooLong()
    if (isDirect) return slice()
    return ByteBuffer.allocateDirect(remaining()).put(duplicate()).flip()
}

/** Themselves, if one call can take all of them. */
internal fun List<ByteArray>.crossing(): List<ByteArray> {
    if (sumOf { it.size.toLong() + Int.SIZE_BYTES } > MOST) throw tooLong()
    return this
}

internal fun Draft.crossing() = also { (subjects + body).crossing() }

internal fun Expected.crossing() = also { listOfNotNull(sealId, contentCommitment).crossing() }

internal fun Summary.crossing() = also { listOf(sealId, contentCommitment).crossing() }

internal fun SignedReceipt.crossing() = also { json.crossing() }

/** A count as it crosses: without a sign. */
internal fun Int.crossing(): UInt {
    require(this >= 0) { "a count below zero" }
    return toUInt()
}

private fun tooLong() =
    PrivityException(
        ErrorKind.MISUSE,
        "bytes-too-long",
        "one call takes and gives less than 2^31 bytes",
        "Use the call that takes a path, or a reader or a writer, piece by piece.",
    )
