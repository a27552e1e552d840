"""S3-compatible storage, for several hosts: the `minio` client of the extra `tongban[s3]`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

from tongban.files.store import ContentMissing, Draft, StoredContent
from tongban.settings import Settings, SettingsError

_PREFIX = "files/"
_MISSING = ("NoSuchKey", "NoSuchObject")


class S3Store:
    """Content as objects `files/ab/cd/abcd…` of one bucket."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @classmethod
    def from_settings(cls, settings: Settings) -> S3Store:
        """Make the client. Raises SettingsError when it is not installed or the address is bad."""
        try:
            import minio
        except ImportError as error:
            raise SettingsError("files.s3_url needs `pip install tongban[s3]`") from error
        url = urlsplit(settings["files.s3_url"])
        if url.scheme not in ("http", "https") or not url.netloc:
            raise SettingsError("files.s3_url: expected http(s)://host[:port]")
        client = minio.Minio(
            endpoint=url.netloc,
            access_key=settings["files.s3_access_key"],
            secret_key=settings["files.s3_secret_key"],
            secure=url.scheme == "https",
        )
        return cls(client, settings["files.s3_bucket"])

    def put(self, draft: Draft) -> None:
        """Upload; S3 shows an object when all of it has arrived."""
        draft.stream.seek(0)
        self._client.put_object(
            bucket_name=self._bucket,
            object_name=_key(draft.address),
            data=draft.stream,
            length=draft.size,
        )

    def open(self, address: str) -> BinaryIO:
        """Open content for reading. Raises ContentMissing."""
        try:
            response = self._client.get_object(bucket_name=self._bucket, object_name=_key(address))
        except minio_error() as error:
            if error.code in _MISSING:
                raise ContentMissing(address) from error
            raise
        return cast("BinaryIO", response)

    def delete_old(self, address: str, before: datetime) -> None:
        """Remove content unless it was given again since `before`."""
        name = _key(address)
        try:
            entry = self._client.stat_object(bucket_name=self._bucket, object_name=name)
        except minio_error() as error:
            if error.code in _MISSING:
                return
            raise
        if entry.last_modified < before:
            self._client.remove_object(bucket_name=self._bucket, object_name=name)

    def listed(self) -> Iterator[StoredContent]:
        """Yield everything kept."""
        for entry in self._client.list_objects(
            bucket_name=self._bucket, prefix=_PREFIX, recursive=True
        ):
            yield StoredContent(entry.object_name.rpartition("/")[2], entry.last_modified)

    def scratch(self) -> Path | None:
        """Drafts may lie anywhere."""
        return None


def minio_error() -> Any:
    """Return the client's exception, whose `code` is the S3 error code."""
    from minio.error import S3Error

    return S3Error


def _key(address: str) -> str:
    return f"{_PREFIX}{address[:2]}/{address[2:4]}/{address}"
