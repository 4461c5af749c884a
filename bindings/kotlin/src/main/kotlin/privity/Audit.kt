package privity

// A signed audit chain alone: append records, verify a chain, prove a record to an outsider.

/** A chain that was begun. */
public class BegunChain internal constructor(
    /** Goes on with it. */
    public val appender: Appender,
    /** Its first record. Publish the origin and this record's hash: they are what verifiers trust. */
    public val genesis: Appended,
) {
    public operator fun component1(): Appender = appender

    public operator fun component2(): Appended = genesis
}

/**
 * Signs records into one chain, one author's, from one thread at a time. Store a record before the next
 * is appended, and never two byte strings under one sequence.
 */
public class Appender internal constructor(
    private val inner: FfiAppender,
) {
    /** Size and root of all records so far. */
    public val head: Head get() = call { inner.head() }

    /** The chain. */
    public val chain: ChainId get() = call { inner.chain() }

    /** The author: who signs. */
    public val author: DeviceId get() = call { inner.author() }

    /** Signs a draft as the next record. */
    public fun append(draft: Draft): Appended = call { inner.append(draft.crossing()) }

    /** Signs many, up to the first that is refused. */
    public fun appendAll(drafts: List<Draft>): AppendedAll {
        drafts.flatMap { it.subjects + it.body }.crossing()
        return call { inner.appendAll(drafts) }
    }

    /** Signs a checkpoint of all records so far. */
    public fun checkpoint(): String = call { inner.checkpoint() }

    /** Never uses a sequence below this one. */
    public fun skipTo(sequence: ULong): Unit = call { inner.skipTo(sequence) }

    public companion object {
        /** Begins a chain under a name without white space or `+`. */
        public fun begin(origin: String, keys: ChainKeys): BegunChain {
            val begun = call { ffiBeginChain(origin, keys.inner) }
            return BegunChain(Appender(begun.appender), begun.genesis)
        }

        /**
         * Goes on with a chain that was verified; [tail]: this author's records that were stored past
         * the newest checkpoint, in order.
         */
        public fun resume(chain: VerifiedChain, keys: ChainKeys, tail: List<ByteArray> = emptyList()): Appender =
            Appender(call { FfiAppender.resume(chain.inner, keys.inner, tail.crossing()) })
    }
}

/** Verifies one chain: give the checkpoints, push every record in order, then finish. */
public class Verifier internal constructor(
    private val inner: FfiVerifier,
) {
    /** For a chain with these checkpoints, oldest first; at least one. */
    public constructor(roots: TrustRoots, checkpoints: List<String>, threads: Int? = null) :
        this(call { FfiVerifier(roots, checkpoints, threads?.toUInt()) })

    /** What stood against the chain, if [finish] failed. */
    public val failure: ChainFailure? get() = call { inner.failure() }

    /** Takes the next record, as it came. */
    public fun push(record: ByteArray): Unit = call { inner.push(record.crossing()) }

    /** Takes the next records, some thousand a call. */
    public fun pushAll(records: Iterable<ByteArray>): Unit = pushAll(records.asSequence())

    /** The same for records that come one by one, from a database say. */
    public fun pushAll(records: Sequence<ByteArray>) {
        val batch = mutableListOf<ByteArray>()
        var size = 0L
        for (record in records) {
            if (batch.size == BATCH || size + record.size > PIECE) {
                call { inner.pushAll(batch.crossing()) }
                batch.clear()
                size = 0
            }
            batch += record
            size += record.size
        }
        call { inner.pushAll(batch.crossing()) }
    }

    /** The verdict: a verified chain, or an error, of which [failure] says more. */
    public fun finish(): VerifiedChain = VerifiedChain(call { inner.finish() })

    private companion object {
        const val BATCH = 4096
    }
}

/** A chain whose records are exactly those its newest checkpoint signed. */
public class VerifiedChain internal constructor(
    internal val inner: FfiVerifiedChain,
) {
    /** What was found. */
    public val findings: ChainFindings get() = call { inner.findings() }

    /**
     * Goes on from here when the chain has grown: push the records from this size on. This handle is
     * ended.
     */
    public fun resume(checkpoints: List<String>): Verifier = Verifier(call { inner.resume(checkpoints) })
}

/** What is known of a log beforehand: its origin, its keys, who cosigns it. */
public class Log private constructor(
    private val inner: FfiLog,
) {
    /** Verifies a checkpoint of this log. */
    public fun verify(note: String): VerifiedCheckpoint = call { inner.verify(note) }

    /** Verifies with a tlog-proof that these bytes are a record of the log. */
    public fun verifyRecord(proof: String, record: ByteArray): VerifiedCheckpoint =
        call { inner.verifyRecord(proof, record.crossing()) }

    /** Verifies that the log only grew from a head that was verified before. */
    public fun verifyConsistency(proof: String, pin: Head): VerifiedCheckpoint =
        call { inner.verifyConsistency(proof, pin) }

    /** Cosigns a checkpoint of this log under a name. Verify the consistency from your own pin first. */
    public fun cosign(note: String, name: String, keys: ChainKeys, seconds: ULong): String =
        call { inner.cosign(note, name, keys.inner, seconds) }

    public companion object {
        /** A standalone chain, with its keys and known cosigners as `vkey` texts. */
        public fun standalone(origin: String, vkeys: List<String>, cosigners: List<String> = emptyList()): Log =
            Log(call { FfiLog.standalone(origin, vkeys, cosigners) })

        /** The ledger of a firm, with the log keys of its devices and known cosigners. */
        public fun firm(firm: FirmId, vkeys: List<String>, cosigners: List<String> = emptyList()): Log =
            Log(call { FfiLog.firm(firm, vkeys, cosigners) })

        /** A plain C2SP log of a stranger. */
        public fun foreign(origin: String, vkeys: List<String>, cosigners: List<String> = emptyList()): Log =
            Log(call { FfiLog.foreign(origin, vkeys, cosigners) })
    }
}

/** The hashes of a log's records, to make proofs from: 64 bytes a record. */
public class Tree(
    hashes: List<Hash> = emptyList(),
) {
    private val inner = call { FfiTree(hashes) }

    /** How many records. */
    public val size: ULong get() = call { inner.size() }

    /** Appends record hashes. */
    public fun pushAll(hashes: List<Hash>): Unit = call { inner.pushAll(hashes) }

    /** The root at a size that the tree has or had. */
    public fun rootAt(size: ULong): Hash = call { inner.rootAt(size) }

    /** The tlog-proof of a record under a checkpoint of this size, whose note is put in. */
    public fun proveRecord(index: ULong, size: ULong, note: String): String =
        call { inner.proveRecord(index, size, note) }

    /** The proof that the log of the newer checkpoint begins with its first [old] records. */
    public fun proveConsistency(old: ULong, new: ULong, note: String): String =
        call { inner.proveConsistency(old, new, note) }
}

/** An event of the host's own: a number from 1,024 on, and a body in strict CBOR. */
public fun hostDraft(kind: ULong, body: ByteArray): Draft = call { ffiHostDraft(kind, body.crossing()) }

/** That these documents were sealed, at most 256. */
public fun sealedDraft(documents: List<SealedDocument>): Draft {
    documents.forEach { it.summary.crossing() }
    return call { ffiSealedDraft(documents) }
}

/** That these documents were opened, at most 256. */
public fun openedDraft(documents: List<DocumentId>): Draft = call { ffiOpenedDraft(documents) }

/** A checkpoint with the verified cosignatures of another copy of it, by these cosigners. */
public fun mergeCosignatures(note: String, other: String, cosigners: List<String>): String =
    call { ffiMergeCosignatures(note, other, cosigners) }

/** The record hash of a record's complete bytes. */
public fun recordHash(record: ByteArray): Hash = call { ffiRecordHash(record.crossing()) }
