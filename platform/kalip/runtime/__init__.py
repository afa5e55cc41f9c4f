"""Floor 7: the model in service, the plugins behind it, the site's settings. Knows nothing of requests."""

from kalip.runtime.actions import Action, ActionContext, ActionResult, Records
from kalip.runtime.extensions import Extensions, load_extensions
from kalip.runtime.served import Served
from kalip.runtime.service import Runtime
from kalip.runtime.settings import Settings, read_settings, write_settings

__all__ = [
    "Action",
    "ActionContext",
    "ActionResult",
    "Extensions",
    "Records",
    "Runtime",
    "Served",
    "Settings",
    "load_extensions",
    "read_settings",
    "write_settings",
]
