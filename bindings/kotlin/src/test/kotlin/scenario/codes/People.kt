package scenario.codes

import privity.Approval
import privity.DocumentInfo
import privity.EnrolmentRequest
import privity.Flow
import privity.Guard
import privity.Matter
import privity.MatterRole
import privity.NewDocument
import privity.NewUser
import privity.Options
import privity.Stale
import privity.Vault
import privity.newDocumentId
import privity.newMatterId
import privity.verifyExport
import scenario.temporarily
import java.nio.channels.FileChannel
import java.nio.file.Files
import java.nio.file.StandardOpenOption.APPEND
import java.nio.file.StandardOpenOption.CREATE_NEW
import java.nio.file.StandardOpenOption.READ
import java.nio.file.StandardOpenOption.SPARSE
import java.nio.file.StandardOpenOption.WRITE

/** Codes of a vault whose stores are as they should be. */
fun Codes.people() =
    temporarily { folder ->
        val desk = Desk(folder)
        val partner = desk.firm()
        val matter = partner.openMatter("Doe v. Roe")
        val letter = matter.sealBytes(NewDocument("letter"), "Dear Sirs".toByteArray())
        ids(partner, matter, letter)
        watched(desk, matter)
        colleague(desk, partner, matter, letter)
        exports(partner)
        handles(desk, matter, letter)
        partner.lock()
        fails("locked") { matter.name }
        val options = Options(freshFor = 0u, stale = Stale.REFUSE)
        val strict = Vault.unlock(desk.storage("partner"), Guard("partner"), options)
        fails("frozen") { strict.openMatter("Frozen") }
    }

private fun Codes.ids(partner: Vault, matter: Matter, letter: DocumentInfo) {
    fails("already-there") { partner.openMatter("Again", matter.id) }
    fails("matter-unknown") { partner.matter(newMatterId()) }
    fails("document-unknown") { matter.document(newDocumentId()) }
    fails("document-exists") { matter.sealBytes(NewDocument("letter", id = letter.id), ByteArray(0)) }
    fails("user-unknown") { matter.admit("usr_" + letter.id.substringAfter('_'), MatterRole.MEMBER) }
    fails("text") { partner.matter("mat_of_nothing") }
}

private fun Codes.watched(desk: Desk, matter: Matter) {
    fails("source-unreadable") { matter.sealFile(NewDocument("x"), desk.path("missing")) }
    val big = Files.write(desk.path("big"), ByteArray(2_000_000) { 1 })
    fails("cancelled") { matter.sealFile(NewDocument("big"), big) { _, _ -> Flow.CANCEL } }
    fails("watcher-failed") { matter.sealFile(NewDocument("big"), big) { _, _ -> error("mine") } }
    fails("source-changed") {
        matter.sealFile(NewDocument("big"), big) { _, _ ->
            Files.write(big, "more".toByteArray(), APPEND)
            Flow.CONTINUE
        }
    }
}

private fun Codes.colleague(desk: Desk, partner: Vault, matter: Matter, letter: DocumentInfo) {
    fun request(device: String) = Vault.request(desk.storage(device), NewUser("P. Legal"), Guard(device))

    fun accept(device: String, approval: Approval) = Vault.accept(desk.storage(device), approval, Guard(device))
    val request = request("paralegal")
    fails("enrolment") { EnrolmentRequest("no request".toByteArray()) }
    fails("words") { partner.enrol(request, request.words.reversed()) }
    val approval = partner.enrol(request, request.words)
    val paralegal = request.user
    fails("user-key-missing") { matter.admit(paralegal, MatterRole.READER) }
    request("other")
    fails("enrolment-mismatch") { accept("other", approval) }
    val theirs = accept("paralegal", approval)
    val mine = theirs.matter(matter.id)
    fails("no-access") { mine.openBytes(letter.id) }
    fails("role-missing") { theirs.openMatter("Mine") }
    matter.admit(paralegal, MatterRole.READER)
    fails("already-admitted") { matter.admit(paralegal, MatterRole.READER) }
    fails("role-missing") { mine.sealBytes(NewDocument("x"), ByteArray(0)) }
    matter.screen(paralegal, "conflict")
    fails("screened") { mine.openBytes(letter.id) }
    // What outsiders are shown of this device, one of two.
    partner.party().use { standing(checkNotNull(it.standing), partner.trust.genesis) }
    // A device that is there already.
    fails("key-used") { partner.enrol(request, request.words) }
}

private fun Codes.exports(partner: Vault) {
    val trust = partner.trust
    fails("export") { verifyExport("no export".toByteArray(), trust) }
    fails("other-firm") { verifyExport(partner.export(), trust.copy(genesis = "01".repeat(32))) }
}

private fun Codes.handles(desk: Desk, matter: Matter, letter: DocumentInfo) {
    val reader = matter.reader(letter.id)
    fails("out-of-range") { reader.readAt(10, 1) }
    reader.close()
    fails("handle-ended") { reader.length }
    FileChannel.open(desk.path("sparse"), READ, WRITE, CREATE_NEW, SPARSE).use { file ->
        val lent = file.map(FileChannel.MapMode.READ_WRITE, 0, Int.MAX_VALUE.toLong())
        fails("bytes-too-long") { matter.sealBytes(NewDocument("x"), lent) }
    }
}
