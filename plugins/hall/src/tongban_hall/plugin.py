"""Hook implementations of the hall."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tongban.toolkit import (
    SIGNED_IN,
    Fault,
    MenuItem,
    PackageFacts,
    Permission,
    PluginInfo,
    ServicePackageContent,
    Viewer,
    hookimpl,
)
from tongban_hall import permissions

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from sqlalchemy.orm import Session

PLUGIN = PluginInfo(
    id="hall",
    title="网上办事大厅",
    description="首页、办事事项、应用中心、任务中心、系统直通车",
)


@hookimpl
def tongban_permissions() -> Sequence[Permission]:
    """Declare the hall's permissions."""
    return permissions.PERMISSIONS


@hookimpl
def tongban_models() -> str:
    """Name the module of the hall's tables."""
    return "tongban_hall.models"


@hookimpl
def tongban_migrations() -> Path:
    """Name the folder of the hall's revisions."""
    return Path(__file__).parent / "migrations"


@hookimpl
def tongban_configure(config: Configurator) -> None:
    """Add the hall's pages."""
    config.include("tongban_hall.views")


@hookimpl
def tongban_home_url(url: Callable[..., str]) -> str:
    """Let signed-in people land at the hall."""
    return url("hall.home")


@hookimpl
def tongban_main_menu(viewer: Viewer) -> Sequence[MenuItem]:
    """Add 办事大厅 and 应用中心 to the main navigation."""
    return (
        MenuItem("hall", "办事大厅", "hall.home", icon="home", order=10),
        MenuItem("apps", "应用中心", "hall.apps", icon="layout-grid", order=30),
    )


@hookimpl
def tongban_rail(viewer: Viewer) -> Sequence[MenuItem]:
    """Add the task centre to the side bar."""
    return (
        MenuItem("tasks", "任务中心", "hall.tasks", icon="checkbox", order=30, counter="tasks"),
    )


@hookimpl
def tongban_tab_bar(viewer: Viewer) -> Sequence[MenuItem]:
    """Add the hall's tabs of the phone."""
    return (
        MenuItem("hall", "首页", "hall.home", icon="home", order=10),
        MenuItem("items", "事项", "hall.items", icon="layout-grid", order=20),
        MenuItem("tasks", "待办", "hall.tasks", icon="checkbox", order=30, counter="tasks"),
        MenuItem("me", "我的", "auth.sessions", icon="user", order=90, permission=SIGNED_IN),
    )


@hookimpl
def tongban_package_check(package: ServicePackageContent) -> Iterable[Fault]:
    """Say what the hall cannot show of a package."""
    from tongban_hall.catalogue import taking

    return list(taking.check(package))


@hookimpl
def tongban_package_installed(session: Session, package: ServicePackageContent) -> None:
    """List the package's item."""
    from tongban_hall.catalogue import taking

    taking.take(session, package)


@hookimpl
def tongban_package_retired(session: Session, package: PackageFacts) -> None:
    """Take the package's item off the lists."""
    from tongban_hall.catalogue import taking

    taking.retire(session, package)


@hookimpl
def tongban_demo_load(session: Session, campus: Any) -> None:
    """Connect the demo campus's ten systems."""
    from tongban_hall import demo

    demo.load(session, campus)
