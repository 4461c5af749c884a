/** A step for every code that a program can bring about, through public calls alone. */
package scenario.codes

import privity.Guard
import privity.NewFirm
import privity.PrivityException
import privity.Storage
import privity.Vault
import privity.errorCodes
import scenario.hold
import java.nio.file.Path

/** The codes that turned up. */
class Codes {
    private val seen = mutableSetOf<String>()
    private val unheld = mutableListOf<String>()

    fun play(): String {
        envelope()
        chain()
        people()
        stores()
        sharing()
        val registry = errorCodes()
        val reachable = registry.filter { it.reachable }.map { it.code }.toSet()
        hold("as expected: $unheld", unheld.isEmpty())
        hold("a step for every code: ${reachable - seen}", seen.containsAll(reachable))
        hold("called out of reach, and there: ${seen - reachable}", reachable.containsAll(seen))
        hold("a reason for what is out of reach", registry.all { it.reachable == (it.why == null) })
        return "codes: ${seen.size} of ${registry.size}, ${registry.size - reachable.size} out of reach"
    }

    /** This call fails with this code, of the kind that the registry says. */
    fun fails(expected: String, body: () -> Unit) {
        val about = errorCodes().find { it.code == expected }
        val error = runCatching(body).exceptionOrNull()
        val code = (error as? PrivityException)?.code ?: error.toString()
        if (code == expected && error is PrivityException) {
            // `NotFound` there is `NOT_FOUND` here.
            hold("the kind of $expected", about?.kind.equals(error.kind.name.replace("_", ""), ignoreCase = true))
            seen += code
        } else {
            unheld += "$code for $expected"
        }
    }
}

/** A folder with one firm's data. */
class Desk(
    private val folder: Path,
) {
    fun path(name: String): Path = folder.resolve(name)

    /** The shared stores with the own folder of this person's device. */
    fun storage(device: String) = Storage(path("shared"), path(device))

    fun unlock(device: String) = Vault.unlock(storage(device), Guard(device))

    /** A firm with its first administrator, `partner`. */
    fun firm(): Vault =
        Vault.create(storage("partner"), NewFirm("Example LLP", "A. Partner"), Guard("partner"), Guard("safe")).vault
}
