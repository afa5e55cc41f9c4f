"""How changes of metadata and plans are shown on a terminal, and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict

from rich.console import RenderableType

from kalip.cli.output import Output, table
from kalip.designer import PackChange, Proposal, Published, Shadow
from kalip.metadata import Change, ChangeKind
from kalip.metadata.wording import sentences, value_words
from kalip.storage import Plan

MOST_CHANGES = 40
_MARKS = {ChangeKind.ADDED: "+", ChangeKind.REMOVED: "-", ChangeKind.CHANGED: "~", ChangeKind.MOVED: "↕"}
_LONGEST = 60


def proposal_lines(proposal: Proposal) -> list[RenderableType]:
    """What publishing would do: by pack, then step by step."""
    lines: list[RenderableType] = []
    for change in proposal.changes:
        lines.append(_title(change))
        if change.before is not None and change.after is not None:
            lines += [f"  {line}" for line in change_lines(change.changes)]
        lines += shadow_lines(change.shadows)
    return [*lines, *plan_lines(proposal.plan)]


def proposal_json(proposal: Proposal) -> dict[str, object]:
    """The same for programmes."""
    packs = [
        {
            "pack": each.name,
            "before": each.before,
            "after": each.after,
            "changes": len(each.changes),
            "shadows": [
                {
                    **change_json(shadow.change),
                    "layer": shadow.layer,
                    "where": asdict(shadow.where),
                    "kept": shadow.value,
                }
                for shadow in each.shadows
            ],
        }
        for each in proposal.changes
    ]
    return {"base": proposal.base, "revision": proposal.served.model.revision, "packs": packs} | plan_json(
        proposal.plan
    )


def show_proposal(out: Output, proposal: Proposal, said: str = "") -> None:
    """Answer with what publishing would do, and a last word."""
    out.show(proposal_json(proposal), *proposal_lines(proposal), *filter(None, [said]))


def show_published(out: Output, proposal: Proposal, done: Published | None, *, is_shown: bool = False) -> None:
    """Answer with what was published; None says that there was nothing to do. The proposal may be shown already."""
    revision = done.revision if done is not None else None
    said = f"Published revision {revision.number} ({revision.hash[:12]})" if revision else "Nothing to do."
    out.show(
        proposal_json(proposal) | {"published": revision and revision.number},
        *([] if is_shown else proposal_lines(proposal)),
        said,
    )


def plan_lines(plan: Plan) -> list[RenderableType]:
    """The steps of a plan, each with how careful one has to be and the rows it touches."""
    if plan.is_empty:
        return ["The database needs no change."]
    rows = [("background" if step.goes_on else step.kind, step.rows, step.describe()) for step in plan.steps]
    steps = table(("kind", "rows", "step"), rows)
    return [steps, *([f"Writers wait for about {plan.seconds:.0f} s."] if plan.seconds >= 1 else [])]


def plan_json(plan: Plan) -> dict[str, object]:
    """The same for programmes."""
    steps = [
        {"id": each.id, "kind": each.kind, "rows": each.rows, "step": each.describe(), "goes_on": each.goes_on}
        for each in plan.steps
    ]
    return {"steps": steps, "seconds": round(plan.seconds, 1)}


def change_lines(changes: Sequence[Change]) -> list[str]:
    """A sentence for each changed property; what is more than forty is only counted."""
    said = sentences(changes)
    lines = [f"{_MARKS[each.kind]} {each.wording}" for each in said[:MOST_CHANGES]]
    rest = len(said) - len(lines)
    return [*lines, f"… and {rest} more"] if rest else lines


def shadow_lines(shadows: Sequence[Shadow]) -> list[str]:
    """What of a pack's changes has no effect, why, and what stays instead; nothing when nothing is hidden."""
    if not shadows:
        return []
    lines = [f"  {_said(each)} {each.where.file}:{each.where.line} keeps {_kept(each)}." for each in shadows]
    hidden = "1 change is hidden" if len(shadows) == 1 else f"{len(shadows)} changes are hidden"
    return [f"{hidden} by layers above; take out what they set to let the pack's value through:", *lines]


def _said(shadow: Shadow) -> str:
    return str(sentences([shadow.change])[0].wording)


def _kept(shadow: Shadow) -> str:
    return "it removed" if shadow.value is None else str(value_words(shadow.value))


def change_json(change: Change) -> dict[str, object]:
    """A changed property for programmes."""
    return {
        "kind": change.kind,
        "document": change.address,
        "pointer": change.pointer,
        "before": change.before,
        "after": change.after,
    }


def _title(change: PackChange) -> str:
    if change.before is None:
        return f"install {change.name} {change.after}"
    if change.after is None:
        return f"remove {change.name} {change.before}"
    return f"change {change.name} {change.before} → {change.after}"


def short(value: object) -> str:
    """A value on one line, cut where it is long."""
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
