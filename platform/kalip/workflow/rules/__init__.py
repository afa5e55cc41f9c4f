"""Rules: what happens by itself, once for each occasion, in order, after the commit of what caused it."""

from collections.abc import Mapping, Sequence
from typing import Final

from kalip.records import Consumer, JobHandler, Recurring
from kalip.workflow.rules.events import CONSUMER, EVENT, run_event, run_rule
from kalip.workflow.rules.firing import RUN, Firing, fire
from kalip.workflow.rules.hooks.outgoing import SEND, deliver
from kalip.workflow.rules.sweeping import EVERY, SWEEP, TICK, sweep, tick

JOB_HANDLERS: Final[Mapping[str, JobHandler]] = {
    EVENT: run_event,
    RUN: run_rule,
    SWEEP: sweep,
    TICK: tick,
    SEND: deliver,
}
CONSUMERS: Final[Sequence[Consumer]] = (CONSUMER,)
RECURRING: Final[Sequence[Recurring]] = (Recurring("rules-tick", TICK, every=EVERY),)

__all__ = ["CONSUMERS", "JOB_HANDLERS", "RECURRING", "Firing", "fire"]
