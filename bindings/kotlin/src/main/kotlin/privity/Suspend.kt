package privity

import java.nio.file.Path
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.isActive
import kotlinx.coroutines.withContext
import kotlin.coroutines.coroutineContext

// The long calls for coroutines: off the caller's thread, and stopped when the coroutine is cancelled.

/** [Vault.unlock] off the caller's thread. */
public suspend fun awaitUnlock(storage: Storage, device: Guard, options: Options? = null): Vault =
    withContext(Dispatchers.IO) { Vault.unlock(storage, device, options) }

/** [Vault.verify], which ends early when the coroutine is cancelled. */
public suspend fun Vault.awaitVerify(scope: Scope = Scope.Firm): Report = cancellable { verify(scope, it) }

/** [Matter.sealBytes] off the caller's thread. */
public suspend fun Matter.awaitSealBytes(new: NewDocument, content: ByteArray): DocumentInfo =
    withContext(Dispatchers.IO) { sealBytes(new, content) }

/** [Matter.openBytes] off the caller's thread. */
public suspend fun Matter.awaitOpenBytes(id: DocumentId, reason: String? = null): ByteArray =
    withContext(Dispatchers.IO) { openBytes(id, reason) }

/** [Matter.sealFile], which leaves nothing behind when the coroutine is cancelled. */
public suspend fun Matter.awaitSealFile(new: NewDocument, from: Path): DocumentInfo =
    cancellable { sealFile(new, from, it) }

/** [Matter.sealAll]; a cancelled coroutine keeps the groups that were committed. */
public suspend fun Matter.awaitSealAll(files: List<Pair<NewDocument, Path>>): SealedAll =
    cancellable { sealAll(files, it) }

/** [Matter.openFile], which leaves no file behind when the coroutine is cancelled. */
public suspend fun Matter.awaitOpenFile(id: DocumentId, to: Path, reason: String? = null): Long =
    cancellable { openFile(id, to, reason, it) }

/** [Matter.share], which leaves no file behind when the coroutine is cancelled. */
public suspend fun Matter.awaitShare(draft: ShareDraft, documents: List<DocumentId>, to: Path): Made =
    cancellable { share(draft, documents, to, it) }

/** [Matter.accept], which seals nothing when the coroutine is cancelled. */
public suspend fun Matter.awaitAccept(source: Path, contacts: List<Contact>): Imported =
    cancellable { accept(source, contacts, it) }

/** [shareFiles], which leaves no file behind when the coroutine is cancelled. */
public suspend fun awaitShareFiles(sender: Party, draft: ShareDraft, files: List<Path>, to: Path): Made =
    cancellable { shareFiles(sender, draft, files, to, watcher = it) }

/** [acceptFolder], which leaves no folder behind when the coroutine is cancelled. */
public suspend fun awaitAcceptFolder(
    source: Path,
    keys: ShareKeys,
    contacts: List<Contact>,
    into: Path,
): Accepted = cancellable { acceptFolder(source, keys, contacts, into, watcher = it) }

private suspend fun <T> cancellable(work: (Watcher) -> T): T {
    val job: Job? = coroutineContext[Job]
    val watcher = Watcher { _, _ -> if (job?.isActive != false) Flow.CONTINUE else Flow.CANCEL }
    return withContext(Dispatchers.IO) {
        try {
            work(watcher)
        } catch (stopped: PrivityException) {
            // Cancelled by its coroutine: that says so better than we do.
            if (stopped.kind == ErrorKind.CANCELLED) coroutineContext.ensureActive()
            throw stopped
        }
    }
}
