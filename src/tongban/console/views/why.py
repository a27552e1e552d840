"""Why somebody may do something, or may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongban.console.pages import ConsolePage
from tongban.console.routing import add_page
from tongban.orgs.models import OrgUnit
from tongban.orgs.services import read_tree, unit_options
from tongban.permissions.services import explain, scope_condition
from tongban.users import services as users

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

    from tongban.permissions.explain import Explanation

NAV = "console.why"
EXPLAIN = "permissions.explain"

VERDICTS = {
    "gives": ("ok", "给出该权限"),
    "other_unit": ("warn", "授权部门不同"),
    "not_subtree": ("warn", "不含下级部门"),
    "revoked": ("", "已收回"),
    "expired": ("", "已到期"),
    "post_ended": ("", "已不任该岗位"),
    "post_later": ("", "尚未到任"),
    "lacks": ("", "角色不含该权限"),
}


def why(request: Request) -> dict[str, Any]:
    """Ask for person, permission and unit, and explain."""
    asked = request.GET
    scope = scope_condition(request.viewer, EXPLAIN, OrgUnit.path)
    units = unit_options(read_tree(request.db, scope=scope))
    values = {name: asked.get(name, "") for name in ("number", "permission", "unit")}
    messages: dict[str, str] = {}
    answer = _answer(request, values, units, messages) if any(values.values()) else None
    return {
        "nav": NAV,
        "values": values,
        "messages": messages,
        "units": [("", "任一部门"), *units],
        "groups": [
            (group.title, [(one.name, one.title) for one in group.permissions])
            for group in request.runtime.permissions.groups
        ],
        "answer": None if answer is None else _shown(answer),
    }


def _answer(
    request: Request,
    values: dict[str, str],
    units: list[tuple[str, str]],
    messages: dict[str, str],
) -> Explanation | None:
    found = users.find_by_number(
        request.db, request.viewer, values["number"][:32].strip(), permission=EXPLAIN
    )
    if found is None:
        messages["number"] = "没有找到该学号或工号，或不在您的管理范围内"
    if values["permission"] not in request.runtime.permissions:
        messages["permission"] = "请选择权限"
    if values["unit"] and values["unit"] not in dict(units):
        messages["unit"] = "请选择部门"
    if messages or found is None:
        return None
    unit_id = int(values["unit"]) if values["unit"] else None
    registry = request.runtime.permissions
    return explain(request.db, registry, found[0], values["permission"], unit_id)


def _shown(answer: Explanation) -> dict[str, Any]:
    return {
        "allowed": answer.allowed,
        "person": answer.person_name,
        "number": answer.person_number,
        "permission": answer.permission_title,
        "unit": answer.unit_name,
        "everyone": answer.everyone,
        "lacks": answer.lacks,
        "roles": "、".join(answer.roles),
        "grants": [
            {
                "role": one.role_name,
                "unit": one.unit_name + ("" if one.reaches_subtree else "（不含下级）"),
                "post": one.position_name,
                "tag": VERDICTS[one.verdict],
            }
            for one in answer.grants
        ],
    }


def includeme(config: Configurator) -> None:
    """Add /console/why."""
    add_page(config, NAV, "/console/why", why, permission=EXPLAIN, template="why.pt")
    config.add_console_page(
        ConsolePage(NAV, "组织与权限", "权限查询", NAV, EXPLAIN, "help-circle", 140)
    )
