"""Reads one JSON object a line and answers one a line: what PyPI `proofbundle` says of a tlog-proof
with its checkpoint and cosignatures, and what it writes itself."""

import base64
import json
import sys

from proofbundle import merkle, tlogproof


def proof(q):
    got = tlogproof.verify_tlog_proof(
        q["proof"], base64.b64decode(q["leaf"]), q["vkey"], q["witnesses"],
        threshold=q["threshold"], expected_origin=q["origin"])
    return {"ok": got["ok"], "index": got["index"], "size": got["tree_size"]}


def rewrite(q):
    got = tlogproof.parse_tlog_proof(q["proof"])
    text = tlogproof.format_tlog_proof(got["index"], got["proof"], got["checkpoint"], extra=got["extra"])
    extra = got["extra"]
    return {"ok": True, "proof": text, "extra": None if extra is None else base64.b64encode(extra).decode()}


def prove(q):
    leaves = [base64.b64decode(leaf) for leaf in q["leaves"]]
    if q["old"]:
        hashes = merkle.consistency_proof(leaves, q["old"])
    else:
        hashes = merkle.inclusion_proof(leaves, q["index"])
    return {"ok": True, "hashes": [base64.b64encode(h).decode() for h in hashes],
            "root": base64.b64encode(merkle.merkle_tree_hash(leaves)).decode()}


def consistency(q):
    decode = base64.b64decode
    ok = merkle.verify_consistency(
        q["old"], q["new"], [decode(h) for h in q["proof"]], decode(q["old_root"]), decode(q["new_root"]))
    return {"ok": bool(ok)}


OPS = {"proof": proof, "rewrite": rewrite, "prove": prove, "consistency": consistency}

for line in sys.stdin:
    q = json.loads(line)
    op = OPS[q["op"]]  # an unknown op ends the program
    try:
        answer = op(q)
    except Exception as error:  # a refusal
        answer = {"ok": False, "error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
