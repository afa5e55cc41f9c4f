"""Providers of sign-ins in site.toml."""

from pathlib import Path
from typing import Any

import pytest

from kalip.base.errors import ConfigurationError
from kalip.runtime.providers import read_providers
from kalip.runtime.settings import SITE_FILE, read_settings, write_settings

WORK = {"issuer": "https://login.example.com/acme", "client_id": "kalip"}


def test_it_works(tmp_path: Path) -> None:
    write_settings(tmp_path)
    with (tmp_path / SITE_FILE).open("a") as file:
        file.write('[oidc.work]\nissuer = "https://login.example.com"\nclient_id = "kalip"\n')
        file.write('creates = true\n[oidc.work.roles]\nsales = "sales_rep"\n')
    provider = read_settings(tmp_path, {"KALIP_OIDC_WORK": "from outside"}).oidc["work"]
    assert (provider.title, provider.client_secret, provider.creates) == ("work", "from outside", True)
    assert dict(provider.roles) == {"sales": "sales_rep"}
    assert "from outside" not in repr(provider)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("x", "must be tables"),
        ({"work": "x"}, "must be tables"),
        ({"work": {}}, "'issuer' is missing"),
        ({"work": {"issuer": "https://a.example"}}, "'client_id' is missing"),
        ({"work": {**WORK, "isuer": "x"}}, "there is no 'isuer'"),
        ({"work": {**WORK, "creates": "yes"}}, "'creates' must be true or false"),
        ({"work": {**WORK, "roles": {"a": 1}}}, "'roles' must be a table of texts"),
        ({"work": {**WORK, "scopes": "email"}}, "must hold openid"),
        ({"work": {**WORK, "issuer": "http://login.example.com"}}, "https://"),
        ({"work": {**WORK, "issuer": "https://a.example?x=1"}}, "https://"),
        ({"a/b": WORK}, "part of addresses"),
    ],
)
def test_faults_name_the_place(written: Any, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_providers(written, {})
    assert message in caught.value.message


def test_a_provider_on_this_machine_needs_no_encryption() -> None:
    assert read_providers({"here": {**WORK, "issuer": "http://127.0.0.1:9000"}}, {})["here"].issuer.startswith("http:")
