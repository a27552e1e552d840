"""The whole contract between the kernel and its plugins: one documented function a hook.

Five families, told by the first word of the docstring; the host treats each in its own way
(`FAMILIES`):

* registration: declarations, asked for once at start from every installed plugin, on or off.
* configuration: Pyramid configuration, at start.
* decision: the first answer that is not None wins, in the order of the settings.
* event: after the fact, inside the caller's transaction, each implementation in a savepoint.
* slot: page fragments and data for pages, each within a time budget; they only read.

Implementations take the arguments they need, by name. An answer of the wrong kind is a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    import click
    from pyramid.config import Configurator
    from sqlalchemy.orm import Session

    from tongban.console.pages import ConsolePage
    from tongban.demo.campus import Campus
    from tongban.files.services import FileFacts
    from tongban.jobs.registry import JobKind, ScheduleSpec
    from tongban.notifications.channels import Channel
    from tongban.permissions.registry import Permission
    from tongban.permissions.services import Viewer
    from tongban.pluginhost.fragments import Fragment
    from tongban.pluginhost.packages import Fault, PackageFacts, ServicePackageContent
    from tongban.search.sources import SearchSource
    from tongban.settings import Setting
    from tongban.web.menus import MenuItem

PROJECT = "tongban"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

# The families, and what the host does when an implementation fails.
FAMILIES = {
    "registration": "stops the start and names the plugin",
    "configuration": "stops the start and names the plugin",
    "decision": "denies, and is logged",
    "event": "is undone by its own savepoint, logged and shown in the console",
    "slot": "is replaced by a quiet notice, as is one that overruns its time budget",
}


# --- registration -------------------------------------------------------------------------------


@hookspec
def tongban_permissions() -> Sequence[Permission]:  # type: ignore[empty-body]
    """Registration: declare permissions, each named `<plugin id>.…`; None or () for none.

    What the built-in roles get of them, and what everybody has, is said by each permission.
    """


@hookspec
def tongban_settings() -> Sequence[Setting]:  # type: ignore[empty-body]
    """Registration: declare settings, each named `<plugin id>.…`; None or () for none.

    They are read from the same ini file and environment as the kernel's, with the kinds and
    defaults given here; a value of the wrong kind stops the start.
    """


@hookspec
def tongban_models() -> str | None:
    """Registration: dotted name of the module that defines the plugin's tables, or None.

    Tables are named `<plugin id>_…`; their foreign keys may point to `person.id`, `org_unit.id`
    and the plugin's own tables.
    """


@hookspec
def tongban_migrations() -> Path | None:
    """Registration: folder of the plugin's Alembic revisions, or None for no tables.

    The branch label is the plugin's id, revisions are `<plugin id>_0001` and so on, without
    `depends_on`. The folder is called `migrations` and lies beside the plugin's modules, where it
    is found even when the plugin is not in the settings.
    """


@hookspec
def tongban_commands() -> Sequence[click.Command]:  # type: ignore[empty-body]
    """Registration: commands added to `tongban`; None or () for none.

    Each is named `<plugin id>` or `<plugin id>-…` and gets a `CliContext` by `click.pass_obj`.
    """


@hookspec
def tongban_jobs() -> Sequence[JobKind]:  # type: ignore[empty-body]
    """Registration: kinds of jobs, each named `<plugin id>.…`, with their handlers.

    A handler runs at least once a job and must be idempotent. While the plugin is off its jobs
    wait. None or () for none.
    """


@hookspec
def tongban_schedules() -> Sequence[ScheduleSpec]:  # type: ignore[empty-body]
    """Registration: recurring jobs, each named `<plugin id>.…`; None or () for none.

    Times are cron expressions in UTC; the kind of job must be declared by `tongban_jobs`.
    """


@hookspec
def tongban_channels() -> Sequence[Channel]:  # type: ignore[empty-body]
    """Registration: channels that carry notifications, such as SMS; None or () for none."""


@hookspec
def tongban_notification_kinds() -> Mapping[str, str]:  # type: ignore[empty-body]
    """Registration: kinds of notifications, `<plugin id>.…` to the name shown in preferences.

    `notify` takes no other kinds. None or an empty mapping for none.
    """


@hookspec
def tongban_search_sources() -> Sequence[SearchSource]:  # type: ignore[empty-body]
    """Registration: what the hall's search looks through, in the order it is shown.

    None or () for none. A source that fails while it searches is left out of the page.
    """


@hookspec
def tongban_add_hookspecs() -> object | None:
    """Registration: a module with further hook specifications, or None.

    Each is named `tongban_<plugin id>_…`; the plugin calls them through the host, and a caller
    gets no answers while the plugin is not installed.
    """


# --- configuration ------------------------------------------------------------------------------


@hookspec
def tongban_configure(config: Configurator) -> None:
    """Configuration: add routes (named `<plugin id>.…`) and views.

    Called inside `config.include` with the plugin's package, so relative asset names are the
    plugin's; every route gets the predicate that turns it off with the plugin.
    """


# --- decision -----------------------------------------------------------------------------------


@hookspec(firstresult=True)
def tongban_check_sign_in(session: Session, person_id: int, address: str) -> str | None:
    """Decision: a Chinese reason to refuse a sign-in whose password was right; None allows it.

    Called inside the sign-in's transaction, before the session is opened.
    """


@hookspec(firstresult=True)
def tongban_may_read_file(session: Session, viewer: Viewer, file: FileFacts) -> bool | None:
    """Decision: whether `viewer` may read a file whose guard is this plugin's.

    None when the guard is not the plugin's; a file about which nobody says True stays closed to
    everybody but its owner.
    """


@hookspec(firstresult=True)
def tongban_apply_url(viewer: Viewer, item_key: str, url: Callable[..., str]) -> str | None:
    """Decision: where the viewer applies online for a service item; None: not handled here.

    Called once for each item of a list, so it must not ask the database.
    """


# --- event --------------------------------------------------------------------------------------


@hookspec
def tongban_person_changed(session: Session, person_id: int, change: str) -> None:
    """Event: a person was `created`, `updated`, `moved` to another unit, or `left`.

    Called in the transaction of the change, once a person and change.
    """


@hookspec
def tongban_signed_in(session: Session, person_id: int, address: str) -> None:
    """Event: somebody signed in; called in the transaction that opens the session."""


@hookspec
def tongban_signed_out(session: Session, person_id: int, session_public_id: str) -> None:
    """Event: a session ended by sign-out or revocation; not called for one that expires."""


@hookspec
def tongban_package_installed(session: Session, package: ServicePackageContent) -> None:
    """Event: a service package was installed or upgraded; take over what it declares.

    Unlike other events a failure here undoes the installation: half a package is worse than none.
    Raise `PackageRefused` to say what is wrong with a package in view of the database.
    A plugin that was off is told when it is switched on, and must then take the same package
    again without harm.
    """


@hookspec
def tongban_package_retired(session: Session, package: PackageFacts) -> None:
    """Event: a service package was retired: nothing new may be started with it.

    Cases that run go on. A plugin that was off is told when it is switched on.
    """


@hookspec
def tongban_demo_load(session: Session, campus: Campus) -> None:
    """Event: the demo campus was loaded; add the plugin's demo data. A failure stops the load."""


# --- slot ---------------------------------------------------------------------------------------


@hookspec
def tongban_package_check(package: ServicePackageContent) -> Iterable[Fault]:  # type: ignore[empty-body]
    """Slot: what is wrong with a package, in Chinese, each fault with its place.

    Called before an installation, without a session: the check looks at the package alone, what
    the database says is a matter for `tongban_package_installed`. None or () when it is sound. A
    check that fails or overruns refuses the package.
    """


@hookspec
def tongban_service_items() -> Sequence[PackageFacts]:  # type: ignore[empty-body]
    """Slot: service items that exist; each installed service package answers with its own.

    It must not ask the database. None or () for none.
    """


@hookspec
def tongban_home_cards(session: Session, viewer: Viewer) -> Sequence[Fragment]:  # type: ignore[empty-body]
    """Slot: cards of the hall's home page; None or () for none.

    A fragment without content takes no room.
    """


@hookspec
def tongban_task_sources(session: Session, viewer: Viewer) -> object | None:
    """Slot: the viewer's tasks kept by this plugin, as a `tongban.tasks.TaskSource`, or None."""


@hookspec
def tongban_counters(session: Session, viewer: Viewer) -> Mapping[str, int]:  # type: ignore[empty-body]
    """Slot: numbers shown on every page and polled, by name (`tasks`, `messages`).

    Called for every page, so it must be one index-only count. Numbers of the same name are added
    up; None for none.
    """


@hookspec
def tongban_main_menu(viewer: Viewer) -> Sequence[MenuItem]:  # type: ignore[empty-body]
    """Slot: entries of the main navigation; None or () for none, and no database."""


@hookspec
def tongban_rail(viewer: Viewer) -> Sequence[MenuItem]:  # type: ignore[empty-body]
    """Slot: entries of the right side bar on wide screens; None or () for none, no database."""


@hookspec
def tongban_tab_bar(viewer: Viewer) -> Sequence[MenuItem]:  # type: ignore[empty-body]
    """Slot: entries of the phone's bottom bar, five at most; None or () for none, no database."""


@hookspec
def tongban_user_menu(viewer: Viewer) -> Sequence[MenuItem]:  # type: ignore[empty-body]
    """Slot: entries of the account menu; None or () for none, and no database."""


@hookspec
def tongban_item_figures(session: Session, item_key: str) -> Sequence[tuple[str, str]]:  # type: ignore[empty-body]
    """Slot: figures shown on an item's page, as (label, text), such as 累计办件 and 平均用时.

    None or () for none.
    """


@hookspec
def tongban_console_pages(viewer: Viewer) -> Sequence[ConsolePage]:  # type: ignore[empty-body]
    """Slot: pages of the console's side navigation, in groups; each names its permission.

    None or () for none, and no database.
    """


@hookspec
def tongban_console_overview(session: Session, viewer: Viewer) -> Sequence[Fragment]:  # type: ignore[empty-body]
    """Slot: cards of the console's overview page; None or () for none."""


@hookspec
def tongban_home_url(url: Callable[..., str]) -> str | None:
    """Slot: where a signed-in person lands; the first answer counts, None leaves it to others.

    `url` makes an address from a route's name; no database.
    """
