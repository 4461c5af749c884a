package privity

/**
 * A card whose signature is right, under the key it names. Who that key belongs to, nobody knows until
 * its words were compared: see [Contact].
 */
public class Card internal constructor(
    internal val inner: FfiCard,
) {
    /** Reads a card and verifies its signature, of a firm's also its standing. */
    public constructor(bytes: ByteArray) : this(call { FfiCard.parse(bytes.crossing()) })

    /** Reads a card out of its text; white space around it does not count. */
    public constructor(text: String) : this(call { FfiCard.fromText(text) })

    /** What it says. */
    public val fields: CardFields get() = call { inner.fields() }

    /** The twelve words that people compare. */
    public val words: List<String> get() = call { inner.words() }

    /** Its file. */
    public fun toBytes(): ByteArray = call { inner.toBytes() }

    /** Its text, for a message or a QR code: `privity-card:…`. */
    public fun toText(): String = call { inner.toText() }

    /** Throws `card-not-yet-valid` or `card-expired` unless it is in force at this time, or else now. */
    public fun inForce(at: ULong? = null): Unit = call { inner.inForce(at) }
}

/**
 * A party as somebody else knows it; [state] says how far it is believed. It never changes: what changes
 * it gives a new one.
 */
public class Contact internal constructor(
    internal val inner: FfiContact,
) {
    /** Whoever says this of themselves: unverified. */
    public constructor(card: Card) : this(call { FfiContact.fromCard(card.inner) })

    /**
     * A person with an ssh key and an age recipient and no card: a line as a `.pub` file has it, and one
     * hybrid recipient, one classic, or one of each. Unverified.
     */
    public constructor(name: String, sshKey: String, recipients: List<String>, organisation: String = "") :
        this(call { FfiContact.fromKeys(name, organisation, sshKey, recipients) })

    /** How far it is believed. */
    public val state: ContactState get() = call { inner.state() }

    /** The person's name, as they say. */
    public val name: String get() = call { inner.name() }

    /** Their organisation, as they say; may be empty. */
    public val organisation: String get() = call { inner.organisation() }

    /** The party: the same in all its cards. None without a card. */
    public val party: PrincipalId? get() = call { inner.party() }

    /** How the party is known. */
    public val kind: PartyKind get() = call { inner.kind() }

    /** The device whose series of cards this is, of a firm's. */
    public val device: DeviceId? get() = call { inner.device() }

    /** What trust begins with: the raw ssh key, or the hash of the firm's first record. */
    public val anchor: Hash get() = call { inner.anchor() }

    /** The key that signs its shares and receipts, as a line of OpenSSH. */
    public val sshKey: String get() = call { inner.sshKey() }

    /** Whom to seal to: `age1pq1…`. */
    public val recipient: String? get() = call { inner.recipient() }

    /** Whom to seal to with tools that know no hybrid recipients: `age1…`. */
    public val classicRecipient: String? get() = call { inner.classicRecipient() }

    /** What people compare, in hexadecimal. */
    public val fingerprint: Hash get() = call { inner.fingerprint() }

    /** The same as twelve words. */
    public val words: List<String> get() = call { inner.words() }

    /** Of a changed contact: the fingerprint of the keys that were verified. */
    public val verifiedFingerprint: Hash? get() = call { inner.verifiedFingerprint() }

    /** The card that is held; none of a person known by keys alone. */
    public val card: Card? get() = call { inner.card() }?.let(::Card)

    /**
     * Confirms the twelve words as they came over another channel: of a changed contact, those of the new
     * card.
     */
    public fun confirm(words: List<String>): Contact = Contact(call { inner.confirm(words) })

    /** Confirms keys by the same texts once more, as they came over another channel. */
    public fun confirmKeys(sshKey: String, recipients: List<String>): Contact =
        Contact(call { inner.confirmKeys(sshKey, recipients) })

    /**
     * Takes a newer card of the same party. With the same fingerprint a verified contact stays verified;
     * with another it is changed, whoever signed.
     */
    public fun update(card: Card): Contact = Contact(call { inner.update(card.inner) })

    /** Gives the contact up for good. */
    public fun revoke(): Contact = Contact(call { inner.revoke() })

    /** Whom a share may be made for, of a verified contact. */
    public fun addressee(): Addressee = Addressee(call { inner.addressee() })

    /**
     * The same for an unverified contact, with the reason why that had to do; it is kept beside the share.
     * A verified contact needs none, and none is kept.
     */
    public fun overridden(reason: String): Addressee = Addressee(call { inner.overridden(reason) })

    /**
     * Throws `card-not-yet-valid` or `card-expired` unless its card is in force at this time, or else now;
     * keys without a card always are.
     */
    public fun inForce(at: ULong? = null): Unit = call { inner.inForce(at) }
}

/** Whom a share may be made for: a verified contact, or an unverified one with the reason why that had to do. */
public class Addressee internal constructor(
    internal val inner: FfiAddressee,
) {
    /** The person's name, as they say. */
    public val name: String get() = call { inner.name() }

    /** Why the share goes to a contact whose words were not compared. */
    public val reason: String? get() = call { inner.reason() }
}

/**
 * Verifies the bytes of a standing from the hash of the firm's first record, which the caller knows from
 * elsewhere.
 */
public fun verifyStanding(bytes: ByteArray, genesis: Hash): Standing =
    call { ffiVerifyStanding(bytes.crossing(), genesis) }
