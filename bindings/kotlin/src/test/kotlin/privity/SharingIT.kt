package privity

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Job
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.nio.ByteBuffer
import java.nio.file.Path
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import kotlin.io.path.exists
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.readBytes
import kotlin.io.path.writeBytes

/** Parties, contacts, shares and receipts, without a vault. */
@Timeout(300)
class SharingIT {
    @TempDir
    lateinit var folder: Path

    private val counsel = Party.generate()
    private val expert = Party.generate()
    private val terms = Terms("Expert report")

    private fun failure(body: () -> Unit): PrivityException = assertThrows<PrivityException> { body() }

    private fun code(body: () -> Unit): String = failure(body).code

    private fun path(name: String): Path = folder.resolve(name)

    private fun exhibit(content: ByteArray = "Exhibit 7".toByteArray()): Path =
        path("Übersicht 7.txt").also { it.writeBytes(content) }

    private fun draft(to: Party) = ShareDraft(listOf(verified(to).addressee()), terms, "C. Counsel", "Counsel & Co")

    /** A share from counsel to the expert, with what the expert has to know. */
    private fun shared(name: String = "share.age"): Made =
        shareFiles(counsel, draft(expert), listOf(exhibit()), path(name))

    private fun accept(by: Party, known: List<Contact> = listOf(verified(counsel)), now: ULong? = null) =
        acceptFolder(path("share.age"), ShareKeys(by), known, path("in"), now)

    @Test
    fun `what one party shares the other accepts, and a receipt comes back`() {
        val files = List(3) { path("Exhibit $it.pdf").also { file -> file.writeBytes(ByteArray(it * 150_000) { 7 }) } }
        val stated =
            terms.copy(basis = "work product", designation = Designation.Privileged, onward = Onward.WITH_CONSENT)
        val draft = ShareDraft(listOf(verified(expert).addressee()), stated, "C. Counsel", "Counsel & Co")
        val made = shareFiles(counsel, draft, files, path("share.age"))
        val accepted = accept(expert)
        assertEquals(made.manifest, accepted.manifest)
        assertEquals(made.hash, accepted.hash)
        assertEquals(made.manifest, parseManifest(made.bytes))
        val manifest = accepted.manifest
        assertEquals(listOf("C. Counsel", "Counsel & Co"), manifest.sender.let { listOf(it.name, it.organisation) })
        assertEquals(listOf("work product", Onward.WITH_CONSENT), listOf(manifest.basis, manifest.onward))
        assertEquals(Designation.Privileged, manifest.designation)
        assertEquals(counsel.id, manifest.sender.party)
        assertEquals(files.map { it.fileName.toString() }, manifest.documents.map { it.name })
        assertFalse(manifest.forwardable)
        assertNull(accepted.shown)
        for ((file, document) in files.zip(manifest.documents)) {
            assertArrayEquals(file.readBytes(), path("in").resolve(document.path).readBytes())
        }
        assertEquals("exists", code { accept(expert) })

        val signed = signReceipt(expert, accepted, ReceiptAction.REVIEWED)
        val receipt = verifyReceipt(signed, made.bytes, verified(expert))
        assertEquals(receipt, parseReceipt(signed.json))
        assertEquals(listOf(ReceiptAction.REVIEWED, manifest.share), listOf(receipt.action, receipt.share))
        assertEquals("receipt-refused", code { verifyReceipt(signed, made.bytes, verified(counsel)) })
        val other = shareFiles(counsel, draft(expert), files, path("other.age"))
        assertEquals("receipt-refused", code { verifyReceipt(signed, other.bytes, verified(expert)) })
        val altered = signed.copy(json = signed.json.clone().also { it[it.size / 2] = (it[it.size / 2] + 1).toByte() })
        val refused = code { verifyReceipt(altered, made.bytes, verified(expert)) }
        assertTrue(refused in setOf("receipt", "signature-refused"), refused)
        assertEquals("not-a-recipient", code { signReceipt(counsel, accepted, ReceiptAction.RECEIVED) })
    }

    @Test
    fun `words that are others confirm nobody, and an override is on the draft`() {
        val card = Card(" ${counsel.card(details()).toText()}\n")
        assertEquals(counsel.words, Card(card.toBytes()).words)
        assertEquals(counsel.id, card.fields.party)
        assertEquals("N. N.", card.fields.name)
        val contact = Contact(card)
        assertEquals(ContactState.UNVERIFIED, contact.state)
        assertEquals("words", code { contact.confirm(card.words.reversed()) })
        assertEquals("words", code { contact.confirm(expert.words) })
        assertEquals("contact-unverified", code { contact.addressee() })
        assertEquals("contact-unverified", code { contact.overridden("") })
        assertEquals("the hearing is today", contact.overridden("the hearing is today").reason)
        val verified = contact.confirm(card.words)
        assertEquals(ContactState.VERIFIED, verified.state)
        assertEquals(ContactState.UNVERIFIED, contact.state)
        assertNull(verified.overridden("none is kept").reason)

        // Who only claims to be the sender is not believed, also by who sent to them.
        shared()
        val refused = failure { accept(expert, listOf(contact)) }
        assertEquals(listOf("contact-unverified", Step.SENDER), listOf(refused.code, refused.step))
        assertEquals(ErrorKind.REFUSED, refused.kind)
        accept(expert, listOf(verified))
    }

    @Test
    fun `a share to an unverified contact is made with a reason alone`() {
        val claimed = Contact(expert.card(details()))
        val draft = ShareDraft(listOf(claimed.overridden("the hearing is today")), terms, "C. Counsel")
        shareFiles(counsel, draft, listOf(exhibit()), path("share.age"))
        assertEquals(1, accept(expert).manifest.recipients.size)
    }

    @Test
    fun `a contact whose keys changed is refused until the new words are confirmed`() {
        val first = counsel.card(details())
        val known = verified(counsel)
        val renewed = counsel.withNewKeys()
        assertEquals(counsel.id, renewed.id)
        val card = renewed.card(details(previous = first))
        val changed = known.update(card)
        assertEquals(ContactState.CHANGED, changed.state)
        assertEquals(known.fingerprint, changed.verifiedFingerprint)
        assertEquals("contact-changed", code { changed.addressee() })
        assertEquals("contact-changed", code { changed.overridden("in a hurry") })
        shareFiles(renewed, draft(expert), listOf(exhibit()), path("share.age"))
        val refused = failure { accept(expert, listOf(changed)) }
        assertEquals(listOf("contact-changed", Step.SENDER), listOf(refused.code, refused.step))
        assertEquals("words", code { changed.confirm(first.words) })
        val confirmed = changed.confirm(card.words)
        accept(expert, listOf(confirmed))
        assertEquals("card-order", code { confirmed.update(first) })
        val revoked = confirmed.revoke()
        assertEquals(ContactState.REVOKED, revoked.state)
        assertEquals("contact-revoked", code { revoked.confirm(card.words) })
        // The same card again but for its end changes no keys.
        val longer = counsel.card(CardDetails("N. N.", NOT_BEFORE, EXPIRES + 1uL, previous = first))
        assertEquals(ContactState.VERIFIED, known.update(longer).state)
    }

    @Test
    fun `what was passed on, is too old or from nobody known is refused with its step`() {
        val limited = ShareDraft(listOf(verified(expert).addressee()), terms.copy(expires = EXPIRES), "C. Counsel")
        val made = shareFiles(counsel, limited, listOf(exhibit()), path("share.age"))
        val share = path("share.age").readBytes()
        val stranger = Party.generate()
        val forwarded = Age.seal(listOf(stranger.recipient), expert.ageOpen(share))
        path("forwarded.age").writeBytes(forwarded)
        val known = listOf(verified(counsel))

        fun refused(code: String, step: Step, call: () -> Unit) {
            val error = failure(call)
            assertEquals(listOf(code, step), listOf(error.code, error.step))
            assertEquals(0, folder.listDirectoryEntries("{in,.}*").size)
        }
        refused("not-a-recipient", Step.RECIPIENT) {
            acceptFolder(path("forwarded.age"), ShareKeys(stranger), known, path("in"))
        }
        refused("not-a-recipient", Step.RECIPIENT) { checkShare(forwarded, ShareKeys(stranger), known) }
        refused("age-no-match", Step.DECRYPT) { accept(stranger) }
        refused("sender-unknown", Step.SENDER) { accept(expert, emptyList()) }
        refused("sender-unknown", Step.SENDER) { accept(expert, listOf(verified(stranger))) }
        val early = made.manifest.created - 11uL * 60uL * 1_000_000uL
        refused("share-not-yet-valid", Step.TERMS) { accept(expert, now = early) }
        val unending = listOf(known[0].update(counsel.card(details(previous = known[0].card, expires = EXPIRES + 9uL))))
        refused("share-expired", Step.TERMS) { accept(expert, unending, now = EXPIRES) }
        refused("card-expired", Step.SENDER) { accept(expert, now = EXPIRES) }
        val cut = share.copyOf(share.size - 1)
        refused("content-refused", Step.DECRYPT) { checkShare(cut, ShareKeys(expert), known) }
        // Everybody else's errors have no step.
        assertNull(failure { Card("no card") }.step)
        assertEquals(made.hash, checkShare(share, ShareKeys(expert), known).hash)
    }

    @Test
    fun `a share for whoever has the password says so`() {
        val (draft, password) = ShareDraft.withPassword(terms, "C. Counsel")
        assertEquals(10, password.decodeToString().split('-').size)
        shareFiles(counsel, draft, listOf(exhibit()), path("share.age"))
        val known = listOf(verified(counsel))
        val wrong = failure { acceptFolder(path("share.age"), ShareKeys("another one"), known, path("in")) }
        assertEquals(Step.DECRYPT, wrong.step)
        assertEquals("age-no-match", wrong.code)
        assertEquals("passphrase-empty", code { ShareKeys("") })
        val accepted = acceptFolder(path("share.age"), ShareKeys(password), known, path("in"))
        assertTrue(accepted.manifest.forwardable)
        assertEquals(0, accepted.manifest.recipients.size)
        assertEquals("not-a-recipient", code { signReceipt(expert, accepted, ReceiptAction.RECEIVED) })
        assertNotEquals(password.toList(), ShareDraft.withPassword(terms, "C. Counsel").password.toList())
    }

    @Test
    fun `people with stock tools are known by their keys, and classic shares are for them`() {
        val keys = listOf(expert.recipient, expert.classicRecipient)
        val contact = Contact("E. Expert", expert.sshKey, keys, "Expert & Co")
        assertEquals(listOf("E. Expert", "Expert & Co"), listOf(contact.name, contact.organisation))
        assertNull(contact.card)
        assertNull(contact.party)
        assertEquals("words", code { contact.confirmKeys(counsel.sshKey, keys) })
        val confirmed = contact.confirmKeys(expert.sshKey, keys)
        val draft = ShareDraft(listOf(confirmed.addressee()), terms, "C. Counsel").classic()
        val made = shareFiles(counsel, draft, listOf(exhibit()), path("share.age"))
        assertEquals(listOf(expert.classicRecipient), made.manifest.recipients.map { it.recipient })
        accept(expert)
    }

    @Test
    fun `a party and its contacts are kept under its own keys`() {
        val kept = counsel.protect(Guard("counsel"))
        assertEquals("unlock-refused", code { Party.unlock(kept, Guard("somebody")) })
        val again = Party.unlock(kept, Guard("counsel"))
        assertEquals(listOf(counsel.id, counsel.anchor), listOf(again.id, again.anchor))
        assertEquals(PartyKind.STANDALONE, again.kind)
        assertNull(again.device)
        assertNull(again.standing)
        val contact = verified(expert)
        val sealed = counsel.keep(contact)
        val recalled = again.recall(sealed)
        assertEquals(ContactState.VERIFIED, recalled.state)
        assertEquals(contact.fingerprint, recalled.fingerprint)
        assertEquals("device-state-damaged", code { expert.recall(sealed) })
    }

    @Test
    fun `age files open with an identity, a party and a password`() {
        val (identity, content) = Identity.generate() to ByteArray(100_000) { it.toByte() }
        val sealed = Age.seal(listOf(identity.recipient, expert.recipient), content)
        assertArrayEquals(content, Age.open(identity, sealed))
        assertArrayEquals(content, Age.open(identity, Age.armor(sealed).toByteArray()))
        assertArrayEquals(content, expert.ageOpen(sealed))
        val direct = ByteBuffer.allocateDirect(sealed.size + 9).position(9).put(sealed).flip().position(9)
        assertArrayEquals(content, expert.ageOpen(direct))
        assertArrayEquals(content, expert.ageOpen(Age.seal(listOf(expert.classicRecipient), content)))
        assertEquals("age-no-match", code { counsel.ageOpen(sealed) })
        assertEquals("age-recipients", code { Age.seal(listOf(expert.recipient, expert.classicRecipient), content) })
        val locked = Age.sealPassword("ten words", content)
        assertArrayEquals(content, Age.openPassword("ten words".toByteArray(), locked))
        assertEquals("age-no-match", code { Age.openPassword("eleven words", locked) })
    }

    @Test
    fun `what is cancelled leaves nothing`() {
        val big = exhibit(ByteArray(3_000_000) { 7 })
        fun share(to: String, watcher: Watcher) =
            shareFiles(counsel, draft(expert), listOf(big), path(to), watcher = watcher)
        assertEquals("cancelled", code { share("never.age") { _, _ -> Flow.CANCEL } })
        assertEquals("watcher-failed", code { share("never.age") { _, _ -> error("no") } })
        assertEquals(setOf(big), folder.listDirectoryEntries().toSet())

        val seen = mutableListOf<Long>()
        share("share.age") { done, _ -> Flow.CONTINUE.also { seen += done } }
        assertTrue(seen.size > 1 && seen == seen.sorted())
        val there = folder.listDirectoryEntries().toSet()
        val known = listOf(verified(counsel))
        val from = path("share.age")
        val stopped =
            failure { acceptFolder(from, ShareKeys(expert), known, path("in"), watcher = { _, _ -> Flow.CANCEL }) }
        assertEquals(listOf("cancelled", ErrorKind.CANCELLED), listOf(stopped.code, stopped.kind))
        val gone = Job().apply { cancel() }
        assertThrows<CancellationException> {
            runBlocking(gone) { awaitShareFiles(counsel, draft(expert), listOf(big), path("never.age")) }
        }
        assertThrows<CancellationException> {
            runBlocking(gone) { awaitAcceptFolder(from, ShareKeys(expert), known, path("in")) }
        }
        assertEquals(there, folder.listDirectoryEntries().toSet())
        val accepted = runBlocking { awaitAcceptFolder(from, ShareKeys(expert), known, path("in")) }
        assertArrayEquals(big.readBytes(), path("in").resolve(accepted.manifest.documents.single().path).readBytes())
    }

    @Test
    fun `many threads share a party, a draft and contacts`() {
        val (draft, known, to) = Triple(draft(expert), listOf(verified(counsel)), verified(expert))
        val file = exhibit(ByteArray(400_000) { 5 })
        val pool = Executors.newFixedThreadPool(8)
        try {
            val made =
                pool.invokeAll(
                    List(16) { n ->
                        Callable {
                            val made = shareFiles(counsel, draft, listOf(file), path("$n.age"))
                            val accepted = acceptFolder(path("$n.age"), ShareKeys(expert), known, path("in-$n"))
                            assertEquals(made.hash, accepted.hash)
                            val receipt = signReceipt(expert, accepted, ReceiptAction.RECEIVED)
                            verifyReceipt(receipt, made.bytes, to).share
                        }
                    },
                ).map { it.get() }
            assertEquals(16, made.toSet().size)
        } finally {
            pool.shutdownNow()
        }
    }

    @Test
    fun `a party that is closed does nothing more`() {
        shared()
        val keys = ShareKeys(expert)
        val contact = verified(counsel)
        val kept = expert.keep(contact)
        val share = path("share.age").readBytes()
        val accepted = checkShare(share, keys, listOf(contact))
        val to = draft(counsel)
        repeat(2) { expert.close() }
        val calls =
            listOf<() -> Any?>(
                { expert.id }, { expert.kind }, { expert.anchor }, { expert.device }, { expert.sshKey },
                { expert.recipient }, { expert.classicRecipient }, { expert.fingerprint }, { expert.words },
                { expert.standing }, { expert.protect(Guard("x")) }, { expert.withNewKeys() },
                { expert.card(details()) }, { expert.keep(contact) }, { expert.recall(kept) },
                { expert.ageOpen(share) }, { checkShare(share, keys, listOf(contact)) },
                { signReceipt(expert, accepted, ReceiptAction.RECEIVED) },
                { shareFiles(expert, to, listOf(exhibit()), path("none.age")) },
            )
        for (call in calls) assertEquals("handle-ended", code { call() })
        assertFalse(path("none.age").exists())
        // What was made with it stays.
        assertEquals(1, accepted.manifest.documents.size)
    }

    @Test
    fun `nothing that is printed holds a password`() {
        val made = ShareDraft.withPassword(terms, "C. Counsel")
        val password = made.password.decodeToString()
        for (shown in listOf(made, made.draft, ShareKeys(password))) assertFalse(password in "$shown")
    }

    @Test
    fun `times that are none and counts below zero are refused`() {
        assertEquals("field", code { counsel.card(CardDetails("N. N.", 0uL, ULong.MAX_VALUE)) })
        assertEquals("terms", code { counsel.card(CardDetails("N. N.", EXPIRES, NOT_BEFORE)) })
        assertEquals("party", code { counsel.card(CardDetails("N.\nN.", NOT_BEFORE, EXPIRES)) })
        val card = counsel.card(details())
        assertEquals("card-not-yet-valid", code { card.inForce(NOT_BEFORE - 1uL) })
        assertEquals("card-expired", code { card.inForce(EXPIRES) })
        card.inForce()
        assertThrows<IllegalArgumentException> {
            shareFiles(counsel, draft(expert), listOf(exhibit()), path("none.age"), threads = -1)
        }
    }
}

/** 1 January of 2020 and of 2100, in microseconds. */
internal const val NOT_BEFORE = 1_577_836_800_000_000uL
internal const val EXPIRES = 4_102_444_800_000_000uL

internal fun details(name: String = "N. N.", previous: Card? = null, expires: ULong = EXPIRES) =
    CardDetails(name, NOT_BEFORE, expires, previous = previous)

/** The contact whose words were compared. */
internal fun verified(card: Card): Contact = Contact(card).confirm(card.words)

internal fun verified(party: Party): Contact = verified(party.card(details()))
