"""The hall's tests run with the hall and with what it needs to handle a case online."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tongban.pluginhost.installing import install
from tongban.pluginhost.packages import make_content
from tongban.pluginhost.plugin import InstalledPlugin
from tongban.testing.browsing import Browser
from tongban.testing.factories import Campus, MadePerson, MadeUnit
from tongban.toolkit import hookimpl
from tongban.web.runtime import Runtime
from tongban_hall.models import ServiceItem

FORM = {
    "schema": {
        "type": "object",
        "additionalProperties": False,
        "properties": {"place": {"type": "string", "minLength": 2, "maxLength": 60}},
        "required": ["place"],
    },
    "layout": [{"field": "place", "widget": "text", "label": "地点"}],
    "title": "${form.place}",
}
FLOW = {
    "schema": 1,
    "flow": [
        {
            "id": "accept",
            "type": "approve",
            "name": "受理",
            "who": [{"rule": "unit_head", "of": "owner"}],
            "on_empty": "admin",
            "starter_is_approver": "normal",
        }
    ],
}

Browse = Callable[[MadePerson], Browser]
MakeItem = Callable[..., int]
TakePart = Callable[..., str]


@pytest.fixture
def plugin_ids() -> tuple[str, ...]:
    return ("workflow", "hall")


@pytest.fixture(autouse=True)
def forgotten(runtime: Runtime) -> Iterator[None]:
    """A shared runtime remembers what the test before saw: start each without memories."""
    _forget(runtime)
    yield
    _forget(runtime)


def _forget(runtime: Runtime) -> None:
    for name in [name for name in runtime.extra if name.startswith("hall.")]:
        del runtime.extra[name]


@dataclass(frozen=True)
class World:
    """Two departments, a student and a teacher, a head who handles cases, an operator."""

    centre: MadeUnit
    logistics: MadeUnit
    student: MadePerson
    teacher: MadePerson
    head: MadePerson
    operator: MadePerson


@pytest.fixture
def world(campus: Campus) -> World:
    centre = campus.unit("信息化管理中心", code="xxhglzx")
    logistics = campus.unit("后勤管理处", code="hqglc")
    head = campus.person("顾念之", unit=centre)
    campus.appoint(head, centre)
    campus.appoint(head, logistics)
    operator = campus.person("罗予安", unit=centre)
    campus.grant(operator, "operator")
    return World(
        centre,
        logistics,
        campus.person("林小满", unit=logistics, kind="student"),
        campus.person("韩书言", unit=logistics),
        head,
        operator,
    )


@pytest.fixture
def make_item(db: Session, runtime: Runtime, world: World) -> MakeItem:
    """Install a service package, as a department does, and return its item's id."""

    def make(
        key: str,
        name: str,
        *,
        unit: str = "xxhglzx",
        audience: Sequence[str] = ("staff", "student"),
        online: bool = True,
        guide: str = "## 适用范围\n\n全校师生。\n",
        facts: str = 'who = "全体师生"\nduration_days = 2\n',
        **more: Any,
    ) -> int:
        manifest = {
            "schema": 1,
            "id": key,
            "version": more.pop("version", "1.0.0"),
            "name": name,
            "summary": more.pop("summary", f"{name}，在线申请"),
            "unit": unit,
            "audience": list(audience),
            "online": online,
            **more,
        }
        if online:
            manifest.setdefault("number_prefix", re.sub("[^A-Z]", "", key.upper())[:6])
        lines = [
            f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in manifest.items()
        ]
        files = {
            "service.toml": "\n".join([*lines, "[guide]", facts]).encode(),
            "guide.md": guide.encode(),
        }
        if online:
            files["form.json"] = json.dumps(FORM).encode()
            files["flow.json"] = json.dumps(FLOW).encode()
        install(db, runtime.host, make_content(files), None)
        db.commit()
        runtime.refresh(now=True)
        item_id = db.scalar(select(ServiceItem.id).where(ServiceItem.key == key))
        assert item_id is not None
        return item_id

    return make


@pytest.fixture
def items(make_item: MakeItem) -> dict[str, int]:
    """Four items: for everybody, for staff, for students, and one that is not handled online."""
    return {
        "network-repair": make_item(
            "network-repair",
            "网络报修",
            themes=["network"],
            stages=["student-campus", "staff-work"],
            keywords=["断网", "wifi"],
        ),
        "staff-transfer": make_item(
            "staff-transfer",
            "人事调动",
            audience=["staff"],
            themes=["people"],
            stages=["staff-move"],
        ),
        "student-card": make_item(
            "student-card",
            "学生证补办",
            unit="hqglc",
            audience=["student"],
            themes=["student"],
            stages=["student-campus"],
        ),
        "seal-borrow": make_item(
            "seal-borrow",
            "印章借用",
            unit="hqglc",
            audience=["staff", "student"],
            online=False,
            themes=["office"],
            stages=["staff-work", "student-campus"],
        ),
    }


@pytest.fixture
def browse(app: Browser) -> Browse:
    """Give each person a browser of their own, signed in."""
    browsers: dict[int, Browser] = {}

    def of(person: MadePerson) -> Browser:
        if person.id not in browsers:
            browsers[person.id] = app.another()
            browsers[person.id].sign_in(person)
        return browsers[person.id]

    return of


class Part:
    """A plugin that answers the hooks a test gives it."""


@pytest.fixture
def take_part(runtime: Runtime) -> Iterator[TakePart]:
    """Let a plugin take part for this test: `take_part(tongban_home_cards=lambda viewer: […])`.

    Answers are functions whose parameters are named like the hook's.
    """
    registered: list[str] = []

    def add(title: str = "外来插件", plugin_id: str = "visitor", **hooks: Any) -> str:
        origin = Part()
        for name, answer in hooks.items():
            setattr(origin, name, hookimpl(answer))
        runtime.host.register(
            InstalledPlugin(plugin_id, title, "1.0", "code", origin, package="visitor")
        )
        registered.append(plugin_id)
        return plugin_id

    yield add
    for plugin_id in registered:
        runtime.host.unregister(plugin_id)


@pytest.fixture
def switch(runtime: Runtime) -> Iterator[Callable[..., None]]:
    """Switch plugins off for the rest of the test: `switch("workflow")`; `switch()` is all on."""

    def off(*plugin_ids: str) -> None:
        runtime.host.set_disabled(plugin_ids)

    yield off
    runtime.host.set_disabled(())


def texts(page: Any, selector: str) -> list[str]:
    """Return the texts of a page's elements, spaces folded."""
    return [" ".join(found.get_text(" ").split()) for found in page.html.select(selector)]
