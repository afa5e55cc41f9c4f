"""Groups as a directory has them: known by what it knows them by, whatever they are called. Who is in, people say."""

from collections.abc import Mapping, Sequence

from kalip.records.organisation.commands import LONGEST_NAME, SaveGroup
from kalip.records.organisation.directory import free_code, group_code
from kalip.records.organisation.groups import change_group, group_with, make_group
from kalip.records.organisation.matching import Names
from kalip.records.services import Work
from kalip.runtime.directories import Directory, DirectoryGroup
from kalip.storage.groups import external_id, find_group, get_group, own_id, set_external_id


def bring_groups(work: Work, directory: Directory, groups: Sequence[DirectoryGroup]) -> Mapping[str, str]:
    """Make groups that aren't here, call those that are as the directory does; their codes by its ids.

    A group that is here by its code is taken for the directory's. One that the directory has no more stays, and its
    people leave it.
    """
    return {each.id: _brought(work, Names(directory).groups, each) for each in groups}


def _brought(work: Work, kind: str, wanted: DirectoryGroup) -> str:
    name = " ".join(wanted.name.split())[:LONGEST_NAME] or wanted.id
    present = get_group(work.session, own_id(work.session, kind, wanted.id) or "")
    if present is None:
        present = find_group(work.session, group_code(name))
        if present is None or external_id(work.session, kind, present.id) is not None:
            present = group_with(work, make_group(work, SaveGroup(free_code(work, name), name)))
        set_external_id(work.session, kind, present.id, wanted.id, work.now)
    if present.name != name:
        change_group(work, present.id, SaveGroup(present.code, name))
    return present.code
