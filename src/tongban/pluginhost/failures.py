"""Failures of plugins that were contained: logged at once, stored soon, shown in the console."""

from __future__ import annotations

import threading
import traceback
from collections import Counter, deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tongban import clock
from tongban.pluginhost.models import PluginFailure

log = structlog.get_logger("tongban.plugins")

# What a plugin can do wrong without ending the process; Ctrl-C is nobody's failure.
CONTAINED = (Exception, SystemExit)

_KEPT = 200
_REMEMBERED = timedelta(days=90)
_LONGEST_TRACE = 4000


@dataclass(frozen=True)
class Failure:
    """One contained failure."""

    plugin_id: str
    hook: str
    kind: str
    message: str
    trace: str
    request_id: str
    at: datetime

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes two failures the same: plugin, hook, kind, message."""
        return (self.plugin_id, self.hook, self.kind, self.message)


class FailureLog:
    """Collects failures of this process until they are stored.

    Storing is left to whoever writes next (`take`): a page that is being read must not write.
    """

    def __init__(self) -> None:
        self._waiting: deque[Failure] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    def error(self, plugin_id: str, hook: str, error: BaseException) -> None:
        """Record an exception that a plugin raised."""
        trace = "".join(traceback.format_exception(error))[-_LONGEST_TRACE:]
        self._add(plugin_id, hook, type(error).__name__, _text_of(error), trace)

    def overrun(self, plugin_id: str, hook: str, budget_seconds: float) -> None:
        """Record a fragment that took longer than its budget."""
        self._add(plugin_id, hook, "TimeBudget", f"超过 {budget_seconds * 1000:.0f} 毫秒", "")

    def waiting(self) -> list[Failure]:
        """Return the failures not yet stored, oldest first."""
        with self._lock:
            return list(self._waiting)

    def take(self) -> list[Failure]:
        """Return the failures not yet stored, and forget them."""
        with self._lock:
            taken = list(self._waiting)
            self._waiting.clear()
        return taken

    def _add(self, plugin_id: str, hook: str, kind: str, message: str, trace: str) -> None:
        request_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))
        failure = Failure(
            plugin_id[:60],
            hook[:80],
            _storable(kind)[:80],
            _storable(message)[:300],
            _storable(trace),
            _storable(request_id)[:40],
            clock.now(),
        )
        with self._lock:
            self._waiting.append(failure)
        log.error(
            "plugin failure", plugin=plugin_id, hook=hook, kind=kind, message=message, trace=trace
        )


def store_failures(session: Session, failures: Sequence[Failure]) -> int:
    """Write failures; the same one again only grows its count. Return how many came.

    Those not seen for 90 days are forgotten.
    """
    newest = {failure.key: failure for failure in failures}
    if not newest:
        return 0
    counts = Counter(failure.key for failure in failures)
    session.execute(delete(PluginFailure).where(PluginFailure.last_at < clock.now() - _REMEMBERED))
    known = _known(session, newest.values())
    for key, failure in newest.items():
        row = known.get(key)
        if row is None:
            session.add(_row(failure, counts[key]))
        else:
            row.count += counts[key]
            row.last_at = failure.at
            row.trace = failure.trace
            row.request_id = failure.request_id
    session.flush()
    return counts.total()


def _known(
    session: Session, failures: Collection[Failure]
) -> dict[tuple[str, str, str, str], PluginFailure]:
    statement = select(PluginFailure).where(
        PluginFailure.plugin_id.in_({failure.plugin_id for failure in failures}),
        PluginFailure.message.in_({failure.message for failure in failures}),
    )
    return {
        (row.plugin_id, row.hook, row.kind, row.message): row for row in session.scalars(statement)
    }


def _row(failure: Failure, count: int) -> PluginFailure:
    return PluginFailure(
        plugin_id=failure.plugin_id,
        hook=failure.hook,
        kind=failure.kind,
        message=failure.message,
        trace=failure.trace,
        request_id=failure.request_id,
        count=count,
        first_at=failure.at,
        last_at=failure.at,
    )


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # an exception whose own text raises
        return "（错误信息无法显示）"


def _storable(text: str) -> str:
    """Return `text` without what databases refuse: NUL and lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
