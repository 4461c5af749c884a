"""A second implementation of sealed documents and wraps, to check the first.

Written from the text of the formats alone, on PyCA `cryptography` >= 50: `Cobblestone256` seals and
opens AES documents, `hpke.Suite` wraps and unwraps. ChaCha documents have no ready-made construction
there, so the C2SP text is followed on PyCA's HKDF and AEAD.

Reads one JSON object a line, answers one a line: {"ok": ...} or {"refused": "why"}. Bytes are hex.
Anything unexpected ends the program with a traceback, which fails the test.
"""

import hashlib
import hmac
import json
import sys
import zlib

import cryptography
from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

CHACHA, AES = 1, 2
CHUNK = 16 * 1024


class Refused(Exception):
    """The object is not what it claims to be."""


# --- ground: canonical CBOR, derivations -----------------------------------------------------------


def head(major, n):
    if n < 24:
        return bytes([major << 5 | n])
    for extra, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if n < 1 << 8 * size:
            return bytes([major << 5 | extra]) + n.to_bytes(size, "big")
    raise ValueError("an integer beyond 64 bits")


def cbor_map(fields):
    """A map from unsigned numbers to unsigned numbers and byte strings."""
    out = head(5, len(fields))
    for key in sorted(fields):
        value = fields[key]
        out += head(0, key)
        out += head(0, value) if isinstance(value, int) else head(2, len(value)) + value
    return out


def u16(n):
    return n.to_bytes(2, "big")


def sha256(data):
    return hashlib.sha256(data).digest()


def expand_sha512(key, info, length):
    return HKDFExpand(algorithm=hashes.SHA512(), length=length, info=info).derive(key)


def derive(key, purpose, profile, context):
    return expand_sha512(key, b"privity/1/kdf/" + purpose + b"\0" + u16(profile) + cbor_map(context), 32)


# --- seal ------------------------------------------------------------------------------------------


def seal_context(kind, profile, aad):
    return b"privity/1/seal/" + kind + b"\0" + u16(profile) + sha256(aad)


def chacha_schedule(key, salt, context):
    info = b"c2sp.org/chunked-encryption@v1+AEAD_CHACHA20_POLY1305\0" + salt + context
    out = expand_sha512(key, info, 32 + 12 + 32)
    base = int.from_bytes(out[32:44], "big")
    return ChaCha20Poly1305(out[:32]), lambda i: (base ^ i).to_bytes(12, "big"), out[44:]


def chacha_open(key, context, sealed):
    aead, nonce, commitment = chacha_schedule(key, sealed[:24], context)
    if not hmac.compare_digest(commitment, sealed[24:56]):
        raise Refused("commitment")
    chunks, size = sealed[56:], CHUNK + 16
    count = len(chunks) // size + 1
    return b"".join(aead.decrypt(nonce(i), chunks[i * size : (i + 1) * size], None) for i in range(count))


def chacha_seal(key, context, salt, data):
    aead, nonce, commitment = chacha_schedule(key, salt, context)
    count = len(data) // CHUNK + 1
    chunks = (aead.encrypt(nonce(i), data[i * CHUNK : (i + 1) * CHUNK], None) for i in range(count))
    return salt + commitment + b"".join(chunks)


def aes_open(key, context, sealed):
    decryptor = Cobblestone256Decryptor(key, context)
    # In pieces that fit neither chunks nor fields.
    pieces = [decryptor.update(sealed[at : at + 5003]) for at in range(0, len(sealed), 5003)]
    return b"".join(pieces) + decryptor.finalize()


def aes_seal(key, context, data):
    encryptor = Cobblestone256Encryptor(key, context)
    return encryptor.update(data) + encryptor.finalize()


def seal_open(key, profile, context, sealed):
    if len(sealed) < 72 or (len(sealed) - 56) % (CHUNK + 16) < 16:
        raise Refused("length")
    try:
        return aes_open(key, context, sealed) if profile == AES else chacha_open(key, context, sealed)
    except InvalidTag:
        raise Refused("tag") from None


# --- sealed document -------------------------------------------------------------------------------


def padme(n):
    e = n.bit_length() - 1
    s = e.bit_length()
    step = 1 << (e - s)
    return (n + step - 1) // step * step


def frame_of(about):
    fields = {1: about["profile"], 2: hexed(about, "firm"), 3: hexed(about, "document")}
    header = cbor_map({**fields, 4: about["version"], 5: about["padding"]})
    return b"PRVYDOC1" + len(header).to_bytes(4, "big") + header


def pad(data):
    total = padme(len(data) + 9) - 1
    return data + bytes(total - len(data) - 8) + len(data).to_bytes(8, "big")


def unpad(padded):
    length = int.from_bytes(padded[-8:], "big")
    if len(padded) < 8 or length > len(padded) - 8 or padme(length + 9) - 1 != len(padded):
        raise Refused("trailer")
    if any(padded[length:-8]):
        raise Refused("zeros")
    return padded[:length]


def content_commitment(key, profile, data):
    return hmac.digest(derive(key, b"content-commitment", profile, {}), sha256(data), "sha256")


def facts(key, profile, data):
    return {
        "length": len(data),
        "sha256": sha256(data).hex(),
        "crc32": zlib.crc32(data),
        "commitment": content_commitment(key, profile, data).hex(),
    }


def document_open(request):
    key, profile, blob = hexed(request, "key"), request["profile"], hexed(request, "blob")
    frame = frame_of(request)
    if not blob.startswith(frame):
        raise Refused("header")
    padded = seal_open(key, profile, seal_context(b"document", profile, frame), blob[len(frame) :])
    data = unpad(padded) if request["padding"] == 1 else padded
    return facts(key, profile, data)


def document_seal(request):
    key, profile, data = hexed(request, "key"), request["profile"], hexed(request, "data")
    frame = frame_of(request)
    padded = pad(data) if request["padding"] == 1 else data
    context = seal_context(b"document", profile, frame)
    if profile == AES:
        sealed = aes_seal(key, context, padded)
    else:
        sealed = chacha_seal(key, context, hexed(request, "salt"), padded)
    return {"blob": (frame + sealed).hex(), **facts(key, profile, data)}


# --- wrap ------------------------------------------------------------------------------------------


def suite(profile):
    aead = {CHACHA: hpke.AEAD.CHACHA20_POLY1305, AES: hpke.AEAD.AES_256_GCM}[profile]
    return hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, aead)


def wrap_info(about):
    context = {1: hexed(about, "firm"), 2: hexed(about, "document"), 3: about["version"]}
    context |= {9: hexed(about, "principal"), 10: about["key_generation"]}
    return b"privity/1/hpke/document\0" + u16(about["profile"]) + sha256(cbor_map(context))


def halves(seed):
    """An X-Wing seed as its two private keys: SHAKE256 gives d || z of ML-KEM, then the scalar."""
    expanded = hashlib.shake_256(seed).digest(96)
    ml = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    return ml, x25519.X25519PrivateKey.from_private_bytes(expanded[64:])


def public(request):
    ml, x = halves(hexed(request, "seed"))
    return {"public": (ml.public_key().public_bytes_raw() + x.public_key().public_bytes_raw()).hex()}


def wrap(request):
    key = hexed(request, "public")
    ml = mlkem.MLKEM768PublicKey.from_public_bytes(key[:1184])
    to = hpke.MLKEM768X25519PublicKey(ml, x25519.X25519PublicKey.from_public_bytes(key[1184:]))
    return {"wrap": suite(request["profile"]).encrypt(hexed(request, "secret"), to, wrap_info(request)).hex()}


def unwrap(request):
    private = hpke.MLKEM768X25519PrivateKey(*halves(hexed(request, "seed")))
    try:
        secret = suite(request["profile"]).decrypt(hexed(request, "wrap"), private, wrap_info(request))
    except InvalidTag:
        raise Refused("tag") from None
    return {"secret": secret.hex()}


# --- the conversation ------------------------------------------------------------------------------


def about(_request):
    return {"cryptography": cryptography.__version__}


def hexed(request, name):
    return bytes.fromhex(request[name])


OPERATIONS = {
    "about": about,
    "document.open": document_open,
    "document.seal": document_seal,
    "public": public,
    "wrap": wrap,
    "unwrap": unwrap,
}


def main():
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"ok": OPERATIONS[request["op"]](request)}
        except Refused as refused:
            answer = {"refused": str(refused)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
