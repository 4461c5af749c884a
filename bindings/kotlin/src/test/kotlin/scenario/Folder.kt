package scenario

import privity.Flow
import privity.Guard
import privity.PrivityException
import privity.Storage
import privity.Vault
import privity.Watcher
import java.nio.file.Files
import java.nio.file.Path
import java.security.MessageDigest

const val PARTNER = "device-partner"
const val LAWYER = "device-lawyer"
const val PARALEGAL = "device-paralegal"
const val PASSPHRASE = "six words that nobody else knows"

/** Where the story plays. */
class Folder(
    val path: Path,
) {
    fun storage(device: String) = Storage(path.resolve("firm"), path.resolve(device))

    fun unlock(device: String) = Vault.unlock(storage(device), Guard(PASSPHRASE))
}

/** The documents of the story. */
object Documents {
    val letter = "Dear Sirs,\n".toByteArray()
    val long = pattern(300_000)
    val stream = pattern(1 shl 20)
    val folder =
        listOf(
            "letter.txt" to letter,
            "empty.bin" to ByteArray(0),
            "long.bin" to long,
            "Ärger § 42.txt" to "über".toByteArray(),
        )

    private fun pattern(length: Int) = ByteArray(length) { (it % 251).toByte() }
}

/** The error's code; the story ends where there is none. */
fun code(body: () -> Unit): String =
    try {
        body()
        error("no error where one belongs")
    } catch (error: PrivityException) {
        error.code
    }

/** What holds in the story; [what] is for whoever reads why it ended. */
fun hold(what: String, holds: Boolean) = check(holds) { "does not hold: $what" }

fun ByteArray.hex() = joinToString("") { "%02x".format(it) }

fun sha256(bytes: ByteArray) = MessageDigest.getInstance("SHA-256").digest(bytes).hex()

fun ByteArray.flipped(at: Int) = clone().also { it[at] = (it[at].toInt() xor 1).toByte() }

/** Keeps what it was told last. */
class Progress : Watcher {
    var done = 0L
        private set
    var total: Long? = null
        private set

    override fun step(done: Long, total: Long?): Flow {
        this.done = done
        this.total = total
        return Flow.CONTINUE
    }
}

/** A folder for as long as [body] runs. */
fun <T> temporarily(body: (Path) -> T): T {
    val folder = Files.createTempDirectory("privity")
    try {
        return body(folder)
    } finally {
        folder.toFile().deleteRecursively()
    }
}
