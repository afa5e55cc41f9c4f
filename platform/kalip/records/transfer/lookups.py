"""Finds the records that cells of a file name: by id, by a match field, or by title. One statement for a batch."""

from collections.abc import Iterable, Mapping, Sequence

from kalip.base.ids import is_id
from kalip.model import DIRECTORY, USER, Field, Verb
from kalip.records.filters import allowed_rows
from kalip.records.services import Work
from kalip.storage import find_by_texts, list_users
from kalip.storage.groups import list_groups

REMEMBERED = 50_000


class Lookups:
    """Ids by what files say, kept over the batches of one import. `fields` names the target's field for some paths."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields
        self._known: dict[str, dict[str, list[str]]] = {}

    def learn(self, work: Work, path: str, field: Field, texts: Iterable[str]) -> None:
        """Find the ids for a reference column's texts that are not known yet."""
        known = self._known.setdefault(path, {})
        if len(known) > REMEMBERED:
            known.clear()
        fresh = [text for text in dict.fromkeys(texts) if text and not is_id(text) and text not in known]
        if not fresh:
            return
        if field.type in DIRECTORY:
            found = self._users(work) if field.type == USER else self._groups(work)
            known |= {text: found.get(text.casefold(), []) for text in fresh}
            return
        found = self._records(work, path, field, fresh)
        known |= {text: found.get(text, []) for text in fresh}

    def ids(self, path: str, text: str) -> list[str]:
        """The ids that a text means: none, one, or several when it is ambiguous."""
        return [text] if is_id(text) else self._known.get(path, {}).get(text, [])

    def _records(self, work: Work, path: str, field: Field, texts: Sequence[str]) -> dict[str, list[str]]:
        entity = work.seen.entities[str(field.target)]
        filters = allowed_rows(work, Verb.READ, entity.name)
        if filters is None:
            return {}
        by = self._fields.get(path, entity.title)
        if not work.sight(entity.name).shows_all(by.partition(".")[0]):
            return {}  # whether a record is called so would be told
        found = find_by_texts(work.session, work.served, entity.name, by, texts, work.context, filters)
        rest = [text for text in texts if text not in found]
        if rest:
            found |= find_by_texts(work.session, work.served, entity.name, by, rest, work.context, filters, folded=True)
        return found

    def _groups(self, work: Work) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for group in list_groups(work.session):
            for said in {group.code.casefold(), group.name.casefold()}:
                found.setdefault(said, []).append(group.id)
        return found

    def _users(self, work: Work) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for user in list_users(work.session, active=True):
            for said in {user.email.casefold(), user.name.casefold()}:
                found.setdefault(said, []).append(user.id)
        return found
