package scenario

import privity.NewDocument
import privity.TrustRoot
import privity.verifyExport
import java.nio.file.Files
import java.nio.file.Path

/** Opens what any of the languages wrote. */
class Reading(
    private val path: Path,
    private val say: (String) -> Unit,
) {
    fun play() {
        val folder = Folder(path)
        val lawyer = folder.unlock(LAWYER)
        val partner = folder.unlock(PARTNER)
        say("01 unlocked: ${name(lawyer, partner)}")
        val matter = lawyer.matters().single()
        val lines = Files.readAllLines(path.resolve("documents.txt")).map { it.split(' ', limit = 3) }
        val equal =
            lines.all { (id, hash, name) ->
                sha256(matter.openBytes(id)) == hash && matter.document(id).name == name
            }
        say("02 opened ${lines.size} documents, " + if (equal) "all equal" else "not all equal")
        val note = matter.sealBytes(NewDocument("note.txt"), "seen".toByteArray())
        val opened = partner.matter(matter.id).openBytes(note.id)
        hold("the note is the note", opened.decodeToString() == "seen")
        say("03 sealed and opened: ${opened.size} bytes")
        val theirs = folder.unlock(PARALEGAL).matter(matter.id)
        say("04 refused: " + code { theirs.openBytes(lines.single { it[2] == "letter.txt" }[0]) })
        say("05 verified: ${clean(lawyer.verify())}")
        val (firm, genesis) = Files.readAllLines(path.resolve("trust.txt"))
        val export = Files.readAllBytes(path.resolve("export.bin"))
        say("06 export verified: ${clean(verifyExport(export, TrustRoot(firm, genesis)))}")
        shared(path, partner.matter(matter.id), say)
    }
}
