"""Signatures: whoever changes a byte is found out, with the file."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kalip.base.errors import MetadataError
from kalip.metadata import Pack, build_zip, read_documents
from kalip.metadata.signing import is_public_key, new_key, public_key, sign, signer
from tests.support.builders import a_pack

KEY = new_key()


def signed() -> Pack:
    pack = a_pack("shop").with_role("clerk").with_file("README.md", b"# Shop\n").build()
    return sign(pack, KEY)


def changed(**files: bytes | None) -> Pack:
    """The signed pack with other files; None takes one away."""
    contents = {**signed().contents, **files}
    return read_documents({path: each for path, each in contents.items() if each is not None}, "shop")


def faults(pack: Pack) -> list[tuple[str, str]]:
    with pytest.raises(MetadataError) as caught:
        signer(pack)
    return [(each.where.file if each.where else "", each.message) for each in caught.value.diagnostics]


def test_it_works() -> None:
    assert signer(signed()) == public_key(KEY)
    assert is_public_key(public_key(KEY))
    assert signer(a_pack("shop").build()) is None


def test_the_same_pack_and_key_give_the_same_bytes() -> None:
    assert build_zip(signed()) == build_zip(sign(signed(), KEY))


def test_the_changed_file_is_named() -> None:
    assert faults(changed(**{"roles/clerk.json": b"{}"})) == [
        ("shop/roles/clerk.json", "the file was changed after signing")
    ]
    assert faults(changed(**{"README.md": b"# Shop"}))[0][0] == "shop/README.md"
    assert faults(changed(**{"roles/boss.json": b"{}"})) == [
        ("shop/roles/boss.json", "the file was added after signing")
    ]
    assert faults(changed(**{"README.md": None})) == [("shop/README.md", "the file was taken away after signing")]


@pytest.mark.parametrize(
    "forged",
    [
        {"key": public_key(new_key())},
        {"key": "ed25519:AAAA"},
        {"key": 1},
        {"signature": "AAAA"},
        {"signature": "ä"},
        {"files": []},
        {"more": 1},
    ],
)
def test_a_forged_signature_is_found_out(forged: dict[str, object]) -> None:
    said = json.loads(signed().files["signature.json"])
    pack = changed(**{"signature.json": json.dumps({**said, **forged}).encode()})
    assert faults(pack) == [("shop/signature.json", "the signature itself is damaged")]


def test_hashes_brought_up_to_date_by_somebody_else_are_found_out() -> None:
    other = sign(changed(**{"roles/clerk.json": b"{}"}), new_key())
    said = json.loads(other.files["signature.json"]) | {"key": public_key(KEY)}
    pack = read_documents({**other.contents, "signature.json": json.dumps(said).encode()}, "shop")
    assert faults(pack) == [("shop/signature.json", "the signature itself is damaged")]


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b'{"key": 1'])
def test_what_is_no_signature_is_found_out(content: bytes) -> None:
    assert faults(changed(**{"signature.json": content}))[0][0] == "shop/signature.json"


def test_what_is_no_key_is_refused() -> None:
    other = Ed448PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for pem in (b"", b"hello", other):
        with pytest.raises(MetadataError, match="no Ed25519 private key"):
            public_key(pem)
    assert not any(map(is_public_key, ("", "ed25519:", "rsa:AAAA", "ed25519:ÄÖ")))
