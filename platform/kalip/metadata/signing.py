"""Signs packs with Ed25519 and says which file was changed since. Knows keys and bytes, not whom to trust.

The signature is a file of the pack, `signature.json`, so that it stays with it through every site.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from kalip.base.canonical import canonical_text, pretty_text
from kalip.base.errors import Diagnostic, MetadataError, Where
from kalip.metadata import codes
from kalip.metadata.documents import Pack
from kalip.metadata.kinds import SIGNATURE
from kalip.metadata.reader import read_documents
from kalip.metadata.source import parse

_PREFIX = "ed25519:"
_DOMAIN = "kalip pack signature 1\n"
"""What is signed begins with this, so that the key's signature under something else is none under a pack."""


def new_key() -> bytes:
    """A new private key, as PEM."""
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_key(pem: bytes) -> str:
    """The public part of a private key, as sites are told whom to trust. MetadataError for no such key."""
    return _told(_private(pem).public_key())


def is_public_key(text: str) -> bool:
    """Whether a text is a public key."""
    return _public(text) is not None


def sign(pack: Pack, pem: bytes) -> Pack:
    """The pack with a signature over all its files, in place of the one it had. MetadataError for no private key."""
    key = _private(pem)
    signed = {"key": _told(key.public_key()), "files": _hashes(pack)}
    signature = b64encode(key.sign(_message(signed))).decode()
    text = pretty_text({**signed, "signature": signature})
    return read_documents({**pack.contents, SIGNATURE: text.encode()}, pack.manifest.folder)


def signer(pack: Pack) -> str | None:
    """The public key that signed the pack; None for an unsigned one.

    MetadataError names each file that was changed, added or taken away since.
    """
    content = pack.files.get(SIGNATURE)
    if content is None:
        return None
    folder = pack.manifest.folder
    signed = _read(content)
    faults = _file_faults(_hashes(pack), signed["files"]) if signed is not None else ()
    if signed is None or not (faults or _is_genuine(signed)):
        faults = ((SIGNATURE, "the signature itself is damaged"),)
    if faults:
        hint = "get the pack again from who made it, or sign it anew"
        raise MetadataError(
            f"The pack '{pack.name}' is not as it was signed.",
            [Diagnostic(codes.BAD_SIGNATURE, said, hint, Where(f"{folder}/{path}")) for path, said in faults],
        )
    return str(signed["key"]) if signed is not None else None


def _read(content: bytes) -> Mapping[str, Any] | None:
    try:
        value, faults = parse(content.decode())
    except UnicodeDecodeError:
        return None
    if faults or not isinstance(value, dict) or set(value) != {"key", "files", "signature"}:
        return None
    return value if isinstance(value["files"], dict) else None


def _file_faults(present: Mapping[str, str], signed: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    said = {
        **{path: "the file was changed after signing" for path in present if present[path] != signed.get(path)},
        **dict.fromkeys(present.keys() - signed.keys(), "the file was added after signing"),
        **dict.fromkeys(signed.keys() - present.keys(), "the file was taken away after signing"),
    }
    return tuple(sorted(said.items()))


def _is_genuine(signed: Mapping[str, Any]) -> bool:
    key = _public(str(signed["key"]))
    if key is None:
        return False
    try:
        key.verify(b64decode(str(signed["signature"]), validate=True), _message(signed))
    except (InvalidSignature, ValueError):
        return False
    return True


def _hashes(pack: Pack) -> dict[str, str]:
    return {path: hashlib.sha256(each).hexdigest() for path, each in pack.contents.items() if path != SIGNATURE}


def _message(signed: Mapping[str, Any]) -> bytes:
    return (_DOMAIN + canonical_text({"key": signed["key"], "files": signed["files"]})).encode()


def _told(key: Ed25519PublicKey) -> str:
    return _PREFIX + b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def _public(text: str) -> Ed25519PublicKey | None:
    if not text.startswith(_PREFIX):
        return None
    try:
        return Ed25519PublicKey.from_public_bytes(b64decode(text.removeprefix(_PREFIX), validate=True))
    except ValueError:
        return None


def _private(pem: bytes) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise MetadataError("This is no Ed25519 private key: `kalip pack key new` makes one.", ())
    return key
