"""Posts of a unit and who holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther

from tongban.console.forms import attempt, shown
from tongban.console.routing import ID, add_page
from tongban.console.views.units import NAV, visible_unit
from tongban.orgs import services as orgs
from tongban.orgs.appointments import find_appointment
from tongban.orgs.forms import AppointForm, PositionForm
from tongban.orgs.positions import find_position
from tongban.permissions.requiring import require
from tongban.users import services as users
from tongban.web.forms import pairs, read_form
from tongban.web.refusals import FieldRefused, NotFoundHere

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

VIEW, EDIT = "orgs.view", "orgs.edit"


def new_position(request: Request) -> Any:
    """Add a post to a unit."""
    unit = visible_unit(request)
    require(request.viewer, EDIT, unit.path)
    form = read_form(PositionForm, request, {"rank": "member"})

    def add() -> None:
        orgs.add_position(request.db, request.viewer, unit.id, form.name.data or "", form.rank.data)

    back = request.route_path("console.unit", id=unit.id)
    if request.method == "POST" and attempt(request, form, add):
        request.flash_message("ok", f"已添加岗位 {form.name.data}")
        return HTTPSeeOther(back)
    return _page(form, f"{unit.name} · 新增岗位", back)


def edit_position(request: Request) -> Any:
    """Rename a post or change its rank; with `remove` pressed, remove it."""
    position, path = _visible_position(request)
    form = read_form(PositionForm, request, {"name": position.name, "rank": position.rank})
    back = request.route_path("console.unit", id=position.unit_id)
    if request.method == "POST" and "remove" in request.POST:
        orgs.remove_position(request.db, request.viewer, position.id)
        request.flash_message("ok", "已删除岗位")
        return HTTPSeeOther(back)

    def change() -> None:
        orgs.edit_position(
            request.db, request.viewer, position.id, form.name.data or "", form.rank.data
        )

    if request.method == "POST" and attempt(request, form, change):
        request.flash_message("ok", "已保存")
        return HTTPSeeOther(back)
    page = _page(form, f"岗位 · {position.name}", back)
    return {**page, "removable": request.viewer.allows(EDIT, path)}


def appoint(request: Request) -> Any:
    """Give somebody a post."""
    position, _path = _visible_position(request)
    form = read_form(AppointForm, request, {"is_main": True})
    back = request.route_path("console.unit", id=position.unit_id)

    def begin() -> None:
        found = users.find_by_number(request.db, request.viewer, form.number.data or "")
        if found is None:
            raise FieldRefused("number", "没有找到该学号或工号，或不在您的管理范围内")
        orgs.appoint(
            request.db,
            request.runtime.permissions,
            request.viewer,
            found[0],
            position.id,
            starts_on=form.starts_on.data,
            is_main=form.is_main.data,
        )

    if request.method == "POST" and attempt(request, form, begin):
        request.flash_message("ok", f"已任命「{position.name}」")
        return HTTPSeeOther(back)
    return {"nav": NAV, "title": f"任命 · {position.name}", "back": back, **shown(form)}


def end_appointment(request: Request) -> Any:
    """Ask, then end an appointment today."""
    held = find_appointment(request.db, int(request.matchdict["id"]))
    if not request.viewer.allows(VIEW, held.unit_path):
        raise NotFoundHere("该任职不存在或已结束。")
    back = request.route_path("console.unit", id=held.unit_id)
    if request.method == "POST":
        permissions = request.runtime.permissions
        orgs.end_appointment(request.db, permissions, request.viewer, held.id)
        request.flash_message("ok", f"已免去 {held.person_name} 的「{held.position_name}」")
        return HTTPSeeOther(back)
    return {
        "nav": NAV,
        "title": f"免去 {held.person_name} 的「{held.position_name}」",
        "text": "自今日起不再担任该岗位，经岗位取得的角色随之失效。任职记录保留。",
        "button": "免去",
        "danger": True,
        "back": back,
    }


def _visible_position(request: Request) -> Any:
    position, path = find_position(request.db, int(request.matchdict["id"]))
    if not request.viewer.allows(VIEW, path):
        raise NotFoundHere("该岗位不存在或已被删除。")
    require(request.viewer, EDIT, path)
    return position, path


def _page(form: PositionForm, title: str, back: str) -> dict[str, Any]:
    return {
        "nav": NAV,
        "title": title,
        "back": back,
        "ranks": pairs(form.rank),
        "removable": False,
        **shown(form),
    }


def includeme(config: Configurator) -> None:
    """Add the pages of posts and appointments."""
    both = ("GET", "POST")
    for route, path, view, template in (
        ("position_new", f"/console/units/{ID}/positions/new", new_position, "position_form.pt"),
        ("position_edit", f"/console/positions/{ID}", edit_position, "position_form.pt"),
        ("appoint", f"/console/positions/{ID}/appoint", appoint, "appoint.pt"),
        ("appointment_end", f"/console/appointments/{ID}/end", end_appointment, "confirm.pt"),
    ):
        add_page(
            config,
            f"console.{route}",
            path,
            view,
            permission=EDIT,
            template=template,
            methods=both,
        )
