"""Rules: what happens by itself, once for each occasion, in order, after the commit of what caused it."""

from collections.abc import Mapping, Sequence
from typing import Final

from kalip.records import Consumer, JobHandler, Recurring
from kalip.workflow.rules.answering import answer_run, asked_by, may_answer, may_skip, questions_of, skip_run
from kalip.workflow.rules.clocks import SOUND, sound_again
from kalip.workflow.rules.events import CONSUMER, EVENT, run_event, run_rule
from kalip.workflow.rules.firing import RUN, Firing, fire
from kalip.workflow.rules.hooks.incoming import LARGEST, Incoming, Received, receive
from kalip.workflow.rules.hooks.outgoing import SEND, deliver, send_again
from kalip.workflow.rules.sweeping import EVERY, SWEEP, TICK, TIDY, sweep, tick, tidy
from kalip.workflow.rules.trying import Trial, known_rule, try_rule

JOB_HANDLERS: Final[Mapping[str, JobHandler]] = {
    EVENT: run_event,
    RUN: run_rule,
    SWEEP: sweep,
    TICK: tick,
    TIDY: tidy,
    SOUND: sound_again,
    SEND: deliver,
}
CONSUMERS: Final[Sequence[Consumer]] = (CONSUMER,)
RECURRING: Final[Sequence[Recurring]] = (
    Recurring("rules-tick", TICK, every=EVERY),
    Recurring("rules-tidy", TIDY, cron="20 3 * * *"),
)

__all__ = [
    "CONSUMERS",
    "JOB_HANDLERS",
    "LARGEST",
    "RECURRING",
    "Firing",
    "Incoming",
    "Received",
    "Trial",
    "answer_run",
    "asked_by",
    "fire",
    "known_rule",
    "may_answer",
    "may_skip",
    "questions_of",
    "receive",
    "send_again",
    "skip_run",
    "try_rule",
]
