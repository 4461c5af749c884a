package scenario

import privity.Approval
import privity.Change
import privity.CreatedFirm
import privity.Designation
import privity.DocumentId
import privity.DocumentInfo
import privity.EnrolmentRequest
import privity.Flow
import privity.Guard
import privity.Identity
import privity.Matter
import privity.MatterRole
import privity.NewDocument
import privity.NewFirm
import privity.NewUser
import privity.Report
import privity.Vault
import privity.verifyExport
import scenario.codes.Codes
import java.nio.file.Files
import java.nio.file.Path

/** Plays the story and leaves everything in a folder. */
class Writing(
    private val path: Path,
    private val say: (String) -> Unit,
) {
    private val folder = Folder(path)

    /** A document that was sealed: its id, its name, what is in it. */
    private class Sealed(
        val id: DocumentId,
        var name: String,
        val content: ByteArray,
    )

    /** In the order in which they were sealed. */
    private val sealed = mutableListOf<Sealed>()
    private lateinit var partner: Vault
    private lateinit var matter: Matter
    private lateinit var lawyer: Vault
    private lateinit var hers: Matter

    fun play() {
        firm()
        documents()
        reading()
        colleague()
        paralegal()
        verifying()
        say("22 " + envelope())
        say("23 " + chain())
        say("24 " + protector())
        locking()
        say("26 " + Codes().play())
        val shared = listOf("letter.txt", "long.bin", "final.txt").map(::named)
        Sharing(path, partner, matter, shared.map { it.id to it.content }, say).play()
        partner.lock()
    }

    private fun firm() {
        val new = NewFirm("Example LLP", "A. Partner")
        val made: CreatedFirm = Vault.create(folder.storage(PARTNER), new, Guard(PASSPHRASE), Guard(PASSPHRASE))
        partner = made.vault
        Files.write(path.resolve("root.bin"), made.root)
        Files.write(path.resolve("next-root.bin"), made.nextRoot)
        val trust = partner.trust
        Files.writeString(path.resolve("trust.txt"), "${trust.firm}\n${trust.genesis}\n")
        say("01 firm created")
        matter = partner.openMatter("Doe v. Roe")
        say("02 matter opened: ${matter.name}")
    }

    private fun documents() {
        temporarily { sources ->
            val files =
                Documents.folder.map { (name, content) ->
                    NewDocument(name) to Files.write(sources.resolve(name), content)
                }
            val progress = Progress()
            val all = matter.sealAll(files, progress)
            hold("all were sealed", all.failed.isEmpty() && all.sealed.map { it.name } == files.map { it.first.name })
            all.sealed.zip(Documents.folder) { info, (_, content) -> keep(info, content) }
            val complete = if (progress.done == progress.total) "complete" else "broken off"
            say("03 sealed ${all.sealed.size} files, ${all.sealed.sumOf { it.length }} bytes, progress $complete")
        }
        seal(NewDocument("draft.txt", designation = Designation.Privileged), DRAFT)
        say("04 sealed bytes: ${matter.document(document("draft.txt")).length}")
        val stream =
            matter.writer(NewDocument("stream.bin")).use { writer ->
                for (at in Documents.stream.indices step PIECE) writer.write(Documents.stream, at, PIECE)
                writer.finish()
            }
        keep(stream, Documents.stream)
        say("05 sealed a stream: ${stream.length}")
    }

    private fun reading() {
        val range = matter.reader(document("long.bin")).use { it.readAt(100_000, 10) }
        say("06 range read: ${range.hex()}")
        val equal = sealed.all { matter.openBytes(it.id).contentEquals(it.content) }
        say("07 opened ${sealed.size} documents, " + if (equal) "all equal" else "not all equal")
        temporarily { targets ->
            val target = targets.resolve("stream.bin")
            val stopped = code { matter.openFile(document("stream.bin"), target) { _, _ -> Flow.CANCEL } }
            val left = if (targets.toFile().list().isNullOrEmpty()) "no file left" else "a file left"
            say("08 $stopped, $left")
        }
    }

    private fun colleague() {
        val request = request(LAWYER, "B. Lawyer")
        val swapped = request.words.toMutableList()
        val other = swapped.indexOfFirst { it != swapped[0] }
        swapped[0] = swapped[other].also { swapped[other] = swapped[0] }
        say("09 words differ: " + code { partner.enrol(request, swapped) })
        lawyer = accepted(LAWYER, request)
        say("10 enrolled: ${name(lawyer, partner)}")
        hers = lawyer.matter(matter.id)
        val letter = document("letter.txt")
        say("11 not admitted: " + code { hers.openBytes(letter) })
        matter.admit(lawyer.user, MatterRole.MEMBER)
        say("12 admitted, opened: ${hers.openBytes(letter, "cite check").size} bytes")
    }

    private fun paralegal() {
        val vault = accepted(PARALEGAL, request(PARALEGAL, "C. Paralegal"))
        matter.admit(vault.user, MatterRole.MEMBER)
        val theirs = vault.matter(matter.id)
        val letter = document("letter.txt")
        say("13 paralegal opened: ${theirs.openBytes(letter).size} bytes")
        val report = matter.remove(vault.user, "left the firm")
        val rotated = report.rotated.single()
        val complete = if (report.isComplete) "complete" else "not complete"
        say("14 removed: epoch ${rotated.epoch}, could copy ${rotated.couldCopy}, $complete")
        seal(NewDocument("after.txt"), "privileged".toByteArray())
        val after = document("after.txt")
        say("15 refused: ${code { theirs.openBytes(after) }}, ${code { theirs.openBytes(letter) }}")
        say("16 colleague opened: ${hers.openBytes(after).decodeToString()}")
        val renamed = hers.describe(document("draft.txt"), Change(name = "final.txt"))
        hold("still privileged", renamed.designation == Designation.Privileged)
        sealed.single { it.id == renamed.id }.name = renamed.name
        val names = matter.documents().map { it.name }.toList()
        val sorted = names.sortedWith { a, b -> a.toByteArray().compareUnsigned(b.toByteArray()) }
        say("17 documents: ${sorted.joinToString()}")
    }

    private fun verifying() {
        val report = lawyer.verify()
        say("18 verified: ${clean(report)}, ${report.documentsChecked} documents")
        val export = lawyer.export()
        Files.write(path.resolve("export.bin"), export)
        val lines = sealed.map { "${it.id} ${sha256(it.content)} ${it.name}\n" }
        Files.writeString(path.resolve("documents.txt"), lines.joinToString(""))
        val trust = partner.trust
        val exported = verifyExport(export, trust)
        say("19 export verified: ${clean(exported)}, ${exported.documents} documents")
        // Records lie in the first half: a damaged cosignature behind them is as good as none.
        val refused =
            (0 until POSITIONS).count { n ->
                val altered = export.flipped((n * export.size.toLong() / (2 * POSITIONS)).toInt())
                runCatching { verifyExport(altered, trust) }.fold({ !it.isClean }, { true })
            }
        say("20 tampered: $refused of $POSITIONS refused")
        val other = trust.copy(genesis = "07".repeat(32))
        say("21 other firm: " + code { verifyExport(export, other) })
    }

    private fun protector(): String =
        KeyStore().let { store ->
            val kept = Identity.generate().protect(Guard(store))
            val failed = code { Identity.unlock(kept, Guard(KeyStore(store) { error("no card in the reader") })) }
            Identity.unlock(kept, Guard(store))
            "protector: $failed, unlocked"
        }

    private fun locking() {
        lawyer.lock()
        say("25 locked: " + code { hers.name })
    }

    private fun seal(new: NewDocument, content: ByteArray) = keep(matter.sealBytes(new, content), content)

    private fun keep(info: DocumentInfo, content: ByteArray) {
        sealed += Sealed(info.id, info.name, content)
    }

    private fun named(name: String): Sealed = sealed.single { it.name == name }

    private fun document(name: String): DocumentId = named(name).id

    private fun request(device: String, name: String): EnrolmentRequest =
        EnrolmentRequest(Vault.request(folder.storage(device), NewUser(name), Guard(PASSPHRASE)).toBytes())

    private fun accepted(device: String, request: EnrolmentRequest): Vault {
        val approval = Approval(partner.enrol(request, request.words).toBytes())
        return Vault.accept(folder.storage(device), approval, Guard(PASSPHRASE))
    }

    private companion object {
        val DRAFT = "first draft".toByteArray()
        const val PIECE = 64 shl 10
        const val POSITIONS = 16
    }
}

/** The name of the person whose device this is, as an administrator's list of users has it. */
fun name(vault: Vault, administrator: Vault): String? = administrator.users().single { it.id == vault.user }.name

fun clean(report: Report) = if (report.isClean) "clean" else "odd"

private fun ByteArray.compareUnsigned(other: ByteArray) = java.util.Arrays.compareUnsigned(this, other)
