"""Every table of the kernel, for Alembic and for tests."""

from __future__ import annotations

from tongban.audit import models as audit
from tongban.auth import models as auth
from tongban.db import Base
from tongban.files import models as files
from tongban.jobs import models as jobs
from tongban.notifications import models as notifications
from tongban.orgs import models as orgs
from tongban.permissions import models as permissions
from tongban.pluginhost import models as pluginhost
from tongban.users import models as users

metadata = Base.metadata

__all__ = [
    "audit",
    "auth",
    "files",
    "jobs",
    "metadata",
    "notifications",
    "orgs",
    "permissions",
    "pluginhost",
    "users",
]
