"""What the rest of the kernel uses of permissions, under one name."""

from __future__ import annotations

from tongban.permissions.beyond import beyond_reach, position_beyond_reach
from tongban.permissions.cache import (
    PermissionCache,
    permission_generation,
    read_held_grants,
    read_permissions,
)
from tongban.permissions.explain import Explanation, explain
from tongban.permissions.grants import (
    find_grant,
    grant_role,
    list_grants,
    revoke_grant,
)
from tongban.permissions.loading import load_viewer
from tongban.permissions.registry import Permission, PermissionRegistry
from tongban.permissions.requiring import refuse_beyond, require
from tongban.permissions.roles import (
    create_role,
    find_role,
    list_roles,
    role_permissions,
    seed_roles,
    set_role_permissions,
)
from tongban.permissions.scopes import reach_condition, scope_condition
from tongban.permissions.viewer import PermissionSet, Reach, Viewer

__all__ = [
    "Explanation",
    "Permission",
    "PermissionCache",
    "PermissionRegistry",
    "PermissionSet",
    "Reach",
    "Viewer",
    "beyond_reach",
    "create_role",
    "explain",
    "find_grant",
    "find_role",
    "grant_role",
    "list_grants",
    "list_roles",
    "load_viewer",
    "permission_generation",
    "position_beyond_reach",
    "reach_condition",
    "read_held_grants",
    "read_permissions",
    "refuse_beyond",
    "require",
    "revoke_grant",
    "role_permissions",
    "scope_condition",
    "seed_roles",
    "set_role_permissions",
]
