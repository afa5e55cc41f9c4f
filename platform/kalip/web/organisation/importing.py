"""Bringing people from a file in the browser: checked first, then kept. Long files are for the command line."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.datastructures import FileStorage

from kalip.base.errors import BadRequest
from kalip.records import Work
from kalip.records.organisation.importing import (
    COLUMNS,
    ImportedRow,
    PeopleImport,
    PeopleImported,
    import_people,
)
from kalip.records.transfer import read_table
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.organisation.shown import shell_below_tree
from kalip.web.render import View, render
from kalip.web.session import actor, administrating, reading, services

blueprint = Blueprint("org_import", __name__, url_prefix="/admin/organisation")
MOST_ROWS: Final = 2_000
_PAGE: Final = View("organisation/import.html")


@dataclass(frozen=True, slots=True)
class ImportPage:
    """The form, and what became of the file that was sent."""

    columns: tuple[str, ...]
    missing: bool
    counts: tuple[tuple[str, int], ...] = ()
    refused: tuple[ImportedRow, ...] = ()
    kept: bool = False
    fault: str = ""


@blueprint.get("/import")
def show_import() -> Response:
    """The form."""
    with reading() as work:
        return _show(work, ImportPage(COLUMNS, missing=False))


@blueprint.post("/import")
def bring() -> Response:
    """Check a file, or bring people to what it says."""
    with reading() as work:
        administrating(work)
    file, missing = request.files.get("file"), request.form.get("missing") == "1"
    kept = request.form.get("do") == "import"
    try:
        done = _brought(file, missing=missing, dry_run=not kept)
    except BadRequest as error:
        with reading() as work:
            return _show(work, ImportPage(COLUMNS, missing, fault=message_of(current_locale(), error)), 422)
    labels = _labels()
    counts = tuple((label, done.counts[name]) for name, label in labels.items() if done.counts.get(name))
    page = ImportPage(COLUMNS, missing, counts, done.refused, kept)
    with reading() as work:
        return _show(work, page)


def _brought(file: FileStorage | None, *, missing: bool, dry_run: bool) -> PeopleImported:
    if file is None or not file.filename:
        raise BadRequest("Choose a file.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people"
        file.save(path)
        table = read_table(path, file.filename)
        if next(islice(table.rows(), MOST_ROWS, None), None) is not None:
            message = "More than {limit} rows are brought by the command line: kalip org import."
            raise BadRequest(message, params={"limit": MOST_ROWS})
        return import_people(services(), actor(), PeopleImport(table, missing, dry_run))


def _show(work: Work, page: ImportPage, status: int = 200) -> Response:
    administrating(work)
    return render(_PAGE, shell_below_tree(work, gettext("Import people")), page, status)


def _labels() -> Mapping[str, str]:
    return {
        "created": gettext("new"),
        "updated": gettext("changed"),
        "unchanged": gettext("as before"),
        "refused": gettext("refused"),
    }
