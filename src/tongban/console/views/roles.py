"""Roles: which there are, what each may, who has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther

from tongban.console.forms import attempt, shown
from tongban.console.pages import ConsolePage
from tongban.console.routing import add_page
from tongban.orgs.models import OrgUnit
from tongban.permissions.forms import RoleForm
from tongban.permissions.grants import list_grants
from tongban.permissions.models import Role
from tongban.permissions.roles import (
    RoleFacts,
    create_role,
    find_role,
    list_roles,
    require_whole_school,
    role_permissions,
    set_role_permissions,
)
from tongban.permissions.services import scope_condition
from tongban.web.forms import read_form

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

NAV = "console.roles"
VIEW, GRANT = "permissions.view", "permissions.grant"


def roles(request: Request) -> dict[str, Any]:
    """Show every role with the number of its permissions and of the grants one may see."""
    registry = request.runtime.permissions
    rows = [
        {**role._asdict(), "permissions": len(role_permissions(request.db, registry, role))}
        for role in list_roles(request.db)
    ]
    return {"nav": NAV, "roles": rows, "may_edit": _edits_roles(request)}


def role(request: Request) -> dict[str, Any]:
    """Show one role: its permissions by who declares them, its grants within reach."""
    found = find_role(request.db, request.matchdict["key"])
    viewer = request.viewer
    page = list_grants(
        request.db,
        Role.key == found.key,
        scope_condition(viewer, VIEW, OrgUnit.path),
        cursor=request.GET.get("cursor"),
    )
    return {
        "nav": NAV,
        "role": found._asdict(),
        "groups": _groups(request, found),
        "grants": [
            {**row._asdict(), "may_revoke": viewer.allows(GRANT, row.unit_path)}
            for row in page.grants
        ],
        "pager_prev": _cursor_url(request, found.key, page.previous),
        "pager_next": _cursor_url(request, found.key, page.next),
        "may_edit": _edits_roles(request),
        "may_grant": viewer.allows(GRANT),
    }


def save_role(request: Request) -> Any:
    """Give a role the ticked permissions."""
    found = find_role(request.db, request.matchdict["key"])
    set_role_permissions(
        request.db,
        request.runtime.permissions,
        request.viewer,
        found.key,
        request.POST.getall("permission"),
    )
    request.flash_message("ok", f"已保存「{found.name}」的权限")
    return HTTPSeeOther(request.route_path("console.role", key=found.key))


def new_role(request: Request) -> Any:
    """Make a role."""
    require_whole_school(request.viewer)
    form = read_form(RoleForm, request)

    def create() -> None:
        create_role(
            request.db,
            request.viewer,
            key=form.key.data or "",
            name=form.name.data or "",
            description=form.description.data or "",
        )

    if request.method == "POST" and attempt(request, form, create):
        request.flash_message("ok", f"已新建角色「{form.name.data}」，请勾选它的权限")
        return HTTPSeeOther(request.route_path("console.role", key=form.key.data))
    return {"nav": NAV, "back": request.route_path(NAV), **shown(form)}


def _edits_roles(request: Request) -> bool:
    """Roles are the whole school's: editing one takes the permission for all of it."""
    return bool(request.viewer.permissions.reach(GRANT).everywhere)


def _groups(request: Request, role: RoleFacts) -> list[dict[str, Any]]:
    registry = request.runtime.permissions
    held = role_permissions(request.db, registry, role)
    fixed = registry.of_builtin_role(role.key) if role.builtin else frozenset()
    reach = request.viewer.permissions.reach
    groups = [
        {
            "title": group.title,
            "permissions": [
                {
                    "name": permission.name,
                    "title": permission.title,
                    "scoped": permission.scoped,
                    "held": permission.name in held,
                    "fixed": permission.name in fixed,
                    "mine": reach(permission.name).everywhere,
                }
                for permission in group.permissions
                if not permission.everyone
            ],
        }
        for group in registry.groups
    ]
    return [group for group in groups if group["permissions"]]


def _cursor_url(request: Request, key: str, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    return str(request.route_path("console.role", key=key, _query={"cursor": cursor}))


def includeme(config: Configurator) -> None:
    """Add /console/roles."""
    base = "/console/roles"
    one = base + "/{key:[a-z][a-z0-9_-]{0,39}}"
    add_page(config, NAV, base, roles, permission=VIEW, template="roles.pt")
    add_page(
        config,
        "console.role_new",
        "/console/roles-new",
        new_role,
        permission=GRANT,
        template="role_form.pt",
        methods=("GET", "POST"),
    )
    add_page(config, "console.role", one, role, permission=VIEW, template="role.pt")
    add_page(
        config,
        "console.role_save",
        f"{one}/permissions",
        save_role,
        permission=GRANT,
        methods=("POST",),
    )
    config.add_console_page(
        ConsolePage(NAV, "组织与权限", "角色与授权", NAV, VIEW, "shield-check", 130)
    )
