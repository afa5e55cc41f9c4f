"""What the dialogue of a conversion shows, worked out for its templates from the plan and from what was said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from flask import url_for

from kalip.base.errors import KalipError, Violation
from kalip.model import Entity
from kalip.records import Titles, Work, get_record, title_of, titles_of
from kalip.records.covers import locked_for
from kalip.web.cells import Cell, record_url, style_of
from kalip.web.conversions.cards import TargetCard, card_of
from kalip.web.conversions.forms import TargetForm, own_faults, target_form
from kalip.web.conversions.sent import CHECK, CHOOSE, CONVERT, NEXT, OWN, Sent
from kalip.web.faults import Fault, errors_of
from kalip.web.inputs import Input, Sheet, State, input_of
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.record.endings import Ending, endings_of
from kalip.web.record.values import shown_value, titles_in
from kalip.web.shell import plural_of
from kalip.workflow.conversions import ConversionPlan, TargetPlan

StepState = Literal["done", "current", "open", "shut"]


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A page of the dialogue; a `shut` one comes only after those before it are saved."""

    label: str
    state: StepState


@dataclass(frozen=True, slots=True)
class Goes:
    """A button that goes on: what it sends, what it says."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class DialogueAddresses:
    """Where the parts of the forms go."""

    preview: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A page of the dialogue. `at` is the page: `choose`, or the number of a step whose forms are shown."""

    href: str
    back: str
    at: str
    title: str
    record: str
    text: str
    version: int | None
    board: bool
    steps: tuple[ShownStep, ...]
    endings: tuple[Ending, ...]
    cards: tuple[TargetCard, ...]
    own: tuple[Input, ...]
    forms: tuple[TargetForm, ...]
    made: tuple[TargetCard, ...]
    lost: tuple[tuple[str, Cell], ...]
    along: str
    kept: tuple[tuple[str, str], ...]
    faults: tuple[Fault, ...]
    refusal: str
    hint: str
    primary: Goes | None
    secondary: Goes | None
    addresses: DialogueAddresses
    resumed: bool = False
    stale: bool = False

    @property
    def choosing(self) -> bool:
        """Whether it asks what is to be made."""
        return self.at == CHOOSE


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a page of the dialogue is made of: the record, the plan, what was said so far."""

    entity: Entity
    record_id: str
    plan: ConversionPlan
    sent: Sent


def dialogue_of(work: Work, scene: Scene, error: KalipError | None = None) -> Dialogue:
    """Work the dialogue out. `error` is why the last attempt was refused; without one only hints are given."""
    entity, record_id, plan, sent = scene.entity, scene.record_id, scene.plan, scene.sent
    conversion, locale = plan.conversion, current_locale()
    at = page_of(plan, sent)
    violations = (*getattr(error, "violations", ()), *sent.unresolved())
    values = [(work.seen.entities[each.target.entity], each.values) for each in plan.targets]
    lost = [(entity, {each.field.name: each.value for each in plan.lost})]
    titles = titles_in(work, [*values, *lost, *_differing(work, plan)])
    _name_records(work, plan, sent, titles)
    cards = tuple(card_of(work, plan, each, sent, titles) for each in plan.targets)
    forms = tuple(
        target_form(work, plan, each, sent.target(each.target.name).form, own_faults(violations, each.target.name))
        for each in plan.targets
        if each.selected and each.existing is None and str(each.target.step) == at
    )
    href = url_for("conversions.show_dialogue", entity=entity.name, record_id=record_id, name=conversion.name)
    primary, secondary = _buttons(plan, at)
    return Dialogue(
        href=href,
        back=record_url(entity.name, record_id),
        at=at,
        title=conversion.label.get(locale),
        record=title_of(work, entity.name, record_id) or gettext("(no name)"),
        text=conversion.description.get(locale),
        version=sent.version if sent.version is not None else _version(work, entity, record_id),
        board=sent.board,
        steps=tuple(_steps(plan, at)),
        endings=_endings(work, scene),
        cards=tuple(each for each in cards if each.standing != "closed"),
        own=_own_inputs(work, scene, violations) if at == CHOOSE else (),
        forms=forms,
        made=tuple(each for each in cards if each.standing == "made"),
        lost=tuple(
            (each.field.label.get(locale), shown_value(work, entity, each.field.name, each.value, titles))
            for each in plan.lost
        ),
        along=_along(work, plan),
        kept=sent.kept_for(at, conversion),
        faults=tuple(_faults(plan, forms, violations, at)),
        refusal=_refusal(plan, error),
        hint=told.hint if (told := error or plan.error) is not None else "",
        primary=primary,
        secondary=secondary,
        addresses=DialogueAddresses(href),
        resumed=plan.open is not None,
        stale=sent.at == NEXT,
    )  # fmt: skip


def page_of(plan: ConversionPlan, sent: Sent) -> str:
    """The page that is to be shown: the one that was asked for, as far as it is there."""
    steps = [str(each) for each in steps_to_fill(plan)]
    if plan.open is not None and plan.open.pending and not any(_is_offered(each) for each in plan.targets):
        return steps[0] if steps else CHOOSE
    if plan.open is not None and steps:
        return sent.at if sent.at in steps else steps[0]
    return sent.at if sent.at in steps else CHOOSE


def steps_to_fill(plan: ConversionPlan) -> tuple[int, ...]:
    """The steps of which something is to be made, in order."""
    return tuple(sorted({each.target.step for each in plan.targets if each.selected}))


def blocking(plan: ConversionPlan) -> tuple[Violation, ...]:
    """Faults of the first page: all but those that the targets' own forms can mend."""
    return tuple(each for each in plan.violations if "/values" not in each.pointer.removeprefix("/values"))


def refused_for_good(plan: ConversionPlan) -> bool:
    """Whether nothing that can be typed would help: the record's own condition, or a right that is lacking."""
    return plan.error is not None and not getattr(plan.error, "violations", ())


def _is_offered(target: TargetPlan) -> bool:
    return target.standing in ("offered", "linked")


def _endings(work: Work, scene: Scene) -> tuple[Ending, ...]:
    entity, plan = scene.entity, scene.plan
    if plan.open is not None or plan.done or not entity.pipelines or not plan.conversion.transition:
        return ()
    values = get_record(work, entity.name, scene.record_id, ("pipeline", "stage"))
    pipeline = entity.pipelines.get(str(values["pipeline"]))
    if pipeline is None:
        return ()
    moves = pipeline.closing(str(values["stage"]))
    return endings_of(entity, scene.record_id, moves, plan.conversion.transition, board=scene.sent.board)


def _version(work: Work, entity: Entity, record_id: str) -> int:
    return int(str(get_record(work, entity.name, record_id, ("version",))["version"]))


def _steps(plan: ConversionPlan, at: str) -> Iterable[ShownStep]:
    if plan.open is None:
        yield ShownStep(gettext("What to make"), "current" if at == CHOOSE else "done")
    else:
        yield ShownStep(gettext("What to make"), "done")
    locale = current_locale()
    for step in plan.steps:
        these = [each for each in plan.targets if each.target.step == step and each.standing != "closed"]
        told = [each for each in these if each.selected or each.standing == "made"]
        if not told:
            continue
        label = ", ".join(each.target.label.get(locale) for each in told)
        made = all(each.standing == "made" for each in told)
        earlier = [one for one in plan.targets if one.target.step < step and one.selected]
        if str(step) == at:
            yield ShownStep(label, "current")
        elif made:
            yield ShownStep(label, "done")
        else:
            yield ShownStep(label, "shut" if earlier else "open")


def _buttons(plan: ConversionPlan, at: str) -> tuple[Goes | None, Goes | None]:
    steps = steps_to_fill(plan)
    label = plan.conversion.label.get(current_locale())
    if not steps:
        return (Goes(CHECK, gettext("Continue")), None) if not refused_for_good(plan) else (None, None)
    if at == CHOOSE:
        if plan.allowed:
            return Goes(CONVERT, label), Goes(str(steps[0]), gettext("Check the details first"))
        if refused_for_good(plan) and not plan.asked:
            return None, None
        return Goes(str(steps[0]), gettext("Continue")), None
    if int(at) != steps[-1]:
        return Goes(NEXT, gettext("Save and continue")), None
    return Goes(CONVERT, label), None


def _refusal(plan: ConversionPlan, error: KalipError | None) -> str:
    found = error or (plan.error if refused_for_good(plan) else None)
    return message_of(current_locale(), found) if found is not None else ""


def _faults(
    plan: ConversionPlan, forms: Sequence[TargetForm], violations: Sequence[Violation], at: str
) -> Iterable[Fault]:
    """The summary: every fault of the last attempt, with a link to its input where the page has one."""
    locale = current_locale()
    shown = {each.name: each for section in _sections(forms) for each in section}
    for each in violations:
        steps = each.pointer.strip("/").split("/")
        text = message_of(locale, each)
        if len(steps) > 2 and steps[0] == "targets" and steps[2] == "values":
            target, name = steps[1], ".".join((steps[1], *steps[3:4]))
            label = shown[name].label if name in shown else plan.target(target).target.label.get(locale)
            yield Fault(f"{label}: {text}", shown[name].id if name in shown else "")
        elif steps[0] == "values" and len(steps) > 1:
            yield Fault(text, f"f-{OWN}{steps[1]}".replace(".", "-") if at == CHOOSE else "")
        elif len(steps) > 1 and steps[0] == "targets":
            yield Fault(f"{plan.target(steps[1]).target.label.get(locale)}: {text}", f"target-{steps[1]}")
        else:
            yield Fault(text)


def _sections(forms: Sequence[TargetForm]) -> Iterable[tuple[Input, ...]]:
    for form in forms:
        yield from (section.inputs for section in (*form.sections, *form.more))


def _differing(work: Work, plan: ConversionPlan) -> Iterable[tuple[Entity, Mapping[str, object]]]:
    for target in plan.targets:
        entity = work.seen.entities[target.target.entity]
        for each in target.differences:
            yield entity, {each.field.name: each.present}
            yield entity, {each.field.name: each.mapped}


def _name_records(work: Work, plan: ConversionPlan, sent: Sent, titles: Titles) -> None:
    """Add the titles of records that stand for targets, or may."""
    wanted: dict[str, list[str]] = {}
    for each in plan.targets:
        said = sent.target(each.target.name)
        ids = [each.existing, said.take, *said.seen, *(one.id for one in each.candidates)]
        wanted.setdefault(each.target.entity, []).extend(one for one in ids if one and one != "new")
    for (entity, record_id), title in titles_of(work, wanted).items():
        titles.add(entity, {record_id: title})


def _own_inputs(work: Work, scene: Scene, violations: Sequence[Violation]) -> tuple[Input, ...]:
    entity, plan = scene.entity, scene.plan
    names = tuple(field.name for field in plan.asked)
    if not names:
        return ()
    values = get_record(work, entity.name, scene.record_id, names, form="values")
    own = {f"{OWN}{name}": text for name, text in errors_of(
        Violation(each.pointer.removeprefix("/values"), each.code, each.template, each.params)
        for each in violations
        if each.pointer.startswith("/values/")
    ).items()}  # fmt: skip
    titles = titles_in(work, [(entity, {name: value for name, value in values.items() if name in names})])
    state = State(values=values, submitted=scene.sent.own, errors=own, required=plan.missing, prefix=OWN)
    state = replace(state, readonly=locked_for(work, entity, scene.record_id))
    sheet = Sheet(work, entity, state, style_of(work, titles))
    return tuple(input_of(sheet, field) for field in plan.asked if field.type != "children")


def _along(work: Work, plan: ConversionPlan) -> str:
    """What goes along with the record by itself, in words."""
    names = [plural_of(work.model.entities[each.entity]) for each in plan.conversion.related if each.to]
    names += [gettext("Comments")] if plan.conversion.comments else []
    return ", ".join(dict.fromkeys(names))
