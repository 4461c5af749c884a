package privity

// Keys as handles, for envelopes and chains without a vault: what is secret in them never crosses but
// under a guard.

/** What a person or a service opens wrapped keys with. */
public class Identity internal constructor(
    internal val inner: FfiIdentity,
) {
    /** The public key, to give to whoever wraps keys for this identity. */
    public val public: PublicKey get() = PublicKey(call { inner.public() })

    /** Whom to seal age files to for this identity: `age1pq1…`. */
    public val recipient: String get() = call { inner.recipient() }

    /** Seals the identity under the guard; below 5 KiB. Keep the bytes. */
    public fun protect(guard: Guard): ByteArray = call { inner.protect(guard.inner) }

    public companion object {
        /** A new random identity. */
        public fun generate(): Identity = Identity(call { FfiIdentity.generate() })

        /** Opens what [protect] gave. */
        public fun unlock(protected: ByteArray, guard: Guard): Identity =
            Identity(call { FfiIdentity.unlock(protected.crossing(), guard.inner) })
    }
}

/** The public half of an identity, checked. */
public class PublicKey internal constructor(
    internal val inner: FfiPublicKey,
) {
    /** Checks a public key. */
    public constructor(bytes: ByteArray) : this(call { FfiPublicKey.fromBytes(bytes.crossing()) })

    /** Its 1,216 bytes. */
    public fun toBytes(): ByteArray = call { inner.toBytes() }
}

/** The key under which one document was sealed. Sealing makes it; nothing else does. */
public class DocumentKey internal constructor(
    internal val inner: FfiDocumentKey,
) {
    /** The same key for opening. */
    public val openingKey: OpeningKey get() = OpeningKey(call { inner.openingKey() })

    /** Wraps the key to a person: 1,168 bytes to store. */
    public fun wrap(to: PublicKey, context: WrapContext): ByteArray = call { inner.wrap(to.inner, context) }
}

/** A key that opens a document and cannot seal. */
public class OpeningKey internal constructor(
    internal val inner: FfiOpeningKey,
) {
    /** Wraps the key to a further person. */
    public fun wrap(to: PublicKey, context: WrapContext): ByteArray = call { inner.wrap(to.inner, context) }

    /**
     * Recomputes the wrap of this key to a person and compares: finds a wrap that holds junk without
     * the person's private key.
     */
    public fun verifyWrap(to: PublicKey, context: WrapContext, stored: ByteArray): Unit =
        call { inner.verifyWrap(to.inner, context, stored.crossing()) }

    public companion object {
        /** Opens a wrap with the identity it was made for. */
        public fun unwrap(identity: Identity, wrap: ByteArray, context: WrapContext): OpeningKey =
            OpeningKey(call { FfiOpeningKey.unwrap(identity.inner, wrap.crossing(), context) })
    }
}

/** The keys of one author of a chain: one signs records, the other checkpoints. */
public class ChainKeys internal constructor(
    internal val inner: FfiChainKeys,
) {
    /** Seals the keys under the guard; below 5 KiB. Keep the bytes. */
    public fun protect(guard: Guard): ByteArray = call { inner.protect(guard.inner) }

    /** The public key that signs checkpoints of a log with this origin, as a `vkey` text. */
    public fun logVkey(origin: String): String = call { inner.logVkey(origin) }

    /** The public key that cosigns others' checkpoints under this name, as a `vkey` text. */
    public fun cosignerVkey(name: String): String = call { inner.cosignerVkey(name) }

    public companion object {
        /** New random keys. */
        public fun generate(): ChainKeys = ChainKeys(call { FfiChainKeys.generate() })

        /** Opens what [protect] gave. */
        public fun unlock(protected: ByteArray, guard: Guard): ChainKeys =
            ChainKeys(call { FfiChainKeys.unlock(protected.crossing(), guard.inner) })
    }
}

/** The context of a wrap of a document with this header. */
public fun wrapContext(header: Header, principal: PrincipalId, keyGeneration: ULong = 1u): WrapContext =
    call { ffiWrapContext(header, principal, keyGeneration) }
