"""Stock `pycose` 1.1.0 as a second implementation of COSE_Sign1, to check records with.

pycose knows EdDSA as -8; the fully specified Ed25519 of RFC 9864, -19, is told to it here. It takes
tagged messages, so 0xd2 goes in front of an untagged record. It needs `cbor2` below 6, which decodes
the array of a tagged message as a list.

Reads one JSON object a line, answers one a line: {"ok": ...} or {"refused": "why"}. Bytes are hex.
Anything unexpected ends the program with a traceback, which fails the test.
"""

import importlib.metadata
import json
import sys

from pycose.algorithms import CoseAlgorithm, EdDSA
from pycose.headers import KID, Algorithm
from pycose.keys import OKPKey
from pycose.keys.curves import Ed25519 as Ed25519Curve
from pycose.messages import CoseMessage, Sign1Message

TAG = b"\xd2"


@CoseAlgorithm.register_attribute()
class Ed25519(EdDSA):
    identifier = -19
    fullname = "ED25519_RFC9864"


def verify(ask):
    message = CoseMessage.decode(TAG + bytes.fromhex(ask["record"]))
    assert isinstance(message, Sign1Message), type(message)
    algorithm = message.get_attr(Algorithm)
    if algorithm is not Ed25519:
        return {"refused": "algorithm"}
    message.key = OKPKey(crv=Ed25519Curve, x=bytes.fromhex(ask["public_key"]), optional_params={})
    message.external_aad = ask["external_aad"].encode()
    if not message.verify_signature():
        return {"refused": "signature"}
    return {"ok": {"kid": message.get_attr(KID).hex(), "payload": message.payload.hex()}}


def sign(ask):
    message = Sign1Message(
        phdr={Algorithm: Ed25519, KID: bytes.fromhex(ask["kid"])},
        payload=bytes.fromhex(ask["payload"]),
        external_aad=ask["external_aad"].encode(),
    )
    message.key = OKPKey(crv=Ed25519Curve, d=bytes.fromhex(ask["seed"]), optional_params={})
    return {"ok": message.encode(tag=False).hex()}


def main():
    print(json.dumps({"ok": importlib.metadata.version("pycose")}), flush=True)
    for line in sys.stdin:
        ask = json.loads(line)
        print(json.dumps({"verify": verify, "sign": sign}[ask["op"]](ask)), flush=True)


if __name__ == "__main__":
    main()
