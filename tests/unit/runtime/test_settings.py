"""Settings of a site: file, environment, faults."""

import stat
from pathlib import Path

import pytest

from kalip.base.errors import ConfigurationError
from kalip.base.sealing import SealBroken
from kalip.runtime.settings import SETTING, SITE_FILE, read_settings, sealer_of, write_settings


def test_it_works(tmp_path: Path) -> None:
    write_settings(tmp_path / "site", title='Acme "1"', locale="tr", demo=True)
    settings = read_settings(tmp_path / "site", {})
    assert (settings.title, settings.locale, settings.demo) == ('Acme "1"', "tr", True)
    assert settings.database_url == f"sqlite:///{tmp_path}/site/site.db"
    assert settings.files_url == str(tmp_path / "site" / "files")
    assert len(settings.secret_key) == 64


def test_the_file_is_its_owners_only(tmp_path: Path) -> None:
    write_settings(tmp_path)
    assert stat.S_IMODE((tmp_path / SITE_FILE).stat().st_mode) == 0o600


def test_a_second_init_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    write_settings(tmp_path)
    before = (tmp_path / SITE_FILE).read_bytes()
    with pytest.raises(ConfigurationError, match="holds a site already"):
        write_settings(tmp_path)
    assert (tmp_path / SITE_FILE).read_bytes() == before


def test_the_environment_wins(tmp_path: Path) -> None:
    write_settings(tmp_path)
    settings = read_settings(tmp_path, {"KALIP_DATABASE_URL": "postgresql://x/y", "KALIP_REDIS_URL": "redis://z"})
    assert (settings.database_url, settings.redis_url) == ("postgresql://x/y", "redis://z")


@pytest.mark.parametrize(
    ("said", "folder"),
    [("files", "files"), ("../kept", "../kept"), ("/srv/files", "/srv/files"), ("file://" + "/x", "/x")],
)
def test_where_files_are_kept(tmp_path: Path, said: str, folder: str) -> None:
    write_settings(tmp_path)
    settings = read_settings(tmp_path, {"KALIP_FILES_URL": said})
    assert Path(settings.files_url) == tmp_path / folder


def test_no_site(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_settings(tmp_path / "nowhere", {})
    assert "kalip init" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('titel = "x"', "unknown setting 'titel'"),
        ("demo = 3", "'demo' must be true or false"),
        ("proxies = true", "'proxies' must be a whole number"),
        (f'files_url = "ftp://elsewhere/files"\nsecret_key = "{"x" * 32}"', "can't be kept at ftp"),
        ("title = [", "not valid TOML"),
        ('secret_key = "short"', "secret key"),
    ],
)
def test_faults_are_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / SITE_FILE).write_text(content)
    with pytest.raises(ConfigurationError, match=message):
        read_settings(tmp_path, {})


def test_secrets_of_web_hooks_come_from_the_file_or_the_environment(tmp_path: Path) -> None:
    write_settings(tmp_path)
    with (tmp_path / "site.toml").open("a", encoding="utf-8") as file:
        file.write('\n[hook_secrets]\nshop = "one two"\nbank = "three"\n')
    settings = read_settings(tmp_path, {"KALIP_HOOK_BANK": "four", "KALIP_HOOK_MAIL": "five"})
    assert settings.hook_secrets == {"shop": "one two", "bank": "four", "mail": "five"}
    assert "four" not in repr(settings)


def test_a_secret_that_is_no_text_is_told(tmp_path: Path) -> None:
    write_settings(tmp_path)
    with (tmp_path / "site.toml").open("a", encoding="utf-8") as file:
        file.write("\n[hook_secrets]\nshop = 5\n")
    with pytest.raises(ConfigurationError, match="table of texts"):
        read_settings(tmp_path, {})


def test_sealed_parts_are_open_and_what_a_former_key_sealed_too(tmp_path: Path) -> None:
    write_settings(tmp_path)
    former = sealer_of("f" * 32)
    with (tmp_path / "site.toml").open("a", encoding="utf-8") as file:
        file.write(f'mailboxes = "imaps://sales:{former.seal("p%40ss", SETTING)}@mail.example.com"\n')
        file.write(f'[hook_secrets]\nshop = "{former.seal("one", SETTING)} two"\n')
    settings = read_settings(tmp_path, {"KALIP_PREVIOUS_KEYS": f"{'e' * 32} {'f' * 32}"})
    assert settings.mailboxes == "imaps://sales:p%40ss@mail.example.com"
    assert settings.hook_secrets == {"shop": "one two"}
    assert settings.sealer.open(former.seal("s", "x"), "x") == "s"
    assert settings.sealer.key not in (former.key, sealer_of("e" * 32).key)
    with pytest.raises(SealBroken, match=former.key):
        read_settings(tmp_path, {})


def test_settings_show_no_secret(tmp_path: Path) -> None:
    write_settings(tmp_path)
    secrets = {"KALIP_DATABASE_URL", "KALIP_SECRET_KEY", "KALIP_PREVIOUS_KEYS", "KALIP_SMTP_URL", "KALIP_MAILBOXES"}
    settings = read_settings(tmp_path, dict.fromkeys(secrets, "imaps://a:hidden@host " + "h" * 32))
    assert "hidden" not in repr(settings)
