"""Where content is kept: a folder, or S3-compatible storage. Addressed by sha256, immutable."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from tongban.settings import Settings

_BLOCK = 1 << 18
_TEMPORARY = "incoming"


class TooBig(Exception):
    """The content is longer than allowed."""


class ContentMissing(Exception):
    """The store has no content under this address."""


@dataclass(frozen=True)
class StoredContent:
    """Content in a store: its address and when it was last given."""

    address: str
    modified: datetime


class FileStore(Protocol):
    """Keeps content by its sha256. Giving the same content twice keeps it once."""

    def put(self, draft: Draft) -> None:
        """Keep a draft's content, durably, before returning."""

    def open(self, address: str) -> BinaryIO:
        """Open content for reading. Raises ContentMissing."""

    def delete_old(self, address: str, before: datetime) -> None:
        """Forget content unless it was given again since; unknown content is no error."""

    def listed(self) -> Iterator[StoredContent]:
        """Yield everything kept."""

    def scratch(self) -> Path | None:
        """Return a folder for drafts on the store's own file system, or None for any."""


@dataclass(frozen=True)
class Draft:
    """Content that was received and measured but is not kept yet."""

    stream: BinaryIO
    path: Path
    address: str
    size: int


@contextmanager
def receive(stream: BinaryIO, *, max_bytes: int, folder: Path | None) -> Iterator[Draft]:
    """Copy content to a temporary file and measure it. Raises TooBig past `max_bytes`."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as copy:
        path = Path(copy.name)
        try:
            address, size = _copy(stream, cast("BinaryIO", copy), max_bytes)
            copy.flush()
            copy.seek(0)
            yield Draft(cast("BinaryIO", copy), path, address, size)
        finally:
            path.unlink(missing_ok=True)


def _copy(stream: BinaryIO, copy: BinaryIO, max_bytes: int) -> tuple[str, int]:
    digest, size = sha256(), 0
    while block := stream.read(_BLOCK):
        size += len(block)
        if size > max_bytes:
            raise TooBig
        digest.update(block)
        copy.write(block)
    return digest.hexdigest(), size


class FolderStore:
    """Content in a folder, fanned out over two levels: `ab/cd/abcd…`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, draft: Draft) -> None:
        """Write beside the target, then rename: readers see all of it or nothing.

        Renaming over content that is there already renews its age, so that a purge at the same
        moment leaves it.
        """
        target = self._path(draft.address)
        _make_folders(target.parent, self._folder)
        os.fsync(draft.stream.fileno())
        draft.path.chmod(0o640)
        draft.path.replace(target)
        _sync_folder(target.parent)

    def open(self, address: str) -> BinaryIO:
        """Open content for reading. Raises ContentMissing."""
        try:
            return self._path(address).open("rb")
        except FileNotFoundError as error:
            raise ContentMissing(address) from error

    def delete_old(self, address: str, before: datetime) -> None:
        """Remove content unless it was given again since `before`."""
        path = self._path(address)
        if path.is_file() and _modified(path) < before:
            path.unlink(missing_ok=True)

    def listed(self) -> Iterator[StoredContent]:
        """Yield everything kept, by address."""
        for path in sorted(self._folder.glob("??/??/" + "?" * 64)):
            yield StoredContent(path.name, _modified(path))

    def scratch(self) -> Path:
        """Drafts lie in the same folder, so that keeping one is a rename."""
        return self._folder / _TEMPORARY

    def _path(self, address: str) -> Path:
        return self._folder / address[:2] / address[2:4] / address


def _modified(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _make_folders(folder: Path, root: Path) -> None:
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    for above in (folder.parent, root):
        _sync_folder(above)


def _sync_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_store(settings: Settings) -> FileStore:
    """Return the store that the settings name. Raises SettingsError."""
    if settings["files.s3_url"]:
        from tongban.files.s3 import S3Store

        return S3Store.from_settings(settings)
    return FolderStore(settings["files.folder"])
