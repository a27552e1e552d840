"""People: the list beside the tree, one person, adding and changing, leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther

from tongban.console.forms import attempt, shown
from tongban.console.pages import ConsolePage
from tongban.console.routing import ID, add_page
from tongban.console.shown import status_tag
from tongban.orgs.models import OrgUnit
from tongban.orgs.services import (
    UnitNode,
    appointments_of,
    flatten,
    heads_of,
    ids_of_path,
    read_tree,
    unit_options,
)
from tongban.permissions.grants import list_grants
from tongban.permissions.models import Grant
from tongban.permissions.services import scope_condition
from tongban.users import services as users
from tongban.users.documents import DOCUMENT_TYPES
from tongban.users.forms import KIND_TITLES, SEX_TITLES, PersonForm
from tongban.web.forms import choices, pairs, read_form

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

NAV = "console.people"
STATUS_CHOICES = (
    ("", "全部状态"),
    ("active", "在校"),
    ("waiting", "待激活"),
    ("disabled", "账号停用"),
    ("left", "已离校"),
)


def people(request: Request) -> dict[str, Any]:
    """Show the tree and the people of the chosen unit, or those a search finds."""
    viewer, asked = request.viewer, request.GET
    tops = read_tree(request.db, scope=scope_condition(viewer, "users.view", OrgUnit.path))
    nodes = {str(node.id): node for node in flatten(tops)}
    unit = nodes.get(asked.get("unit", ""))
    query = asked.get("q", "")[:60]
    subtree = "only" not in asked
    status = asked.get("status", "active")
    wanted = users.PeopleFilter(query, unit.path if unit else "", subtree, status)
    page = users.find_people(request.db, viewer, wanted, asked.get("cursor"))
    kept = {name: asked[name] for name in ("unit", "q", "status", "only") if name in asked}
    return {
        "nav": NAV,
        "tops": tops,
        "unit": unit,
        "open_ids": set(ids_of_path(unit.path)) if unit else set(),
        "leaders": heads_of(request.db, unit.id) if unit else [],
        "total": _total(tops, unit, wanted),
        "query": query,
        "status": status,
        "statuses": STATUS_CHOICES,
        "subtree": subtree,
        "people": [
            {**row._asdict(), "tag": status_tag(row.status, row.account_status)}
            for row in page.people
        ],
        "pager_prev": _cursor_url(request, kept, page.previous),
        "pager_next": _cursor_url(request, kept, page.next),
        "may_edit": viewer.allows("users.edit", unit.path if unit else None),
        "may_view_unit": unit is not None and viewer.allows("orgs.view", unit.path),
    }


def person(request: Request) -> dict[str, Any]:
    """Show one person: facts, posts, roles."""
    viewer = request.viewer
    found = users.find_person(request.db, viewer, int(request.matchdict["id"]))
    sees_grants = viewer.allows("permissions.view", found.unit_path)
    grants = list_grants(request.db, Grant.person_id == found.id).grants if sees_grants else ()
    return {
        "nav": NAV,
        "person": found._asdict(),
        "tag": status_tag(found.status, found.account_status),
        "facts": _facts(found),
        "posts": [row._asdict() for row in appointments_of(request.db, found.id)],
        "grants": [row._asdict() for row in grants],
        "sees_grants": sees_grants,
        "may_edit": viewer.allows("users.edit", found.unit_path),
        "may_grant": viewer.allows("permissions.grant"),
        "may_explain": viewer.allows("permissions.explain", found.unit_path),
    }


def new_person(request: Request) -> Any:
    """Add a person."""
    form = _form(request, {"unit_id": request.GET.get("unit", ""), "kind": "staff"})
    made: list[int] = []

    def create() -> None:
        host = request.runtime.host
        given = form.given(keep_secrets=False)
        made.append(users.create_person(request.db, host, request.viewer, given))

    if request.method == "POST" and attempt(request, form, create):
        request.flash_message("ok", f"已新增 {form.name.data}")
        return HTTPSeeOther(request.route_path("console.person", id=made[0]))
    return {"nav": NAV, "person": None, **_form_page(request, form)}


def edit_person(request: Request) -> Any:
    """Change a person."""
    found = users.find_person(request.db, request.viewer, int(request.matchdict["id"]))
    columns = ("number", "name", "kind", "sex", "grade", "title", "email", "document_type")
    initial = {name: getattr(found, name) for name in columns}
    form = _form(request, {**initial, "unit_id": str(found.unit_id)})
    form.number.data = found.number

    def change() -> None:
        users.edit_person(
            request.db,
            request.runtime.permissions,
            request.runtime.host,
            request.viewer,
            found.id,
            form.given(keep_secrets=True),
        )

    if request.method == "POST" and attempt(request, form, change):
        request.flash_message("ok", "已保存")
        return HTTPSeeOther(request.route_path("console.person", id=found.id))
    return {"nav": NAV, "person": found._asdict(), **_form_page(request, form)}


def leave(request: Request) -> Any:
    """Ask, then say that a person left."""
    found = users.find_person(request.db, request.viewer, int(request.matchdict["id"]))
    back = request.route_path("console.person", id=found.id)
    if request.method == "POST":
        runtime = request.runtime
        users.mark_left(request.db, runtime.permissions, runtime.host, request.viewer, found.id)
        request.flash_message("ok", f"已将 {found.name} 标记为离校")
        return HTTPSeeOther(back)
    return {
        "nav": NAV,
        "title": f"将 {found.name} 标记为离校",
        "text": "账号立即停用，已登录的设备全部退出，现任岗位免去，已授予的角色收回。",
        "button": "标记离校",
        "danger": True,
        "back": back,
    }


def readmit(request: Request) -> Any:
    """Take back that a person left."""
    runtime, person_id = request.runtime, int(request.matchdict["id"])
    users.readmit(request.db, runtime.permissions, runtime.host, request.viewer, person_id)
    request.flash_message("ok", "已恢复在校，账号需重新激活")
    return HTTPSeeOther(request.route_path("console.person", id=person_id))


def _form(request: Request, initial: dict[str, Any]) -> Any:
    form = read_form(PersonForm, request, initial)
    scope = scope_condition(request.viewer, "users.edit", OrgUnit.path)
    form.unit_id.choices = choices(unit_options(read_tree(request.db, scope=scope)))
    return form


def _form_page(request: Request, form: PersonForm) -> dict[str, Any]:
    return {
        **shown(form),
        "kinds": pairs(form.kind),
        "sexes": pairs(form.sex),
        "units": pairs(form.unit_id),
        "document_types": pairs(form.document_type),
        "back": request.route_path("console.people"),
    }


def _facts(found: users.PersonDetail) -> list[tuple[str, Any]]:
    rows = [
        ("人员类别", KIND_TITLES.get(found.kind, found.kind)),
        ("所在部门", found.unit_name),
        ("性别", SEX_TITLES.get(found.sex, "")),
        ("年级", found.grade),
        ("职称或职务", found.title),
        ("手机号", found.phone),
        ("电子邮箱", found.email),
        (DOCUMENT_TYPES.get(found.document_type, "证件"), found.document_number),
    ]
    return [(term, value or "—") for term, value in rows]


def _total(
    tops: tuple[UnitNode, ...], unit: UnitNode | None, wanted: users.PeopleFilter
) -> int | None:
    """Return the number of people where the tree already knows it."""
    if wanted.query or wanted.status != "active":
        return None
    if unit is None:
        return sum(node.total for node in tops)
    return unit.total if wanted.subtree else unit.people


def _cursor_url(request: Request, kept: dict[str, str], cursor: str | None) -> str | None:
    if cursor is None:
        return None
    return str(request.route_path("console.people", _query={**kept, "cursor": cursor}))


def includeme(config: Configurator) -> None:
    """Add /console/people."""
    base = "/console/people"
    both = ("GET", "POST")
    view, edit = "users.view", "users.edit"
    add_page(config, NAV, base, people, permission=view, template="people.pt")
    add_page(
        config,
        "console.person_new",
        f"{base}/new",
        new_person,
        permission=edit,
        template="person_form.pt",
        methods=both,
    )
    one = f"{base}/{ID}"
    add_page(config, "console.person", one, person, permission=view, template="person.pt")
    add_page(
        config,
        "console.person_edit",
        f"{one}/edit",
        edit_person,
        permission=edit,
        template="person_form.pt",
        methods=both,
    )
    add_page(
        config,
        "console.person_leave",
        f"{one}/leave",
        leave,
        permission=edit,
        template="confirm.pt",
        methods=both,
    )
    add_page(
        config,
        "console.person_readmit",
        f"{one}/readmit",
        readmit,
        permission=edit,
        methods=("POST",),
    )
    config.add_console_page(ConsolePage(NAV, "组织与权限", "组织与人员", NAV, view, "users", 110))
