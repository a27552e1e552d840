"""Installing service packages: checked by everybody, stored, live in every process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.pluginhost.packages import MANIFEST, sound_files, unpacked, zipped
from tongban.audit.models import AuditEvent
from tongban.permissions.viewer import PermissionSet, Reach, Viewer
from tongban.pluginhost import installing
from tongban.pluginhost.host import PluginHost
from tongban.pluginhost.models import ServicePackage
from tongban.pluginhost.packages import PackageRefused, ServicePackageContent, make_content
from tongban.testing.factories import Campus, MadeUnit
from tongban.web.refusals import Forbidden, NotFoundHere
from tongban.web.runtime import Runtime, build_runtime

MakePlugin = Callable[..., str]
MakeRuntime = Callable[..., Runtime]


@pytest.fixture
def unit(campus: Campus) -> MadeUnit:
    return campus.unit("校长办公室", code="xzbgs")


@pytest.fixture
def host() -> PluginHost:
    return PluginHost(slot_budget_seconds=5)


def package(**changed: str) -> ServicePackageContent:
    manifest = MANIFEST
    for old, new in changed.items():
        value = {"version": '"1.0.0"', "prefix": '"HY"', "id": '"room-booking"'}[old]
        manifest = manifest.replace(value, f'"{new}"')
    return make_content(sound_files(service__toml=manifest))


def faults(session: Session, host: PluginHost, content: ServicePackageContent) -> list[str]:
    with pytest.raises(PackageRefused) as caught:
        installing.install(session, host, content, None)
    return [str(fault) for fault in caught.value.faults]


def states(session: Session) -> dict[str, str]:
    rows = session.execute(select(ServicePackage.version, ServicePackage.status))
    return {row.version: row.status for row in rows}


def items(host: PluginHost) -> list[tuple[str, str, int]]:
    return [
        (facts.id, facts.version, facts.unit_id)
        for answer in host.gather("tongban_service_items")
        for facts in answer.value
    ]


def test_an_installed_package_is_a_plugin_in_every_process(
    make_own_runtime: MakeRuntime,
) -> None:
    runtime = make_own_runtime(())
    other = build_runtime(runtime.settings)
    with runtime.unit_of_work() as session:
        unit = Campus(session, runtime).unit("校长办公室", code="xzbgs")
    with runtime.unit_of_work() as session:
        done = installing.install(session, runtime.host, package(), None)
    assert (done.package_id, done.version, done.replaced, done.changed) == (
        "room-booking", "1.0.0", "", True,
    )  # fmt: skip
    for process in (runtime, other):
        process.refresh(now=True)
        assert items(process.host) == [("room-booking", "1.0.0", unit.id)]
    with runtime.unit_of_work() as session:
        installing.install(session, runtime.host, package(version="1.10.0"), None)
    other.refresh(now=True)
    assert items(other.host) == [("room-booking", "1.10.0", unit.id)]
    with runtime.unit_of_work() as session:
        installing.retire(session, runtime.host, "room-booking", None)
    other.refresh(now=True)
    assert items(other.host) == []
    other.close()


def test_versions(db: Session, host: PluginHost, unit: MadeUnit) -> None:
    installing.install(db, host, package(version="1.9.0"), None)
    assert not installing.install(db, host, package(version="1.9.0"), None).changed
    other = make_content(
        sound_files(service__toml=MANIFEST.replace("1.0.0", "1.9.0"), guide__md="别的内容")
    )
    assert "版本 1.9.0 已安装过且内容不同" in faults(db, host, other)[0]
    assert installing.install(db, host, package(version="1.10.0"), None).replaced == "1.9.0"
    assert states(db) == {"1.9.0": "superseded", "1.10.0": "installed"}
    assert "低于已安装的版本 1.10.0" in faults(db, host, package(version="1.9.9"))[0]


def test_a_retired_package_can_come_back(db: Session, host: PluginHost, unit: MadeUnit) -> None:
    installing.install(db, host, package(), None)
    installing.retire(db, host, "room-booking", None)
    assert states(db) == {"1.0.0": "retired"}
    with pytest.raises(NotFoundHere):
        installing.retire(db, host, "room-booking", None)
    assert installing.install(db, host, package(), None).changed
    assert states(db) == {"1.0.0": "installed"}
    assert [row.package_id for row in installing.list_packages(db)] == ["room-booking"]


def test_the_owning_unit_must_exist(db: Session, host: PluginHost, campus: Campus) -> None:
    assert faults(db, host, package()) == ["service.toml › unit：没有代码为 xzbgs 的部门"]


def test_two_packages_cannot_share_a_prefix(db: Session, host: PluginHost, unit: MadeUnit) -> None:
    installing.install(db, host, package(), None)
    assert "「会议室预约」已使用编号前缀 HY" in faults(db, host, package(id="hall-booking"))[0]
    installing.install(db, host, package(id="hall-booking", prefix="LT"), None)


def test_installing_is_audited(db: Session, host: PluginHost, unit: MadeUnit) -> None:
    installing.install(db, host, package(), None)
    installing.retire(db, host, "room-booking", None)
    events = db.execute(
        select(AuditEvent.action, AuditEvent.object_name, AuditEvent.unit_id).where(
            AuditEvent.object_type == "service_package"
        )
    ).all()
    assert [tuple(row) for row in events] == [
        ("package.install", "会议室预约", unit.id),
        ("package.retire", "会议室预约", unit.id),
    ]


def viewer(campus: Campus, unit: MadeUnit) -> Viewer:
    person = campus.person(unit=unit)
    reaches = {installing.INSTALL: Reach.of([unit.path], [])}
    return Viewer(
        person.id, 1, person.number, person.name, "staff", unit.id, unit.name, unit.path,
        permissions=PermissionSet(reaches),
    )  # fmt: skip


def test_the_permission_must_reach_the_owning_unit(
    db: Session, host: PluginHost, campus: Campus, unit: MadeUnit
) -> None:
    """KN-3: an info admin manages the own department's services and nobody else's."""
    other = campus.unit("后勤管理处", code="hqglc")
    with pytest.raises(Forbidden):
        installing.install(db, host, package(), viewer(campus, other))
    installing.install(db, host, package(), viewer(campus, unit))
    taken_over = make_content(
        sound_files(service__toml=MANIFEST.replace("xzbgs", "hqglc").replace("1.0.0", "2.0.0"))
    )
    with pytest.raises(Forbidden):
        installing.install(db, host, taken_over, viewer(campus, other))
    with pytest.raises(Forbidden):
        installing.retire(db, host, "room-booking", viewer(campus, other))
    row = db.scalars(select(ServicePackage)).one()
    assert row.unit_id == unit.id


CHECKER = """
from tongban.pluginhost.packages import Fault
@hookimpl
def tongban_package_check(package):
    {body}
"""


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("yield Fault('flow.json', '没有审批人')", "flow.json：没有审批人"),
        ("raise KeyError('x')", "「流程」：检查没有完成"),
        ("return ['bad']", "「流程」：检查没有完成"),
    ],
)
def test_plugins_check_packages(
    make_plugin: MakePlugin, db: Session, unit: MadeUnit, body: str, fault: str
) -> None:
    host = PluginHost(slot_budget_seconds=5)
    host.load([make_plugin(CHECKER.format(body=body), title="流程")])
    assert fault in faults(db, host, package())[0]
    assert states(db) == {}


TAKER = """
taken = []
@hookimpl
def tongban_package_installed(session, package):
    taken.append((package.facts.id, package.facts.unit_id, package.flow["schema"]))
@hookimpl
def tongban_package_retired(session, package):
    taken.append(("retired", package.id))
"""


def test_plugins_take_packages_over(make_plugin: MakePlugin, db: Session, unit: MadeUnit) -> None:
    host = PluginHost()
    host.load([make_plugin(TAKER)])
    installing.install(db, host, package(), None)
    installing.retire(db, host, "room-booking", None)
    taken = host.plugins()[0].origin.taken
    assert taken == [("room-booking", unit.id, 1), ("retired", "room-booking")]


def test_a_plugin_that_cannot_take_a_package_over_undoes_the_installation(
    make_plugin: MakePlugin, make_own_runtime: MakeRuntime
) -> None:
    bad = make_plugin(
        "@hookimpl\ndef tongban_package_installed(package): raise OSError('full')\n", title="流程"
    )
    runtime = make_own_runtime((bad,))
    with runtime.unit_of_work() as session:
        Campus(session, runtime).unit("校长办公室", code="xzbgs")
    with (
        pytest.raises(PackageRefused, match="「流程」：未能接收该服务包，安装已撤销"),
        runtime.unit_of_work() as session,
    ):
        installing.install(session, runtime.host, package(), None)
    with runtime.unit_of_work(writes=False) as session:
        assert states(session) == {}
    assert [one.hook for one in runtime.host.failures.take()] == ["tongban_package_installed"]


def test_a_plugin_may_refuse_a_package_in_view_of_the_database(
    make_plugin: MakePlugin, db: Session, unit: MadeUnit
) -> None:
    code = """
    from tongban.toolkit import Fault, PackageRefused
    @hookimpl
    def tongban_package_installed(package):
        raise PackageRefused([Fault("flow.json", "没有这个部门")])
    """
    host = PluginHost()
    host.load([make_plugin(code)])
    assert faults(db, host, package()) == ["flow.json：没有这个部门"]
    assert host.failures.take() == []


def test_a_plugin_switched_on_catches_up(
    make_plugin: MakePlugin, make_own_runtime: MakeRuntime
) -> None:
    """What came and went while a plugin was off is told when it is on again."""
    from tongban.pluginhost.state import disable, enable

    late = make_plugin(TAKER)
    runtime = make_own_runtime((late,))
    with runtime.unit_of_work() as session:
        unit = Campus(session, runtime).unit("校长办公室", code="xzbgs")
        disable(session, runtime.host, None, late)
    runtime.refresh(now=True)
    with runtime.unit_of_work() as session:
        installing.install(session, runtime.host, package(), None)
        installing.install(session, runtime.host, package(id="hall-booking", prefix="LT"), None)
        installing.retire(session, runtime.host, "hall-booking", None)
    plugin = runtime.host.plugin(late)
    assert plugin is not None
    assert plugin.origin.taken == []
    with runtime.unit_of_work() as session:
        enable(session, runtime.host, None, late)
    assert plugin.origin.taken == [("room-booking", unit.id, 1), ("retired", "hall-booking")]


def test_a_package_does_not_take_the_place_of_a_plugin(
    make_plugin: MakePlugin, make_own_runtime: MakeRuntime
) -> None:
    runtime = make_own_runtime((make_plugin(plugin_id="booking"),))
    with runtime.unit_of_work() as session:
        Campus(session, runtime).unit("校长办公室", code="xzbgs")
        installing.install(session, runtime.host, package(id="booking"), None)
    runtime.refresh(now=True)
    kinds = [(plugin.id, plugin.kind) for plugin in runtime.host.plugins()]
    assert kinds == [("booking", "code"), ("service:booking", "package")]


def test_zips_and_folders_by_command(
    tmp_path: Path, make_own_runtime: MakeRuntime, run_command: Callable[..., tuple[int, str]]
) -> None:
    runtime = make_own_runtime(())
    with runtime.unit_of_work() as session:
        Campus(session, runtime).unit("校长办公室", code="xzbgs")
    folder = unpacked(sound_files(), tmp_path / "room-booking")
    other = sound_files(
        service__toml=MANIFEST.replace("room-booking", "hall-booking").replace('"HY"', '"LT"')
    )
    archive = tmp_path / "hall.zip"
    archive.write_bytes(zipped(other))
    bad = unpacked(sound_files(flow__json="[]"), tmp_path / "bad")

    code, output = run_command(runtime, "service", "check", folder, archive, bad)
    assert code == 1
    assert f"{folder}: good" in output
    assert "flow.json：最外层应为对象" in output
    code, output = run_command(runtime, "service", "install", bad, folder, archive)
    assert code == 1
    assert "room-booking 1.0.0: installed" in output
    assert "1 of 3 packages were not installed" in output
    code, output = run_command(runtime, "service", "install", folder)
    assert (code, output) == (0, "room-booking 1.0.0: installed already\n")
    code, output = run_command(runtime, "service", "retire", "hall-booking")
    assert code == 0
    code, output = run_command(runtime, "service", "retire", "hall-booking")
    assert code == 1
    code, output = run_command(runtime, "service", "list")
    assert "room-booking" in output
    assert "retired" in output
