"""The operations of rules: what there is, the run log, dry runs, what they ask; clocks; messages to other systems."""

from typing import get_args

from kalip.fields.ids import ID_SCHEMA
from kalip.model import Entity, Verb
from kalip.storage.hooks import DeliveryState
from kalip.web.api.openapi.parts import (
    COUNT,
    FLAG,
    MAYBE,
    MAYBE_MOMENT,
    MOMENT,
    OPEN,
    READING,
    TEXT,
    WRITING,
    Json,
    answer,
    body,
    list_of,
    object_of,
    operation,
    operation_of,
    parameter,
    path,
    query,
    responses,
)
from kalip.web.api.openapi.schemas import ref
from kalip.workflow.rules.words import STATES

_SENT = get_args(DeliveryState)


def rule_paths(*, administrator: bool) -> dict[str, Json]:
    """Path to path item; the run log as a whole, dry runs and messages are for administrators."""
    run, own = path("id"), "/api/rules/runs/{id}"
    paths: dict[str, Json] = {
        own: {"parameters": [run], "get": _get("rule_run", "One run of a rule", "RuleRun")},
        f"{own}/answer": {
            "parameters": [run],
            "post": _post("answer_rule", "Give a rule what it asks for", "RuleRun", body(OPEN, required=False)),
        },
        f"{own}/skip": {"parameters": [run], "post": _post("skip_rule", "Let a rule that asks fall away", "RuleRun")},
    }
    if not administrator:
        return paths
    rule, message = path("rule", {**TEXT, "description": "`entity.rule`."}), "/api/hooks/deliveries"
    tried = body(object_of({"record": ID_SCHEMA, "given": OPEN}, ("record",)))
    return paths | {
        "/api/rules": {"get": _get("rules", "Every rule, with how it goes", "Rules")},
        "/api/rules/runs": {"get": _get("rule_runs", "The run log, the newest first", "RuleRuns", _run_filters())},
        "/api/rules/{rule}/try": {
            "parameters": [rule],
            "post": _post("try_rule", "What a rule would do; nothing is written", "RuleTrial", tried),
        },
        message: {
            "get": _get("hook_deliveries", "Messages to other systems, the newest first", "Deliveries", _deliveries())
        },
        f"{message}/{{id}}": {
            "parameters": [path("id")],
            "get": _get("hook_delivery", "A message with its attempts", "DeliveryTold"),
        },
        f"{message}/{{id}}/send": {
            "parameters": [path("id")],
            "post": _post("send_delivery", "Send a message once more", "DeliveryAgain", status="202"),
        },
    }


def clock_paths(entity: Entity, rights: frozenset[Verb]) -> dict[str, Json]:
    """Path to path item, of an entity that has clocks."""
    if not entity.clocks or Verb.READ not in rights:
        return {}
    told = responses({"200": answer("The clocks.", ref("Clocks"))}, READING)
    read = operation_of(entity, "clocks", "The clocks of a record", told)
    return {f"/api/records/{entity.name}/{{id}}/clocks": {"parameters": [path("id")], "get": read}}


def rule_schemas() -> dict[str, Json]:
    """The schemas of rules, their runs, clocks and messages."""
    rule = {
        **dict.fromkeys(("rule", "entity", "label", "description", "when"), TEXT),
        "if": MAYBE,
        "active": FLAG,
        "last": {"anyOf": [ref("RuleRun"), {"type": "null"}]},
        "runs": {"type": "object", "additionalProperties": COUNT},
    }
    return {
        "RuleRun": _run(),
        "RuleRuns": object_of({"items": list_of(ref("RuleRun")), "next": MAYBE}),
        "Rules": object_of({"items": list_of(object_of(rule))}),
        "RuleTrial": _trial(),
        "Clocks": object_of({"items": list_of(_clock())}),
        **_message_schemas(),
    }


def _run() -> Json:
    return object_of(
        {
            **dict.fromkeys(("id", "rule", "entity", "occasion", "reason"), TEXT),
            "record": MAYBE,
            "state": {"enum": list(STATES)},
            "steps": list_of(_step()),
            "depth": COUNT,
            "attempts": COUNT,
            "actor": MAYBE,
            "created_at": MOMENT,
            "due_at": MAYBE_MOMENT,
            "finished_at": MAYBE_MOMENT,
        }
    )


def _step() -> Json:
    """What an action did, in words, with what belongs to it."""
    return {"type": "object", "properties": {"action": TEXT, "did": TEXT}, "required": ["did"]}


def _trial() -> Json:
    sides = {"type": ["object", "null"], "additionalProperties": True}
    change = {**dict.fromkeys(("kind", "entity", "record"), TEXT), "before": sides, "after": sides}
    told = {"rule": TEXT, "record": TEXT, "state": TEXT, "reason": TEXT, "steps": list_of(_step())}
    return object_of({**told, "changes": list_of(object_of(change))})


def _clock() -> Json:
    moments = ("due_at", "breached_at", "stopped_at")
    return object_of(
        {
            **dict.fromkeys(("clock", "label", "target"), TEXT),
            "cycle": COUNT,
            "state": {"enum": ["running", "paused", "met", "missed"]},
            "started_at": MOMENT,
            **dict.fromkeys(moments, MAYBE_MOMENT),
            "used_seconds": COUNT,
            "target_seconds": COUNT,
        }
    )


def _message_schemas() -> dict[str, Json]:
    message = {
        **dict.fromkeys(("id", "key", "rule", "entity", "url"), TEXT),
        "record": MAYBE,
        "state": {"enum": list(_SENT)},
        "attempts": COUNT,
        "status": {"type": ["integer", "null"]},
        "error": MAYBE,
        "created_at": MOMENT,
        "sent_at": MAYBE_MOMENT,
    }
    attempt = {
        "number": COUNT,
        "at": MOMENT,
        "status": {"type": ["integer", "null"]},
        "error": MAYBE,
        "answer": MAYBE,
        "milliseconds": COUNT,
    }
    return {
        "Deliveries": object_of({"items": list_of(object_of(message)), "next": MAYBE}),
        "DeliveryTold": object_of({**message, "body": TEXT, "tried": list_of(object_of(attempt))}),
        "DeliveryAgain": object_of({"id": TEXT, "state": {"const": "waiting"}}),
    }


def _run_filters() -> list[Json]:
    state = query("state", "States with commas.", {"enum": list(STATES)})
    named = [query(each, f"Only of this {each}.", TEXT) for each in ("rule", "entity", "record")]
    return [*named, state, *_paging()]


def _deliveries() -> list[Json]:
    return [query("rule", "Only of this rule.", TEXT), query("state", "States.", {"enum": list(_SENT)}), *_paging()]


def _paging() -> list[Json]:
    limit = query("limit", "Most items.", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50})
    return [limit, query("before", "`next` of the page before.", TEXT)]


def _get(name: str, summary: str, answered: str, parameters: list[Json] | None = None) -> Json:
    found = responses({"200": answer("The answer.", ref(answered))}, READING)
    return operation(name, "rules", summary, found, parameters=parameters or [])


def _post(name: str, summary: str, answered: str, sent: Json | None = None, status: str = "200") -> Json:
    done = responses({status: answer("The answer.", ref(answered))}, WRITING)
    more = {"requestBody": sent} if sent is not None else {}
    return operation(name, "rules", summary, done, parameters=[parameter("idempotency_key")], **more)
