package privity

import java.nio.file.Path

/** Where a firm's data lies. */
public class Storage private constructor(
    internal val inner: FfiStorage,
) {
    /**
     * SQLite and files: [shared] holds what all devices share, [device] what this one keeps for
     * itself. Creates what is missing.
     */
    public constructor(shared: Path, device: Path) :
        this(call { FfiStorage.folder(shared.toString(), device.toString()) })

    public companion object {
        /** All in memory, gone with the last handle. For tests. */
        public fun memory(): Storage = Storage(call { FfiStorage.memory() })
    }
}

/** A firm that was made. */
public class CreatedFirm internal constructor(
    /** It, unlocked. */
    public val vault: Vault,
    /** The firm's root key and recovery key, under the root's guard: for one safe. */
    public val root: ByteArray,
    /** The root after it: for another safe. */
    public val nextRoot: ByteArray,
) {
    public operator fun component1(): Vault = vault

    public operator fun component2(): ByteArray = root

    public operator fun component3(): ByteArray = nextRoot
}

/** A firm, unlocked on this device. May be used on any threads at once. */
public class Vault internal constructor(
    internal val inner: FfiVault,
) : AutoCloseable {
    /** The firm. */
    public val firm: FirmId get() = call { inner.firm() }

    /** The user whose device this is. */
    public val user: UserId get() = call { inner.user() }

    /** This device. */
    public val device: DeviceId get() = call { inner.device() }

    /** What a verifier of this firm's exports has to know beforehand. */
    public val trust: TrustRoot get() = call { inner.trust() }

    /** Wipes every key from memory. Later calls, and those of its matters and writers, throw `locked`. */
    public fun lock(): Unit = call { inner.lock() }

    /** The same, for `use`. */
    override fun close(): Unit = lock()

    /** Opens a matter, whose members alone can read its name. This user is its lead. */
    public fun openMatter(name: String, id: MatterId? = null): Matter = Matter(call { inner.openMatter(name, id) })

    /** A matter by its id. */
    public fun matter(id: MatterId): Matter = Matter(call { inner.matter(id) })

    /** Every matter there is, in the order in which they were opened. */
    public fun matters(): List<Matter> = call { inner.matters() }.map(::Matter)

    /** Everybody in the firm, by id. */
    public fun users(): List<Person> = call { inner.users() }

    /** Certifies the device of a request; [words] is what was heard. A new person gets these roles. */
    public fun enrol(
        request: EnrolmentRequest,
        words: List<String>,
        roles: Set<FirmRole> = emptySet(),
    ): Approval = Approval(call { inner.enrol(request.inner, words, roles.toList()) })

    /**
     * This device as a party: whoever has the firm's words accepts what it signs. Close it; locking the
     * vault does not.
     */
    public fun party(): Party = Party(call { inner.party() })

    /** A contact card of this device, with its standing. */
    public fun card(details: CardDetails): Card = Card(call { inner.card(details.inner()) })

    /** Verifies from the first record on, without anything remembered. */
    public fun verify(scope: Scope = Scope.Firm, watcher: Watcher? = null): Report =
        call { inner.verify(scope, watcher?.let(::HostListener)) }

    /** Exports the ledger, the directory and what is in scope: records and no key. */
    public fun export(scope: Scope = Scope.Firm): ByteArray = call { inner.export(scope) }

    public companion object {
        /** Unlocks this device's keys and verifies the store forward from what the device verified last. */
        public fun unlock(storage: Storage, device: Guard, options: Options? = null): Vault =
            Vault(call { FfiVault.unlock(storage.inner, device.inner, options) })

        /**
         * Makes a firm in an empty store, with this device as its first. Put the two root files into
         * two safes.
         */
        public fun create(
            storage: Storage,
            new: NewFirm,
            device: Guard,
            root: Guard,
            options: Options? = null,
        ): CreatedFirm {
            val made = call { ffiCreateFirm(storage.inner, new, device.inner, root.inner, options) }
            return CreatedFirm(Vault(made.vault), made.root, made.nextRoot)
        }

        /**
         * Makes the keys of a new device, protected, in its own folder. Hand the request to an
         * administrator, and its words by voice.
         */
        public fun request(storage: Storage, new: NewUser, device: Guard): EnrolmentRequest =
            EnrolmentRequest(call { ffiRequestEnrolment(storage.inner, new, device.inner) })

        /** Takes the approval on the new device, verifies the whole store and puts the device on record. */
        public fun accept(
            storage: Storage,
            approval: Approval,
            device: Guard,
            options: Options? = null,
        ): Vault = Vault(call { FfiVault.accept(storage.inner, approval.inner, device.inner, options) })
    }
}

/** Verifies an export with the trust root alone, which comes from elsewhere. */
public fun verifyExport(bytes: ByteArray, trust: TrustRoot): Report =
    call { ffiVerifyExportBlob(bytes.crossing(), trust) }

/** The version of the library. */
public val version: String get() = call { ffiVersion() }

/** Every code there is, and why some cannot be brought about from here. */
public fun errorCodes(): List<ErrorCode> = call { ffiErrorCodes() }
