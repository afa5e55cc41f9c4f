from flask import Flask, url_for

from kalip.web.routing import LazyRule


def test_addresses_are_read_and_made_as_ever() -> None:
    app = Flask("lazy")
    app.url_rule_class = LazyRule
    app.add_url_rule("/deal/<name>/<int:number>", "deal", lambda name, number: f"{name} {number}")
    assert app.test_client().get("/deal/ş/7").text == "ş 7"
    with app.test_request_context():
        for _ in range(2):
            assert url_for("deal", name="ş", number=7, tab="a b") == "/deal/%C5%9F/7?tab=a+b"
