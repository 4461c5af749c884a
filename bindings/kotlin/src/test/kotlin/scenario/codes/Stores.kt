package scenario.codes

import privity.DocumentId
import privity.MatterId
import privity.NewDocument
import privity.Scope
import privity.Storage
import privity.verifyExport
import scenario.flipped
import scenario.hold
import scenario.temporarily
import java.nio.ByteBuffer
import java.nio.file.Files
import java.nio.file.Path

private const val STATE_BYTE = 40
private const val VERSION_AT = 60

/** Codes of stores that were lost, altered or put back: whole files, as a host can do it. */
fun Codes.stores() = temporarily { Stores(this, it).play() }

private class Stores(
    private val codes: Codes,
    private val folder: Path,
) {
    private val original = folder.resolve("original")
    private var copies = 0
    private lateinit var matter: MatterId
    private lateinit var document: DocumentId

    fun play() {
        made()
        ended(original)
        hold("a copy opens", open(copy()).contentEquals(CONTENT))
        lost()
        altered()
        putBack()
    }

    private fun made() {
        val vault = Desk(original).firm()
        val opened = vault.openMatter("M")
        matter = opened.id
        document = opened.sealBytes(NewDocument("a"), CONTENT).id
        // An export of one matter of two that says it is of the whole firm, and one with a record altered.
        vault.openMatter("N")
        val trust = vault.trust
        val export = vault.export(Scope.Matter(matter))
        val head = byteArrayOf(0xA5.toByte(), 1, 0x50)
        hold("magic, a map of five, the matter's 16 bytes", export.copyOfRange(MAGIC, 11).contentEquals(head))
        val whole = export.copyOf(MAGIC) + 0xA4.toByte() + export.copyOfRange(27, export.size)
        codes.fails("store-incomplete") { verifyExport(whole, trust) }
        codes.fails("firm-tampered") { verifyExport(export.flipped(export.size / 4), trust) }
        vault.lock()
    }

    private fun lost() {
        codes.fails("device-state-missing") { unlock(Desk(folder.resolve("nobody"))) }
        val empty = copy().also { it.path("shared").toFile().deleteRecursively() }
        codes.fails("not-a-vault") { unlock(empty) }
        val blobless = copy().also { it.path("shared/blobs").toFile().deleteRecursively() }
        codes.fails("blob-missing") { open(blobless) }
        val erased = copy()
        for (suffix in listOf("", "-wal", "-shm")) Files.deleteIfExists(erased.path("shared/erasable.sqlite$suffix"))
        codes.fails("shred-key-missing") { open(erased) }
    }

    private fun altered() {
        val junk = copy()
        Files.write(junk.path("shared/rows.sqlite"), ByteArray(8_192) { 'x'.code.toByte() })
        codes.fails("store-damaged") { storage(junk) }
        val newer = copy()
        // The version a database carries in its first page: four bytes from 60 on.
        val rows = newer.path("shared/rows.sqlite")
        Files.write(rows, Files.readAllBytes(rows).also { ByteBuffer.wrap(it).putInt(VERSION_AT, 99) })
        codes.fails("store-version") { storage(newer) }
        val damaged = copy()
        for (state in damaged.path("partner").toFile().listFiles().orEmpty().filter { it.isFile }) {
            val bytes = state.readBytes()
            if (bytes.size > STATE_BYTE) state.writeBytes(bytes.flipped(STATE_BYTE))
        }
        codes.fails("device-state-damaged") { unlock(damaged) }
    }

    /** An older state put back, and then another history told in it. */
    private fun putBack() {
        val rolled = copy()
        grow(rolled, "new")
        putBack(original, rolled)
        codes.fails("ledger-rollback") { unlock(rolled) }
        val forked = copy()
        grow(forked, "new")
        // A copy of the same device, before it saw that, tells another story.
        val twin = copy()
        grow(twin, "another")
        grow(twin, "longer")
        putBack(twin.path(""), forked)
        codes.fails("ledger-forked") { unlock(forked) }
    }

    private fun storage(desk: Desk) = Storage(desk.path("shared"), desk.path("partner"))

    private fun unlock(desk: Desk) = desk.unlock("partner")

    private fun open(desk: Desk) = unlock(desk).use { it.matter(matter).openBytes(document) }

    private fun grow(desk: Desk, name: String) {
        grown(desk, name)
        ended(desk.path(""))
    }

    /** By itself: what a function still holds is not collected. */
    private fun grown(desk: Desk, name: String) {
        unlock(desk).use { it.openMatter(name) }
    }

    private fun copy(): Desk {
        val to = folder.resolve("copy-${copies++}")
        for (part in listOf("shared", "partner")) copied(original.resolve(part), to.resolve(part))
        return Desk(to)
    }

    private fun putBack(from: Path, to: Desk) {
        to.path("shared").toFile().deleteRecursively()
        copied(from.resolve("shared"), to.path("shared"))
    }

    private fun copied(from: Path, to: Path) = hold("copied", from.toFile().copyRecursively(to.toFile()))

    /**
     * Waits until the last handle is gone, and the database one file again: the JVM frees handles when
     * it collects garbage.
     */
    private fun ended(folder: Path) {
        repeat(TRIES) {
            if (!Files.exists(folder.resolve("shared/rows.sqlite-wal"))) return
            System.gc()
            Thread.sleep(PAUSE)
        }
        error("the store is still open")
    }

    private companion object {
        val CONTENT = "content".toByteArray()
        const val MAGIC = 8
        const val TRIES = 300
        const val PAUSE = 20L
    }
}
