"""The nightly purge of files that belong to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import structlog

from tongban import clock
from tongban.files.services import UNATTACHED_KEPT, known_addresses, purge_unattached
from tongban.files.store import FileStore
from tongban.jobs.registry import JobContext, JobKind, ScheduleSpec

log = structlog.get_logger("tongban.files")

_CHUNK = 500


def purge(context: JobContext) -> None:
    """Delete files that nobody attached within a day, then content that no file refers to.

    Content younger than a day stays: its row may not be committed yet.
    """
    store = context.runtime.files
    with context.unit_of_work() as session:
        rows = purge_unattached(session)
    contents = 0
    oldest_kept = clock.now() - UNATTACHED_KEPT
    for addresses in _old_content(store, oldest_kept):
        with context.unit_of_work(writes=False) as session:
            known = known_addresses(session, addresses)
        for address in addresses:
            if address not in known:
                store.delete_old(address, oldest_kept)
                contents += 1
    log.info("files purged", files=rows, contents=contents)


def _old_content(store: FileStore, oldest_kept: datetime) -> Iterator[list[str]]:
    some: list[str] = []
    for content in store.listed():
        if content.modified < oldest_kept:
            some.append(content.address)
        if len(some) == _CHUNK:
            yield some
            some = []
    if some:
        yield some


JOBS = (JobKind("files.purge", purge, title="清理无归属的文件"),)

SCHEDULES = (ScheduleSpec("files.purge", "10 19 * * *", "files.purge"),)
