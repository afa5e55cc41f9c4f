"""A pack of cases: two pipelines chosen by a field, stages with steps, limits, queues and conditions, and tunnels.

A complaint goes the long way, a question the short one; what is settled begins a follow-up of another entity.
"""

from typing import Any

from tests.support.builders import PackBuilder, a_pack, an_entity

OFFICE: dict[str, Any] = {
    "timezone": "UTC",
    "week": dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-17:00"),
}


def case_pack() -> PackBuilder:
    """Cases and their follow-ups. Bora handles cases, Cem answers questions from the queue, Ada administers."""
    return (
        a_pack("cases")
        .with_role("rep", "viewer")
        .with_role("boss", administrator=True)
        .with_choices("reason", "price", "time", "other")
        .with_document("calendars/office", OFFICE)
        .with_entity(case_entity(), follow_up_entity())
    )


def case_entity() -> Any:
    """The case."""
    return (
        an_entity("case")
        .with_keys(title="name")
        .with_field("kind", "text", default="complaint")
        .with_field("name", "text", required=True, default_expression="'Case of ' + kind")
        .with_field("amount", "decimal", scale=2)
        .with_field("refund", "decimal", scale=2)
        .with_field("note", "text")
        .with_field("code", "text", unique=True)
        .with_field("reason", "choice", choices="reason")
        .with_field("chance", "percent", scale=0)
        .with_field("closed_on", "date", readonly=True)
        .with_field("handler", "user")
        .with_field("origin", "reference", to="case", on_delete="clear")
        .with_access(
            rep={"all": "own", "create": "all", "read": "all"},
            viewer={"read": "all"},
        )
        .with_document("pipelines/long", long_pipeline())
        .with_document("pipelines/short", short_pipeline())
        .with_document("pipelines/archive", archive_pipeline())
        .with_list("name", "kind", "stage", "stage_due")
        .with_document("views/card", {"fields": {"name": {}, "amount": {}}})
        .with_document("views/board", {"pipeline": "long"})
    )


def follow_up_entity() -> Any:
    """What is begun for a case that was settled."""
    return (
        an_entity("follow_up")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("case", "reference", to="case", on_delete="clear")
        .with_field("amount", "decimal", scale=2)
        .with_access(rep="own")
        .with_pipeline("calls", "waiting", "called")
        .with_list("name")
    )


def long_pipeline() -> dict[str, Any]:
    """Complaints: opened, examined with steps, settled or dropped."""
    return {
        "label": "Complaints",
        "default": True,
        "closed_field": "closed_on",
        "probability_field": "chance",
        "outcome_question": "How did it end?",
        "accepts": {"short": {"stages": {"asked": "examined"}}, "archive": {}},
        "stages": {
            "opened": {"label": "Opened", "probability": 20, "time_limit": {"within": "PT8H", "calendar": "office"}},
            "examined": {
                "label": "Examined",
                "probability": 50,
                "time_limit": {"within": "P2D"},
                "hidden": {"refund": {}},
                "readonly": {"amount": {}},
                "entry": {"amount": {"condition": "amount > 0", "message": "There is nothing to examine."}},
                "exit": {"note": {"condition": "note != null", "message": "Write down what you found."}},
                "added_steps": True,
                "steps": {
                    "call": {"label": "Call the customer", "required": True},
                    "report": {"label": "Write the report", "required": True, "follows": {"call": {}}},
                    "photo": {"label": "Ask for a photo"},
                    "approve": {"label": "Approve", "required": True, "roles": {"boss": {}}, "when": "amount > 1000"},
                },
            },
            "settled": {
                "label": "Settled",
                "outcome": "won",
                "probability": 100,
                "visible": {"refund": {}},
                "tunnels": {
                    "follow": {
                        "mode": "create",
                        "entity": "follow_up",
                        "pipeline": "calls",
                        "values": {"name": "'After ' + name", "amount": "amount"},
                        "link": "case",
                    }
                },
            },
            "dropped": {"label": "Dropped", "outcome": "lost", "probability": 0},
        },
        "transitions": {
            "examine": {"label": "Examine", "from": {"opened": {}}, "to": "examined", "ask": {"amount": {}}},
            "settle": {
                "label": "Settle",
                "from": {"examined": {}},
                "to": "settled",
                "ask": {"note": {}, "refund": {"required": True}},
            },
            "back": {"label": "Back", "from": {"examined": {}}, "to": "opened"},
            "drop": {
                "label": "Drop",
                "from": {"opened": {}, "examined": {}},
                "to": "dropped",
                "reason": {"field": "reason", "choices": {"price": {}, "time": {}}},
                "ask": {"note": {}},
            },
            "reopen": {"label": "Reopen", "from": {"settled": {}, "dropped": {}}, "to": "opened"},
        },
    }


def short_pipeline() -> dict[str, Any]:
    """Questions: they wait in a queue until somebody takes them."""
    return {
        "label": "Questions",
        "when": "kind == 'question'",
        "accepts": {"long": {}},
        "stages": {
            "asked": {"label": "Asked", "responsible": {"queue": {"viewer": {}}}},
            "answered": {"label": "Answered", "outcome": "won"},
        },
        "transitions": {
            "answer": {"label": "Answer", "from": {"asked": {}}, "to": "answered"},
            "ask_again": {"label": "Ask again", "from": {"answered": {}}, "to": "asked"},
        },
    }


def archive_pipeline() -> dict[str, Any]:
    """For the boss alone; two tunnels that lead to each other."""
    return {
        "label": "Archive",
        "roles": {"boss": {}},
        "stages": {
            "kept": {"label": "Kept"},
            "copied": {
                "label": "Copied",
                "tunnels": {
                    "copy": {
                        "mode": "copy",
                        "pipeline": "archive",
                        "stage": "kept",
                        "values": {"note": "'copy of ' + name"},
                        "link": "origin",
                    }
                },
            },
            "sent": {
                "label": "Sent",
                "tunnels": {"home": {"mode": "move", "pipeline": "long", "stage": "opened", "when": "kind != 'loop'"}},
            },
            "turning": {
                "label": "Turning",
                "tunnels": {"again": {"mode": "copy", "pipeline": "archive", "stage": "turning"}},
            },
        },
        "transitions": {
            "copy": {"label": "Copy", "to": "copied"},
            "send": {"label": "Send", "to": "sent"},
            "turn": {"label": "Turn", "to": "turning"},
        },
    }
