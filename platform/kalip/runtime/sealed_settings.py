"""Sealed parts of `site.toml`: counted, and sealed anew in place, all else in the file as it is."""

import os
from contextlib import suppress
from pathlib import Path

from kalip.base.sealing import Sealer, keys_within
from kalip.runtime.settings import SETTING, SITE_FILE


def sealed_in_settings(folder: Path) -> dict[str, int]:
    """How many sealed parts a site's settings hold, by the name of their key."""
    return keys_within([(folder / SITE_FILE).read_text(encoding="utf-8")])


def renew_settings(folder: Path, sealer: Sealer) -> int:
    """Seal by the sealer's first key what is sealed in a site's settings; how many parts were sealed by another.

    The file is replaced in one step, and stays its owner's. SealBroken when a part can't be opened: nothing is changed.
    """
    path = folder / SITE_FILE
    text = path.read_text(encoding="utf-8")
    old = sum(count for key, count in keys_within([text]).items() if key != sealer.key)
    if old:
        _replace(path, sealer.renew_within(text, SETTING))
    return old


def _replace(path: Path, text: str) -> None:
    beside = path.with_suffix(f".{os.getpid()}.new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()
