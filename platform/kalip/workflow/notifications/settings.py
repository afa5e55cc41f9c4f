"""How a person wants to be told: ways for each kind, mail at once or gathered, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import get_args

from kalip.base.errors import AccessDenied, RecordRejected, Violation
from kalip.records import Work
from kalip.storage.notifications import (
    NotificationSetting,
    Rhythm,
    notification_settings,
    save_notification_setting,
)
from kalip.workflow.notifications.kinds import KINDS, WAYS

RHYTHMS: tuple[Rhythm, ...] = get_args(Rhythm)


def my_setting(work: Work) -> NotificationSetting:
    """How the actor wants to be told."""
    me = _me(work)
    return notification_settings(work.session, [me])[me]


def choose_ways(work: Work, choices: Mapping[str, Sequence[str]], rhythm: str, hour: int) -> None:
    """Keep how the actor wants to be told: ways by kind, kinds left out as usual. RecordRejected with every fault."""
    faults = [
        Violation(f"/choices/{name}", "unknown_choice", "There is no kind of notification '{name}'.", {"name": name})
        for name in (each[:60] for each in choices if each not in KINDS)
    ]
    for name, ways in choices.items():
        if any(way not in WAYS for way in ways):
            message = "One is told in the application (app), by mail, or not at all."
            faults.append(Violation(f"/choices/{name[:60]}", "unknown_choice", message))
    if rhythm not in RHYTHMS:
        message = "Mail comes at_once, hourly or daily."
        faults.append(Violation("/rhythm", "unknown_choice", message))
    if not 0 <= hour <= 23:
        faults.append(Violation("/hour", "out_of_range", "An hour of the day is 0 to 23."))
    if faults:
        raise RecordRejected(faults)
    kept = {name: [way for way in WAYS if way in ways] for name, ways in choices.items()}
    chosen: Rhythm = next(each for each in RHYTHMS if each == rhythm)
    setting = replace(my_setting(work), choices=kept, rhythm=chosen, hour=hour)
    save_notification_setting(work.session, setting)


def _me(work: Work) -> str:
    if work.actor.id is None:
        raise AccessDenied("Only a person is told of something.")
    return work.actor.id
