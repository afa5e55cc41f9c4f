"""The caller's own account by REST: who it is, sessions and tokens listed and ended, what a narrow token may not."""

from pathlib import Path

from kalip.access import SYSTEM
from kalip.records import run
from kalip.records.accounts import TokenScope, create_api_token
from tests.support.signed_in import session_of
from tests.support.web_site import Caller, Site, a_site

ACCOUNT = "/api/account"


def narrowed(site: Site, caller: Caller, scope: TokenScope) -> Caller:
    text = run(site.services, SYSTEM, lambda work: create_api_token(work, caller.user_id, "narrow", scope))
    return Caller(site.app.test_client(), caller.user_id, text)


def test_it_works(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "tiny") as site:
        clerk = site.person("clerk", name="Clara")
        found = clerk.get(ACCOUNT).json or {}
        assert (found["name"], found["roles"], found["read_only"], found["entities"]) == (
            "Clara",
            ["clerk"],
            False,
            None,
        )
        session_of(site, clerk)
        (session,) = (clerk.get(f"{ACCOUNT}/sessions").json or {})["items"]
        assert clerk.call("DELETE", f"{ACCOUNT}/sessions/{session['id']}").status_code == 204
        assert clerk.call("DELETE", f"{ACCOUNT}/sessions/{session['id']}").status_code == 404
        assert (clerk.get(f"{ACCOUNT}/sign-ins?limit=5").json or {})["items"] == []
        assert clerk.get(f"{ACCOUNT}/sign-ins?limit=0").status_code == 400
        (token,) = (clerk.get(f"{ACCOUNT}/tokens").json or {})["items"]
        assert clerk.token not in str(token)
        other = site.person("clerk")
        assert other.call("DELETE", f"{ACCOUNT}/tokens/{token['id']}").status_code == 404
        assert clerk.call("DELETE", f"{ACCOUNT}/tokens/{token['id']}").status_code == 204
        assert clerk.get(ACCOUNT).status_code == 401


def test_a_narrow_token_reaches_its_entities_and_nothing_else(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "tiny") as site:
        admin = site.person("administrator")
        entity, *others = sorted(name for name, each in site.served.model.entities.items() if not each.owned_by)
        narrow = narrowed(site, admin, TokenScope(entities=(entity,)))
        assert narrow.get(f"/api/records/{entity}").status_code == 200
        assert {narrow.get(f"/api/records/{name}").status_code for name in others} == {404}
        assert narrow.get(f"{ACCOUNT}/tokens").status_code == 403
        reader = narrowed(site, admin, TokenScope(read_only=True))
        assert reader.get(f"/api/records/{entity}").status_code == 200
        assert reader.call("POST", f"/api/records/{entity}", {}).status_code == 403
        assert reader.call("DELETE", f"{ACCOUNT}/tokens/x").status_code == 403
        assert (reader.get(ACCOUNT).json or {})["read_only"] is True
