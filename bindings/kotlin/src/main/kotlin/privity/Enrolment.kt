package privity

/** The public keys of a new device, on the way to an administrator. */
public class EnrolmentRequest internal constructor(
    internal val inner: FfiEnrolmentRequest,
) {
    /** Reads what was handed over; keys that may not be used are refused. */
    public constructor(bytes: ByteArray) : this(call { FfiEnrolmentRequest.fromBytes(bytes.crossing()) })

    /** The twelve words that both people compare by voice. */
    public val words: List<String> get() = call { inner.words() }

    /** The user it is for. */
    public val user: UserId get() = call { inner.user() }

    /** The new device. */
    public val device: DeviceId get() = call { inner.device() }

    /** The person's name, as they state it. */
    public val name: String get() = call { inner.name() }

    /** The bytes to hand over. */
    public fun toBytes(): ByteArray = call { inner.toBytes() }
}

/** What a new device is to trust, on the way back to it. It holds no secret. */
public class Approval internal constructor(
    internal val inner: FfiApproval,
) {
    /** Reads what was handed over. */
    public constructor(bytes: ByteArray) : this(call { FfiApproval.fromBytes(bytes.crossing()) })

    /** The twelve words to compare unless the bytes came by hand. */
    public val words: List<String> get() = call { inner.words() }

    /** The bytes to hand over. */
    public fun toBytes(): ByteArray = call { inner.toBytes() }
}
