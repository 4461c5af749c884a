package privity

import java.text.Normalizer

/** What keys are kept under: made once, handed to the calls that make or unlock keys. */
public class Guard private constructor(
    internal val inner: FfiGuard,
) {
    /** A key store of the host. */
    public constructor(protector: Protector) :
        this(call { FfiGuard.protector(protector.id, HostProtector(protector)) })

    /** A passphrase as UTF-8 in NFC: Argon2id, 64 MiB and three passes. */
    public constructor(passphrase: ByteArray) : this(call { FfiGuard.passphrase(passphrase.crossing()) })

    /**
     * A passphrase as it was typed; it is normalised (NFC) first. A `String` cannot be wiped: who
     * holds the passphrase as bytes gives those instead.
     */
    public constructor(passphrase: String) : this(typed(passphrase))

    /** The same at a higher cost for what is protected from now on. */
    public constructor(passphrase: ByteArray, memoryKiB: Int, passes: Int, lanes: Int) : this(
        call {
            val (memory, times) = memoryKiB.crossing() to passes.crossing()
            FfiGuard.passphraseWithCost(passphrase.crossing(), memory, times, lanes.crossing())
        },
    )
}

/** A passphrase as it was typed, as bytes. */
internal fun typed(passphrase: String): ByteArray =
    Normalizer.normalize(passphrase, Normalizer.Form.NFC).toByteArray()

/**
 * A key store of the host: StrongBox, a smart card, a KMS. Most callers use a passphrase and never
 * implement this.
 *
 * The only secret that crosses is a random 32-byte unlocking secret. Calls come on the caller's
 * thread, never under a lock, and may block. [UnlockRefusedException] says that the person or the key
 * store said no; anything else counts as a failure, and its text goes nowhere.
 */
public interface Protector {
    /**
     * Written beside what was wrapped and compared before it is asked: 1 to 64 characters of
     * `[a-z0-9.-]`, such as `com.example.kms`.
     */
    public val id: String

    /** Wraps the unlocking secret, bound to [context]. At most 4,096 bytes. */
    public fun wrap(secret: ByteArray, context: ByteArray): ByteArray

    /** Gives the 32 bytes back, for the same [context] alone. */
    public fun unwrap(wrapped: ByteArray, context: ByteArray): ByteArray
}

private class HostProtector(
    private val protector: Protector,
) : FfiProtector {
    override fun wrap(secret: ByteArray, context: ByteArray) =
        try {
            host { protector.wrap(secret, context).crossing() }
        } finally {
            secret.fill(0)
        }

    override fun unwrap(wrapped: ByteArray, context: ByteArray) =
        host { protector.unwrap(wrapped, context).crossing() }
}
