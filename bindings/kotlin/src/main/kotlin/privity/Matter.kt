package privity

import java.io.InputStream
import java.nio.ByteBuffer
import java.nio.file.Path

/** A matter of an unlocked vault. May be used on any threads at once. */
public class Matter internal constructor(
    internal val inner: FfiMatter,
) {
    /** Its id. */
    public val id: MatterId get() = call { inner.id() }

    /** Its name, if it has one. */
    public val name: String? get() = call { inner.name() }

    /** The number of its newest epoch, from 1. */
    public val epoch: ULong get() = call { inner.epoch() }

    /** Who has a role in it, by id. */
    public fun members(): List<Member> = call { inner.members() }

    /** Gives a user a role, or another one. */
    public fun admit(user: UserId, role: MatterRole): Unit = call { inner.admit(user, role) }

    /**
     * Removes a user, and begins the next epoch in the same commit. What it cannot undo is in the
     * report.
     */
    public fun remove(user: UserId, reason: String): RotationReport = call { inner.remove(user, reason) }

    /** Puts up an ethical wall, and begins the next epoch in the same commit. */
    public fun screen(user: UserId, reason: String): RotationReport = call { inner.screen(user, reason) }

    /** Begins the next epoch with the people there are. */
    public fun rotate(): RotationReport = call { inner.rotate() }

    /** Seals bytes as a document. When this returns, it is durable and on record. */
    public fun sealBytes(new: NewDocument, content: ByteArray): DocumentInfo =
        call { inner.sealBlob(new, content.crossing()) }

    /**
     * The same for what is between position and limit, which stay as they are. A direct buffer is
     * not copied.
     */
    public fun sealBytes(new: NewDocument, content: ByteBuffer): DocumentInfo =
        call { inner.sealBytes(new, content.crossing()) }

    /** Seals a file of any size as a document. */
    public fun sealFile(new: NewDocument, from: Path, watcher: Watcher? = null): DocumentInfo =
        call { inner.sealFile(new, from.toString(), watcher?.let(::HostListener)) }

    /** Seals what a stream gives, to its end. The stream stays open. */
    public fun sealStream(new: NewDocument, from: InputStream): DocumentInfo =
        writer(new).use { writer ->
            val piece = ByteArray(PIECE)
            while (true) {
                val read = from.readNBytes(piece, 0, piece.size)
                if (read == 0) break
                writer.write(piece, 0, read)
            }
            writer.finish()
        }

    /**
     * Seals many files, in commits of up to 256 documents. Call it again with the same ids after it
     * broke off: what is on record is passed over. A source that cannot be read is left out and named.
     */
    public fun sealAll(files: List<Pair<NewDocument, Path>>, watcher: Watcher? = null): SealedAll {
        val crossing = files.map { (document, path) -> FfiNewFile(document, path.toString()) }
        return call { inner.sealAll(crossing, watcher?.let(::HostListener)) }
    }

    /** Opens a document whole. One of 2 GiB and more goes by path or through a reader. */
    public fun openBytes(id: DocumentId, reason: String? = null): ByteArray = call { inner.openBytes(id, reason) }

    /**
     * Opens a document of any size into a new file, which is there only if everything was right.
     * Says how many bytes it has.
     */
    public fun openFile(
        id: DocumentId,
        to: Path,
        reason: String? = null,
        watcher: Watcher? = null,
    ): Long = call { inner.openFile(id, to.toString(), reason, watcher?.let(::HostListener)) }.toLong()

    /** A reader of one document, recorded as opened. */
    public fun reader(id: DocumentId, reason: String? = null): DocumentReader =
        DocumentReader(call { inner.reader(id, reason) })

    /** Readers of up to 256 documents, in the order of the ids, under one record. */
    public fun readers(ids: List<DocumentId>, reason: String? = null): List<DocumentReader> =
        call { inner.readers(ids, reason) }.map(::DocumentReader)

    /** Seals what is written to it. */
    public fun writer(new: NewDocument): DocumentWriter = DocumentWriter(call { inner.writer(new) })

    /** Its documents by id, after [after], at most [limit], each in its newest version. */
    public fun documents(after: DocumentId?, limit: Int): List<DocumentInfo> =
        call { inner.documents(after, limit.crossing()) }

    /** All its documents by id, fetched a page at a time as the sequence is walked. */
    public fun documents(): Sequence<DocumentInfo> =
        sequence {
            var after: DocumentId? = null
            while (true) {
                val page = documents(after, PAGE)
                yieldAll(page)
                after = page.lastOrNull()?.id ?: break
            }
        }

    /** How many versions of documents were sealed in it. */
    public fun documentsCount(): Long = call { inner.documentsCount() }.toLong()

    /** One document. */
    public fun document(id: DocumentId): DocumentInfo = call { inner.document(id) }

    /** Renames a document or gives it another media type. The sealed bytes stay as they are. */
    public fun describe(id: DocumentId, change: Change): DocumentInfo = call { inner.describe(id, change) }

    /**
     * Shares documents, in the order of their ids, into the new file [to]. The share is on record, with
     * whom it is for, before the file is there under its name.
     */
    public fun share(
        draft: ShareDraft,
        documents: List<DocumentId>,
        to: Path,
        watcher: Watcher? = null,
    ): Made = call { inner.share(draft.inner, documents, to.toString(), watcher?.let(::HostListener)) }

    /**
     * Accepts a share for this device into the matter. Nothing is on record, and nothing stays sealed,
     * unless every step passed.
     */
    public fun accept(source: Path, contacts: List<Contact>, watcher: Watcher? = null): Imported {
        val known = contacts.map { it.inner }
        val imported = call { inner.accept(source.toString(), known, watcher?.let(::HostListener)) }
        return Imported(Accepted(imported.accepted), imported.documents)
    }

    /**
     * Files a receipt as proof that a recipient got the share: its bytes and signature are kept beside the
     * record.
     */
    public fun fileReceipt(signed: SignedReceipt): Receipt = call { inner.fileReceipt(signed.crossing()) }

    /**
     * Every share of the matter's documents, in the order they were made, with the receipts on file, each
     * verified again.
     */
    public fun shares(): List<ShareInfo> = call { inner.shares() }

    /** Every share that was accepted into the matter, in their order, with where it came from. */
    public fun received(): List<Received> = call { inner.received() }

    private companion object {
        const val PAGE = 256
    }
}

/**
 * Told how far a long call is, about once for every 256 KiB, on a thread of the call. What it throws
 * stops the call with `watcher-failed`, and its text goes nowhere.
 */
public fun interface Watcher {
    /** How much is done, and how much there is in all where that is known. */
    public fun step(done: Long, total: Long?): Flow
}

internal class HostListener(
    private val watcher: Watcher,
) : FfiProgressListener {
    override fun step(done: ULong, total: ULong?) = host { watcher.step(done.toLong(), total?.toLong()) }
}
