"""Installing and retiring service packages."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tongban import clock
from tongban.audit.services import record
from tongban.db.locks import lock_for_transaction
from tongban.orgs.models import OrgUnit
from tongban.pluginhost.errors import PluginError
from tongban.pluginhost.generation import PLUGINS, advance
from tongban.pluginhost.manifests import MANIFEST, version_key
from tongban.pluginhost.models import ServicePackage
from tongban.pluginhost.package_files import pack, read_archive
from tongban.pluginhost.packages import Fault, PackageRefused, ServicePackageContent, facts_from
from tongban.web.refusals import Forbidden, NotFoundHere

if TYPE_CHECKING:
    from tongban.permissions.viewer import Viewer
    from tongban.pluginhost.host import Answer, PluginHost

log = structlog.get_logger("tongban.plugins")

INSTALL = "plugins.install_package"

_INSTALLED = "installed"
_SUPERSEDED = "superseded"
_RETIRED = "retired"

_UNIT = select(OrgUnit.id, OrgUnit.path).where(OrgUnit.status == "active")
_LIST = (
    select(
        ServicePackage.package_id,
        ServicePackage.version,
        ServicePackage.name,
        OrgUnit.short_name.label("unit_name"),
        ServicePackage.status,
        ServicePackage.installed_at,
        ServicePackage.checksum,
    )
    .join(OrgUnit, OrgUnit.id == ServicePackage.unit_id)
    .where(ServicePackage.status != _SUPERSEDED)
    .order_by(ServicePackage.package_id, ServicePackage.id)
)
_ARCHIVES = (
    select(ServicePackage.archive, ServicePackage.unit_id)
    .where(ServicePackage.status == _INSTALLED)
    .order_by(ServicePackage.id)
)
_RETIRED_ONES = (
    select(ServicePackage.manifest, ServicePackage.unit_id, ServicePackage.checksum)
    .where(ServicePackage.status == _RETIRED)
    .order_by(ServicePackage.id)
)


@dataclass(frozen=True)
class Installed:
    """What became of an installation; `replaced` is the version before, "" for a new package."""

    package_id: str
    version: str
    name: str
    replaced: str = ""
    changed: bool = True


class PackageRow(NamedTuple):
    """A package as lists show it."""

    package_id: str
    version: str
    name: str
    unit_name: str
    status: str
    installed_at: datetime
    checksum: str


class _Unit(NamedTuple):
    id: int
    path: str


def list_packages(session: Session) -> list[PackageRow]:
    """Return the installed and retired packages, by id."""
    return [PackageRow(*row) for row in session.execute(_LIST)]


def check(session: Session, host: PluginHost, content: ServicePackageContent) -> list[Fault]:
    """Return what stands against installing a package: here, and in the plugins' opinion."""
    unit = _find_unit(session, content.facts.unit_code)
    faults = list(_version_faults(session, content))
    if unit is None:
        faults.insert(
            0, Fault(f"{MANIFEST} › unit", f"没有代码为 {content.facts.unit_code} 的部门")
        )
    else:
        content = content.in_unit(unit.id)
    return [*faults, *_plugin_faults(host, content)]


def install(
    session: Session, host: PluginHost, content: ServicePackageContent, actor: Viewer | None
) -> Installed:
    """Install a package or bring the installed one to its version, in the caller's transaction.

    The same version with the same files changes nothing. `actor` None is the platform itself (the
    command line). Raises Forbidden when the actor's permission does not reach the owning unit, of
    the new or of the installed version, and PackageRefused, after which the transaction must be
    rolled back.
    """
    facts = content.facts
    lock_for_transaction(session, f"service-package:{facts.id}")
    unit = _find_unit(session, facts.unit_code)
    if unit is not None:
        _require_reach(actor, unit.path)
    before = _current(session, facts.id)
    if before is not None:
        _require_reach(actor, _path_of(session, before.unit_id))
        if (before.version, before.checksum) == (facts.version, facts.checksum):
            return Installed(facts.id, facts.version, facts.name, before.version, changed=False)
    faults = check(session, host, content)
    if faults or unit is None:
        raise PackageRefused(faults)
    content = content.in_unit(unit.id)
    _store(session, content, unit, actor)
    _hand_over(session, host, content)
    replaced = before.version if before is not None else ""
    _note(session, actor, "package.install", content, replaced)
    advance(session, PLUGINS)
    return Installed(facts.id, facts.version, facts.name, replaced)


def retire(session: Session, host: PluginHost, package_id: str, actor: Viewer | None) -> None:
    """Take a package out of service: nothing new starts with it, what runs goes on.

    Raises NotFoundHere when it is not installed, Forbidden.
    """
    row = _current(session, package_id)
    if row is None:
        raise NotFoundHere(f"没有安装名为 {package_id} 的服务包。")
    _require_reach(actor, _path_of(session, row.unit_id))
    row.status = _RETIRED
    session.flush()
    facts = facts_from(row.manifest, unit_id=row.unit_id, checksum=row.checksum)
    host.emit("tongban_package_retired", session, package=facts)
    record(
        session,
        "package.retire",
        actor=actor,
        object_type="service_package",
        object_id=package_id,
        object_name=row.name,
        unit_id=row.unit_id,
        detail={"version": row.version},
    )
    advance(session, PLUGINS)


def catch_up(session: Session, host: PluginHost, plugin_ids: Collection[str]) -> None:
    """Tell plugins that were off which packages were installed and retired meanwhile."""
    if _told(host, "tongban_package_installed", plugin_ids):
        for archive, unit_id in session.execute(_ARCHIVES).all():
            content = read_archive(archive).in_unit(unit_id)
            host.emit_to(plugin_ids, "tongban_package_installed", session, package=content)
    if _told(host, "tongban_package_retired", plugin_ids):
        for manifest, unit_id, checksum in session.execute(_RETIRED_ONES).all():
            facts = facts_from(manifest, unit_id=unit_id, checksum=checksum)
            host.emit_to(plugin_ids, "tongban_package_retired", session, package=facts)


# --- inside ---------------------------------------------------------------------------------------


def _told(host: PluginHost, hook: str, plugin_ids: Collection[str]) -> bool:
    return any(plugin.id in plugin_ids for plugin, _call in host.implementations(hook))


def _find_unit(session: Session, code: str) -> _Unit | None:
    row = session.execute(_UNIT.where(OrgUnit.code == code)).one_or_none()
    return _Unit(*row) if row is not None else None


def _path_of(session: Session, unit_id: int) -> str:
    return session.execute(select(OrgUnit.path).where(OrgUnit.id == unit_id)).scalar_one()


def _require_reach(actor: Viewer | None, unit_path: str) -> None:
    if actor is not None and not actor.allows(INSTALL, unit_path):
        raise Forbidden("您在该部门没有「安装和停用服务包」权限。如确需办理，请联系平台管理员。")


def _current(session: Session, package_id: str) -> ServicePackage | None:
    return session.scalar(
        select(ServicePackage).where(
            ServicePackage.package_id == package_id, ServicePackage.status == _INSTALLED
        )
    )


def _version_faults(session: Session, content: ServicePackageContent) -> Iterator[Fault]:
    facts = content.facts
    rows = session.execute(
        select(ServicePackage.version, ServicePackage.checksum, ServicePackage.status).where(
            ServicePackage.package_id == facts.id
        )
    ).all()
    place = f"{MANIFEST} › version"
    for version, checksum, status in rows:
        if version == facts.version and checksum != facts.checksum:
            yield Fault(place, f"版本 {version} 已安装过且内容不同，请改用新的版本号")
        elif status == _INSTALLED and version_key(facts.version) < version_key(version):
            yield Fault(place, f"低于已安装的版本 {version}，请改用更高的版本号")
    yield from _prefix_faults(session, content)


def _prefix_faults(session: Session, content: ServicePackageContent) -> Iterator[Fault]:
    """Two packages with one prefix would give two cases the same number."""
    facts = content.facts
    if not facts.number_prefix:
        return
    others = session.execute(
        select(ServicePackage.name, ServicePackage.manifest).where(
            ServicePackage.package_id != facts.id, ServicePackage.status == _INSTALLED
        )
    )
    for name, manifest in others:
        if manifest.get("number_prefix") == facts.number_prefix:
            yield Fault(
                f"{MANIFEST} › number_prefix",
                f"「{name}」已使用编号前缀 {facts.number_prefix}，请换一个",
            )


def _plugin_faults(host: PluginHost, content: ServicePackageContent) -> Iterator[Fault]:
    for answer in host.gather("tongban_package_check", package=content):
        if answer.state == "done":
            yield from answer.value or ()
        else:
            yield _unchecked(answer)


def _unchecked(answer: Answer) -> Fault:
    return Fault(
        f"「{answer.plugin.title}」", "检查没有完成，请稍后重试；多次出现时请联系平台管理员"
    )


def _store(
    session: Session, content: ServicePackageContent, unit: _Unit, actor: Viewer | None
) -> None:
    facts = content.facts
    session.execute(
        update(ServicePackage)
        .where(ServicePackage.package_id == facts.id, ServicePackage.status == _INSTALLED)
        .values(status=_SUPERSEDED)
    )
    row = session.scalar(
        select(ServicePackage).where(
            ServicePackage.package_id == facts.id, ServicePackage.version == facts.version
        )
    )
    if row is None:
        row = ServicePackage(package_id=facts.id, version=facts.version)
        session.add(row)
    row.name = facts.name
    row.unit_id = unit.id
    row.checksum = facts.checksum
    row.manifest = dict(content.manifest)
    row.archive = pack(content)
    row.status = _INSTALLED
    row.installed_by_id = actor.person_id if actor is not None else None
    row.installed_at = clock.now()
    session.flush()


def _hand_over(session: Session, host: PluginHost, content: ServicePackageContent) -> None:
    try:
        host.require("tongban_package_installed", session, package=content)
    except PluginError as error:
        plugin = host.plugin(error.plugin_id)
        title = plugin.title if plugin is not None else error.plugin_id
        raise PackageRefused([Fault(f"「{title}」", "未能接收该服务包，安装已撤销")]) from error


def _note(
    session: Session,
    actor: Viewer | None,
    action: str,
    content: ServicePackageContent,
    replaced: str,
) -> None:
    facts = content.facts
    record(
        session,
        action,
        actor=actor,
        object_type="service_package",
        object_id=facts.id,
        object_name=facts.name,
        unit_id=facts.unit_id,
        detail={"version": facts.version, "replaced": replaced, "checksum": facts.checksum},
    )
    log.info("package installed", package=facts.id, version=facts.version, replaced=replaced)
