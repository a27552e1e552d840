"""Receiving files, attaching them to what they belong to, and who may read them."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from tongban import clock
from tongban.db.types import uuid7
from tongban.files.models import StoredFile
from tongban.files.names import clean_name, extension_of
from tongban.files.store import FileStore, TooBig, receive
from tongban.files.types import content_fault, content_type_of
from tongban.jobs.services import rows_changed
from tongban.web.refusals import Refusal

if TYPE_CHECKING:
    from tongban.permissions.services import Viewer
    from tongban.pluginhost.host import PluginHost

# A form may stay open this long between upload and submission.
UNATTACHED_KEPT = timedelta(hours=24)

_MIB = 1024 * 1024


class FileRefused(Refusal):
    """A file that is not accepted; `text` says why and what to do, for the field of the form."""

    status = 422
    title = "文件未能上传"


@dataclass(frozen=True)
class FileFacts:
    """A stored file as plain values. `size` is in bytes."""

    id: UUID
    name: str
    size: int
    content_type: str
    sha256: str
    owner_id: int | None
    guard: str
    guard_ref: str
    created_at: datetime

    @property
    def extension(self) -> str:
        """Extension in lower case, without its dot."""
        return extension_of(self.name)


_COLUMNS = (
    StoredFile.id,
    StoredFile.name,
    StoredFile.size,
    StoredFile.content_type,
    StoredFile.sha256,
    StoredFile.owner_id,
    StoredFile.guard,
    StoredFile.guard_ref,
    StoredFile.created_at,
)


def store(
    session: Session,
    store: FileStore,
    *,
    name: str,
    owner_id: int | None,
    allowed: Collection[str],
    max_bytes: int,
    data: bytes | None = None,
    stream: BinaryIO | None = None,
) -> FileFacts:
    """Check and keep a file; it is its owner's alone until it is attached.

    `allowed` are extensions without dots. The content is durable before the row is committed; if
    the transaction rolls back, the nightly purge removes it. Raises FileRefused.
    """
    name = clean_name(name)
    extension = extension_of(name)
    if extension not in {entry.lower() for entry in allowed}:
        raise FileRefused(f"「{name}」的格式不受支持，可以上传 {'、'.join(sorted(allowed))} 文件。")
    content = stream if stream is not None else io.BytesIO(data or b"")
    try:
        with receive(content, max_bytes=max_bytes, folder=store.scratch()) as draft:
            fault = content_fault(extension, draft.stream)
            if fault is not None:
                raise FileRefused(f"「{name}」{fault}")
            store.put(draft)
    except TooBig:
        raise FileRefused(
            f"「{name}」超过 {_size_text(max_bytes)}，请压缩或拆分后再上传。"
        ) from None
    facts = FileFacts(
        id=uuid7(),
        name=name,
        size=draft.size,
        content_type=content_type_of(extension),
        sha256=draft.address,
        owner_id=owner_id,
        guard="",
        guard_ref="",
        created_at=clock.now(),
    )
    session.execute(insert(StoredFile).values(**vars(facts)))
    return facts


def attach(
    session: Session,
    file_ids: Iterable[UUID],
    guard: str,
    guard_ref: str | int,
    owner_id: int | None,
) -> None:
    """Give files to what they belong to: from now on the plugin called `guard` says who reads.

    `guard_ref` is the thing's id in the plugin. Only the owner attaches, and only once; the same
    call again changes nothing. Raises FileRefused when one is missing, somebody else's or taken.
    """
    ids = list(dict.fromkeys(file_ids))
    if not ids:
        return
    target = {"guard": guard, "guard_ref": str(guard_ref)}
    mine = StoredFile.id.in_(ids) & (StoredFile.owner_id == owner_id)
    free = StoredFile.guard == ""
    already = (StoredFile.guard == guard) & (StoredFile.guard_ref == str(guard_ref))
    changed = session.execute(
        update(StoredFile)
        .where(mine, free | already)
        .values(**target)
        .execution_options(synchronize_session=False)
    )
    if rows_changed(changed) != len(ids):
        raise FileRefused("部分附件已失效，请移除后重新上传。")


def detach(session: Session, file_ids: Iterable[UUID], guard: str, guard_ref: str | int) -> None:
    """Take files away from what they belonged to; the nightly purge removes them."""
    session.execute(
        update(StoredFile)
        .where(
            StoredFile.id.in_(list(file_ids)),
            StoredFile.guard == guard,
            StoredFile.guard_ref == str(guard_ref),
        )
        .values(guard="", guard_ref="")
        .execution_options(synchronize_session=False)
    )


def facts(session: Session, ids: Iterable[UUID]) -> list[FileFacts]:
    """Return the files with these ids, in their order; unknown ones are left out."""
    wanted = list(dict.fromkeys(ids))
    rows = session.execute(select(*_COLUMNS).where(StoredFile.id.in_(wanted)))
    found = {row.id: _facts_of(row) for row in rows}
    return [found[file_id] for file_id in wanted if file_id in found]


def attached(session: Session, guard: str, guard_ref: str | int) -> list[FileFacts]:
    """Return the files of a thing, oldest first."""
    rows = session.execute(
        select(*_COLUMNS)
        .where(StoredFile.guard == guard, StoredFile.guard_ref == str(guard_ref))
        .order_by(StoredFile.id)
    )
    return [_facts_of(row) for row in rows]


def may_read(session: Session, host: PluginHost, viewer: Viewer, file: FileFacts) -> bool:
    """Say whether somebody may read a file: its owner, else whom its plugin lets."""
    if file.owner_id == viewer.person_id:
        return True
    if not file.guard:
        return False
    answer = host.decide(
        "tongban_may_read_file", denial=False, session=session, viewer=viewer, file=file
    )
    return answer is True


def purge_unattached(session: Session) -> int:
    """Delete rows of files that nobody attached within a day and return how many."""
    oldest_kept = clock.now() - UNATTACHED_KEPT
    gone = session.execute(
        delete(StoredFile)
        .where(StoredFile.guard == "", StoredFile.created_at < oldest_kept)
        .execution_options(synchronize_session=False)
    )
    return rows_changed(gone)


def known_addresses(session: Session, addresses: Sequence[str]) -> frozenset[str]:
    """Return those of these addresses that a row still refers to."""
    statement = select(StoredFile.sha256).where(StoredFile.sha256.in_(addresses))
    return frozenset(session.scalars(statement))


def _facts_of(row: Any) -> FileFacts:
    return FileFacts(*row)


def _size_text(size: int) -> str:
    return f"{size // _MIB} MB" if size >= _MIB else f"{size // 1024} KB"
