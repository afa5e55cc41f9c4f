"""The dialogue of a conversion as the browser sent it: what is chosen, what is typed, which page is wanted next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from kalip.base.errors import Violation
from kalip.model import Conversion, ConversionTarget, Entity
from kalip.records import PickQuery, Work, pick
from kalip.web.inputs import Submitted, read_inputs
from kalip.web.record.submission import Submission, read_form, stepped
from kalip.workflow.conversions import ConvertRecord, TargetChoice

OWN = "_own."
"""What inputs of the record itself are called by."""
CHOOSE, CHECK, CONVERT, NEXT, LOOK = "choose", "check", "convert", "next", "look"
CARRY, DECLINE = "carry", "decline"
_CONTROLS = frozenset({"csrf_token", "_go", "_add", "_remove", "_at", "_version", "_board"})


@dataclass(frozen=True, slots=True)
class SentTarget:
    """What is said of one target. `take` is "" as long as nobody chose, `new`, or the id of an existing record.

    `seen` are the records that were offered, by id with the rule that found them. `form` is its own form, `carry` the
    fields that it is to be given, `unclear` a name that was typed and means no single record.
    """

    take: str = ""
    pipeline: str = ""
    carry: tuple[str, ...] = ()
    unclear: str = ""
    overwrite: tuple[str, ...] = ()
    seen: Mapping[str, str] = field(default_factory=dict)
    form: Submission | None = None

    def choice(self) -> TargetChoice:
        """What the conversion is told."""
        values = self.form.values() if self.form is not None else {}
        if self.take and self.take != "new":
            return TargetChoice(values=values, existing=self.take, overwrite=self.overwrite)
        # A choice of the page that is not answered yet is asked again, whatever the metadata would do by itself.
        return TargetChoice(
            values=values, pipeline=self.pipeline or None, duplicates="make" if self.take == "new" else None
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """A whole submission. `chosen` is None on the first page that anybody sees; `at` the page it came from."""

    targets: Mapping[str, SentTarget]
    chosen: tuple[str, ...] | None = None
    own: Submitted = field(default_factory=dict)
    at: str = CHOOSE
    go: str = LOOK
    version: int | None = None
    board: bool = False
    stepped: bool = False
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def settled(self) -> tuple[str, str]:
        """What is done about fields that a target lacks, `carry` or `decline`, and the target; else empty texts."""
        verb, _, target = self.go.partition(".")
        return (verb, target) if verb in (CARRY, DECLINE) else ("", "")

    def target(self, name: str) -> SentTarget:
        """What is said of a target; nothing, where nothing is."""
        return self.targets.get(name, SentTarget())

    def command(self, conversion: Conversion, record_id: str) -> ConvertRecord:
        """The command that this asks for."""
        choices = None if self.chosen is None else {name: self.target(name).choice() for name in self.chosen}
        return ConvertRecord(conversion.entity, record_id, conversion.name, choices, self.own, source="text")

    def unresolved(self) -> tuple[Violation, ...]:
        """Names that were typed into references and mean no single record."""
        template = "“{text}” is not clear: choose one from the list."
        records = (
            Violation(f"/targets/{name}/existing", "choose", template, {"text": text})
            for name in self.chosen or ()
            if (text := self.target(name).unclear)
        )
        fields = (
            Violation(f"/targets/{name}/values/{each.replace('.', '/')}", "choose", template, {"text": text})
            for name in self.chosen or ()
            if (form := self.target(name).form) is not None
            for each, text in form.unresolved.items()
        )
        return (*records, *fields)

    def kept_for(self, page: str, conversion: Conversion) -> tuple[tuple[str, str], ...]:
        """The inputs that a page doesn't show and that it has to send all the same."""
        if page == CHOOSE:
            return tuple(pair for pair in self.kept if not _is_choice(pair[0]))
        shown = [name for name, each in conversion.targets.items() if page == str(each.step)]
        return tuple(pair for pair in self.kept if not _of(pair[0], shown))


def first_look(*, board: bool = False) -> Sent:
    """The dialogue before anything was said."""
    return Sent({}, board=board)


def read_sent(work: Work, entity: Entity, conversion: Conversion, form: MultiDict[str, str]) -> Sent:
    """Read the dialogue's form."""
    targets = {name: _target(work, conversion, name, form) for name in conversion.targets}
    chosen = tuple(name for name in form.getlist("_target") if name in conversion.targets)
    return Sent(
        targets=targets,
        chosen=chosen if "_targets" in form else None,
        own=read_inputs(form, entity.attributes, OWN),
        at=form.get("_at", CHOOSE),
        go=form.get("_go", LOOK),
        version=form.get("_version", type=int),
        board=bool(form.get("_board")),
        stepped="_add" in form or "_remove" in form,
        kept=tuple((name, text) for name, text in form.items(multi=True) if name not in _CONTROLS),
    )


def _target(work: Work, conversion: Conversion, name: str, form: MultiDict[str, str]) -> SentTarget:
    seen = (text.partition(" ") for text in form.getlist(f"{name}~seen"))
    take, unclear = form.get(f"{name}~other", ""), ""
    typed = form.get(f"{name}~other~text", "").strip()
    if typed and not take:
        take, unclear = _named(work, conversion, name, typed)
    return SentTarget(
        take=take or form.get(f"{name}~take", ""),
        unclear=unclear,
        pipeline=form.get(f"{name}~pipeline", ""),
        carry=tuple(form.getlist(f"{name}~carry")),
        overwrite=tuple(form.getlist(f"{name}~overwrite")),
        seen={record_id: rule for record_id, _, rule in seen if record_id},
        form=_form(work, conversion, name, form),
    )


def way_to(source: Entity, target: ConversionTarget) -> str:
    """The field by which records are found that may stand for a target; empty where no field leads there."""
    fields = (target.existing, target.result, *source.fields)
    return next((name for name in fields if name and source.fields[name].target == target.entity), "")


def _named(work: Work, conversion: Conversion, name: str, typed: str) -> tuple[str, str]:
    """The record that a typed name means, or the name when it means none or several."""
    source = work.seen.entities[conversion.entity]
    via = way_to(source, conversion.targets[name])
    hits = pick(work, PickQuery(source.name, typed, field=via, limit=2)) if via else ()
    exact = [each for each in hits if each.title.casefold() == typed.casefold()] or list(hits)
    return (exact[0].id, "") if len(exact) == 1 else ("", typed)


def _form(work: Work, conversion: Conversion, name: str, form: MultiDict[str, str]) -> Submission | None:
    if f"{name}~form" not in form:
        return None
    prefix = f"{name}."
    inner: MultiDict[str, str] = MultiDict(
        (key.removeprefix(prefix), text) for key, text in form.items(multi=True) if key.startswith(prefix)
    )
    for step in ("_add", "_remove"):
        if form.get(step, "").startswith(prefix):
            inner[step] = form[step].removeprefix(prefix)
    return stepped(read_form(work, work.seen.entities[conversion.targets[name].entity], inner), inner)


def _is_choice(name: str) -> bool:
    return name.startswith((OWN, "_target")) or (
        "~" in name and "." not in name.partition("~")[0] and not name.endswith("~form")
    )


def _of(name: str, targets: Iterable[str]) -> bool:
    """Whether an input belongs to the form of one of these targets."""
    return any(name.startswith(f"{each}.") or name in (f"{each}~form", f"{each}~pipeline") for each in targets)
