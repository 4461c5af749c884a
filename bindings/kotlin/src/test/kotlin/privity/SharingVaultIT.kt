package privity

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Job
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.readBytes

/** Shares out of a matter, to counsel and into another firm's matter. */
@Timeout(300)
class SharingVaultIT {
    @TempDir
    lateinit var folder: Path

    private val ours = firm("Example LLP")
    private val theirs = firm("Other LLP")
    private val matter = ours.openMatter("Doe v. Roe")
    private val contents = listOf(10, 0, 200_000).map { ByteArray(it) { 7 } }
    private val ids =
        contents.mapIndexed { n, content ->
            matter.sealBytes(NewDocument("Exhibit ${n + 1}.pdf", mediaType = "application/pdf"), content).id
        }
    private val sender = listOf(verified(ours.card(details("A. Partner"))))
    private val share get() = folder.resolve("share.age")

    private fun firm(name: String): Vault =
        Vault.create(Storage.memory(), NewFirm(name, "A. Partner"), Guard("device"), Guard("root")).vault

    private fun code(body: () -> Unit): String = assertThrows<PrivityException> { body() }.code

    private fun draft(vararg to: Contact) =
        ShareDraft(to.map { it.addressee() }, Terms("Exhibits for the hearing"), "A. Partner", "Example LLP")

    @Test
    fun `exhibits go to counsel and into another firm's matter, and receipts come back`() {
        val counsel = Party.generate()
        val to = draft(verified(counsel), verified(theirs.card(details("T. Partner"))))
        val made = matter.share(to, ids, share)
        assertEquals("exists", code { matter.share(to, ids, share) })
        val listed = matter.shares().single()
        assertEquals(listOf(made.manifest.share, made.hash), listOf(listed.share, listed.manifest))
        assertEquals(ids.toSet(), listed.documents.map { it.document }.toSet())
        assertEquals(listOf("N. N.", "T. Partner"), listed.recipients.map { it.name })
        assertTrue(listed.recipients.all { it.acknowledged == null })
        assertEquals(ours.device, listed.by)

        // Counsel, who knows the firm by its words.
        val accepted = acceptFolder(share, ShareKeys(counsel), sender, folder.resolve("in"))
        val shown = checkNotNull(accepted.shown)
        assertEquals(listOf(ours.firm, ours.device), listOf(shown.firm, shown.device))
        assertEquals(PartyKind.FIRM, accepted.manifest.sender.kind)
        for (document in accepted.manifest.documents) {
            val content = matter.openBytes(checkNotNull(document.document))
            assertArrayEquals(content, folder.resolve("in").resolve(document.path).readBytes())
        }

        // The other firm, into a matter of its own.
        val received = theirs.openMatter("Roe, defence")
        val (terms, documents) = received.accept(share, sender)
        assertEquals(made.hash, terms.hash)
        val order = made.manifest.documents.map { checkNotNull(it.document) }
        for ((theirs, own) in documents.zip(order)) {
            assertArrayEquals(matter.openBytes(own), received.openBytes(theirs.id))
            assertEquals("application/pdf", theirs.mediaType)
        }
        assertEquals(3L, received.documentsCount())
        val cameIn = received.received().single()
        val origin = checkNotNull(cameIn.provenance)
        assertEquals(listOf(made.hash, theirs.device), listOf(cameIn.manifest, cameIn.by))
        assertArrayEquals(made.bytes, origin.parts.single { it.path == "privity/manifest.json" }.bytes)
        assertEquals(5, origin.parts.size)

        val receipt = signReceipt(counsel, accepted, ReceiptAction.RECEIVED)
        val reviewed = theirs.party().use { signReceipt(it, terms, ReceiptAction.REVIEWED) }
        assertEquals(made.manifest.share, matter.fileReceipt(receipt).share)
        assertEquals(ReceiptAction.REVIEWED, matter.fileReceipt(reviewed).action)
        val actions = matter.shares().single().recipients.map { it.acknowledged?.action }
        assertEquals(listOf(ReceiptAction.RECEIVED, ReceiptAction.REVIEWED), actions)
        assertEquals("signature-refused", code { matter.fileReceipt(receipt.copy(signature = reviewed.signature)) })
        assertEquals("receipt-refused", code { received.fileReceipt(receipt) })
        assertTrue(ours.verify().isClean && theirs.verify().isClean)
    }

    @Test
    fun `what is refused or cancelled is neither sealed nor on record`() {
        matter.share(draft(verified(theirs.card(details()))), ids, share)
        val received = theirs.openMatter("Roe, defence")
        val (records, outgoing) = theirs.verify().records to ours.verify().records
        val unknown = assertThrows<PrivityException> { received.accept(share, emptyList()) }
        assertEquals(listOf("sender-unknown", Step.SENDER), listOf(unknown.code, unknown.step))
        assertEquals("cancelled", code { received.accept(share, sender) { _, _ -> Flow.CANCEL } })
        val cancelled = Job().apply { cancel() }
        val never = folder.resolve("never.age")
        val to = draft(verified(theirs.card(details())))
        assertThrows<CancellationException> { runBlocking(cancelled) { received.awaitAccept(share, sender) } }
        assertThrows<CancellationException> { runBlocking(cancelled) { matter.awaitShare(to, ids, never) } }
        assertEquals("cancelled", code { matter.share(to, ids, never) { _, _ -> Flow.CANCEL } })
        assertEquals("watcher-failed", code { matter.share(to, ids, never) { _, _ -> error("no") } })
        assertEquals(listOf(share), folder.listDirectoryEntries())
        assertEquals(records, theirs.verify().records)
        assertEquals(outgoing, ours.verify().records)
        assertEquals(0L, received.documentsCount())
        assertEquals(1, matter.shares().size)
        assertEquals(3, runBlocking { received.awaitAccept(share, sender) }.documents.size)
    }

    @Test
    fun `a device is a party with a standing, until the party is closed`() {
        val party = ours.party()
        assertEquals(ours.firm.substringAfter('_'), party.id.substringAfter('_'))
        assertEquals(ours.device, party.device)
        assertEquals(ours.trust.genesis, party.anchor)
        val standing = checkNotNull(party.standing)
        assertEquals(ours.device, verifyStanding(standing, ours.trust.genesis).device)
        assertEquals("standing-refused", code { verifyStanding(standing, theirs.trust.genesis) })
        assertEquals("protector-mismatch", code { party.protect(Guard("x")) })
        assertEquals("protector-mismatch", code { party.withNewKeys() })
        val to = ShareDraft(listOf(verified(theirs.card(details())).addressee()), Terms("Draft"), "A. Partner")
        ours.lock()
        assertEquals("locked", code { ours.party() })
        assertEquals("locked", code { ours.card(details()) })
        assertEquals("locked", code { matter.shares() })
        assertEquals("locked", code { matter.share(to, ids, share) })
        // It has its keys until it is closed itself.
        assertEquals(verified(party).words, sender.single().words)
        party.close()
        assertEquals("handle-ended", code { party.words })
    }
}
