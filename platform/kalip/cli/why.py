"""Why somebody may, or may not, do something: `kalip why`."""

from collections.abc import Iterator

import click

from kalip.access import SYSTEM
from kalip.base.text import LANGUAGES
from kalip.cli.command import Command, Environment
from kalip.records import run
from kalip.records.explaining import Because, Translate, question_of, said_in
from kalip.workflow.explaining import why

_MARKS = {True: "✓", False: "✗", None: "·"}


@click.command("why", cls=Command)
@click.argument("user")
@click.argument("verb")
@click.argument("record", metavar="ENTITY[/ID]")
@click.argument("field", default="", metavar="[FIELD]")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.pass_obj
def explain_right(  # noqa: PLR0913, PLR0917 - one parameter per option, click calls by name
    env: Environment, user: str, verb: str, record: str, field: str, language: str
) -> None:
    """Say what decides whether a user may do something: kalip why bora@example.com update deal/0193… amount.

    Verbs are read, create, update, archive, restore, export, import, assign, share, purge, and transition:NAME or
    convert:NAME. Without an id it is about the entity as a whole.
    """
    entity, _, record_id = record.partition("/")
    question = question_of(verb, entity, record_id, field=field, user=user)
    with env.site() as site:
        found = run(site.services, SYSTEM, lambda work: why(work, question), write=False)
        translate = site.services.translate
    template = "{person}: “{verb}” is permitted." if found.allowed else "{person}: “{verb}” is not permitted."
    head = Because(template, {"person": found.person, "verb": found.verb_key})
    lines = [said_in(head, language, translate)]
    for each in found.because:
        lines += _lines(each, language, translate)
    data = {
        "allowed": found.allowed,
        "person": found.person,
        "verb": found.verb_key,
        "entity": found.entity.name,
        "id": record_id or None,
        "field": field or None,
        "because": [_data(each, language, translate) for each in found.because],
    }
    env.out.show(data, *lines)


def _lines(because: Because, language: str, translate: Translate, depth: int = 1) -> Iterator[str]:
    yield f"{'  ' * depth}{_MARKS[because.speaks]} {said_in(because, language, translate)}"
    for each in because.under:
        yield from _lines(each, language, translate, depth + 1)


def _data(because: Because, language: str, translate: Translate) -> dict[str, object]:
    return {
        "text": said_in(because, language, translate),
        "speaks": because.speaks,
        "because": [_data(each, language, translate) for each in because.under],
    }
