"""Contracts for import-linter that say who may import, never who may not.

The shipped `forbidden` contract lists the bound ones; a package added later would be free.
Here everything is bound from its first line except what is allowed.
"""

from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OnlyInContract(Contract):
    """Forbid direct imports of `libraries` by any module of `container` outside `allowed`."""

    type_name = "only_in"

    container = fields.StringField()
    libraries = fields.ListField(subfield=fields.StringField())
    allowed = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect each import of a library from outside the allowed packages."""
        output.verbose_print(verbose, f"Looking who imports {', '.join(_names(self.libraries))}...")
        offences = sorted(
            f"{importer} imports {library}"
            for library in _names(self.libraries)
            if library in graph.modules
            for importer in graph.find_modules_that_directly_import(library)
            if self._is_bound(importer)
        )
        return ContractCheck(kept=not offences, metadata={"offences": offences})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each offence on its line."""
        for offence in check.metadata["offences"]:
            output.print_error(offence)

    def _is_bound(self, importer: str) -> bool:
        inside = _is_within(importer, str(self.container))
        return inside and not any(_is_within(importer, allowed) for allowed in _names(self.allowed))


class DoorContract(Contract):
    """Let `visitors` import nothing of `house` but its `doors`. Only direct imports count."""

    type_name = "door"

    visitors = fields.StringField()
    house = fields.StringField()
    doors = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect each import by a visitor of anything in the house that is not a door."""
        output.verbose_print(verbose, f"Looking what {self.visitors} imports...")
        offences = sorted(
            f"{visitor} imports {imported}"
            for visitor in graph.modules
            if _is_within(visitor, str(self.visitors))
            for imported in graph.find_modules_directly_imported_by(visitor)
            if _is_within(imported, str(self.house)) and imported not in _names(self.doors)
        )
        return ContractCheck(kept=not offences, metadata={"offences": offences})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each offence on its line."""
        for offence in check.metadata["offences"]:
            output.print_error(offence)


def _names(parsed: fields.ListField) -> list[str]:
    """Return what the contract holds after construction: the parsed value, not the descriptor."""
    return cast("list[str]", parsed)


def _is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")
