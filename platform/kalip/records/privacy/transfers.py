"""What exports and imports leave lying about: found by what stands in the files, whatever their kind."""

import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Final

from kalip.base.errors import NotFound
from kalip.records.services import Work
from kalip.records.transfer.jobs import JOB, STAGED
from kalip.storage import Blobs
from kalip.storage.persons import transfers_kept
from kalip.storage.scrubbing import SHORTEST

_LARGEST: Final = 256 * 2**20
"""A file with more bytes than that is taken to hold the person: nobody should wait for it to be read."""


def transfers_about(work: Work, texts: Sequence[str]) -> list[str]:
    """The ids of files of exports and imports in which one of these texts stands; those of jobs under way stay."""
    blobs = work.services.blobs
    wanted = [each.casefold() for each in texts if len(each) >= SHORTEST]
    if blobs is None or not wanted:
        return []
    return [
        file_id for file_id, _, sha256 in transfers_kept(work.session, JOB, STAGED) if _holds(blobs, sha256, wanted)
    ]


def _holds(blobs: Blobs, sha256: str, wanted: Sequence[str]) -> bool:
    try:
        with blobs.open(sha256) as file:
            content = file.read(_LARGEST + 1)
    except NotFound:
        return False
    if len(content) > _LARGEST:
        return True
    return any(each in text for text in _texts(content) for each in wanted)


def _texts(content: bytes) -> Iterator[str]:
    """All that may be read in a file: the members of a workbook, or the text itself."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as workbook:
            for member in workbook.infolist():
                yield workbook.read(member)[:_LARGEST].decode("utf-8", "replace").casefold()
        return
    for encoding in ("utf-8", "utf-16", "cp1254", "cp1251"):
        try:
            yield content.decode(encoding).casefold()
        except UnicodeDecodeError:
            continue
