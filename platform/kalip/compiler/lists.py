"""Makes choice lists and roles."""

from collections.abc import Container, Iterable, Iterator
from types import MappingProxyType
from typing import Final

from kalip.compiler import codes
from kalip.compiler.bench import Bench
from kalip.compiler.desk import Spot
from kalip.compiler.labels import label_of, own_label, text_of
from kalip.metadata import Kind, MergedDocument
from kalip.model import Area, Choice, ChoiceList, Publishing, Role

ADMINISTRATOR: Final = "administrator"
"""The role that every site has: it may do everything."""


def make_choice_lists(bench: Bench) -> None:
    """Make every choice list."""
    for document in bench.stack.of_kind(Kind.CHOICES):
        bench.choices[document.names[0]] = _choice_list(bench, document)


def make_roles(bench: Bench) -> None:
    """Make every role; the administrator's is always there. Needs the names of entities."""
    bench.roles[ADMINISTRATOR] = Role(ADMINISTRATOR, own_label(ADMINISTRATOR), administrator=True)
    for document in bench.stack.of_kind(Kind.ROLE):
        name, data = document.names[0], document.data
        administrator = data.get("administrator", name == ADMINISTRATOR)
        bench.roles[name] = Role(
            name,
            label_of(data, name),
            text_of(data, "description"),
            administrator,
            data.get("privacy_officer", False),
            data.get("clearance", ""),
            data.get("second_factor") == "required",
            tuple(_publishing(bench, document)),
        )


def role_named(bench: Bench, name: str, spot: Spot) -> str | None:
    """A role's name; None is reported."""
    if name not in bench.roles:
        bench.desk.unknown(codes.UNKNOWN_ROLE, spot, "role", name, list(bench.roles))
        return None
    bench.desk.use(spot, f"role:{name}")
    return name


def _publishing(bench: Bench, document: MergedDocument) -> Iterator[Publishing]:
    for area, said in document.data.get("publishes", {}).items():
        spot = Spot(document).at("publishes", area)
        if said is True:
            yield Publishing(Area(area))
        elif said:
            found = (bench.entity_named(name, spot.at(place)) for place, name in enumerate(said))
            yield Publishing(Area(area), tuple(name for name in found if name is not None))


def _choice_list(bench: Bench, document: MergedDocument) -> ChoiceList:
    name = document.names[0]
    spot = Spot(document).at("choices")
    choices = {
        value: Choice(
            value,
            label_of(data, value),
            data.get("colour", ""),
            data.get("retired", False),
            tuple(data.get("was", ())),
        )
        for value, data in document.data["choices"].items()
    }
    for value, choice in choices.items():
        check_former_names(bench, choice.was, choices, spot.at(value, "was"))
    return ChoiceList(name, label_of(document.data, name), MappingProxyType(choices))


def check_former_names(bench: Bench, former: Iterable[str], present: Container[str], spot: Spot) -> None:
    """Report earlier names that something else has now."""
    for old in former:
        if old in present:
            message = f"'{old}' can't be an earlier name: something is called that now"
            bench.desk.report(codes.NAME_TAKEN, spot, message, "remove it from `was`")
