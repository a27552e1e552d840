"""A person's own page of what to be told, where, and when not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther

from tongban.notifications.channels import channels_of
from tongban.notifications.forms import (
    PreferencesInput,
    choice_value,
    read_preferences,
    time_text,
)
from tongban.notifications.preferences import quiet_time, save, wanted_choices
from tongban.permissions.registry import SIGNED_IN
from tongban.web.forms import reject

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

ROUTE = "notifications.preferences"

_LABELS = {"quiet_from": "开始时间", "quiet_to": "结束时间"}


def show(request: Request) -> dict[str, Any]:
    """Show the present choices."""
    person_id = request.viewer.person_id
    quiet = quiet_time(request.db, person_id)
    given = PreferencesInput(
        wanted=wanted_choices(request.db, person_id, channels_of(request.db)),
        quiet_from=time_text(quiet.start) if quiet else "",
        quiet_to=time_text(quiet.end) if quiet else "",
    )
    return _page(request, given)


def change(request: Request) -> Any:
    """Store new choices."""
    registry = channels_of(request.db)
    given = read_preferences(request.POST, registry)
    if given.messages:
        request.tm.doom()
        reject(request)
        return _page(request, given)
    save(request.db, request.viewer.person_id, registry, given.wanted, given.quiet)
    request.flash_message("ok", "已保存")
    return HTTPSeeOther(request.route_path(ROUTE))


def _page(request: Request, given: PreferencesInput) -> dict[str, Any]:
    registry = channels_of(request.db)
    channels = registry.enabled()
    rows = [
        {
            "title": title,
            "cells": [
                {
                    "value": choice_value((kind, channel.id)),
                    "label": f"{title}：{channel.title}",
                    "channel": channel.title,
                    "checked": (kind, channel.id) in given.wanted,
                }
                for channel in channels
            ],
        }
        for kind, title in registry.kinds().items()
    ]
    return {
        "nav": "preferences",
        "channels": [channel.title for channel in channels],
        "kinds": rows,
        "quiet_from": given.quiet_from,
        "quiet_to": given.quiet_to,
        "messages": given.messages,
        "errors": [(name, f"{_LABELS[name]}：{text}") for name, text in given.messages.items()],
    }


def includeme(config: Configurator) -> None:
    """Add /me/notifications."""
    config.add_route(ROUTE, "/me/notifications")
    for method, view in (("GET", show), ("POST", change)):
        config.add_view(
            view,
            route_name=ROUTE,
            renderer="tongban.notifications:templates/preferences.pt",
            permission=SIGNED_IN,
            request_method=method,
        )
