package privity

/**
 * What went wrong. None of it holds a secret, the name of a file or anything of a case, so it may be
 * logged.
 */
public class PrivityException internal constructor(
    /** Who has to act. */
    public val kind: ErrorKind,
    /** Stable, and for programs: `content-refused`. */
    public val code: String,
    /** What is wrong, in a sentence without its full stop. */
    public val text: String,
    /** What the caller can do. */
    public val advice: String,
    /** Of a share that was refused: the step at which. */
    public val step: Step? = null,
) : Exception("$code: $text")

/** Who has to act on an error. */
public enum class ErrorKind {
    /** The bytes that came in are not what they claim to be. */
    INVALID,

    /** The caller used the library wrongly. */
    MISUSE,

    /** A check said no: a key, a commitment, a policy. */
    REFUSED,

    /** Something named does not exist. */
    NOT_FOUND,

    /** A key is not unlocked. */
    LOCKED,

    /** A file, a stream or a store failed. */
    STORAGE,

    /** The caller's view is older than what is there. */
    STALE,

    /** A watcher asked to stop. */
    CANCELLED,

    /** The operating system gave no randomness. */
    ENTROPY,
}

/** Thrown by a [Protector] when the person or the key store said no. */
public class UnlockRefusedException : Exception()

/** Every call into the library goes through here: no exception of the generated code gets out. */
internal inline fun <T> call(body: () -> T): T =
    try {
        body()
    } catch (error: FfiException) {
        throw error.public()
    } catch (@Suppress("SwallowedException") error: InternalException) {
        // A defect of ours: its words may hold anything, so they stay here.
        throw PrivityException(
            ErrorKind.MISUSE,
            "defect",
            "the library failed where it must not",
            "Report it; what was asked for did not happen, or not wholly.",
        )
    }

internal fun FfiException.public(): PrivityException =
    when (this) {
        is FfiException.Invalid -> PrivityException(ErrorKind.INVALID, code, text, advice, step)
        is FfiException.Misuse -> PrivityException(ErrorKind.MISUSE, code, text, advice, step)
        is FfiException.Refused -> PrivityException(ErrorKind.REFUSED, code, text, advice, step)
        is FfiException.NotFound -> PrivityException(ErrorKind.NOT_FOUND, code, text, advice, step)
        is FfiException.Locked -> PrivityException(ErrorKind.LOCKED, code, text, advice, step)
        is FfiException.Storage -> PrivityException(ErrorKind.STORAGE, code, text, advice, step)
        is FfiException.Stale -> PrivityException(ErrorKind.STALE, code, text, advice, step)
        is FfiException.Cancelled -> PrivityException(ErrorKind.CANCELLED, code, text, advice, step)
        is FfiException.Entropy -> PrivityException(ErrorKind.ENTROPY, code, text, advice, step)
    }

/** Runs a callback of the host: what it throws becomes one of two errors without a text. */
internal inline fun <T> host(body: () -> T): T =
    try {
        body()
    } catch (@Suppress("SwallowedException") refused: UnlockRefusedException) {
        throw FfiHostException.Refused()
    } catch (@Suppress("SwallowedException", "TooGenericExceptionCaught") other: Throwable) {
        throw FfiHostException.Failed()
    }
