package privity

import java.nio.file.Path

/** A share to be made: for contacts under their hybrid keys, or for whoever has a password. */
public class ShareDraft internal constructor(
    internal val inner: FfiShareDraft,
) {
    /** A share for these contacts, at most eight. Name and organisation are the sender's, as its card has them. */
    public constructor(to: List<Addressee>, terms: Terms, name: String, organisation: String = "") :
        this(call { FfiShareDraft(to.map { it.inner }, name, organisation, terms) })

    /**
     * The same under X25519 keys, for who cannot open hybrid ones yet. A future quantum computer would
     * open it.
     */
    public fun classic(): ShareDraft = ShareDraft(call { inner.classic() })

    public companion object {
        /**
         * A share for whoever has the password, which is drawn here: 110 bits. It is forwardable: whoever
         * has the password may pass both on.
         */
        public fun withPassword(terms: Terms, name: String, organisation: String = ""): PasswordDraft {
            val inner = call { FfiShareDraft.withPassword(name, organisation, terms) }
            return PasswordDraft(ShareDraft(inner), call { inner.takePassword() })
        }
    }
}

/** A share to be made for whoever has its password. */
public class PasswordDraft internal constructor(
    /** The share. */
    public val draft: ShareDraft,
    /** Ten words with hyphens between, as UTF-8. Send them another way than the file, and overwrite them. */
    public val password: ByteArray,
) {
    public operator fun component1(): ShareDraft = draft

    public operator fun component2(): ByteArray = password
}

/** What opens a share. */
public class ShareKeys private constructor(
    internal val inner: FfiShareKeys,
) {
    /** The receiver's own. */
    public constructor(party: Party) : this(call { FfiShareKeys.party(party.inner) })

    /** A password as UTF-8, which comes from elsewhere. */
    public constructor(password: ByteArray) : this(call { FfiShareKeys.password(password.crossing()) })

    /** A password as it was typed. A `String` cannot be wiped. */
    public constructor(password: String) : this(typed(password))
}

/** A share that passed every step. */
public class Accepted internal constructor(
    internal val inner: FfiAccepted,
) {
    /** Its signed terms. */
    public val manifest: Manifest get() = call { inner.manifest() }

    /** SHA-256 of the manifest: what a receipt names. */
    public val hash: Hash get() = call { inner.hash() }

    /** For a firm's sender, what its standing shows. */
    public val shown: Standing? get() = call { inner.shown() }
}

/** A share that was accepted into a matter. */
public class Imported internal constructor(
    /** Its terms and what was shown of its sender. */
    public val accepted: Accepted,
    /** What its documents are in the matter, in its order. */
    public val documents: List<DocumentInfo>,
) {
    public operator fun component1(): Accepted = accepted

    public operator fun component2(): List<DocumentInfo> = documents
}

/**
 * Makes a share of these files into the new file [to], at [now] or else at the system's time, in
 * microseconds since 1970 UTC. Each document has the name of its file.
 */
public fun shareFiles(
    sender: Party,
    draft: ShareDraft,
    files: List<Path>,
    to: Path,
    now: ULong? = null,
    watcher: Watcher? = null,
    threads: Int? = null,
): Made {
    val (paths, target) = files.map { it.toString() } to to.toString()
    val listener = watcher?.let(::HostListener)
    return call { ffiShareFiles(sender.inner, draft.inner, paths, target, now, listener, threads?.crossing()) }
}

/**
 * Accepts the share [source] into the new folder [into], as it lies in the archive, so that stock tools
 * verify what was unpacked. [contacts] are whom the receiver knows, whatever the state; [now] is the time
 * by which it is judged, else the system's. [into] is there whole or not at all. What is refused throws
 * with the step at which.
 */
public fun acceptFolder(
    source: Path,
    keys: ShareKeys,
    contacts: List<Contact>,
    into: Path,
    now: ULong? = null,
    watcher: Watcher? = null,
    threads: Int? = null,
): Accepted {
    val (from, to, known) = Triple(source.toString(), into.toString(), contacts.map { it.inner })
    val listener = watcher?.let(::HostListener)
    return Accepted(call { ffiAcceptFolder(from, keys.inner, known, to, now, listener, threads?.crossing()) })
}

/** The same, and nothing is kept: a share in memory is only checked, to its last byte. */
public fun checkShare(
    share: ByteArray,
    keys: ShareKeys,
    contacts: List<Contact>,
    now: ULong? = null,
    watcher: Watcher? = null,
    threads: Int? = null,
): Accepted {
    val (known, listener) = contacts.map { it.inner } to watcher?.let(::HostListener)
    return Accepted(call { ffiCheckShare(share.crossing(), keys.inner, known, now, listener, threads?.crossing()) })
}

/** Reads the bytes of a manifest. Whether they are what somebody signed, accepting the share shows. */
public fun parseManifest(bytes: ByteArray): Manifest = call { ffiParseManifest(bytes.crossing()) }

/** Signs a receipt for a share that this party accepted, at [now] or else at the system's time. */
public fun signReceipt(
    party: Party,
    accepted: Accepted,
    action: ReceiptAction,
    now: ULong? = null,
): SignedReceipt = call { ffiSignReceipt(party.inner, accepted.inner, action, now) }

/**
 * Verifies a receipt of a share that was sent, from the bytes of its manifest ([Made.bytes]): it is of
 * this share, of a recipient whom its manifest names, and signed by the key of [contact], who is verified.
 */
public fun verifyReceipt(signed: SignedReceipt, sent: ByteArray, contact: Contact): Receipt =
    call { ffiVerifyReceipt(signed.crossing(), sent.crossing(), contact.inner) }

/** Reads a receipt, unverified. */
public fun parseReceipt(json: ByteArray): Receipt = call { ffiParseReceipt(json.crossing()) }
