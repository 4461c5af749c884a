"""age by pyrage (a binding of rage), asked by lines of JSON: see tests/foreign_age.rs."""

import importlib.metadata
import json
import sys

import pyrage


def answer(ask):
    op = ask["op"]
    if op == "about":
        return {"about": "pyrage " + importlib.metadata.version("pyrage")}
    if op == "generate":
        identity = pyrage.x25519.Identity.generate()
        return {"identity": str(identity), "recipient": str(identity.to_public())}
    if op == "recipient":
        return {"recipient": str(pyrage.x25519.Identity.from_str(ask["identity"]).to_public())}
    if op == "encrypt":
        data = bytes.fromhex(ask["data"])
        if "password" in ask:
            return {"file": pyrage.passphrase.encrypt(data, ask["password"]).hex()}
        to = [pyrage.x25519.Recipient.from_str(one) for one in ask["recipients"]]
        return {"file": pyrage.encrypt(data, to, armored=ask["armored"]).hex()}
    if op == "decrypt":
        file = bytes.fromhex(ask["file"])
        if "password" in ask:
            return {"data": pyrage.passphrase.decrypt(file, ask["password"]).hex()}
        return {"data": pyrage.decrypt(file, [pyrage.x25519.Identity.from_str(ask["identity"])]).hex()}
    raise SystemExit("unknown op")


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except (pyrage.DecryptError, pyrage.RecipientError, pyrage.IdentityError) as error:
        reply = {"refused": str(error) or type(error).__name__}
    print(json.dumps(reply), flush=True)
