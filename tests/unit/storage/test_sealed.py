"""Columns of sealed texts come under the present key; what was moved or changed by hand is told."""

from sqlalchemy import Column, MetaData, Table, Text, insert, select, update

from kalip.base.sealing import Sealer, keys_within
from kalip.storage import Database
from kalip.storage.own import sealed_for
from kalip.storage.sealed import renew_sealed, sealed_columns, sealed_texts

FORMER, PRESENT = Sealer.of(("f" * 32,)), Sealer.of(("p" * 32, "f" * 32))
METADATA = MetaData()
FACTOR = Table(
    "probe_factor",
    METADATA,
    Column("user_id", Text, primary_key=True),
    Column("secret", Text, info=sealed_for("totp:{user_id}")),
)


def test_it_works(database: Database) -> None:
    (column,) = sealed_columns(METADATA)
    assert column.place == "probe_factor.secret"
    with database.publish() as session:
        METADATA.create_all(session.connection)
        rows: list[dict[str, str | None]] = [
            {"user_id": each, "secret": FORMER.seal(f"s-{each}", f"totp:{each}")} for each in ("ada", "bora")
        ]
        rows += [{"user_id": "cem", "secret": None}, {"user_id": "deniz", "secret": PRESENT.seal("s", "totp:deniz")}]
        session.write(insert(FACTOR), rows)
        assert keys_within(sealed_texts(session, column)) == {FORMER.key: 2, PRESENT.key: 1}
        done = renew_sealed(session, PRESENT, METADATA)
        assert (done.renewed, done.broken) == (2, ())
        assert keys_within(sealed_texts(session, column)) == {PRESENT.key: 3}
        kept = session.run(select(FACTOR.c.secret).where(FACTOR.c.user_id == "ada")).scalar_one()
        assert PRESENT.open(kept, "totp:ada") == "s-ada"
        assert renew_sealed(session, PRESENT, METADATA).renewed == 0


def test_a_secret_of_another_row_is_named_and_left(database: Database) -> None:
    with database.publish() as session:
        METADATA.create_all(session.connection)
        rows = [{"user_id": each, "secret": FORMER.seal(each, f"totp:{each}")} for each in ("ada", "bora")]
        session.write(insert(FACTOR), rows)
        session.write(update(FACTOR).where(FACTOR.c.user_id == "ada").values(secret=rows[1]["secret"]))
        done = renew_sealed(session, PRESENT, METADATA)
        assert (done.renewed, done.broken) == (1, ("probe_factor.secret ada",))


def test_own_columns_have_purposes_that_name_columns_of_their_row() -> None:
    for each in sealed_columns():
        assert each.purpose.format_map(dict.fromkeys(each.table.columns.keys(), "x"))
