package scenario.codes

import privity.Accepted
import privity.Addressee
import privity.Age
import privity.Card
import privity.CardDetails
import privity.Contact
import privity.Hash
import privity.Identity
import privity.Made
import privity.Party
import privity.ReceiptAction
import privity.ShareDraft
import privity.ShareKeys
import privity.Terms
import privity.checkShare
import privity.parseManifest
import privity.parseReceipt
import privity.shareFiles
import privity.signReceipt
import privity.verifyReceipt
import privity.verifyStanding
import scenario.flipped
import scenario.hold
import scenario.temporarily
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.file.Files
import java.nio.file.Path
import java.util.Collections.indexOfSubList
import java.util.zip.CRC32

/** 1 January of 2020 and of 2100, in microseconds. */
private const val NOT_BEFORE = 1_577_836_800_000_000uL
private const val EXPIRES = 4_102_444_800_000_000uL

/** More than the grace that clocks have. */
private const val ELEVEN_MINUTES = 660_000_000uL

private val DETAILS = CardDetails("N. N.", NOT_BEFORE, EXPIRES)

private fun verified(party: Party): Contact = party.card(DETAILS).let { Contact(it).confirm(it.words) }

/** Codes of cards, contacts, shares and receipts, and of age files. */
fun Codes.sharing() {
    val (counsel, expert) = Party.generate() to Party.generate()
    cards(counsel)
    contacts(expert)
    ageFiles()
    temporarily { Exhibits(this, it, counsel, expert).play() }
}

private fun Codes.cards(counsel: Party) {
    val card = counsel.card(DETAILS)
    fails("card") { Card("no card".toByteArray()) }
    // The id of the key that signed stands behind this.
    val bytes = card.toBytes()
    val before = byteArrayOf(0xA2.toByte(), 1, 0x32, 4, 0x50)
    val at = indexOfSubList(bytes.asList(), before.asList())
    hold("a key id is there", at >= 0)
    fails("card-key") { Card(bytes.flipped(at + before.size)) }
    fails("card-not-yet-valid") { card.inForce(NOT_BEFORE - 1uL) }
    fails("card-expired") { card.inForce(EXPIRES) }
    fails("party") { counsel.card(CardDetails("", NOT_BEFORE, EXPIRES)) }
}

private fun Codes.contacts(expert: Party) {
    fails("ssh-key") { Contact("E. Expert", "no key", listOf(expert.recipient)) }
    fails("age-key-text") { Contact("E. Expert", expert.sshKey, listOf("age1nobody")) }
    fails("age-recipients") { Contact("E. Expert", expert.sshKey, emptyList()) }
    val first = expert.card(DETAILS)
    val unverified = Contact(first)
    fails("contact-unverified") { unverified.addressee() }
    fails("card-order") { unverified.update(first) }
    val next = expert.withNewKeys().card(CardDetails("N. N.", NOT_BEFORE, EXPIRES, previous = first))
    val changed = verified(expert).update(next)
    fails("contact-changed") { changed.addressee() }
    fails("contact-revoked") { changed.revoke().addressee() }
}

private fun Codes.ageFiles() {
    val identity = Identity.generate()
    fun fails(expected: String, file: String) = fails(expected) { Age.open(identity, file.toByteArray()) }
    fails("not-an-age-file", "no age file\n")
    fails("age-version", "age-encryption.org/v2\n")
    fails("age-header", "age-encryption.org/v1\nno stanza\n")
    val mac = "A".repeat(43)
    fun header(stanza: String) = "age-encryption.org/v1\n$stanza\n--- $mac\n"
    fails("age-stanza", header("-> mlkem768x25519 short\n"))
    val costly = header("-> scrypt ${"A".repeat(22)} 30\n$mac").toByteArray()
    fails("age-work-factor") { Age.openPassword("password", costly) }
    val sealed = Age.seal(listOf(identity.recipient), "content".toByteArray())
    // A header is text; a byte is a character here.
    val text = sealed.toString(Charsets.ISO_8859_1)
    val at = text.indexOf("\n--- ") + "\n--- ".length
    val other = if (text[at] == 'A') "B" else "A"
    val refused = text.replaceRange(at, at + 1, other).toByteArray(Charsets.ISO_8859_1)
    fails("age-header-refused") { Age.open(identity, refused) }
    fails("armor", Age.armor(sealed).replace("-----END", "-----AND"))
}

/** A share from counsel to an expert, and what it becomes in other hands. */
private class Exhibits(
    private val codes: Codes,
    private val folder: Path,
    private val counsel: Party,
    private val expert: Party,
) {
    private val stranger = Party.generate()
    private val known = listOf(verified(counsel))
    private val exhibit = Files.write(folder.resolve("exhibit.txt"), "Exhibit 7".toByteArray())

    fun play() {
        val to = listOf(verified(expert).addressee())
        codes.fails("terms") { make(to, emptyList()) }
        codes.fails("share-recipients") { make(emptyList(), listOf(exhibit)) }
        val made = make(to, listOf(exhibit))
        val share = Files.readAllBytes(folder.resolve("share"))
        codes.fails("age-no-match") { check(share, stranger) }
        codes.fails("sender-unknown") { checkShare(share, ShareKeys(expert), emptyList()) }
        codes.fails("share-expired") { check(share, now = EXPIRES - 1uL) }
        codes.fails("share-not-yet-valid") { check(share, now = made.manifest.created - ELEVEN_MINUTES) }
        archive(expert.ageOpen(share))
        manifest(made)
        receipts(made, check(share))
    }

    private fun make(to: List<Addressee>, files: List<Path>): Made {
        val draft = ShareDraft(to, Terms("Expert report", expires = EXPIRES - 1uL), "C. Counsel")
        return shareFiles(counsel, draft, files, folder.resolve("share"))
    }

    private fun check(share: ByteArray, receiver: Party = expert, now: ULong? = null): Accepted =
        checkShare(share, ShareKeys(receiver), known, now)

    /** Its archive, sealed again: to somebody else, and altered. */
    private fun archive(archive: ByteArray) {
        codes.fails("not-a-recipient") { check(Age.seal(listOf(stranger.recipient), archive), stranger) }
        fun fails(expected: String, archive: ByteArray) {
            codes.fails(expected) { check(Age.seal(listOf(expert.recipient), archive)) }
        }
        fails("zip", "no archive".toByteArray())
        // A local header: its name would have 65,535 bytes.
        fails("entry-name", "PK\u0003\u0004".toByteArray() + ByteArray(22) + byteArrayOf(-1, -1, 0, 0))
        fails("share-layout", archive.clone().also { it[CONTENT - 1] = 'u'.code.toByte() })
        // README.txt, then SHA256SUMS, whose name is as long.
        fails("entry-altered", altered(archive, 0))
        fails("sums", altered(archive, CONTENT + little(archive).getInt(LENGTH)))
    }

    private fun manifest(made: Made) {
        codes.fails("json") { parseManifest("{".toByteArray()) }
        codes.fails("manifest") { parseManifest("{}\n".toByteArray()) }
        val before = "\"designation\":"
        val critical = made.bytes.decodeToString().replaceFirst(before, "\"critical\":[\"quorum\"],$before")
        codes.fails("manifest-critical") { parseManifest(critical.toByteArray()) }
    }

    private fun receipts(made: Made, accepted: Accepted) {
        val signed = signReceipt(expert, accepted, ReceiptAction.RECEIVED)
        codes.fails("receipt") { parseReceipt("no receipt".toByteArray()) }
        val unsigned = signed.copy(signature = "no signature")
        codes.fails("sshsig") { verifyReceipt(unsigned, made.bytes, verified(expert)) }
        codes.fails("receipt-refused") { verifyReceipt(signed, made.bytes, verified(counsel)) }
    }

    /**
     * The archive with the first byte altered of the content of the entry whose local header is here, so
     * that a hexadecimal digit is none, and with the checksum that belongs to that.
     */
    private fun altered(archive: ByteArray, header: Int): ByteArray {
        val (altered, at) = archive.clone() to header + CONTENT
        altered[at] = (altered[at].toInt() xor 0x40).toByte()
        val view = little(altered)
        val checksum = CRC32().apply { update(altered, at, view.getInt(header + LENGTH)) }
        view.putInt(header + CHECKSUM, checksum.value.toInt())
        return altered
    }

    private fun little(bytes: ByteArray) = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)

    private companion object {
        /** Where a local header has what. */
        const val CHECKSUM = 14
        const val LENGTH = 18
        const val CONTENT = 30 + "README.txt".length
    }
}

/** A standing of a firm with two devices, for outsiders. */
fun Codes.standing(standing: ByteArray, genesis: Hash) {
    hold("of this firm", verifyStanding(standing, genesis).genesis == genesis)
    fails("standing") { verifyStanding("no standing".toByteArray(), genesis) }
    fails("standing-refused") { verifyStanding(standing, "01".repeat(32)) }
    // The end is the path of the device among the active ones.
    fails("device-not-active") { verifyStanding(standing.flipped(standing.size - 1), genesis) }
}
