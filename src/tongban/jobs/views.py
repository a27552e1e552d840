"""Console pages of jobs and schedules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther

from tongban.console.pages import ConsolePage
from tongban.jobs import schedules as schedule_services
from tongban.jobs.listing import STATES, find_job, find_jobs, first_line
from tongban.jobs.services import DEAD, discard, figures, retry
from tongban.web.refusals import NotFoundHere

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

NAV = "jobs.list"

# Tone of the tag and its text.
STATE_TAGS = {
    "dead": ("bad", "已失败"),
    "running": ("brand", "执行中"),
    "ready": ("warn", "等待中"),
    "done": ("ok", "已完成"),
}


def jobs(request: Request) -> dict[str, Any]:
    """List jobs of one state, newest first, and what the outbox looks like."""
    registry = request.runtime.jobs
    state = request.GET.get("state", "")
    state = state if state in STATES else DEAD
    kind = request.GET.get("kind", "")
    kind = kind if registry.kind(kind) is not None else ""
    page = find_jobs(request.db, state, kind, request.GET.get("cursor"))
    facts = figures(request.db)
    kept = {"state": state, **({"kind": kind} if kind else {})}
    return {
        "nav": NAV,
        "state": state,
        "kind": kind,
        "kinds": sorted((one.name, registry.title(one.name)) for one in registry.kinds()),
        "tabs": [_tab(request, one, state, kind, facts.by_state) for one in STATES],
        "jobs": [_listed(registry, row) for row in page.rows],
        "oldest_seconds": facts.oldest_ready_seconds,
        "pager_prev": _page_url(request, kept, page.previous),
        "pager_next": _page_url(request, kept, page.next),
    }


def job(request: Request) -> dict[str, Any]:
    """Show one job."""
    found = find_job(request.db, int(request.matchdict["id"]))
    if found is None:
        raise NotFoundHere("该任务不存在，可能已被清理。")
    tone, state_text = STATE_TAGS[found.state]
    return {
        "nav": NAV,
        "job": found,
        "title": request.runtime.jobs.title(found.kind),
        "tone": tone,
        "state_text": state_text,
        "payload": json.dumps(found.payload, ensure_ascii=False, indent=2),
    }


def retry_job(request: Request) -> HTTPSeeOther:
    """Try a dead job again."""
    job_id = int(request.matchdict["id"])
    retry(request.db, request.viewer, job_id)
    request.flash_message("ok", "已重新排队")
    return HTTPSeeOther(request.route_path("jobs.job", id=job_id))


def discard_job(request: Request) -> HTTPSeeOther:
    """Delete a dead job."""
    discard(request.db, request.viewer, int(request.matchdict["id"]))
    request.flash_message("ok", "已丢弃")
    return HTTPSeeOther(request.route_path(NAV))


def schedules(request: Request) -> dict[str, Any]:
    """List schedules."""
    return {
        "nav": NAV,
        "schedules": schedule_services.listed(request.db, request.runtime.jobs),
    }


def pause_schedule(request: Request) -> HTTPSeeOther:
    """Stop a schedule until it is resumed."""
    schedule_services.pause(request.db, request.viewer, request.matchdict["name"])
    return _back_to_schedules(request, "已暂停")


def resume_schedule(request: Request) -> HTTPSeeOther:
    """Let a paused schedule go on."""
    name = request.matchdict["name"]
    schedule_services.resume(request.db, request.viewer, request.runtime.jobs, name)
    return _back_to_schedules(request, "已恢复，将在下一个时间点执行")


def run_schedule(request: Request) -> HTTPSeeOther:
    """Run a schedule's job now."""
    name, registry = request.matchdict["name"], request.runtime.jobs
    made = schedule_services.run_now(request.db, request.viewer, registry, name)
    text = "已加入队列" if made is not None else "上一次尚未完成，未重复加入队列"
    return _back_to_schedules(request, text)


def _back_to_schedules(request: Request, text: str) -> HTTPSeeOther:
    request.flash_message("ok", text)
    return HTTPSeeOther(request.route_path("jobs.schedules"))


def _tab(request: Request, state: str, current: str, kind: str, counts: Any) -> dict[str, Any]:
    query = {"state": state, **({"kind": kind} if kind else {})}
    return {
        "text": STATE_TAGS[state][1],
        "url": request.route_path(NAV, _query=query),
        "current": state == current,
        "count": counts.get(state),
        "hot": state == DEAD,
    }


def _listed(registry: Any, row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": registry.title(row.kind),
        "kind": row.kind,
        "attempts": row.attempts,
        "max_attempts": row.max_attempts,
        "at": row.finished_at or row.run_at,
        "error": first_line(row.last_error),
    }


def _page_url(request: Request, kept: dict[str, str], cursor: str | None) -> str | None:
    if cursor is None:
        return None
    return str(request.route_path(NAV, _query={**kept, "cursor": cursor}))


def includeme(config: Configurator) -> None:
    """Add /console/jobs."""
    base, one = "/console/jobs", "/console/jobs/{id:[0-9]{1,18}}"
    schedule = base + "/schedules/{name:[a-z][a-z0-9_.]{0,79}}"
    pages = (
        (NAV, base, jobs, "list.pt"),
        ("jobs.schedules", base + "/schedules", schedules, "schedules.pt"),
        ("jobs.job", one, job, "job.pt"),
    )
    acts = (
        ("jobs.retry", one + "/retry", retry_job),
        ("jobs.discard", one + "/discard", discard_job),
        ("jobs.schedule_pause", schedule + "/pause", pause_schedule),
        ("jobs.schedule_resume", schedule + "/resume", resume_schedule),
        ("jobs.schedule_run", schedule + "/run", run_schedule),
    )
    for route, path, view, template in pages:
        config.add_route(route, path)
        config.add_view(
            view,
            route_name=route,
            renderer=f"tongban.jobs:templates/{template}",
            permission="jobs.view",
            request_method="GET",
        )
    for route, path, act in acts:
        config.add_route(route, path)
        config.add_view(act, route_name=route, permission="jobs.manage", request_method="POST")
    config.add_console_page(
        ConsolePage(NAV, "运行", "后台任务", NAV, "jobs.view", "list-check", order=920)
    )
