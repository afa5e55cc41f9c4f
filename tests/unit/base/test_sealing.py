"""Secrets at rest: opened by the right key for the right purpose, and by nothing else."""

import pytest

from kalip.base.sealing import SEALED, SealBroken, Sealer, keys_within

OLD, NEW = "o" * 32, "n" * 32


def test_it_works() -> None:
    sealer = Sealer.of((NEW,))
    sealed = sealer.seal("gizli пароль", "totp:ada")
    assert SEALED.fullmatch(sealed)
    assert "gizli" not in sealed
    assert sealer.open(sealed, "totp:ada") == "gizli пароль"
    assert sealer.seal("gizli пароль", "totp:ada") != sealed


def test_an_empty_text_can_be_sealed() -> None:
    sealer = Sealer.of((NEW,))
    assert sealer.open(sealer.seal("", "x"), "x") == ""


def test_another_purpose_does_not_open() -> None:
    sealer = Sealer.of((NEW,))
    with pytest.raises(SealBroken, match="of another place"):
        sealer.open(sealer.seal("s", "totp:ada"), "totp:bora")


def test_another_key_does_not_open_and_is_named() -> None:
    sealed = Sealer.of((OLD,)).seal("s", "x")
    with pytest.raises(SealBroken, match=Sealer.of((OLD,)).key):
        Sealer.of((NEW,)).open(sealed, "x")


@pytest.mark.parametrize("at", range(20, 60, 5))
def test_a_changed_character_is_found(at: int) -> None:
    sealer = Sealer.of((NEW,))
    sealed = sealer.seal("a secret that is long enough", "x")
    changed = sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]
    with pytest.raises(SealBroken):
        sealer.open(changed, "x")


@pytest.mark.parametrize("text", ["", "plain", "sealed.1.", "sealed.2.0a0a0a0a." + "A" * 40, "sealed.1.x.y"])
def test_what_is_not_sealed_is_told(text: str) -> None:
    with pytest.raises(SealBroken, match="isn't"):
        Sealer.of((NEW,)).open(text, "x")


def test_a_former_key_opens_and_renewing_moves_to_the_present_one() -> None:
    old, both, new = Sealer.of((OLD,)), Sealer.of((NEW, OLD)), Sealer.of((NEW,))
    sealed = old.seal("s", "x")
    assert both.open(sealed, "x") == "s"
    renewed = both.renew(sealed, "x")
    assert new.open(renewed, "x") == "s"
    assert both.renew(renewed, "x") == renewed


def test_parts_of_a_text() -> None:
    old, both = Sealer.of((OLD,)), Sealer.of((NEW, OLD))
    address = f"imaps://a:{old.seal('p%40ss', 'setting')}@host:993/INBOX imaps://b:{old.seal('q', 'setting')}@host"
    assert both.open_within(address, "setting") == "imaps://a:p%40ss@host:993/INBOX imaps://b:q@host"
    renewed = both.renew_within(address, "setting")
    assert keys_within([address, renewed, "plain"]) == {old.key: 2, both.key: 2}
    assert Sealer.of((NEW,)).open_within(renewed, "setting") == "imaps://a:p%40ss@host:993/INBOX imaps://b:q@host"


def test_a_sealer_shows_nothing_of_its_keys() -> None:
    assert repr(Sealer.of((NEW,))) == "Sealer()"
    with pytest.raises(ValueError, match="needs a key"):
        Sealer.of(("",))


def test_a_fleeting_one_is_nobody_elses() -> None:
    with pytest.raises(SealBroken):
        Sealer.fleeting().open(Sealer.fleeting().seal("s", "x"), "x")
