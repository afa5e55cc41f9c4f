"""Codes of compiler diagnostics."""

import re
from pathlib import Path

import kalip.compiler
from kalip.compiler import codes
from kalip.compiler.codes import CODES


def test_each_code_is_used_and_described() -> None:
    folder = Path(kalip.compiler.__file__).parent
    sources = "".join(path.read_text() for path in (*folder.glob("*.py"), *folder.parent.glob("runtime/*.py")))
    names = {code: name for name, code in vars(codes).items() if isinstance(code, str) and code in CODES}
    assert set(names) == set(CODES)
    used = set(re.findall(r"\b[A-Z_]{5,}\b", sources.replace((folder / "codes.py").read_text(), "")))
    assert {code: name for code, name in names.items() if name not in used and f'"{code}"' not in sources} == {}
    assert all(re.fullmatch(r"C\d{3}", code) for code in CODES)
