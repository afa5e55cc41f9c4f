"""Codes of metadata diagnostics."""

import re
from pathlib import Path

import kalip.metadata
from kalip.metadata import codes
from kalip.metadata.codes import CODES


def test_each_code_is_used_and_described() -> None:
    sources = "".join(path.read_text() for path in Path(kalip.metadata.__file__).parent.glob("*.py"))
    names = {code: name for name, code in vars(codes).items() if isinstance(code, str) and code in CODES}
    assert set(names) == set(CODES)
    unused = [name for name in names.values() if len(re.findall(rf"\b{name}\b", sources)) < 3]
    assert unused == []
    assert all(re.fullmatch(r"M\d{3}", code) for code in CODES)
