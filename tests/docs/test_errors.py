"""The page of errors has every code that the source can tell, with the status that web/errors.py gives it."""

import re

from kalip import compiler, metadata
from kalip.base.errors import KalipError
from kalip.web.errors import STATUS, status_of
from tests.support.errors import PACKAGE, error_codes, violation_codes
from tests.support.reference import REFERENCE

PAGE = (REFERENCE / "errors.md").read_text()
ROWS = {code: int(status) for code, status in re.findall(r"^\| ([A-Z]\d{3}) \| (\d{3}) \|", PAGE, re.MULTILINE)}
DIAGNOSTICS = {*metadata.CODES, *compiler.CODES}


def test_each_code_in_the_source_has_its_row_and_each_row_its_code() -> None:
    written = {
        code
        for file in PACKAGE.rglob("*.py")
        if file != PACKAGE / "web" / "errors.py"
        for code in re.findall(r"[\"']([ACDEJKMNRSW]\d{3})[\"']", file.read_text())
    }
    written.discard("S256")  # a method of PKCE
    assert written - DIAGNOSTICS == set(ROWS)
    assert written - DIAGNOSTICS == set(error_codes())


def test_each_row_has_the_status_of_its_error() -> None:
    assert {code: status_of(KalipError("", code=code)) for code in ROWS} == ROWS


def test_no_status_is_for_a_code_that_nobody_tells() -> None:
    families = {code[:2] for code in ROWS}
    assert [code for code in STATUS if code not in ROWS and code not in families] == []


def test_each_error_says_something() -> None:
    assert [code for code, told in error_codes().items() if not told.meaning and not told.messages] == []


def test_violations_are_found() -> None:
    rows = re.findall(r"^\| ([a-z_]+) \|", PAGE.partition("## Violations")[2], re.MULTILINE)
    assert rows == ["code", *violation_codes()]
    assert {"required", "readonly", "not_unique", "check"} <= set(rows)
