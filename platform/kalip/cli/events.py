"""The event log on the command line: `kalip events`."""

from collections.abc import Mapping

import click

from kalip.cli.command import Environment, Group, Refused
from kalip.cli.output import table
from kalip.records.audit import forget_events, kept_of, newest_seal, seal_events
from kalip.storage.seal_check import Finding, SealCheck
from kalip.storage.seals import Seal

_MOST_GATHERED = 10_000
_SAID: Mapping[str, str] = {
    "altered": "event {event}: altered since it was sealed",
    "missing": "event {event}: missing",
    "inserted": "event {event}: put in after the batch was sealed",
    "altered_before": "event {event}: had been altered before it was redacted",
    "seal_altered": "seal {seal}: altered",
    "seal_missing": "seal {seal}: missing",
    "link_broken": "seal {seal}: doesn't follow from the seal before it",
    "unguarded": "the log isn't guarded: triggers of kalip_event and kalip_seal are missing, or their door is open",
}


@click.group(cls=Group)
def events() -> None:
    """The event log: sealed, verified, kept as long as the site says."""


@events.command("verify")
@click.option(
    "--expect", metavar="HASH", default="", help="The hash of a seal that was noted before: it must be there."
)
@click.pass_obj
def verify(env: Environment, expect: str) -> None:
    """Compare every event with its seal; name what was altered, is missing or was put in. Exit 1 when something is."""
    gathered: list[dict[str, object]] = []
    with env.site() as site, site.services.database.read() as session:
        check = SealCheck(session, expected=expect)
        for finding in check.run():
            if env.out.as_json:
                if len(gathered) < _MOST_GATHERED:
                    gathered.append({"fault": finding.fault, "seal": finding.seal, "event": finding.event})
            else:
                env.out.show(None, said_of(finding))
    lost = bool(expect) and not check.known
    data = {
        "findings": gathered,
        "faults": check.faults,
        "seals": check.seals,
        "events": check.events,
        "redacted": check.redacted,
        "removed": check.removed,
        "reasons": check.reasons,
        "unsealed": check.unsealed,
        "last": seal_data(check.last),
        "expected_found": None if not expect else check.known,
    }
    env.out.show(data, *_summary(check, lost=lost))
    if check.faults or lost:
        raise Refused


@events.command("seal")
@click.pass_obj
def seal(env: Environment) -> None:
    """Seal what is not sealed yet, and print the last seal: note its hash where nobody with the database can reach."""
    with env.site() as site:
        count = seal_events(site.services)
        last = newest_seal(site.services)
    said = f"{count} events sealed." if last is None else f"{count} events sealed. {_line(last)}"
    env.out.show({"events": count, "last": seal_data(last)}, said)


@events.command("forget")
@click.option("--kept", metavar="KIND=DAYS", multiple=True, help="Instead of what the site's setting event_kept says.")
@click.option("--dry-run", is_flag=True, help="Only count what would go.")
@click.pass_obj
def forget(env: Environment, kept: tuple[str, ...], *, dry_run: bool) -> None:
    """Remove events that are older than they are kept: only sealed ones, each batch leaving a seal that says so."""
    with env.site() as site:
        rules = kept_of(" ".join(kept) or site.settings.event_kept)
        counts = forget_events(site.services, rules, dry_run=dry_run)
    shown = table(("kind", "would go" if dry_run else "removed"), list(counts.items()))
    env.out.show(counts, shown if counts else "All events are kept for ever.")


def said_of(finding: Finding) -> str:
    """A finding in words."""
    return _SAID[finding.fault].format(event=finding.event, seal=finding.seal)


def seal_data(last: Seal | None) -> Mapping[str, object] | None:
    """What is to be noted of a seal."""
    if last is None:
        return None
    return {"number": last.number, "hash": last.hash, "last_event": last.last_id, "at": last.at.isoformat()}


def _summary(check: SealCheck, *, lost: bool) -> list[str]:
    lines = [f"{check.events} events in {check.seals} seals, {check.unsealed} not sealed yet."]
    lines += [f"changed knowingly: {why}: {count}" for why, count in sorted(check.reasons.items())]
    if check.last is not None:
        lines.append(_line(check.last))
    if lost:
        lines.append("The expected seal is not in the chain: seals were taken away, or all made anew.")
    lines.append(f"{check.faults} faults." if check.faults or lost else "Everything is as it was sealed.")
    return lines


def _line(last: Seal) -> str:
    return f"Last seal {last.number} of {last.at:%Y-%m-%d %H:%M:%S} UTC: {last.hash}"
