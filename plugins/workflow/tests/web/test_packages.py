"""Service packages: what is wrong with one is said before anything is stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tongban.pluginhost.installing import check, install, retire
from tongban.pluginhost.package_files import read_package
from tongban.pluginhost.packages import PackageRefused, ServicePackageContent, make_content
from tongban.testing.browsing import Browser
from tongban.testing.factories import MadePerson
from tongban.web.runtime import Runtime
from tongban_workflow.models import FlowDefinition

from .conftest import FLOW, FORM, World, fill

Browse = Callable[[MadePerson], Browser]

SERVICES = Path(__file__).parents[3] / "services"
MANIFEST = """
schema = 1
id = "lamp-repair"
version = "{version}"
name = "路灯报修"
summary = "路灯不亮报修"
unit = "xxhglzx"
audience = ["student", "staff"]
themes = ["network"]
stages = ["student-campus"]
icon = "plug-connected"
tone = "brand"
keywords = ["路灯"]
number_prefix = "LD"
online = {online}

[guide]
who = "全体师生"
duration_days = 3
fee = "不收费"
steps = ["提交申请"]
"""


def package(
    form: Any = FORM, flow: Any = FLOW, *, version: str = "1.0.0", online: str = "true"
) -> ServicePackageContent:
    files = {
        "service.toml": MANIFEST.format(version=version, online=online).encode(),
        "guide.md": "说明".encode(),
    }
    if online == "true":
        files["form.json"] = json.dumps(form).encode()
        files["flow.json"] = json.dumps(flow).encode()
    return make_content(files)


def test_an_installed_package_can_be_applied_for(
    world: World, browse: Browse, db: Session, runtime: Runtime
) -> None:
    """WF-2: from the package to the case, without a restart."""
    browser = browse(world.student)
    browser.get("/apply/lamp-repair", status=404)
    install(db, runtime.host, package(), None)
    db.commit()
    form = browser.get("/apply/lamp-repair").forms["application"]
    fill(form, {"f.place": "A03 楼前", "f.kind": "other", "f.other": "路灯"})
    form.submit("act", value="submit", status=303).follow().mustcontain("LD-", "路灯报修")


def test_a_new_version_takes_over_and_a_retired_one_takes_nothing(
    world: World, browse: Browse, db: Session, runtime: Runtime
) -> None:
    install(db, runtime.host, package(), None)
    install(db, runtime.host, package({**FORM, "title": ""}, version="1.1.0"), None)
    rows = db.execute(
        select(FlowDefinition.version, FlowDefinition.status)
        .where(FlowDefinition.item_id == "lamp-repair")
        .order_by(FlowDefinition.version)
    ).all()
    assert [tuple(row) for row in rows] == [("1.0.0", "retired"), ("1.1.0", "published")]
    retire(db, runtime.host, "lamp-repair", None)
    db.commit()
    browse(world.student).get("/apply/lamp-repair", status=404)


def changed(part: dict[str, Any], **values: Any) -> dict[str, Any]:
    return json.loads(json.dumps({**part, **values}))  # type: ignore[no-any-return]


def broken_flow(**step: Any) -> dict[str, Any]:
    first, *others = FLOW["flow"]
    return changed(FLOW, flow=[{**first, **step}, *others])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (lambda: package(changed(FORM, layout=[])), "form.json: 表单 › layout：应是字段的列表"),
        (lambda: package(flow=broken_flow(on_empty="?")), "on_empty"),
        (lambda: package(flow=broken_flow(fields={"nobody": "edit"})), "表单里没有字段「nobody」"),
        (lambda: package(flow=broken_flow(fields={"other": "required"})), "有显示条件"),
    ],
)
def test_faults_are_named_with_their_place(
    world: World,
    db: Session,
    runtime: Runtime,
    content: Callable[[], ServicePackageContent],
    told: str,
) -> None:
    faults = check(db, runtime.host, content())
    assert told in "；".join(str(fault) for fault in faults)
    with pytest.raises(PackageRefused):
        install(db, runtime.host, content(), None)


def test_an_item_that_is_not_handled_online_has_no_form(
    world: World, browse: Browse, db: Session, runtime: Runtime
) -> None:
    install(db, runtime.host, package(online="false"), None)
    db.commit()
    browse(world.student).get("/apply/lamp-repair", status=404)


@pytest.mark.parametrize(
    "folder", sorted(SERVICES.glob("*/service.toml")), ids=lambda path: path.parent.name
)
def test_the_packages_of_the_demo_have_no_fault(
    world: World, runtime: Runtime, folder: Path
) -> None:
    content = read_package(folder.parent)
    answers = runtime.host.gather("tongban_package_check", package=content)
    assert [fault for answer in answers for fault in answer.value or ()] == []
