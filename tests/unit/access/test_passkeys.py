"""Answers of browsers about passkeys: true ones by an authenticator in Python, and everything else."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

from kalip.access.passkeys import Passkey, Place, ask_for_new, ask_for_one, counter_in, handle_in, new_passkey

PLACE = Place("kalip.example", "https://kalip.example", "Kalip")
USER = ("u1", "ece@example.com", "Ece Ak")


@dataclass
class Key:
    """An authenticator with one key, as good as one in hardware."""

    handle: bytes = b"handle-of-a-key"
    counter: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def made(self, challenge: str, place: Place = PLACE) -> str:
        """The answer to a question for a new key."""
        public = self.key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32, "big"), -3: public.y.to_bytes(32, "big")})
        attested = bytes(16) + len(self.handle).to_bytes(2, "big") + self.handle + cose
        data = self._data(place, 0x41) + attested
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", challenge, place)
        return self._answer({"clientDataJSON": client, "attestationObject": statement})

    def signed(self, challenge: str, place: Place = PLACE) -> str:
        """The answer to a question for this key."""
        self.counter += 1
        client, data = self._client("webauthn.get", challenge, place), self._data(place, 0x01)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer({"clientDataJSON": client, "authenticatorData": data, "signature": signature})

    def _data(self, place: Place, flags: int) -> bytes:
        return hashlib.sha256(place.host.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str, place: Place) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": place.origin}).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        handle = bytes_to_base64url(self.handle)
        parts = {name: bytes_to_base64url(value) for name, value in response.items()}
        return json.dumps({"id": handle, "rawId": handle, "type": "public-key", "response": parts})


@pytest.fixture
def key() -> Key:
    return Key()


@pytest.fixture
def passkey(key: Key) -> Passkey:
    question = ask_for_new(PLACE, USER)
    found = new_passkey(PLACE, question.challenge, key.made(question.challenge))
    assert found is not None
    return found


def test_it_works(key: Key, passkey: Passkey) -> None:
    question = ask_for_one(PLACE, [passkey.handle])
    assert passkey.handle in question.options
    answer = key.signed(question.challenge)
    assert handle_in(answer) == passkey.handle
    assert counter_in(PLACE, question.challenge, answer, passkey) == 1


def test_an_answer_to_another_question_or_place_is_none(key: Key, passkey: Passkey) -> None:
    question, other = (ask_for_one(PLACE, [passkey.handle]) for _ in range(2))
    evil = replace(PLACE, host="evil.example", origin="https://evil.example")
    assert counter_in(PLACE, question.challenge, key.signed(other.challenge), passkey) is None
    assert counter_in(PLACE, question.challenge, key.signed(question.challenge, evil), passkey) is None
    assert new_passkey(PLACE, question.challenge, Key().made(other.challenge)) is None
    assert new_passkey(PLACE, question.challenge, Key().made(question.challenge, evil)) is None


def test_another_key_and_a_copy_that_lags_behind_are_refused(key: Key, passkey: Passkey) -> None:
    question = ask_for_one(PLACE, [passkey.handle])
    assert counter_in(PLACE, question.challenge, Key().signed(question.challenge), passkey) is None
    assert counter_in(PLACE, question.challenge, key.signed(question.challenge), replace(passkey, counter=7)) is None


@pytest.mark.parametrize(
    "answer", ["", "null", "[]", "{}", '{"id": 1}', "x" * 30_000, '{"id": "YQ", "rawId": "YQ", "type": "public-key"}']
)
def test_what_is_no_answer(passkey: Passkey, answer: str) -> None:
    challenge = ask_for_one(PLACE, []).challenge
    assert new_passkey(PLACE, challenge, answer) is None
    assert counter_in(PLACE, challenge, answer, passkey) is None


def test_bytes_that_are_cut_anywhere_are_no_answer(key: Key, passkey: Passkey) -> None:
    question = ask_for_one(PLACE, [])
    for whole in (key.made(question.challenge), key.signed(question.challenge)):
        content = json.loads(whole)
        for name, value in content["response"].items():
            for length in range(0, len(value), 7):
                cut = {**content, "response": {**content["response"], name: value[:length]}}
                assert new_passkey(PLACE, question.challenge, json.dumps(cut)) is None
                assert counter_in(PLACE, question.challenge, json.dumps(cut), passkey) is None
