"""What every field type must do, shipped or from a plugin, on SQLite and PostgreSQL.

Derive a class and say which fields to try; every test below then runs for each:

    from tests.contract.field_type_contract import Case, FieldTypeContract
    from tests.support.fields import a_field

    class TestMyType(FieldTypeContract):
        cases = (Case(MyType(), a_field("size", unit="cm")),)

`FieldType.samples` must give ordinary and extreme values for each of the fields.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, ClassVar

import marshmallow
import orjson
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.types import TypeEngine

from kalip.base.errors import fill
from kalip.base.names import is_name
from kalip.expressions import BOOLEAN, TEXT, ActorContext, Context, MappingScope, compile_expression
from kalip.fields import FieldFault, FieldType, Style
from kalip.model import Field
from tests.contract.databases import NamedColumns, engine_of, select_where

LANGUAGES = ("en", "tr", "ru")
CONTEXT = Context(datetime(2026, 11, 24, 12, tzinfo=UTC), date(2026, 11, 24), ActorContext("u1", "ada@example.com"))
EAST = timezone(timedelta(hours=3))
DIALECTS: tuple[sa.Dialect, ...] = (SQLiteDialect(), sa.make_url("postgresql+psycopg://").get_dialect()())
FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@dataclass(frozen=True)
class Case:
    """A field type with a field of it."""

    type: FieldType
    field: Field

    def __str__(self) -> str:
        options = "".join(f",{key}={value}" for key, value in self.field.options.items() if not isinstance(value, dict))
        return f"{self.type.name}{options}"[:60]


def any_json() -> st.SearchStrategy[Any]:
    """JSON of any shape, with the characters and numbers that break things."""
    text = st.text(st.characters(codec=None), max_size=20)
    number = st.integers(-(10**30), 10**30) | st.floats() | st.sampled_from([0, 1, 2**63, -(2**63) - 1, 1e308])
    plain = st.none() | st.booleans() | number | text | st.sampled_from(HOSTILE)
    return st.recursive(
        plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3), max_leaves=6
    )


HOSTILE = (
    "", " ", "\0", "\ud800", "1e999999", "9" * 5000, "NaN", "Infinity", "-0", "0x10", "1,2,3", "--1", "P", "PT", "P1Y",
    "2026-02-30", "24:00", "2026-01-31T25:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "http://[",
    "https://", "a@b", "<script>", "{", "[", "{}", "[1", "'; --", "%s {0} {path}", "\u2028", "İ", "+90", "TR", ":", ",",
)  # fmt: skip


class FieldTypeContract:
    """The contract; `cases` says which fields to try."""

    cases: ClassVar[Sequence[Case]] = ()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "case" in metafunc.fixturenames:
            metafunc.parametrize("case", self.cases, ids=str)

    # --- what it says of itself ---

    def test_it_describes_itself(self, case: Case) -> None:
        assert is_name(case.type.name)
        assert all(case.type.label.get(language) for language in LANGUAGES)
        assert case.type.description.endswith(".")
        assert is_name(case.type.widget)

    def test_its_options_are_described_json_schemas(self, case: Case) -> None:
        for name, schema in case.type.options.items():
            assert is_name(name)
            Draft202012Validator.check_schema(dict(schema))
            assert schema["title"]
            assert schema["description"]
            if "default" in schema:
                Draft202012Validator(dict(schema)).validate(schema["default"])
        assert set(case.type.needs) <= set(case.type.options)

    def test_it_finds_no_fault_in_the_options_of_the_field(self, case: Case) -> None:
        assert case.type.check_options(case.field) == ()

    def test_its_parts_have_distinct_names(self, case: Case) -> None:
        parts = case.type.parts(case.field)
        assert parts[0].name == ""
        assert len({part.name for part in parts}) == len(parts)
        assert all(is_name(part.name) for part in parts[1:])
        assert all(isinstance(part.column, TypeEngine) for part in parts)

    # --- there and back ---

    def test_samples_are_valid(self, case: Case) -> None:
        samples = case.type.samples(case.field)
        assert samples
        for value in samples:
            assert case.type.validate(case.field, value) == ()

    def test_json_there_and_back(self, case: Case) -> None:
        for value in samples_of(case):
            raw = orjson.loads(orjson.dumps(case.type.to_json(case.field, value)))
            assert case.type.parse(case.field, raw) == value

    def test_text_there_and_back(self, case: Case) -> None:
        for value in samples_of(case):
            text = case.type.to_text(case.field, value)
            assert isinstance(text, str)
            assert case.type.parse_text(case.field, text, "en") == value

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_form_inputs_there_and_back(self, case: Case, language: str) -> None:
        for value in samples_of(case):
            inputs = case.type.to_inputs(case.field, value, Style(language, EAST))
            if inputs:
                assert case.type.parse_inputs(case.field, inputs, language, EAST) == value

    def test_blank_text_is_none(self, case: Case) -> None:
        assert case.type.parse_text(case.field, "  ", "en") is None

    @pytest.mark.parametrize("language", [*LANGUAGES, "xx-unknown"])
    def test_it_formats_in_every_language(self, case: Case, language: str) -> None:
        for value in samples_of(case):
            assert isinstance(case.type.format(case.field, value, Style(language, EAST)), str)

    def test_the_marshmallow_field_reads_the_same(self, case: Case) -> None:
        schema = marshmallow.Schema.from_dict({"it": case.type.schema(case.field)})()
        for value in samples_of(case):
            assert schema.load({"it": case.type.to_json(case.field, value)}) == {"it": value}

    # --- JSON Schema ---

    def test_its_json_schemas_hold_for_its_json(self, case: Case) -> None:
        for write in (False, True):
            schema = case.type.json_schema(case.field, write=write)
            Draft202012Validator.check_schema(schema)
            nothing = () if write and case.field.required else (None,)
            for value in (*case.type.samples(case.field), *nothing):
                check_schema(schema, case.type.to_json(case.field, value))

    # --- databases ---

    def test_the_database_gives_back_what_it_got(self, case: Case, database_url: str) -> None:
        if not case.type.stored:
            pytest.skip("not stored in columns of its own")
        values = [*samples_of(case)]
        reader = case.type.json_reader(case.field)
        for value, parts in zip(values, stored(case, database_url, values), strict=True):
            assert case.type.from_parts(case.field, parts) == value
            read = reader(parts) if reader else parts[0]
            assert written(read) == written(case.type.to_json(case.field, value))

    def test_filters_find_the_same_in_sql_as_in_python(self, case: Case, database_url: str) -> None:
        if not case.type.stored:
            pytest.skip("not stored in columns of its own")
        values = [*samples_of(case)]
        with engine_of(database_url) as engine:
            table = table_of(case, engine, values)
            for source in filters_of(case):
                expression = compile_expression(source, scope_of(case), expects=BOOLEAN)
                wanted = [at for at, value in enumerate(values) if expression.evaluate(record_of(case, value), CONTEXT)]
                assert found_by(engine, table, expression) == wanted, source

    def test_its_reader_gives_the_same_json(self, case: Case) -> None:
        reader = case.type.json_reader(case.field)
        for value in samples_of(case):
            parts = case.type.to_parts(case.field, value)
            assert (reader(parts) if reader else parts[0]) == case.type.to_json(case.field, value)

    # --- filters ---

    def test_its_filters_compile(self, case: Case) -> None:
        for source in filters_of(case):
            expression = compile_expression(source, scope_of(case), expects=BOOLEAN)
            assert expression.sql_obstacles == (), source

    def test_its_operators_are_named_in_every_language(self, case: Case) -> None:
        operators = case.type.operators(case.field)
        assert len({operator.name for operator in operators}) == len(operators)
        for operator in operators:
            assert is_name(operator.name)
            assert all(operator.label.get(language) for language in LANGUAGES)

    # --- bad input ---

    @FUZZ
    @given(raw=any_json())
    def test_any_json_is_read_or_refused(self, case: Case, raw: Any) -> None:
        read_or_refuse(case, lambda: case.type.parse(case.field, raw))

    @FUZZ
    @given(
        text=st.text(st.characters(codec=None), max_size=40) | st.sampled_from(HOSTILE),
        language=st.sampled_from(LANGUAGES),
    )
    def test_any_text_is_read_or_refused(self, case: Case, text: str, language: str) -> None:
        read_or_refuse(case, lambda: case.type.parse_text(case.field, text, language, EAST))

    @FUZZ
    @given(data=st.data())
    def test_nearly_right_json_is_read_or_refused(self, case: Case, data: st.DataObject) -> None:
        sample = data.draw(st.sampled_from(case.type.samples(case.field)))
        raw = data.draw(damaged(orjson.loads(orjson.dumps(case.type.to_json(case.field, sample)))))
        read_or_refuse(case, lambda: case.type.parse(case.field, raw))

    @FUZZ
    @given(data=st.data())
    def test_nearly_right_text_is_read_or_refused(self, case: Case, data: st.DataObject) -> None:
        sample = data.draw(st.sampled_from(case.type.samples(case.field)))
        text = data.draw(damaged(case.type.to_text(case.field, sample)).filter(lambda each: isinstance(each, str)))
        language = data.draw(st.sampled_from(LANGUAGES))
        read_or_refuse(case, lambda: case.type.parse_text(case.field, text, language, EAST))


def samples_of(case: Case) -> Iterator[Any]:
    """The samples and None."""
    yield from case.type.samples(case.field)
    yield None


def read_or_refuse(case: Case, read: Any) -> None:
    """Nothing but FieldFault may be raised, and what was read must pass every way."""
    try:
        value = read()
    except FieldFault as fault:
        check_fault(fault)
        return
    for found in case.type.validate(case.field, value):
        check_fault(found)
    raw = orjson.loads(orjson.dumps(case.type.to_json(case.field, value)))
    check_schema(case.type.json_schema(case.field), raw)
    assert case.type.parse(case.field, raw) == value
    assert case.type.parse_text(case.field, case.type.to_text(case.field, value), "en") == value
    assert all(isinstance(case.type.format(case.field, value, Style(language)), str) for language in LANGUAGES)
    for part, held in zip(case.type.parts(case.field), case.type.to_parts(case.field, value), strict=True):
        for dialect in DIALECTS:
            bind = part.column.dialect_impl(dialect).bind_processor(dialect)
            if bind is not None and case.type.stored:
                bind(held)


def check_fault(fault: FieldFault) -> None:
    """A fault has a code, every place of its template filled, and can be shown."""
    assert is_name(fault.code)
    assert fault.template[0].isupper() or fault.template.startswith("'")
    assert fault.template.endswith((".", "?", "{hint}"))
    assert fill(fault.template, dict.fromkeys(fault.params, "")).find("{") == -1
    assert fault.suffix == "" or fault.suffix.startswith("/")


def check_schema(schema: dict[str, Any], raw: Any) -> None:
    """The JSON is what the schema says, formats included."""
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(raw)


def damaged(raw: Any) -> st.SearchStrategy[Any]:
    """A value with something inside replaced, cut or added."""
    if isinstance(raw, str):
        cut = st.integers(0, len(raw))
        piece = st.sampled_from((*HOSTILE, "0", "-", ".", "/", "Z")) | st.text(max_size=3)
        return st.builds(lambda start, end, put: raw[: min(start, end)] + put + raw[max(start, end) :], cut, cut, piece)
    if isinstance(raw, dict) and raw:
        key = st.sampled_from(sorted(raw))
        changed = key.flatmap(lambda name: damaged(raw[name]).map(lambda value: {**raw, name: value}))
        without = key.map(lambda name: {each: value for each, value in raw.items() if each != name})
        return changed | without | any_json().map(lambda value: {**raw, "more": value})
    if isinstance(raw, list) and raw:
        index = st.integers(0, len(raw) - 1)
        return index.flatmap(lambda at: damaged(raw[at]).map(lambda value: [*raw[:at], value, *raw[at + 1 :]]))
    return any_json()


def filters_of(case: Case) -> Iterator[str]:
    """The expression of every operator, with samples as its operands."""
    samples = [operand_of(case, value) for value in case.type.samples(case.field)][:2]
    for operator in case.type.operators(case.field):
        given_values = {"value": samples, "text": ["it's \"é\\", "a"], "days": [7, 30]}
        if operator.many:
            yield case.type.filter(case.field, case.field.name, operator.name, given_values[operator.operands[0]])
            continue
        operands = [
            given_values[kind][min(at, len(given_values[kind]) - 1)] for at, kind in enumerate(operator.operands)
        ]
        yield case.type.filter(case.field, case.field.name, operator.name, operands)


def operand_of(case: Case, value: Any) -> Any:
    """The JSON of a value to compare with; of a list, its first item."""
    raw = case.type.to_json(case.field, value)
    return raw[0] if isinstance(raw, list) and raw else raw


def scope_of(case: Case) -> MappingScope:
    """The scope of a record that has the field alone."""
    name = case.field.name
    paths = {f"{name}.{part.name}" if part.name else name: part.type for part in case.type.parts(case.field)}
    element = MappingScope({"id": TEXT})
    return MappingScope(paths, {case.field.target or "": element})


def record_of(case: Case, value: Any) -> dict[str, object]:
    """The record as expressions see it: path to value of each part."""
    name = case.field.name
    parts = zip(case.type.parts(case.field), case.type.to_parts(case.field, value), strict=True)
    return {f"{name}.{part.name}" if part.name else name: held for part, held in parts}


def table_of(case: Case, engine: sa.Engine, values: Sequence[Any]) -> sa.Table:
    """A table with a row for each value, in order."""
    parts = case.type.parts(case.field)
    columns = [sa.Column(f"it__{part.name}" if part.name else "it", part.column) for part in parts]
    table = sa.Table("contract", sa.MetaData(), sa.Column("at", sa.Integer, primary_key=True), *columns)
    with engine.begin() as connection:
        table.create(connection)
        for at, value in enumerate(values):
            held = case.type.to_parts(case.field, value)
            row = {column.name: each for column, each in zip(columns, held, strict=True)}
            connection.execute(sa.insert(table).values(at=at, **row))
    return table


def stored(case: Case, database_url: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The parts of each value after a journey through the database."""
    with engine_of(database_url) as engine:
        table = table_of(case, engine, values)
        with engine.connect() as connection:
            rows = connection.execute(sa.select(*list(table.c)[1:]).order_by(table.c["at"])).all()
    return [tuple(row) for row in rows]


def found_by(engine: sa.Engine, table: sa.Table, expression: Any) -> list[int]:
    """The rows for which a condition holds in SQL."""
    dialect = "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
    return select_where(engine, table, expression.sql(dialect, NamedColumns()), CONTEXT)


def written(raw: Any) -> bytes:
    """JSON with its keys in one order, which databases don't keep."""
    return orjson.dumps(raw, option=orjson.OPT_SORT_KEYS)
