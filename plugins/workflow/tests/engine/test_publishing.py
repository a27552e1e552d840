"""Versions of a flow: immutable, one of them current, running cases keep theirs."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from tongban.toolkit import uuid7
from tongban_workflow.definitions import (
    DefinitionNotFound,
    DefinitionRefused,
    current_definition,
    load,
    missing_references,
    publish,
    retire,
)
from tongban_workflow.models import Form

FORM = {"schema": {"type": "object", "properties": {"place": {"type": "string"}}}, "layout": []}
DUTY = {"rule": "role", "role": "it_duty", "unit": "owner"}


@pytest.fixture
def put(desk: Any, step: Any) -> Any:
    def put(version: str, name: str = "受理", form: Any = FORM, **block: Any) -> Any:
        return publish(
            desk.session,
            item_id="network-repair",
            version=version,
            name="网络报修",
            owner_unit_id=desk.town.units["xxhglzx"],
            number_prefix="BX",
            flow={"schema": 1, "flow": [step("a", DUTY, name=name, **block)]},
            form=form,
        )

    return put


def test_a_new_version_is_current_and_old_cases_keep_theirs(desk: Any, put: Any) -> None:
    first = put("1.0.0")
    case_id = desk.start(first).case_id
    second = put("1.1.0", name="审核")
    current = current_definition(desk.session, "network-repair")
    assert current is not None
    assert (current.id, current.version) == (second, "1.1.0")
    assert load(desk.session, first).flow.nodes["a"].name == "受理"
    assert desk.act("approve", case_id, "duty1").status == "done"


def test_publishing_the_same_again_brings_that_version_back(desk: Any, put: Any) -> None:
    first = put("1.0.0")
    put("1.1.0", name="审核")
    assert put("1.0.0") == first
    current = current_definition(desk.session, "network-repair")
    assert current is not None
    assert current.id == first
    assert desk.start(first).status == "running"


def test_a_version_is_never_changed(desk: Any, put: Any) -> None:
    put("1.0.0")
    with pytest.raises(DefinitionRefused, match="请改用新的版本号"):
        put("1.0.0", name="审核")


def test_a_faulty_flow_is_refused_with_every_reason(desk: Any, put: Any) -> None:
    with pytest.raises(DefinitionRefused) as caught:
        put("1.0.0", on_empty="x", mode="y", form={**FORM, "title": "${form.x}"})
    assert len(caught.value.faults) == 3
    assert current_definition(desk.session, "network-repair") is None


def test_versions_with_the_same_form_share_it(desk: Any, put: Any) -> None:
    put("1.0.0")
    put("1.1.0", name="审核")
    count = select(func.count()).select_from(Form).where(Form.key == "network-repair")
    assert desk.session.scalar(count) == 1
    put("1.2.0", form={**FORM, "title": "新"})
    assert desk.session.scalar(count) == 2


def test_a_retired_item_has_no_current_version(desk: Any, put: Any) -> None:
    put("1.0.0")
    retire(desk.session, "network-repair")
    assert current_definition(desk.session, "network-repair") is None


def test_an_unknown_definition_is_not_found(desk: Any) -> None:
    with pytest.raises(DefinitionNotFound):
        load(desk.session, uuid7())


def test_a_definition_is_compiled_once(desk: Any, put: Any) -> None:
    identifier = put("1.0.0")
    assert load(desk.session, identifier) is load(desk.session, identifier)


def test_what_a_flow_names_but_the_directory_lacks_is_told(desk: Any, step: Any) -> None:
    flow = {
        "flow": [
            step("a", DUTY, {"rule": "role", "role": "pilot", "unit": "moon"}, name="甲"),
            step("b", {"rule": "person", "numbers": ["20260001", "77"]}, on_empty="person:88"),
            step("c", {"rule": "unit_head", "of": "rsc"}, {"rule": "starter"}),
        ]
    }
    assert [str(fault) for fault in missing_references(desk.session, flow)] == [
        "步骤「甲」：没有角色「pilot」",
        "步骤「甲」：没有代码为「moon」的部门",
        "步骤「b」：没有工号（学号）为「77」的在校人员",
        "步骤「b」：没有工号（学号）为「88」的在校人员",
    ]
