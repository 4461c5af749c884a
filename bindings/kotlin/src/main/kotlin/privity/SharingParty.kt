package privity

import java.nio.ByteBuffer

/** What a party says of itself in a card; times are microseconds since 1970 UTC. */
public class CardDetails(
    /** The person: 1 to 256 bytes on one line. */
    public val name: String,
    /** From when on the card is in force. */
    public val notBefore: ULong,
    /** From when on it no longer is. */
    public val expires: ULong,
    /** Where they work. */
    public val organisation: String = "",
    /** Whether correspondents may seal to the classic (X25519) recipient too. */
    public val withClassic: Boolean = false,
    /** The card before, which this one replaces. */
    public val previous: Card? = null,
) {
    internal fun inner() = FfiCardDetails(name, notBefore, expires, organisation, withClassic, previous?.inner)
}

/**
 * Somebody with keys of their own, or a device of a firm, which [Vault.party] gives. May be used on any
 * threads at once. Holds keys until it is closed, also those of a vault that was locked.
 */
public class Party internal constructor(
    internal val inner: FfiParty,
) : AutoCloseable {
    /** Its own choice, the same in all its cards; for a firm's device the firm's id. */
    public val id: PrincipalId get() = call { inner.id() }

    /** How it is known. */
    public val kind: PartyKind get() = call { inner.kind() }

    /** What trust in it begins with, in hexadecimal: the ssh key, or the hash of the firm's first record. */
    public val anchor: Hash get() = call { inner.anchor() }

    /** The device, of a firm's. */
    public val device: DeviceId? get() = call { inner.device() }

    /** The key that signs, as a line of OpenSSH. */
    public val sshKey: String get() = call { inner.sshKey() }

    /** Whom to seal to: `age1pq1…`. */
    public val recipient: String get() = call { inner.recipient() }

    /** Whom to seal to with tools that know no hybrid recipients: `age1…`. */
    public val classicRecipient: String get() = call { inner.classicRecipient() }

    /** The fingerprint of a card without the classic recipient; of a firm, of every card. */
    public val fingerprint: Hash get() = call { inner.fingerprint() }

    /** The same as twelve words: what both sides read to each other. */
    public val words: List<String> get() = call { inner.words() }

    /** What shows an outsider that the device was active; of a firm's. */
    public val standing: ByteArray? get() = call { inner.standing() }

    /** Seals the keys under the guard; below 5 KiB. Keep the bytes. A vault keeps a device's itself. */
    public fun protect(guard: Guard): ByteArray = call { inner.protect(guard.inner) }

    /**
     * The same party with new keys. Whoever holds its card sees it changed until the new words are
     * confirmed. Recall kept contacts with the old party and keep them with the new one.
     */
    public fun withNewKeys(): Party = Party(call { inner.withNewKeys() })

    /** A card of this party, signed. */
    public fun card(details: CardDetails): Card = Card(call { inner.card(details.inner()) })

    /**
     * Seals a contact for this party alone. Keep the bytes anywhere; who puts an older version back undoes
     * a revocation.
     */
    public fun keep(contact: Contact): ByteArray = call { inner.keep(contact.inner) }

    /** Opens what [keep] gave. */
    public fun recall(kept: ByteArray): Contact = Contact(call { inner.recall(kept.crossing()) })

    /** Opens an age file that was sealed to either recipient of the party. */
    public fun ageOpen(file: ByteArray): ByteArray = call { inner.ageOpenBlob(file.crossing()) }

    /** The same for what is between position and limit; a direct buffer is not copied. */
    public fun ageOpen(file: ByteBuffer): ByteArray = call { inner.ageOpen(file.crossing()) }

    /** Gives the keys up, which are wiped once no call uses them. Later calls throw `handle-ended`. */
    override fun close(): Unit = call { inner.release() }

    public companion object {
        /** A party of its own, with new random keys. */
        public fun generate(): Party = Party(call { FfiParty.generate() })

        /** Opens what [protect] gave. */
        public fun unlock(protected: ByteArray, guard: Guard): Party =
            Party(call { FfiParty.unlock(protected.crossing(), guard.inner) })
    }
}
