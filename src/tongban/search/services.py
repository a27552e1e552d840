"""Searching everything: each source within the time budget, a failing one left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tongban.db.search import split_terms
from tongban.permissions.viewer import Viewer
from tongban.pluginhost.host import PluginHost
from tongban.pluginhost.plugin import InstalledPlugin
from tongban.pluginhost.runner import OpenSession
from tongban.search.sources import SearchHit, SearchSource

HOOK = "tongban_search_sources"


@dataclass(frozen=True)
class SearchGroup:
    """Hits of one source under its heading; `failed` when it could not be asked in time."""

    key: str
    title: str
    hits: Sequence[SearchHit]
    failed: bool = False


def list_sources(host: PluginHost) -> list[tuple[InstalledPlugin, SearchSource]]:
    """Return the sources of enabled plugins in the order they are shown."""
    found = [
        (answer.plugin, source) for answer in host.gather(HOOK) for source in answer.value or ()
    ]
    return sorted(found, key=lambda pair: pair[1].order)


def search_all(
    host: PluginHost,
    open_session: OpenSession,
    viewer: Viewer,
    query: str,
    *,
    limit: int = 5,
    keys: Iterable[str] | None = None,
) -> list[SearchGroup]:
    """Return the hits of every source that found something, at most `limit` each.

    `keys` asks only these sources. A source that fails or overruns is reported as `failed`.
    """
    if not split_terms(query):
        return []
    wanted = None if keys is None else frozenset(keys)
    asked = [
        (plugin, source)
        for plugin, source in list_sources(host)
        if (wanted is None or source.key in wanted)
        and (not source.permission or viewer.allows(source.permission))
    ]
    answers = host.run(
        [(plugin, source.key, _asking(source, viewer, query, limit)) for plugin, source in asked],
        open_session,
    )
    groups = [
        SearchGroup(source.key, source.title, answer.value)
        if answer.state == "done"
        else SearchGroup(source.key, source.title, (), failed=True)
        for (_plugin, source), answer in zip(asked, answers, strict=True)
    ]
    return [group for group in groups if group.hits or group.failed]


def _asking(
    source: SearchSource, viewer: Viewer, query: str, limit: int
) -> Callable[[Session | None], Sequence[SearchHit]]:
    def ask(session: Session | None) -> Sequence[SearchHit]:
        if session is None:
            raise RuntimeError("search needs a reading session")
        hits = tuple(source.find(session, viewer, query, limit) or ())[:limit]
        if not all(isinstance(hit, SearchHit) for hit in hits):
            raise TypeError(f"{source.key} found something that is not a SearchHit")
        return hits

    return ask
