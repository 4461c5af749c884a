"""What the repository has frozen gives its verdicts through this package, and PyCA ``cryptography`` opens
what this package seals."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any, Iterator

import pytest

from privity import (
    Approval,
    EnrolmentRequest,
    Guard,
    NewDocument,
    Padding,
    PrivityError,
    Profile,
    Storage,
    TrustRoot,
    Vault,
    envelope,
    keys,
    new_document_id,
    new_firm_id,
    new_principal_id,
    verify_export,
)
from privity.envelope import Expected, Header
from privity.keys import Identity, OpeningKey, PublicKey
from story.common import counted

TESTS = Path(__file__).parents[3] / "tests"
VECTORS: dict[str, Any] = json.loads((TESTS / "vectors/envelope-v1.json").read_bytes())
FIXTURE = TESTS / "fixtures/vault/v1"
WORDS = Guard("six words that nobody else knows")
PROFILES = {1: Profile.CHA_CHA, 2: Profile.AES}
PADDINGS = {0: Padding.UNPADDED, 1: Padding.PADME}


@pytest.fixture(scope="module")
def identity() -> Identity:
    return Identity.unlock(bytes.fromhex(VECTORS["identity"]), Guard(VECTORS["passphrase"]))


def test_the_vectors_have_valid_and_refused_cases(identity: Identity) -> None:
    assert identity.public.to_bytes().hex() == VECTORS["public_key"]
    valid = [case["valid"] for case in VECTORS["cases"]]
    assert any(valid) and not all(valid)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: str(case["name"]))
def test_a_vector_gives_its_verdict(identity: Identity, case: dict[str, Any]) -> None:
    header = Header(
        firm=case["firm"],
        document=case["document"],
        version=case["version"],
        profile=PROFILES[case["profile"]],
        padding=PADDINGS[case["padding"]],
    )
    expected = Expected(
        header=header,
        seal_id=bytes.fromhex(case["seal_id"]),
        content_commitment=bytes.fromhex(case["content_commitment"]),
    )
    context = keys.wrap_context(header, case["principal"], case["key_generation"])

    def run() -> bytes:
        key = OpeningKey.unwrap(identity, bytes.fromhex(case["wrap"]), context)
        return envelope.open_bytes(key, expected, bytes.fromhex(case["sealed"]))

    if case["valid"]:
        assert run() == counted(case["content_pattern"])
    else:
        with pytest.raises(PrivityError) as caught:
            run()
        assert caught.value.code == case["code"]


@pytest.fixture
def firm(tmp_path: Path) -> Path:
    """A copy to work in: the fixture itself is never opened."""
    return Path(shutil.copytree(FIXTURE, tmp_path / "firm-v1"))


def unlock(firm: Path, device: str) -> Vault:
    return Vault.unlock(Storage(firm / "firm", firm / f"device-{device}"), WORDS)


def trust() -> TrustRoot:
    firm, genesis = (FIXTURE / "trust.txt").read_text().split()
    return TrustRoot(firm=firm, genesis=genesis)


def test_the_frozen_vault_opens_goes_on_and_verifies(firm: Path) -> None:
    with unlock(firm, "lawyer") as lawyer, unlock(firm, "partner") as partner:
        assert lawyer.trust == trust()
        (matter,) = lawyer.matters()
        assert matter.name == "Doe v. Roe"
        assert {info.name: matter.open_bytes(info.id) for info in matter.documents()} == {
            "after.txt": b"privileged",
            "letter to court.txt": b"Dear Sirs",
            "long.bin": counted(300_000),
        }
        new = matter.seal_bytes(NewDocument(name="today.txt"), b"of this version")
        assert partner.matter(matter.id).open_bytes(new.id) == b"of this version"
        report = partner.verify()
        assert report.is_clean and report.documents_checked == 4
        assert len([person for person in partner.users() if person.name]) == 3


def test_who_had_left_the_frozen_vault_is_still_shut_out(firm: Path) -> None:
    with unlock(firm, "lawyer") as lawyer, unlock(firm, "paralegal") as paralegal:
        (matter,) = lawyer.matters()
        with pytest.raises(PrivityError, match="no-access"):
            list(paralegal.matter(matter.id).documents())


def test_the_frozen_export_and_enrolment_read_back() -> None:
    export = (FIXTURE / "export.bin").read_bytes()
    report = verify_export(export, trust())
    assert report.is_clean and report.documents == 3
    with pytest.raises(PrivityError, match="other-firm"):
        verify_export(export, TrustRoot(firm=trust().firm, genesis="07" * 32))
    asked = (FIXTURE / "request.bin").read_bytes()
    request = EnrolmentRequest.from_bytes(asked)
    assert request.to_bytes() == asked and request.name == "B. Lawyer"
    assert " ".join(request.words) == (FIXTURE / "request.words").read_text().strip()
    approval = (FIXTURE / "approval.bin").read_bytes()
    assert Approval.from_bytes(approval).to_bytes() == approval


# --- PyCA ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pyca() -> Iterator[ModuleType]:
    """The second implementation of the format, on PyCA ``cryptography``; it shares nothing with the first."""
    spec = importlib.util.spec_from_file_location("pyca", TESTS / "foreign/pyca.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module


def raw(id: str) -> str:
    """The 16 bytes of an id, in hexadecimal, from 26 characters of Crockford's base 32."""
    number = 0
    for character in id.partition("_")[2]:
        number = number * 32 + "0123456789abcdefghjkmnpqrstvwxyz".index(character)
    return number.to_bytes(16, "big").hex()


SEED = bytes(range(32)).hex()


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("length", [0, 1, 16_383, 16_384, 16_385, 100_000])
def test_pyca_opens_what_is_sealed_here_and_the_other_way_round(
    pyca: ModuleType, identity: Identity, profile: int, padding: int, length: int
) -> None:
    content = counted(length)
    header = Header(
        firm=new_firm_id(),
        document=new_document_id(),
        version=1,
        profile=PROFILES[profile],
        padding=PADDINGS[padding],
    )
    context = keys.wrap_context(header, new_principal_id())
    about: dict[str, Any] = {
        "profile": profile,
        "padding": padding,
        "firm": raw(header.firm),
        "document": raw(header.document),
        "version": 1,
        "principal": raw(context.principal),
        "key_generation": 1,
    }

    # Theirs is the identity, so the key that opens our document is one that they unwrapped.
    public = PublicKey.from_bytes(bytes.fromhex(pyca.public({"seed": SEED})["public"]))
    made = envelope.seal(header, content)
    wrapped = made.key.wrap(public, context)
    key = pyca.unwrap({**about, "seed": SEED, "wrap": wrapped.hex()})["secret"]
    digests = made.summary.digests
    assert pyca.document_open({**about, "key": key, "blob": made.sealed.hex()}) == {
        "length": length,
        "sha256": digests.sha256,
        "crc32": digests.crc32,
        "commitment": made.summary.content_commitment.hex(),
    }
    flipped = made.sealed[:-1] + bytes([made.sealed[-1] ^ 1])
    with pytest.raises(pyca.Refused):
        pyca.document_open({**about, "key": key, "blob": flipped.hex()})

    # Theirs is the document and its key, ours the identity.
    secret, salt = "5a" * 32, "a5" * 24
    sealed = pyca.document_seal({**about, "key": secret, "salt": salt, "data": content.hex()})
    wrap = pyca.wrap({**about, "public": identity.public.to_bytes().hex(), "secret": secret})["wrap"]
    ours = OpeningKey.unwrap(identity, bytes.fromhex(wrap), context)
    expected = Expected(header=header, content_commitment=bytes.fromhex(sealed["commitment"]))
    assert envelope.open_bytes(ours, expected, bytes.fromhex(sealed["blob"])) == content
