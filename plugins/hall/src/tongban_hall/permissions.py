"""Permissions of the hall."""

from __future__ import annotations

from tongban.toolkit import Permission

USE = "hall.use"
EDIT_SYSTEMS = "hall.edit_systems"

PERMISSIONS = (
    Permission(USE, "使用办事大厅", scoped=False, everyone=("staff", "student")),
    Permission(EDIT_SYSTEMS, "维护系统直通车", scoped=False),
)
