"""The contracts of setup.cfg hold here, and each of them would notice a breach."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source import ROOT

FLOORS = (
    *("web", "cli", "jobs", "designer", "documents", "workflow", "records", "access", "storage", "network"),
    *("runtime", "compiler", "metadata", "fields", "model", "expressions", "base"),
)

BREACHES = {
    "platform/kalip/base/up.py": "import kalip.model",
    "platform/kalip/access/beside.py": "import kalip.storage",
    "platform/kalip/newcomer/__init__.py": "",
    "platform/kalip/model/one.py": "import kalip.model.two",
    "platform/kalip/model/two.py": "import kalip.model.one",
    "platform/kalip/cli/page.py": "from flask import Flask",
    "platform/kalip/web/queue.py": "import rq",
    "platform/kalip/records/query.py": "import sqlalchemy.orm",
    "platform/kalip/fields/schema.py": "import jsonschema",
    "platform/kalip/designer/versions.py": "import resolvelib",
    "platform/kalip/storage/form.py": "from marshmallow import Schema",
    "platform/kalip/workflow/post.py": "import smtplib",
    "platform/kalip/records/secret.py": "import cryptography",
    "platform/kalip/records/proof.py": "import argon2",
    "platform/kalip/access/provider.py": "import authlib",
    "plugins/rude/__init__.py": "import kalip.storage",
}

COMPLAINTS = (
    "kalip.base is not allowed to import kalip.model",
    "kalip.access is not allowed to import kalip.storage",
    "kalip.newcomer",
    "No cycles are allowed in kalip.model.",
    "kalip.cli.page imports flask",
    "kalip.web.queue imports rq",
    "kalip.records.query imports sqlalchemy",
    "kalip.fields.schema imports jsonschema",
    "kalip.designer.versions imports resolvelib",
    "kalip.storage.form imports marshmallow",
    "kalip.workflow.post imports smtplib",
    "kalip.records.secret imports cryptography",
    "kalip.records.proof imports argon2",
    "kalip.access.provider imports authlib",
    "plugins.rude imports kalip.storage",
)


def test_it_works() -> None:
    code, said = _lint(ROOT)
    assert code == 0, said


def test_an_empty_house_keeps_every_contract(house: Path) -> None:
    code, said = _lint(house)
    assert code == 0, said


def test_every_breach_is_noticed(house: Path) -> None:
    for name, text in BREACHES.items():
        path = house / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    code, said = _lint(house)
    assert code == 1
    assert [complaint for complaint in COMPLAINTS if complaint not in said] == []
    assert " KEPT" not in said


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A skeleton of the repository with the same contracts."""
    shutil.copy(ROOT / "setup.cfg", tmp_path)
    contracts = tmp_path / "tests" / "architecture"
    contracts.mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "architecture" / "contracts.py", contracts)
    kalip = tmp_path / "platform" / "kalip"
    for floor in FLOORS:
        (kalip / floor).mkdir(parents=True)
        (kalip / floor / "__init__.py").touch()
    (kalip / "__init__.py").touch()
    (kalip / "app.py").write_text("import kalip.web, flask, rq, redis")
    (kalip / "storage" / "tables.py").write_text("import sqlalchemy")
    (kalip / "runtime" / "plugins.py").touch()
    (tmp_path / "plugins" / "polite").mkdir(parents=True)
    polite = "import kalip.runtime.plugins"
    (tmp_path / "plugins" / "polite" / "__init__.py").write_text(polite)
    return tmp_path


def _lint(folder: Path) -> tuple[int, str]:
    program = Path(sys.executable).with_name("lint-imports")
    environment = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{folder / 'platform'}"}
    result = subprocess.run(
        [program, "--no-cache"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout + result.stderr
