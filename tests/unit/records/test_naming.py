"""Hints name what their reader may know of: neither entities that are closed to him nor their fields."""

from pathlib import Path

from tests.support.builders import a_pack, an_entity
from tests.support.web_site import a_site


def test_it_works(tmp_path: Path) -> None:
    vault = an_entity("vault").with_field("name", "text").with_field("combination", "text")
    deal = (
        an_entity("deal")
        .with_field("name", "text", required=True)
        .with_field("vault", "reference", to="vault")
        .with_access(rep="all")
    )
    shop = a_pack().with_role("rep").with_entity(vault, deal)
    with a_site(f"sqlite:///{tmp_path / 'shop.db'}", tmp_path, shop) as site:
        rep, admin = site.caller("rep"), site.admin
        made = rep.make("deal", name="A")["id"]
        asked = (
            "/api/records/vaul",
            "/api/records/vault",
            "/api/records/vault/why?verb=read",
            "/api/records/deal?fields=vault.combinatio",
            "/api/records/deal?sort=vault.combinatio",
            f"/api/records/deal/{made}?fields=vault.combinatio",
        )
        for address in asked:
            answer = rep.get(address)
            assert answer.status_code in (400, 404), address
            assert not answer.json or "hint" not in answer.json, f"{address}: {answer.text}"
        # Whoever sees them is helped.
        assert (rep.get("/api/records/dea").json or {})["hint"] == "did you mean 'deal'?"
        assert (admin.get(asked[0]).json or {})["hint"] == "did you mean 'vault'?"
        assert (admin.get(asked[3]).json or {})["hint"] == "did you mean 'combination'?"
