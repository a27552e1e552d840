"""Declared permissions: the kernel's own and those of plugins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tongban.pluginhost.errors import PluginError

if TYPE_CHECKING:
    from tongban.pluginhost.host import PluginHost

SIGNED_IN = "tongban.signed_in"

OPERATOR = "operator"
AUDITOR = "auditor"
SECURITY_OFFICER = "security_officer"
UNIT_ADMIN = "unit_admin"
UNIT_LEADER = "unit_leader"

KERNEL_GROUP = "平台"


@dataclass(frozen=True)
class Permission:
    """A permission by name, what it lets somebody do, and whether it can be limited to a unit.

    `everyone` gives it to every signed-in person of the named kinds without a grant. `roles` are
    keys of built-in roles that have it from the start; the operator has every permission.
    A permission that is not `scoped` holds for the whole school wherever its role was granted.
    """

    name: str
    title: str
    scoped: bool = True
    everyone: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


_EVERY_OFFICE = (AUDITOR, SECURITY_OFFICER, UNIT_ADMIN, UNIT_LEADER)

KERNEL_PERMISSIONS = (
    Permission(SIGNED_IN, "登录后使用", scoped=False, everyone=("staff", "student")),
    Permission("console.enter", "进入管理控制台", scoped=False, roles=_EVERY_OFFICE),
    Permission("users.view", "查看人员", roles=(SECURITY_OFFICER, UNIT_ADMIN, UNIT_LEADER)),
    Permission("users.edit", "维护人员", roles=(UNIT_ADMIN,)),
    Permission("orgs.view", "查看组织机构", roles=(SECURITY_OFFICER, UNIT_ADMIN, UNIT_LEADER)),
    Permission("orgs.edit", "维护组织机构", roles=(UNIT_ADMIN,)),
    Permission("permissions.view", "查看角色与授权", roles=(SECURITY_OFFICER, UNIT_ADMIN)),
    Permission("permissions.grant", "授予和收回角色", roles=(SECURITY_OFFICER, UNIT_ADMIN)),
    Permission("permissions.explain", "查询权限来由", roles=(SECURITY_OFFICER, UNIT_ADMIN)),
    Permission("plugins.view", "查看插件", scoped=False),
    Permission("plugins.manage", "启用和停用插件", scoped=False),
    Permission("plugins.install_package", "安装和停用服务包", roles=(UNIT_ADMIN,)),
    Permission("jobs.view", "查看后台任务", scoped=False),
    Permission("jobs.manage", "重试和取消后台任务", scoped=False),
    Permission("audit.view", "查看操作日志", scoped=False, roles=(AUDITOR, SECURITY_OFFICER)),
    Permission("audit.export", "导出操作日志", scoped=False, roles=(AUDITOR,)),
    Permission("metrics.view", "查看运行指标", scoped=False),
)


@dataclass(frozen=True)
class PermissionGroup:
    """Permissions of one plugin, or of the kernel (`plugin_id` empty), under a heading."""

    plugin_id: str
    title: str
    permissions: tuple[Permission, ...]


class PermissionRegistry:
    """Every declared permission by name, in groups of who declared them."""

    def __init__(self, groups: Iterable[PermissionGroup] = ()) -> None:
        kernel = PermissionGroup("", KERNEL_GROUP, KERNEL_PERMISSIONS)
        self.groups: tuple[PermissionGroup, ...] = (kernel, *groups)
        self._by_name: dict[str, Permission] = {}
        for group in self.groups:
            for permission in group.permissions:
                self._add(group, permission)

    @classmethod
    def from_host(cls, host: PluginHost) -> PermissionRegistry:
        """Collect what the installed plugins declare.

        Raises PluginError for a name without the plugin's prefix or declared twice.
        """
        groups = [
            PermissionGroup(plugin.id, plugin.title, tuple(declared))
            for plugin, declared in host.collect("tongban_permissions")
        ]
        return cls(groups)

    def get(self, name: str) -> Permission | None:
        """Return a declared permission, or None."""
        return self._by_name.get(name)

    def title(self, name: str) -> str:
        """Return the Chinese title of a permission; an undeclared one is shown by its name."""
        permission = self._by_name.get(name)
        return permission.title if permission is not None else name

    def names(self) -> frozenset[str]:
        """Return the names of all declared permissions."""
        return frozenset(self._by_name)

    def for_everyone(self, kind: str) -> frozenset[str]:
        """Return what every signed-in person of a kind (`staff`, `student`) may without a grant."""
        return frozenset(permission.name for permission in self if kind in permission.everyone)

    def of_builtin_role(self, key: str) -> frozenset[str]:
        """Return what the built-in role called `key` has by declaration."""
        if key == OPERATOR:
            return self.names()
        return frozenset(permission.name for permission in self if key in permission.roles)

    def __iter__(self) -> Iterator[Permission]:
        return iter(self._by_name.values())

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def _add(self, group: PermissionGroup, permission: Permission) -> None:
        if group.plugin_id and not permission.name.startswith(f"{group.plugin_id}."):
            raise PluginError(
                group.plugin_id,
                f"permission {permission.name} must start with {group.plugin_id}.",
            )
        if permission.name in self._by_name:
            raise PluginError(
                group.plugin_id or "kernel", f"permission {permission.name} is declared twice"
            )
        self._by_name[permission.name] = permission
