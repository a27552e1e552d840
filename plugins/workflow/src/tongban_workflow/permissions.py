"""Permissions of the workflow plugin."""

from __future__ import annotations

from tongban.toolkit import Permission

READ_ALL = "workflow.read_all"

PERMISSIONS = (
    # For cases of services that a unit within reach owns. Who started, handles or was copied a
    # case sees it without any permission.
    Permission(READ_ALL, "查看本部门事项的办件", roles=("unit_admin",)),
)
