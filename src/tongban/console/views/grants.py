"""Giving roles on units and taking them back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther

from tongban import clock
from tongban.console.forms import attempt, shown
from tongban.console.routing import ID, add_page
from tongban.console.views.roles import GRANT, NAV, VIEW
from tongban.orgs.models import OrgUnit
from tongban.orgs.services import list_positions, read_tree, unit_options
from tongban.permissions.forms import GrantForm
from tongban.permissions.grants import find_grant, grant_role, revoke_grant
from tongban.permissions.roles import list_roles
from tongban.permissions.services import scope_condition
from tongban.users import services as users
from tongban.web.forms import choices, pairs, read_form
from tongban.web.refusals import Conflict, FieldRefused, Forbidden, NotFoundHere

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request


def new_grant(request: Request) -> Any:
    """Give a role to a person, or to a post of the unit named in the address."""
    form = _form(request)

    def give() -> None:
        _give(request, form)

    if request.method == "POST" and attempt(request, form, give):
        request.flash_message("ok", "已授予")
        return HTTPSeeOther(request.route_path("console.role", key=form.role.data))
    return {
        "nav": NAV,
        "back": request.route_path(NAV),
        "roles": pairs(form.role),
        "units": pairs(form.unit_id),
        "posts": pairs(form.position_id),
        **shown(form),
    }


def revoke(request: Request) -> Any:
    """Ask, then take a grant back."""
    row = find_grant(request.db, int(request.matchdict["id"]))
    if not request.viewer.allows(VIEW, row.unit_path):
        raise NotFoundHere("该授权不存在或已收回。")
    back = request.route_path("console.role", key=row.role_key)
    holder = row.person_name or row.position_name or ""
    if request.method == "POST":
        revoke_grant(request.db, request.runtime.permissions, request.viewer, row.id)
        request.flash_message("ok", f"已收回 {holder} 的「{row.role_name}」")
        return HTTPSeeOther(back)
    return {
        "nav": NAV,
        "title": f"收回 {holder} 的「{row.role_name}」",
        "text": f"{holder}在「{row.unit_name}」不再具有该角色的权限，立即生效。",
        "button": "收回",
        "danger": True,
        "back": back,
    }


def _form(request: Request) -> Any:
    asked = request.GET
    initial = {
        "role": asked.get("role", ""),
        "number": asked.get("number", ""),
        "unit_id": asked.get("unit", ""),
        "position_id": asked.get("position", ""),
        "reaches_subtree": True,
    }
    form = read_form(GrantForm, request, initial)
    units = _reached_units(request)
    form.unit_id.choices = choices(units)
    form.role.choices = choices((role.key, role.name) for role in list_roles(request.db))
    posts = _posts(request, units, asked.get("unit", ""))
    form.position_id.choices = choices([("", "授予个人"), *posts])
    return form


def _posts(request: Request, units: list[tuple[str, str]], unit: str) -> list[tuple[str, str]]:
    """Return the posts of the unit that the link named, as choices."""
    if unit not in dict(units):
        return []
    names = {row.id: row.name for row in list_positions(request.db, int(unit))}
    return [(str(position_id), f"岗位：{name}") for position_id, name in names.items()]


def _reached_units(request: Request) -> list[tuple[str, str]]:
    scope = scope_condition(request.viewer, GRANT, OrgUnit.path)
    return unit_options(read_tree(request.db, scope=scope))


def _give(request: Request, form: GrantForm) -> None:
    position = form.position_id.data
    last = form.last_day()
    try:
        grant_role(
            request.db,
            request.runtime.permissions,
            request.viewer,
            form.role.data,
            int(form.unit_id.data),
            person_id=None if position else _person(request, form.number.data or ""),
            position_id=int(position) if position else None,
            reaches_subtree=bool(form.reaches_subtree.data),
            ends_at=clock.day_begins(last + timedelta(days=1)) if last is not None else None,
        )
    except Forbidden as error:
        raise FieldRefused("role", error.text) from error
    except Conflict as error:
        raise FieldRefused("number", error.text) from error


def _person(request: Request, number: str) -> int:
    if not number:
        raise FieldRefused("number", "请填写学号或工号")
    found = users.find_by_number(request.db, request.viewer, number)
    if found is None:
        raise FieldRefused("number", "没有找到该学号或工号，或不在您的管理范围内")
    return found[0]


def includeme(config: Configurator) -> None:
    """Add /console/grants."""
    both = ("GET", "POST")
    add_page(
        config,
        "console.grant_new",
        "/console/grants/new",
        new_grant,
        permission=GRANT,
        template="grant_form.pt",
        methods=both,
    )
    add_page(
        config,
        "console.grant_revoke",
        f"/console/grants/{ID}/revoke",
        revoke,
        permission=GRANT,
        template="confirm.pt",
        methods=both,
    )
