package privity

/**
 * age files alone: for people with stock tools. An identity as a text is a secret key and never crosses:
 * what opens a file here is a handle ([Identity], or [Party.ageOpen]) or a password.
 */
public object Age {
    /** Seals bytes to one to eight recipients, all hybrid (`age1pq1…`) or all X25519 (`age1…`). */
    public fun seal(recipients: List<String>, content: ByteArray): ByteArray =
        call { ffiAgeSeal(recipients, content.crossing()) }

    /** Seals bytes to whoever has the password. Have it generated. */
    public fun sealPassword(password: ByteArray, content: ByteArray): ByteArray =
        call { ffiAgeSealPassword(password.crossing(), content.crossing()) }

    /** The same with a password as it was typed. A `String` cannot be wiped. */
    public fun sealPassword(password: String, content: ByteArray): ByteArray =
        sealPassword(typed(password), content)

    /**
     * Opens an age file, binary or armor, that was sealed to this identity. Nothing is handed out unless
     * all of it is right.
     */
    public fun open(identity: Identity, file: ByteArray): ByteArray =
        call { ffiAgeOpen(identity.inner, file.crossing()) }

    /** Opens one that was sealed to a password. */
    public fun openPassword(password: ByteArray, file: ByteArray): ByteArray =
        call { ffiAgeOpenPassword(password.crossing(), file.crossing()) }

    /** The same with a password as it was typed. */
    public fun openPassword(password: String, file: ByteArray): ByteArray = openPassword(typed(password), file)

    /** A binary age file as text, for a message. */
    public fun armor(file: ByteArray): String = call { ffiAgeArmor(file.crossing()) }
}
