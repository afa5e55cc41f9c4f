"""The caller's own account by REST: who it is, sessions and tokens listed and ended, what a narrow token may not."""

from pathlib import Path

from kalip.access import Actor, limited_to
from kalip.records.accounts import TokenScope
from kalip.records.privacy.officers import looks_after_privacy
from tests.support.builders import a_model, a_pack
from tests.support.signed_in import session_of
from tests.support.web_site import a_site

ACCOUNT = "/api/account"


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
        narrow = site.narrowed(admin, TokenScope(entities=(entity,)))
        assert narrow.get(f"/api/records/{entity}").status_code == 200
        assert {narrow.get(f"/api/records/{name}").status_code for name in others} == {404}
        assert narrow.get(f"{ACCOUNT}/tokens").status_code == 403
        reader = site.narrowed(admin, TokenScope(read_only=True))
        assert reader.get(f"/api/records/{entity}").status_code == 200
        assert reader.call("POST", f"/api/records/{entity}", {}).status_code == 403
        assert reader.call("DELETE", f"{ACCOUNT}/tokens/x").status_code == 403
        assert (reader.get(ACCOUNT).json or {})["read_only"] is True


def test_a_narrow_token_gives_away_no_more_than_it_has_and_tells_of_nothing_else(
    database_url: str, tmp_path: Path
) -> None:
    """No substitute with all rights, no tasks and notices about other entities, no sessions of the person."""
    with a_site(database_url, tmp_path, "tiny") as site:
        admin, friend = site.person("administrator"), site.person("clerk")
        customer = admin.make("customer", name="Ada")["id"]
        secret = {"entity": "customer", "record_id": customer, "title": "Secret errand", "user": admin.user_id}
        task = (admin.call("POST", "/api/tasks", secret).json or {})["id"]
        plain = {"title": "Plain errand", "user": admin.user_id}
        assert admin.call("POST", "/api/tasks", plain).status_code == 201
        period = {"starts": "2026-01-01T00:00:00Z", "ends": "2028-01-01T00:00:00Z"}
        away = {"user": admin.user_id, "reason": "vacation", **period}
        given = {"absent": admin.user_id, "substitute": friend.user_id, "kind": "all", **period}
        scopes = {"other": TokenScope(entities=("order",)), "role": TokenScope(role="administrator")}
        callers = {name: site.narrowed(admin, scope) for name, scope in scopes.items()}
        for narrow in callers.values():
            for path, body in (("absences", away), ("substitutions", given)):
                refused = narrow.call("POST", f"/api/organisation/{path}", body)
                assert (refused.status_code, "records only" in refused.text) == (403, True), refused.text
                assert narrow.get(f"/api/organisation/{path}").status_code == 403
            assert narrow.get(f"{ACCOUNT}/sessions").status_code == 403
            assert narrow.get("/api/notifications").status_code == 403
            assert narrow.call("POST", "/api/notifications/read", {}).status_code == 403
        assert friend.get("/api/organisation/standing-in").json == {"items": []}
        other = callers["other"]
        assert other.ids("/api/tasks") == []
        assert other.get(f"/api/tasks/{task}").status_code == 404
        assert other.call("POST", f"/api/tasks/{task}/complete", {"outcome": "done"}).status_code == 404
        assert other.call("POST", "/api/tasks", plain).status_code == 422
        about = site.narrowed(admin, TokenScope(entities=("customer",)))
        assert about.ids("/api/tasks") == [task]
        assert about.call("POST", f"/api/tasks/{task}/complete", {"outcome": "done"}).status_code == 200


def test_a_privacy_officers_token_for_some_entities_looks_after_no_personal_data() -> None:
    model = a_model(a_pack().with_role("officer", privacy_officer=True))
    officer = Actor("o", "Olga", "o@example.org", ("officer",))
    assert looks_after_privacy(model, officer)
    assert not looks_after_privacy(model, limited_to(officer, ["lead"]))
