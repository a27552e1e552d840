"""Units: the tree, one unit with its posts, adding, changing, moving, closing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther

from tongban.console.forms import attempt, shown
from tongban.console.pages import ConsolePage
from tongban.console.routing import ID, add_page
from tongban.orgs import services as orgs
from tongban.orgs.forms import UnitForm
from tongban.orgs.models import OrgUnit
from tongban.permissions.grants import list_grants
from tongban.permissions.models import Grant
from tongban.permissions.services import scope_condition
from tongban.web.forms import pairs, read_form
from tongban.web.refusals import NotFoundHere, Refusal

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

NAV = "console.units"
VIEW, EDIT = "orgs.view", "orgs.edit"
_STEPS = {"up", "down"}


def units(request: Request) -> dict[str, Any]:
    """Show the tree as a table, with head-counts."""
    viewer = request.viewer
    closed = "closed" in request.GET
    tops = orgs.read_tree(
        request.db, scope=scope_condition(viewer, VIEW, OrgUnit.path), closed=closed
    )
    rows = [
        {
            "id": node.id,
            "name": node.name,
            "kind": orgs.KIND_TITLES.get(node.kind, node.kind),
            "code": node.code,
            "total": node.total,
            "depth": node.depth,
            "closed": node.status != "active",
        }
        for node in orgs.flatten(tops)
        if node.kind != "class" or "classes" in request.GET
    ]
    return {
        "nav": NAV,
        "units": rows,
        "closed": closed,
        "classes": "classes" in request.GET,
        "may_edit": viewer.allows(EDIT),
    }


def unit(request: Request) -> dict[str, Any]:
    """Show one unit: facts, posts and who holds them, units below."""
    found = visible_unit(request)
    viewer = request.viewer
    parent_path = found.path[: -len(f"{found.id}/")]
    below = orgs.read_tree(request.db, scope=OrgUnit.parent_id == found.id, closed=True)
    sees_grants = viewer.allows("permissions.view", found.path)
    grants = list_grants(request.db, Grant.unit_id == found.id).grants if sees_grants else ()
    return {
        "nav": NAV,
        "unit": found._asdict(),
        "trail": _crumbs(request, found.path),
        "facts": _facts(found),
        "positions": [row._asdict() for row in orgs.list_positions(request.db, found.id)],
        "ranks": list(orgs.RANK_TITLES.items()),
        "rank_titles": orgs.RANK_TITLES,
        "below": [
            {"id": node.id, "name": node.name, "closed": node.status != "active"} for node in below
        ],
        "grants": [row._asdict() for row in grants],
        "sees_grants": sees_grants,
        "parents": _parents(request, found.path),
        "may_edit": viewer.allows(EDIT, found.path),
        "may_place": found.parent_id is not None and viewer.allows(EDIT, parent_path),
    }


def new_unit(request: Request) -> Any:
    """Add a unit below another."""
    parent = orgs.find_unit(request.db, _whole(request.GET.get("parent", "")))
    if not request.viewer.allows(VIEW, parent.path):
        raise NotFoundHere("没有找到该部门，或不在您的管理范围内。")
    form = read_form(UnitForm, request, {"kind": "department"})
    made: list[int] = []

    def add() -> None:
        made.append(orgs.add_unit(request.db, request.viewer, parent.id, form.given()))

    if request.method == "POST" and attempt(request, form, add):
        request.flash_message("ok", f"已添加 {form.name.data}")
        return HTTPSeeOther(request.route_path("console.unit", id=made[0]))
    back = request.route_path("console.unit", id=parent.id)
    return {"nav": NAV, "unit": None, "parent": parent.name, "back": back, **_form_page(form)}


def edit_unit(request: Request) -> Any:
    """Change a unit."""
    found = visible_unit(request)
    form = read_form(UnitForm, request, found._asdict())

    def change() -> None:
        orgs.edit_unit(request.db, request.viewer, found.id, form.given())

    back = request.route_path("console.unit", id=found.id)
    if request.method == "POST" and attempt(request, form, change):
        request.flash_message("ok", "已保存")
        return HTTPSeeOther(back)
    return {"nav": NAV, "unit": found._asdict(), "parent": "", "back": back, **_form_page(form)}


def place_unit(request: Request) -> Any:
    """Move a unit up or down among its siblings, or under another parent."""
    found = visible_unit(request)
    step = request.POST.get("step", "")
    if step in _STEPS:
        orgs.reorder_unit(request.db, request.viewer, found.id, step)
    else:
        parent_id = _whole(request.POST.get("parent_id", ""))
        orgs.move_unit(request.db, request.viewer, found.id, parent_id)
    request.flash_message("ok", "已调整")
    return HTTPSeeOther(request.route_path("console.unit", id=found.id))


def close_unit(request: Request) -> Any:
    """Ask, then close a unit; a closed one is opened again at once."""
    found = visible_unit(request)
    back = request.route_path("console.unit", id=found.id)
    if request.method == "POST":
        if found.status == "active":
            orgs.close_unit(request.db, request.viewer, found.id)
        else:
            orgs.reopen_unit(request.db, request.viewer, found.id)
        request.flash_message("ok", "已停用" if found.status == "active" else "已恢复")
        return HTTPSeeOther(back)
    return {
        "nav": NAV,
        "title": f"停用 {found.name}",
        "text": "停用后不再出现在部门列表中，历史记录保留，可以随时恢复。",
        "button": "停用",
        "danger": True,
        "back": back,
    }


def visible_unit(request: Request) -> orgs.UnitFacts:
    """Return the unit of the address. Raises NotFoundHere outside the viewer's reach."""
    found = orgs.find_unit(request.db, int(request.matchdict["id"]))
    if not request.viewer.allows(VIEW, found.path):
        raise NotFoundHere("没有找到该部门，或不在您的管理范围内。")
    return found


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Refusal("请选择部门。")
    return int(text)


def _parents(request: Request, path: str) -> list[tuple[str, str]]:
    """Return the units that the one at `path` may be put under."""
    scope = scope_condition(request.viewer, EDIT, OrgUnit.path)
    nodes = orgs.flatten(orgs.read_tree(request.db, scope=scope))
    return [
        (str(node.id), "\u3000" * node.depth + node.name)
        for node in nodes
        if not node.path.startswith(path) and node.kind != "class"
    ]


def _crumbs(request: Request, path: str) -> list[tuple[str, str | None]]:
    steps = orgs.trail(request.db, path)
    return [
        (name, request.route_path("console.unit", id=unit_id) if unit_id != steps[-1][0] else None)
        for unit_id, name in steps
    ]


def _facts(found: orgs.UnitFacts) -> list[tuple[str, str]]:
    rows = [
        ("类型", orgs.KIND_TITLES.get(found.kind, found.kind)),
        ("简称", found.short_name),
        ("代码", found.code),
        ("电话", found.phone),
        ("地点", found.place),
    ]
    return [(term, value or "—") for term, value in rows]


def _form_page(form: UnitForm) -> dict[str, Any]:
    return {**shown(form), "kinds": pairs(form.kind)}


def includeme(config: Configurator) -> None:
    """Add /console/units."""
    base, both = "/console/units", ("GET", "POST")
    one = f"{base}/{ID}"
    add_page(config, NAV, base, units, permission=VIEW, template="units.pt")
    add_page(
        config,
        "console.unit_new",
        f"{base}/new",
        new_unit,
        permission=EDIT,
        template="unit_form.pt",
        methods=both,
    )
    add_page(config, "console.unit", one, unit, permission=VIEW, template="unit.pt")
    add_page(
        config,
        "console.unit_edit",
        f"{one}/edit",
        edit_unit,
        permission=EDIT,
        template="unit_form.pt",
        methods=both,
    )
    add_page(
        config,
        "console.unit_place",
        f"{one}/place",
        place_unit,
        permission=EDIT,
        methods=("POST",),
    )
    add_page(
        config,
        "console.unit_close",
        f"{one}/close",
        close_unit,
        permission=EDIT,
        template="confirm.pt",
        methods=both,
    )
    config.add_console_page(ConsolePage(NAV, "组织与权限", "机构与岗位", NAV, VIEW, "sitemap", 120))
