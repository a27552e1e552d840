"""Refusing what the actor may not, in words that say what is missing."""

from __future__ import annotations

from tongban.permissions.registry import KERNEL_PERMISSIONS
from tongban.permissions.viewer import Viewer
from tongban.web.refusals import Forbidden

_TITLES = {permission.name: permission.title for permission in KERNEL_PERMISSIONS}
_SHOWN = 5


def require(actor: Viewer | None, permission: str, unit_path: str) -> None:
    """Raise Forbidden unless the actor has a kernel permission on a unit; None is the platform."""
    if actor is not None and not actor.allows(permission, unit_path):
        title = _TITLES.get(permission, permission)
        raise Forbidden(f"您在该部门没有「{title}」权限。如确需办理，请联系本部门信息管理员。")


def refuse_beyond(lacking: list[str], what: str) -> None:
    """Raise Forbidden when `lacking`, titles of permissions the actor has not, is not empty."""
    if lacking:
        titles = "、".join(lacking[:_SHOWN])
        raise Forbidden(f"{what}具有您没有的权限（{titles}），请由平台管理员办理。")
