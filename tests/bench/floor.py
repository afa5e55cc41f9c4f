"""The floor: what a careful programmer would write by hand for the one table, and nothing more.

Flask, SQLAlchemy Core and orjson on Kalip's own database: same engine and pragmas, same token, same rights, same event
row, same stage history, same search words, same JSON. It knows its fields by heart, has no model, expressions, layers.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
from flask import Flask, Response, abort, request
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    MetaData,
    Select,
    Table,
    Text,
    insert,
    select,
    text,
    tuple_,
    update,
)

from kalip.base.ids import new_id
from kalip.fields.columns import IsoDate, JsonValue, ScaledDecimal, UtcDateTime
from kalip.storage.engine import WRITER, make_engine
from kalip.storage.words import index_words, query_words

_METADATA = MetaData()
DEAL = Table(
    "deal",
    _METADATA,
    Column("id", Text, primary_key=True),
    Column("version", BigInteger),
    Column("pipeline", Text),
    Column("stage", Text),
    Column("stage_since", UtcDateTime),
    Column("stage_due", UtcDateTime),
    Column("created_at", UtcDateTime),
    Column("created_by", Text),
    Column("updated_at", UtcDateTime),
    Column("updated_by", Text),
    Column("archived_at", UtcDateTime),
    Column("owner", Text),
    Column("name", Text),
    Column("city", Text),
    Column("company", Text),
    Column("amount", ScaledDecimal(2)),
    Column("chance", BigInteger),
    Column("closes", IsoDate),
    Column("urgent", Boolean),
    Column("email", Text),
    Column("note", Text),
)
USER = Table(
    "kalip_user",
    _METADATA,
    Column("id", Text, primary_key=True),
    Column("active", Boolean),
    Column("roles", JsonValue),
)
TOKEN = Table(
    "kalip_token", _METADATA, Column("hash", Text), Column("user_id", Text), Column("expires_at", UtcDateTime)
)
EVENT = Table(
    "kalip_event",
    _METADATA,
    Column("kind", Text),
    Column("entity", Text),
    Column("record_id", Text),
    Column("actor", Text),
    Column("at", UtcDateTime),
    Column("before", Text),
    Column("after", Text),
    Column("correlation", Text),
    Column("revision", Text),
)
STAY = Table(
    "kalip_stay",
    _METADATA,
    Column("entity", Text),
    Column("record_id", Text),
    Column("pipeline", Text),
    Column("stage", Text),
    Column("since", UtcDateTime),
    Column("actor", Text),
)
# orjson takes no subclass of str as a key, which SQLAlchemy's names are.
_SHOWN = tuple("".join(column.name) for column in DEAL.c)
_WRITABLE = ("name", "city", "company", "amount", "chance", "closes", "urgent", "email", "note")
_FIND_USER = select(USER.c.id, USER.c.roles, TOKEN.c.expires_at).join(TOKEN, TOKEN.c.user_id == USER.c.id)
_FOUND_SQLITE = text(
    "SELECT d.id, d.name FROM kalip_search_words JOIN kalip_search AS s ON s.id = kalip_search_words.rowid "
    "JOIN deal AS d ON d.id = s.record_id WHERE kalip_search_words MATCH :words AND s.entity = 'deal' "
    "AND d.archived_at IS NULL AND d.owner = :owner ORDER BY bm25(kalip_search_words, 8.0, 1.0), d.id LIMIT 20"
)
_FOUND_POSTGRES = text(
    "SELECT d.id, d.name FROM kalip_search AS s JOIN deal AS d ON d.id = s.record_id "
    "WHERE s.words @@ CAST(:words AS tsquery) AND s.entity = 'deal' AND d.archived_at IS NULL AND d.owner = :owner "
    "ORDER BY ts_rank('{0.1, 0.2, 0.4, 1.0}', s.words, CAST(:words AS tsquery)) DESC, d.id LIMIT 20"
)


def make_floor(url: str) -> Flask:
    """The WSGI application on a database that Kalip made."""
    app = Flask("floor")
    reader = make_engine(url)
    writer = reader.execution_options(**{WRITER: True})

    @app.get("/api/records/deal/<record_id>")
    def get(record_id: str) -> Response:
        with reader.connect() as connection:
            row = _visible(connection, record_id, _caller(connection))
        return _json(_record(row), ETag=f'"{row["version"]}"')

    @app.get("/api/records/deal")
    def page() -> Response:
        with reader.connect() as connection:
            rows = [dict(row) for row in connection.execute(_page(_caller(connection))).mappings()]
        shown = rows[:50]
        following = _cursor(shown[-1]) if len(rows) > 50 else None
        return _json({"items": [_record(row) for row in shown], "next": following})

    @app.get("/api/search")
    def search() -> Response:
        words = query_words(request.args["q"])
        sqlite = reader.dialect.name == "sqlite"
        query, pattern = (_FOUND_SQLITE, _fts(words)) if sqlite else (_FOUND_POSTGRES, _tsquery(words))
        with reader.connect() as connection:
            found = connection.execute(query, {"words": pattern, "owner": _caller(connection)}).all()
        return _json({"items": [{"entity": "deal", "id": row.id, "title": row.name, "snippet": ""} for row in found]})

    @app.post("/api/records/deal")
    def create() -> Response:
        values = _values(orjson.loads(request.get_data()))
        if not values.get("name"):
            abort(422)
        with writer.begin() as connection:
            row = _insert(connection, values, _caller(connection))
        return _json(_record(row), 201, ETag='"1"', Location=f"/api/records/deal/{row['id']}")

    @app.patch("/api/records/deal/<record_id>")
    def change(record_id: str) -> Response:
        values = _values(orjson.loads(request.get_data()))
        with writer.begin() as connection:
            row = _update(connection, record_id, values, _caller(connection))
        return _json(_record(row), ETag=f'"{row["version"]}"')

    return app


def _caller(connection: Connection) -> str:
    """Who calls: the id of an active user with the role, by a token that has not expired."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    hashed = hashlib.sha256(token.encode()).hexdigest()
    row = connection.execute(_FIND_USER.where(TOKEN.c.hash == hashed, USER.c.active.is_(True))).first()
    if scheme != "Bearer" or row is None or (row.expires_at and row.expires_at < datetime.now(UTC)):
        abort(401)
    if "seller" not in row.roles:
        abort(403)
    return str(row.id)


def _visible(connection: Connection, record_id: str, owner: str) -> Mapping[str, Any]:
    row = connection.execute(select(DEAL).where(DEAL.c.id == record_id, DEAL.c.owner == owner)).mappings().first()
    if row is None:
        abort(404)
    return dict(row)


def _page(owner: str) -> Select[Any]:
    """Offers above 5,000 that the caller owns, those that close last first."""
    query = select(DEAL).where(
        DEAL.c.archived_at.is_(None), DEAL.c.owner == owner, DEAL.c.amount > Decimal(5000), DEAL.c.stage == "offer"
    )
    if cursor := request.args.get("cursor"):
        closes, _, last = cursor.partition("_")
        query = query.where(tuple_(DEAL.c.closes, DEAL.c.id) < (date.fromisoformat(closes), last))
    return query.order_by(DEAL.c.closes.desc(), DEAL.c.id.desc()).limit(51)


def _cursor(row: Mapping[str, Any]) -> str:
    return f"{row['closes'].isoformat()}_{row['id']}"


def _insert(connection: Connection, values: dict[str, Any], actor: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    row = {
        **dict.fromkeys(_SHOWN),
        "id": new_id(),
        "version": 1,
        "pipeline": "sales",
        "stage": "new",
        "stage_since": now,
        "created_at": now,
        "created_by": actor,
        "updated_at": now,
        "updated_by": actor,
        "owner": actor,
        **values,
    }
    connection.execute(insert(DEAL), row)
    _index(connection, row)
    _event(connection, "record.created", row["id"], actor, None, values)
    stay = {"entity": "deal", "record_id": row["id"], "since": now, "actor": actor}
    connection.execute(insert(STAY), {**stay, "pipeline": row["pipeline"], "stage": row["stage"]})
    return row


def _update(connection: Connection, record_id: str, values: dict[str, Any], actor: str) -> dict[str, Any]:
    before = _visible(connection, record_id, actor)
    changed = {name: value for name, value in values.items() if before[name] != value}
    row = {**before, **changed, "version": before["version"] + 1, "updated_at": datetime.now(UTC), "updated_by": actor}
    written = {name: row[name] for name in (*changed, "version", "updated_at", "updated_by")}
    connection.execute(update(DEAL).where(DEAL.c.id == record_id, DEAL.c.version == before["version"]).values(written))
    if "name" in changed or "city" in changed:
        abort(501)  # measured changes leave the search index alone
    _event(connection, "record.updated", record_id, actor, {name: before[name] for name in changed}, changed)
    return row


def _index(connection: Connection, row: Mapping[str, Any]) -> None:
    title, body = index_words(row["name"]), index_words(row["city"] or "")
    if connection.dialect.name == "postgresql":
        words = [f"'{word}':{place}{'A' if place <= len(title) else 'D'}" for place, word in enumerate(title + body, 1)]
        connection.execute(
            text("INSERT INTO kalip_search (entity, record_id, words) VALUES ('deal', :id, CAST(:words AS tsvector))"),
            {"id": row["id"], "words": " ".join(words)},
        )
        return
    number = connection.execute(
        text("INSERT INTO kalip_search (entity, record_id) VALUES ('deal', :id) RETURNING id"), {"id": row["id"]}
    ).scalar_one()
    connection.execute(
        text("INSERT INTO kalip_search_words (rowid, title, body) VALUES (:number, :title, :body)"),
        {"number": number, "title": " ".join(title), "body": " ".join(body)},
    )


def _event(connection: Connection, kind: str, record_id: str, actor: str, before: Any, after: Any) -> None:
    row = {"kind": kind, "entity": "deal", "record_id": record_id, "actor": actor, "at": datetime.now(UTC)}
    texts = {"before": _text(before), "after": _text(after), "correlation": new_id(), "revision": "floor"}
    connection.execute(insert(EVENT), {**row, **texts})


def _values(body: dict[str, Any]) -> dict[str, Any]:
    """What a body says, checked; 422 for anything else."""
    if set(body) - set(_WRITABLE):
        abort(422)
    try:
        return {name: None if value is None else _READ[name](value) for name, value in body.items()}
    except (ValueError, ArithmeticError):
        abort(422)


def _line(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 10_000:
        raise ValueError(value)
    return value


def _email(value: Any) -> str:
    if _line(value).count("@") != 1:
        raise ValueError(value)
    return str(value)


def _percent(value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value <= 100:
        raise ValueError(value)
    return value


_READ: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(_WRITABLE, _line),
    "amount": lambda value: Decimal(value).quantize(Decimal("0.01")),
    "chance": _percent,
    "closes": date.fromisoformat,
    "urgent": bool,
    "email": _email,
}


def _record(row: Mapping[str, Any]) -> dict[str, Any]:
    """A record as the API says it."""
    shown = {"entity": "deal", **{name: row[name] for name in _SHOWN}}
    for name in ("stage_since", "created_at", "updated_at", "archived_at"):
        if shown[name] is not None:
            shown[name] = shown[name].isoformat().replace("+00:00", "Z")
    if shown["amount"] is not None:
        shown["amount"] = str(shown["amount"])
    return shown


def _json(body: Any, status: int = 200, **headers: str) -> Response:
    response = Response(orjson.dumps(body), status, mimetype="application/json")
    response.headers.update(headers)
    return response


def _text(values: Any) -> str | None:
    return None if values is None else orjson.dumps(values, default=str).decode()


def _fts(words: list[tuple[str, ...]]) -> str:
    parts = [" OR ".join(f'"{form}"' for form in forms) for forms in words]
    parts[-1] = " OR ".join((f'"{words[-1][0]}" *', *(f'"{form}"' for form in words[-1][1:])))
    return " AND ".join(f"({part})" for part in parts)


def _tsquery(words: list[tuple[str, ...]]) -> str:
    parts = [" | ".join(f"'{form}'" for form in forms) for forms in words]
    parts[-1] = " | ".join((f"'{words[-1][0]}':*", *(f"'{form}'" for form in words[-1][1:])))
    return " & ".join(f"({part})" for part in parts)
