/** Sharing: out of the matter to counsel and to another firm, back as receipts, refused where it must be. */
package scenario

import privity.Accepted
import privity.Addressee
import privity.Age
import privity.Card
import privity.CardDetails
import privity.Contact
import privity.DocumentId
import privity.Guard
import privity.Matter
import privity.NewFirm
import privity.Party
import privity.PrivityException
import privity.ReceiptAction
import privity.ShareDraft
import privity.ShareKeys
import privity.Storage
import privity.Terms
import privity.Vault
import privity.acceptFolder
import privity.checkShare
import privity.shareFiles
import privity.signReceipt
import java.nio.file.Files
import java.nio.file.Path

/** 1 January of 2020 and of 2100, in microseconds. */
private const val NOT_BEFORE = 1_577_836_800_000_000uL
private const val EXPIRES = 4_102_444_800_000_000uL
private val TERMS = Terms("Exhibits for the hearing", expires = EXPIRES - 1uL)

/** Steps 27 to 36: the partner shares these documents, each with its content. */
class Sharing(
    private val path: Path,
    private val partner: Vault,
    private val matter: Matter,
    private val documents: List<Pair<DocumentId, ByteArray>>,
    private val say: (String) -> Unit,
) {
    private val share = path.resolve("share.age")
    private val received = path.resolve("received")

    fun play() =
        Party.generate().use { counsel ->
            Files.write(path.resolve("counsel.bin"), counsel.protect(Guard(PASSPHRASE)))
            val new = NewFirm("Other LLP", "E. Attorney")
            Vault.create(Storage.memory(), new, Guard(PASSPHRASE), Guard(PASSPHRASE)).vault.use { other ->
                play(counsel, other)
            }
        }

    private fun play(counsel: Party, other: Vault) {
        val defence = other.openMatter("Roe, defence")
        val known = words(counsel)
        val sender = sender(counsel)
        say("27 cards exchanged: ${known.second}, ${state(counsel.recall(counsel.keep(sender)))}")
        val theirs = confirmed(Contact(other.card(details("E. Attorney"))))
        val to = listOf(known.first.addressee(), theirs.addressee())
        val made = matter.share(draft(to), documents.map { it.first }, share)
        say("28 shared: ${made.manifest.documents.size} documents, ${made.manifest.recipients.size} recipients")
        val accepted = accepting(counsel, sender)
        say("30 refused: " + refusals(counsel, sender, checkNotNull(made.manifest.expires)))
        receipt(counsel, accepted)
        val imported = defence.accept(share, listOf(sender)).documents
        val equal = imported.zip(documents) { info, (_, content) -> defence.openBytes(info.id).contentEquals(content) }
        hold("what was imported is what was shared", equal.all { it })
        say("33 imported: ${imported.size} documents, all equal")
        say("34 password share: " + withPassword(counsel, accepted, known.first))
        say("35 new keys: " + changed(counsel))
        say("36 for stock tools: " + forStockTools(counsel))
    }

    /** Counsel as the partner knows them, and what became of the words as they were misheard. */
    private fun words(counsel: Party): Pair<Contact, String> {
        val unverified = Contact(Card(counsel.card(details("D. Counsel")).toText()))
        val misheard = unverified.words.toMutableList()
        val other = misheard.indexOfFirst { it != misheard[0] }
        misheard[0] = misheard[other].also { misheard[other] = misheard[0] }
        return confirmed(unverified) to code { unverified.confirm(misheard) }
    }

    /** The partner as counsel knows them, and keeps them. */
    private fun sender(counsel: Party): Contact {
        val card = Files.write(path.resolve("sender.card"), partner.card(details("A. Partner")).toBytes())
        val sender = confirmed(Contact(Card(Files.readAllBytes(card))))
        Files.write(path.resolve("counsel-sender.bin"), counsel.keep(sender))
        return sender
    }

    private fun accepting(counsel: Party, sender: Contact): Accepted {
        val accepted = acceptFolder(share, ShareKeys(counsel), listOf(sender), received)
        val shared = accepted.manifest.documents
        val equal =
            shared.zip(documents) { document, (_, content) ->
                Files.readAllBytes(received.resolve(document.path)).contentEquals(content)
            }
        hold("what was accepted is what was shared", equal.all { it })
        hold("this device", accepted.shown?.device == partner.device)
        say("29 accepted: ${shared.size} documents, all equal")
        return accepted
    }

    private fun refusals(counsel: Party, sender: Contact, expires: ULong): String {
        val bytes = Files.readAllBytes(share)
        val known = listOf(sender)
        val forwarded =
            Party.generate().use { colleague ->
                val passedOn = Age.seal(listOf(colleague.recipient), counsel.ageOpen(bytes))
                told { checkShare(passedOn, ShareKeys(colleague), known) }
            }
        val expired = told { checkShare(bytes, ShareKeys(counsel), known, now = expires) }
        val unknown = told { checkShare(bytes, ShareKeys(counsel), emptyList()) }
        return "$forwarded, $expired, $unknown"
    }

    private fun receipt(counsel: Party, accepted: Accepted) {
        val filed = matter.fileReceipt(signReceipt(counsel, accepted, ReceiptAction.RECEIVED))
        say("31 receipt filed: ${filed.action.name.lowercase()}")
        say("32 shares: ${listed(matter)}")
    }

    private fun withPassword(counsel: Party, received: Accepted, known: Contact): String {
        val file = this.received.resolve(received.manifest.documents.first().path)
        val to = path.resolve("password.age")
        val (draft, password) = ShareDraft.withPassword(TERMS, "D. Counsel")
        shareFiles(counsel, draft, listOf(file), to)
        val accepted = checkShare(Files.readAllBytes(to), ShareKeys(password), listOf(known))
        val forwardable = if (accepted.manifest.forwardable) "forwardable" else "not forwardable"
        return "${password.decodeToString().split('-').size} words, $forwardable"
    }

    private fun changed(counsel: Party): String {
        val first = counsel.card(details("D. Counsel"))
        val new = counsel.withNewKeys().use { it.card(details("D. Counsel", first)) }
        val changed = confirmed(Contact(first)).update(new)
        return "${code { changed.addressee() }}, ${state(changed.confirm(new.words))}"
    }

    /** That stock age opens it, whoever runs the stories shows. */
    private fun forStockTools(counsel: Party): String {
        val recipients = listOf(Files.readString(path.resolve("stock-recipient.txt")).trim())
        val contact = Contact("F. Stock", counsel.sshKey, recipients).confirmKeys(counsel.sshKey, recipients)
        val draft = draft(listOf(contact.addressee())).classic()
        val made = matter.share(draft, listOf(documents[0].first), path.resolve("classic.age"))
        return "${made.manifest.documents.size} document"
    }
}

/** Steps 07 to 09 of reading; the matter is the partner's. */
fun shared(path: Path, matter: Matter, say: (String) -> Unit) =
    Party.unlock(Files.readAllBytes(path.resolve("counsel.bin")), Guard(PASSPHRASE)).use { counsel ->
        val sender = counsel.recall(Files.readAllBytes(path.resolve("counsel-sender.bin")))
        val card = Card(Files.readAllBytes(path.resolve("sender.card")))
        hold("the card of this firm", card.fields.fingerprint == sender.fingerprint)
        say("07 counsel knows: ${sender.name}, ${state(sender)}")

        val into = path.resolve("read-again")
        val accepted = acceptFolder(path.resolve("share.age"), ShareKeys(counsel), listOf(sender), into)
        val known = Files.readAllLines(path.resolve("documents.txt"))
        for (document in accepted.manifest.documents) {
            val line = "${document.document} ${sha256(Files.readAllBytes(into.resolve(document.path)))} "
            hold("a document of the firm", known.any { it.startsWith(line) })
        }
        hold("the folder is gone", into.toFile().deleteRecursively())
        say("08 accepted: ${accepted.manifest.documents.size} documents, all equal")

        matter.fileReceipt(signReceipt(counsel, accepted, ReceiptAction.REVIEWED))
        say("09 receipt filed: ${listed(matter)}")
    }

/** What is out: how many documents of the first share, and what each recipient says of it. */
private fun listed(matter: Matter): String {
    val first = matter.shares().first()
    val said = first.recipients.map { "${it.name} ${it.acknowledged?.action?.name?.lowercase() ?: "nothing"}" }
    return "${first.documents.size} documents, ${said.joinToString()}"
}

private fun details(name: String, previous: Card? = null) =
    CardDetails(name, NOT_BEFORE, EXPIRES, previous = previous)

private fun confirmed(contact: Contact) = contact.confirm(contact.words)

private fun draft(to: List<Addressee>) = ShareDraft(to, TERMS, "A. Partner", "Example LLP")

private fun state(contact: Contact) = contact.state.name.lowercase()

/** The code of a refusal and its step. */
private fun told(body: () -> Unit): String =
    try {
        body()
        "fine"
    } catch (error: PrivityException) {
        "${error.code} at ${error.step?.name?.lowercase() ?: "no step"}"
    }
