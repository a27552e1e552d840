"""Hook implementations of the workflow plugin."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tongban.toolkit import (
    ConsolePage,
    Fault,
    FileFacts,
    PackageFacts,
    Permission,
    PluginInfo,
    ServicePackageContent,
    Viewer,
    hookimpl,
)
from tongban_workflow import api, cases, packages, permissions, telling
from tongban_workflow.forms import GUARD, is_draft_ref
from tongban_workflow.tasks import WorkflowTasks, todo_count

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from sqlalchemy.orm import Session

PLUGIN = PluginInfo(
    id="workflow",
    title="流程办件",
    description="在线办理事项：表单、流程、办件、待办与已办",
)


@hookimpl
def tongban_permissions() -> Sequence[Permission]:
    """Declare the plugin's permissions."""
    return permissions.PERMISSIONS


@hookimpl
def tongban_models() -> str:
    """Name the module of the plugin's tables."""
    return "tongban_workflow.models"


@hookimpl
def tongban_migrations() -> Path:
    """Name the folder of the plugin's revisions."""
    return Path(__file__).parent / "migrations"


@hookimpl
def tongban_notification_kinds() -> Mapping[str, str]:
    """Declare what people are told of."""
    return telling.KINDS


@hookimpl
def tongban_configure(config: Configurator) -> None:
    """Add the plugin's pages."""
    config.include("tongban_workflow.views")


@hookimpl
def tongban_package_check(package: ServicePackageContent) -> Iterable[Fault]:
    """Check the form and the flow of a package."""
    return list(packages.check(package))


@hookimpl
def tongban_package_installed(session: Session, package: ServicePackageContent) -> None:
    """Publish the flow of a package."""
    packages.install(session, package)


@hookimpl
def tongban_package_retired(session: Session, package: PackageFacts) -> None:
    """Take the flow of a package out of use."""
    packages.retire(session, package)


@hookimpl
def tongban_may_read_file(session: Session, viewer: Viewer, file: FileFacts) -> bool | None:
    """Let those read a case's file who see the field it is in; a draft's is its owner's alone."""
    if file.guard != GUARD:
        return None
    return not is_draft_ref(file.guard_ref) and cases.may_read_file(session, viewer, file)


@hookimpl
def tongban_apply_url(viewer: Viewer, item_key: str, url: Callable[..., str]) -> str:
    """Lead to the form of an item: whatever is handled online has one, its package was checked."""
    return url("workflow.apply", item_id=item_key)


@hookimpl
def tongban_item_figures(session: Session, item_key: str) -> Sequence[tuple[str, str]]:
    """Tell how an item went: cases, average time, share in time."""
    return api.shown_figures(api.figures(session, item_key))


@hookimpl
def tongban_task_sources(session: Session, viewer: Viewer) -> WorkflowTasks:
    """Give the task centre the viewer's tasks."""
    return WorkflowTasks(session, viewer)


@hookimpl
def tongban_counters(session: Session, viewer: Viewer) -> Mapping[str, int]:
    """Count what waits for the viewer."""
    return {"tasks": todo_count(session, viewer.person_id)}


@hookimpl
def tongban_console_pages(viewer: Viewer) -> Sequence[ConsolePage]:
    """Add the list of cases to the console."""
    return [
        ConsolePage(
            key="cases",
            group="事项",
            text="办件查询",
            route="workflow.console_cases",
            permission=permissions.READ_ALL,
            icon="list-check",
            order=20,
        )
    ]
