"""The blob store: whole or not at all, once for each content, checked when asked."""

import hashlib
import io
from pathlib import Path

import pytest

from kalip.base.errors import NotFound, StorageError
from kalip.storage import BlobFault, Blobs

HELLO = hashlib.sha256(b"hello").hexdigest()


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "files")


def test_written_and_read(blobs: Blobs) -> None:
    blob = blobs.write(io.BytesIO(b"hello"))
    assert (blob.sha256, blob.size) == (HELLO, 5)
    assert blobs.exists(HELLO)
    with blobs.open(HELLO) as file:
        assert file.read() == b"hello"
    assert blobs.path(HELLO) == blobs.root / HELLO[:2] / HELLO[2:4] / HELLO


def test_the_same_content_is_kept_once(blobs: Blobs) -> None:
    blobs.write(io.BytesIO(b"hello"))
    blobs.write(io.BytesIO(b"hello"))
    assert list(blobs.all()) == [HELLO]


def test_too_large_leaves_nothing(blobs: Blobs) -> None:
    with pytest.raises(StorageError, match="larger than 4"):
        blobs.write(io.BytesIO(b"hello"), max_size=4)
    assert [path for path in blobs.root.rglob("*") if path.is_file()] == []


def test_a_stream_that_breaks_leaves_nothing(blobs: Blobs) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        blobs.write(Broken())
    assert [path for path in blobs.root.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64])
def test_what_is_not_there_or_no_hash(blobs: Blobs, name: str) -> None:
    with pytest.raises(NotFound):
        blobs.open(name)


def test_verify_tells_altered_and_missing(blobs: Blobs) -> None:
    blobs.write(io.BytesIO(b"hello"))
    assert list(blobs.verify([HELLO])) == []
    blobs.path(HELLO).write_bytes(b"hellO")
    assert list(blobs.verify([HELLO, "f" * 64])) == [BlobFault(HELLO, "altered"), BlobFault("f" * 64, "missing")]
