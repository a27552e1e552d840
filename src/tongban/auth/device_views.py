"""登录与设备: one's own sessions and sign-in history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import forget

from tongban.auth import attempts, services
from tongban.auth.csrf import LOGIN_ROUTE
from tongban.auth.devices import device_icon, device_name
from tongban.auth.sessions import OpenSession, SessionLimits, list_sessions
from tongban.permissions.registry import SIGNED_IN
from tongban.web.refusals import NotFoundHere

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

_TONES = {attempts.DONE: "ok", attempts.UNLOCKED: "brand"}
_HISTORY_LINES = 20


def show_devices(request: Request) -> dict[str, Any]:
    """Show where one is signed in, and who tried to."""
    viewer = request.viewer
    limits = SessionLimits.of(request.runtime.settings)
    history = services.read_history(
        request.db, viewer.account_id, request.GET.get("cursor"), limit=_HISTORY_LINES
    )
    found = list_sessions(request.db, viewer.account_id, limits=limits)
    here = viewer.session_public_id
    return {
        "nav": "sessions",
        "tab": "me",
        "devices": [
            _device(request, one) for one in sorted(found, key=lambda one: one.public_id != here)
        ],
        "others": sum(one.public_id != here for one in found),
        "history": [_attempt(row) for row in history.rows],
        "previous_url": _page_url(request, history.previous),
        "next_url": _page_url(request, history.next),
    }


def end_device(request: Request) -> Any:
    """End one session; ending the present one is signing out."""
    public_id = request.matchdict["session"]
    viewer = request.viewer
    if not services.end_one(request.db, request.runtime.host, viewer, public_id):
        raise NotFoundHere("该设备已退出，或不属于您的账号。")
    if public_id == viewer.session_public_id:
        request.flash_message("ok", "您已退出登录")
        return HTTPSeeOther(request.route_path(LOGIN_ROUTE), headers=forget(request))
    request.flash_message("ok", "已退出该设备")
    return HTTPSeeOther(request.route_path("auth.sessions"))


def end_other_devices(request: Request) -> Any:
    """End every session but the present one."""
    number = services.end_others(request.db, request.runtime.host, request.viewer)
    text = f"已退出其他 {number} 台设备" if number else "没有其他设备在登录"
    request.flash_message("ok", text)
    return HTTPSeeOther(request.route_path("auth.sessions"))


def _device(request: Request, one: OpenSession) -> dict[str, Any]:
    return {
        "id": one.public_id,
        "name": device_name(one.user_agent),
        "icon": device_icon(one.user_agent),
        "address": one.address or "未知",
        "opened": one.created_at,
        "seen": one.seen_at,
        "until": one.expires_at if one.kept else None,
        "here": one.public_id == request.viewer.session_public_id,
    }


def _attempt(row: Any) -> dict[str, Any]:
    return {
        "at": row.at,
        "device": device_name(row.user_agent) if row.user_agent else "—",
        "address": row.address or "—",
        "title": attempts.OUTCOME_TITLES.get(row.outcome, row.outcome),
        "tone": _TONES.get(row.outcome, "bad"),
    }


def _page_url(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    path = request.route_path("auth.sessions", _query={"cursor": cursor}, _anchor="history")
    return str(path)


def includeme(config: Configurator) -> None:
    """Add /me/sessions."""
    config.add_route("auth.sessions", "/me/sessions")
    config.add_route("auth.sessions.end_others", "/me/sessions/end-others")
    config.add_route("auth.sessions.end", "/me/sessions/{session}/end")
    config.add_view(
        show_devices,
        route_name="auth.sessions",
        request_method="GET",
        renderer="tongban.auth:templates/sessions.pt",
        permission=SIGNED_IN,
    )
    for route, view in (
        ("auth.sessions.end_others", end_other_devices),
        ("auth.sessions.end", end_device),
    ):
        config.add_view(view, route_name=route, request_method="POST", permission=SIGNED_IN)
