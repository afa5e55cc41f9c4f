"""Signing in by a real provider on this machine: who it is, what roles come with it, and what is not believed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from joserfc.jwk import RSAKey

from kalip.network import Guard, HttpClient, Network
from kalip.runtime.providers import Provider
from kalip.storage import find_user, get_user
from tests.support.builders import a_pack, an_entity
from tests.support.identity import Browser, with_password
from tests.support.provider import CLIENT, SECRET, FakePerson, LocalProvider, local_provider
from tests.support.web_site import Site, a_site

START = "/login/with/work"


@pytest.fixture(scope="module")
def provider() -> Iterator[LocalProvider]:
    with local_provider() as running:
        yield running


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, provider: LocalProvider) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("oidc")
    pack = (
        a_pack()
        .with_role("clerk")
        .with_role("chief")
        .with_entity(an_entity("thing").with_field("name", "text").with_access(clerk="all", chief="all"))
    )
    known = Provider("work", "Work", provider.issuer, CLIENT, SECRET, roles={"sales": "clerk", "bosses": "chief"})
    config = {"KALIP_PROVIDERS": {"work": known, "open": replace(known, name="open", title="Open", creates=True)}}
    with a_site(f"sqlite:///{folder / 'kalip.sqlite3'}", folder, pack, config=config) as site:
        yield site


@pytest.fixture(autouse=True)
def reach(site: Site, provider: LocalProvider) -> None:
    """The site may call this machine."""
    guard = Guard(frozenset({"127.0.0.1"}))
    network = Network(http=HttpClient(guard))
    site.app.extensions["kalip_site"] = replace(
        site.app.extensions["kalip_site"], services=replace(site.services, network=network)
    )
    provider.spoil, provider.signing = {}, None


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site.app.test_client())


def come(browser: Browser, provider: LocalProvider, start: str = START) -> str:
    """Go to the provider, sign in there and come back; the path where one ends."""
    there = browser.client.get(start)
    assert there.status_code == 302, there.text
    browser.open(provider.sign_in(there.location))
    return browser.path


def test_a_verified_address_is_known_once_and_the_subject_from_then_on(
    site: Site, browser: Browser, provider: LocalProvider
) -> None:
    person = site.person("clerk")
    email = f"{person.user_id}@example.org"
    provider.who = FakePerson("ece", {"email": email.upper(), "email_verified": True, "groups": ["sales"]})
    assert come(browser, provider, f"{START}?next=/thing") == "/thing"
    provider.who = FakePerson("ece", {"email": "other@example.org", "email_verified": True, "groups": ["bosses", "x"]})
    again = Browser(site.app.test_client())
    assert come(again, provider) == "/"
    with site.services.database.read() as session:
        user = get_user(session, person.user_id)
    assert user is not None
    assert user.roles == ("chief",)  # what the provider governs goes and comes with it
    assert "Work" in again.open("/account/security").text


@pytest.mark.parametrize("claims", [{"email_verified": False}, {}, {"email_verified": "true"}])
def test_an_address_that_is_not_verified_is_nobodys(
    site: Site, browser: Browser, provider: LocalProvider, claims: dict[str, object]
) -> None:
    email = f"{site.person('clerk').user_id}@example.org"
    provider.who = FakePerson("liar", {"email": email, **claims})
    assert come(browser, provider) == "/login"
    assert "Nobody here is known" in (browser.page.text if browser.page else "")


def test_strangers_become_users_where_the_site_says_so(site: Site, browser: Browser, provider: LocalProvider) -> None:
    claims = {
        "email": "new@example.org",
        "email_verified": True,
        "name": "Nil Ak",
        "groups": "sales",
        "locale": "tr-TR",
    }
    provider.who = FakePerson("nil", claims)
    assert come(browser, provider) == "/login"
    assert come(browser, provider, "/login/with/open") == "/"
    with site.services.database.read() as session:
        user = find_user(session, "new@example.org")
    assert user is not None
    assert (user.name, user.roles, user.locale, user.password_hash) == ("Nil Ak", ("clerk",), "tr", None)


@pytest.mark.parametrize(
    "spoil",
    [{"nonce": "x"}, {"aud": "other"}, {"iss": "https://example.org"}, {"exp": 1}, {"sub": "somebody else"}],
    ids=lambda spoil: next(iter(spoil)),
)
def test_tokens_that_lie_are_not_believed(
    site: Site, browser: Browser, provider: LocalProvider, spoil: dict[str, object]
) -> None:
    email = f"{site.person('clerk').user_id}@example.org"
    provider.who = FakePerson("true", {"email": email, "email_verified": True})
    provider.spoil = spoil
    assert come(browser, provider) == "/login"
    assert "be believed" in (browser.page.text if browser.page else "")


def test_a_token_signed_by_another_key_is_not_believed(browser: Browser, provider: LocalProvider) -> None:
    provider.signing = RSAKey.generate_key(2048, {"kid": "k1"})
    assert come(browser, provider) == "/login"


def test_the_state_belongs_to_one_browser_and_is_good_once(
    site: Site, browser: Browser, provider: LocalProvider
) -> None:
    email = f"{site.person('clerk').user_id}@example.org"
    provider.who = FakePerson("zoe", {"email": email, "email_verified": True})
    back = provider.sign_in(browser.client.get(START).location)
    victim = Browser(site.app.test_client())
    victim.open(back)
    assert victim.path == "/login"
    browser.open(back)
    assert browser.path == "/"
    browser.client.post("/logout")
    again = Browser(site.app.test_client())
    again.open(back)
    assert again.path == "/login"
    assert browser.client.get("/login/with/nowhere").status_code == 404


def test_an_account_elsewhere_is_made_ones_own(site: Site, browser: Browser, provider: LocalProvider) -> None:
    email = with_password(site, site.person("clerk"))
    browser.sign_in(email)
    provider.who = FakePerson("mine", {"email": "private@example.org", "email_verified": False})
    assert come(browser, provider, f"{START}?link=1") == "/account/security"
    assert "private@example.org" in browser.open("/account/security").text
    other = Browser(site.app.test_client())
    assert come(other, provider) == "/"
    thief = Browser(site.app.test_client())
    thief.sign_in(with_password(site, site.person("clerk")))
    come(thief, provider, f"{START}?link=1")
    assert "private@example.org" not in thief.open("/account/security").text
    browser.open("/account/security")
    browser.send("/account/security/links/remove", provider="work", subject="mine")
    assert come(Browser(site.app.test_client()), provider) == "/login"
