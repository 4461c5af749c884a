package scenario.codes

import privity.Appended
import privity.Appender
import privity.ChainKeys
import privity.Draft
import privity.Head
import privity.Log
import privity.Tree
import privity.TrustRoots
import privity.VerifiedChain
import privity.Verifier
import privity.hostDraft
import privity.mergeCosignatures
import privity.openedDraft
import privity.recordHash
import scenario.flipped
import scenario.hold

private const val ORIGIN = "log.example/court-file-7"
private val NO_HASH = "01".repeat(32)

private fun event() = hostDraft(2_000u, byteArrayOf(0xA1.toByte(), 1, 7))

/** A chain of four records with two checkpoints. */
private class Chain {
    val keys: ChainKeys = ChainKeys.generate()
    val appender: Appender
    val records = mutableListOf<Appended>()
    val first: String
    val second: String
    val roots: TrustRoots

    init {
        val (appender, genesis) = Appender.begin(ORIGIN, keys)
        this.appender = appender
        roots = TrustRoots(ORIGIN, genesis.hash)
        records += genesis
        records += appender.appendAll(listOf(event(), event())).appended
        first = appender.checkpoint()
        val opened = openedDraft(listOf("doc_" + "0".repeat(26)))
        val mixed = appender.appendAll(listOf(opened, event().copy(kind = 1u), event()))
        hold("the second draft is refused", mixed.appended.size == 1 && mixed.refused?.place == 1uL)
        records += mixed.appended
        second = appender.checkpoint()
    }

    val leaves = records.map { it.record }
    val tree = Tree(records.map { it.hash })
    val vkey = keys.logVkey(ORIGIN)
    val plain = Log.standalone(ORIGIN, listOf(vkey))

    fun verify(
        checkpoints: List<String> = listOf(second),
        records: List<ByteArray> = leaves,
        roots: TrustRoots = this.roots,
    ): VerifiedChain = Verifier(roots, checkpoints).apply { pushAll(records) }.finish()
}

/** Codes of the chain alone. */
fun Codes.chain() {
    val chain = Chain()
    val witness = ChainKeys.generate()
    works(chain, witness)
    drafts(chain)
    verifying(chain)
    goingOn(chain, witness)
    checkpoints(chain)
    proofs(chain)
}

private fun works(chain: Chain, witness: ChainKeys) {
    val findings = chain.verify(listOf(chain.first, chain.second)).findings
    hold("four records, two of the host", findings.head.size == 4uL && findings.host.size == 2)
    hold("the head", findings.head == chain.appender.head)
    hold("the tree's root", chain.tree.rootAt(4u) == findings.head.root)
    hold("the record's hash", recordHash(chain.leaves[1]) == chain.records[1].hash)
    val named = witness.cosignerVkey("witness.example")
    val line = chain.plain.cosign(chain.second, "witness.example", witness, 1_700_000_000u)
    val cosigned = mergeCosignatures(chain.second, line, listOf(named))
    val known = chain.roots.copy(cosigners = listOf(named))
    val by = chain.verify(listOf(chain.first, cosigned), roots = known).findings.anchoredBy.first()
    hold("the witness vouches", by.seconds == 1_700_000_000uL && by.by == named)
}

private fun Codes.drafts(chain: Chain) {
    fails("host-kind") { hostDraft(1_023u, byteArrayOf(0xA0.toByte())) }
    fails("cbor") { hostDraft(2_000u, byteArrayOf(-1)) }
    fails("genesis") { chain.appender.append(event().copy(kind = 1u)) }
    fails("kind-misplaced") { chain.appender.append(Draft(13u, event().body)) }
    fails("field") { Appender.begin("two words", chain.keys) }
}

private fun Codes.verifying(chain: Chain) {
    val head = chain.verify().findings.head
    fails("checkpoint-missing") { chain.verify(emptyList()) }
    fails("too-large") { Verifier(chain.roots, listOf(chain.second)).push(ByteArray(70_000)) }
    val altered = chain.leaves.toMutableList()
    altered[2] = altered[2].flipped(altered[2].size - 1)
    val verifier = Verifier(chain.roots, listOf(chain.second))
    verifier.pushAll(altered)
    fails("chain-tampered") { verifier.finish() }
    val failure = verifier.failure
    hold("record 2 is named", failure?.verdict == "tampered" && failure.firstBad == 2uL)
    fails("handle-ended") { verifier.finish() }
    fails("chain-incomplete") { chain.verify(records = chain.leaves.take(3)) }
    val ahead = chain.roots.copy(pin = head)
    fails("chain-rollback") { chain.verify(listOf(chain.first), roots = ahead) }
    val elsewhere = chain.roots.copy(pin = Head(3u, NO_HASH))
    fails("chain-forked") { chain.verify(roots = elsewhere) }
    fails("chain-mismatch") { chain.verify(roots = chain.roots.copy(genesis = NO_HASH)) }
}

private fun Codes.goingOn(chain: Chain, witness: ChainKeys) {
    fun short() = chain.verify(listOf(chain.first))
    fails("key-unknown") { Appender.resume(short(), witness) }
    fails("tail-left") { Appender.resume(short(), chain.keys) }
    fails("record-order") { Appender.resume(short(), chain.keys, listOf(chain.leaves[1])) }
    val resumed = Appender.resume(short(), chain.keys, listOf(chain.leaves[3]))
    hold("it goes on from there", resumed.head == chain.appender.head)
    val before = short()
    before.resume(listOf(chain.second))
    fails("handle-ended") { before.findings }
}

private fun Codes.checkpoints(chain: Chain) {
    val (plain, second) = chain.plain to chain.second
    hold("the checkpoint", plain.verify(second).head == chain.appender.head)
    fails("checkpoint") { Log.standalone("two words", emptyList()) }
    fails("note-key") { Log.standalone(ORIGIN, listOf("no vkey")) }
    fails("ambiguous-key") { Log.standalone(ORIGIN, listOf(chain.vkey, chain.vkey)) }
    fails("origin-mismatch") { Log.standalone("log.example/other", emptyList()).verify(second) }
    fails("log-unsigned") { Log.standalone(ORIGIN, emptyList()).verify(second) }
    fails("note") { plain.verify("no note") }
    fails("duplicate-signature") { plain.verify("$second${second.trimEnd().lines().last()}\n") }
    fails("signature-refused") { plain.verify(second.replaceFirst("\n4\n", "\n5\n")) }
    fails("note-mismatch") { mergeCosignatures(chain.first, second, emptyList()) }
}

private fun Codes.proofs(chain: Chain) {
    val (plain, leaves) = chain.plain to chain.leaves
    val pin = plain.verify(chain.first).head
    val proof = chain.tree.proveRecord(1u, 4u, chain.second)
    val grown = chain.tree.proveConsistency(3u, 4u, chain.second)
    plain.verifyRecord(proof, leaves[1])
    plain.verifyConsistency(grown, pin)
    fails("proof") { plain.verifyRecord(proof, leaves[2]) }
    fails("proof-text") { plain.verifyRecord("no proof", leaves[1]) }
    val extra = proof.replaceFirst("\nindex", "\nextra AAAA\nindex")
    fails("proof-extra") { plain.verifyRecord(extra, leaves[1]) }
    fails("proof") { plain.verifyConsistency(grown, pin.copy(size = 2u)) }
    fails("tree-range") { chain.tree.rootAt(5u) }
    fails("tree-incomplete") { chain.tree.proveRecord(0u, 1_000u, chain.second) }
}
