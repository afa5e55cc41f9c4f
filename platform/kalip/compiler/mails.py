"""Makes templates of mail: their places are compiled against the entity that they are about."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from kalip.base.text import DEFAULT_LOCALE, Text
from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.compiler.formulas import Wanted, compile_formula
from kalip.compiler.labels import label_of
from kalip.expressions import TEXT, Expression
from kalip.metadata import Kind, MergedDocument
from kalip.model import Field, MailTemplate, Pieces, Placeholder

_PLACE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_PATH = re.compile(r"[a-z]\w*(\.[a-z]\w*)*")
_EMAIL = "email"


def mails_of(bench: Bench) -> Mapping[str, MailTemplate]:
    """The templates by name; faults in them are reported."""
    made = (_template(bench, document) for document in bench.stack.of_kind(Kind.MAIL))
    return MappingProxyType({each.name: each for each in made if each is not None})


def pieces_of(bench: Bench, draft: Draft, text: Text, spot: Spot) -> Mapping[str, Pieces]:
    """A text in its pieces, in each of its languages."""
    plain = len(text.pairs) == 1 and text.pairs[0][0] == DEFAULT_LOCALE
    return MappingProxyType(
        {locale: tuple(_pieces(bench, draft, said, spot if plain else spot.at(locale))) for locale, said in text.pairs}
    )


def _template(bench: Bench, document: MergedDocument) -> MailTemplate | None:
    data, spot, name = document.data, Spot(document), document.names[0]
    entity = bench.entity_named(data["entity"], spot.at("entity"))
    if entity is None:
        return None
    draft = bench.drafts[entity]
    language = None
    if "language" in data:
        language = compile_formula(bench, entity, data["language"], spot.at("language"), Wanted(TEXT))
    return MailTemplate(
        name=name,
        pack=document.base.layer,
        label=label_of(data, name),
        entity=entity,
        subject=pieces_of(bench, draft, Text.of(data["subject"]), spot.at("subject")),
        body=pieces_of(bench, draft, Text.of(data["body"]), spot.at("body")),
        language=None if language is None else _readable(bench, language, spot.at("language")),
        to=MappingProxyType(dict(_recipients(bench, draft, data.get("to"), spot.at("to")))),
    )


def _recipients(
    bench: Bench, draft: Draft, said: Mapping[str, object] | None, spot: Spot
) -> Iterator[tuple[str, Field]]:
    if said is None:
        yield from ((name, field) for name, field in draft.fields.items() if field.type == _EMAIL)
        return
    for path in said:
        reached = bench.path_named(draft, path, spot.at(path))
        if reached is None:
            continue
        if reached.field.type != _EMAIL:
            message = f"'{path}' is no e-mail address"
            bench.desk.report(codes.UNFIT_FIELD, spot.at(path), message, "name fields of the type 'email'")
        else:
            yield reached.path, reached.field


def _pieces(bench: Bench, draft: Draft, said: str, spot: Spot) -> Iterator[str | Placeholder]:
    end = 0
    for match in _PLACE.finditer(said):
        yield from _plain(bench, said[end : match.start()], spot)
        end = match.end()
        place = _place(bench, draft, match[1].strip(), spot)
        if place is not None:
            yield place
    yield from _plain(bench, said[end:], spot)


def _plain(bench: Bench, text: str, spot: Spot) -> Iterator[str]:
    if "{{" in text or "}}" in text:
        message = "a place is opened and not closed, or the other way round"
        bench.desk.report(codes.BAD_PLACE, spot, message, "write {{ name }}")
    if text:
        yield text


def _place(bench: Bench, draft: Draft, source: str, spot: Spot) -> Placeholder | None:
    if not source:
        bench.desk.report(codes.BAD_PLACE, spot, "an empty place", "write a field or an expression: {{ name }}")
        return None
    expression = compile_formula(bench, draft.name, source, spot, Wanted())
    if expression is None or _readable(bench, expression, spot) is None:
        return None
    return Placeholder(expression, _field(bench, draft, expression.source))


def _readable(bench: Bench, expression: Expression, spot: Spot) -> Expression | None:
    if expression.element_paths:
        message = f"'{expression.source[:60]}' reads many records, which a mail can't"
        bench.desk.report(codes.BAD_PLACE, spot, message, "add a rollup field to the entity, and write that")
        return None
    return expression


def _field(bench: Bench, draft: Draft, source: str) -> Field | None:
    """The field whose values an expression gives, when it is nothing but a path to one."""
    if not _PATH.fullmatch(source):
        return None
    steps = source.split(".")
    owner: str | None = draft.name
    for position, step in enumerate(steps):
        field = bench.field(owner, step) if owner is not None else None
        if field is None:
            return None
        if position == len(steps) - 1:
            return field
        owner = bench.leads_to(field)
    return None
