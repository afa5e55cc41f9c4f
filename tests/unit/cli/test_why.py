"""`kalip why`: a decision about rights in plain words, in three languages."""

from tests.unit.cli.conftest import Kalip


def test_it_works(kalip: Kalip, tmp_path: object) -> None:
    made = kalip("init", "--password", "a long password", "--json")
    assert made.code == 0, made.err
    kalip("user", "add", "bora@example.com", "--role", "sales_rep")
    found = kalip("why", "bora@example.com", "update", "lead")
    assert found.code == 0, found.err
    assert "Bora: “update” is permitted." in found.out
    assert "The role Sales representative permits it on" in found.out
    told = kalip("why", "bora@example.com", "transition:qualify", "lead", "--json", "--language", "tr")
    assert told.data["verb"] == "transition:qualify"
    assert any("rolü" in text for text in _texts(told.data["because"]))
    russian = kalip("why", "admin@example.com", "read", "lead", "topic", "--language", "ru")
    assert "администратор" in russian.out
    refused = kalip("why", "nobody@example.com", "read", "lead")
    assert refused.code == 1
    assert "There is no user" in refused.err
    assert kalip("why", "bora@example.com", "raed", "lead").code == 1


def _texts(sentences: list[dict[str, object]]) -> list[str]:
    found: list[str] = []
    for each in sentences:
        under = each["because"]
        found += [str(each["text"]), *(_texts(under) if isinstance(under, list) else [])]
    return found
