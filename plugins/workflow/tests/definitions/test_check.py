"""A flow that is wrong is refused before anybody runs into it, with every fault named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban_workflow.definitions import check, compile_flow

FIELDS = {"place": "text", "amount": "number", "driver": "person", "photos": "list"}


def approve(**more: Any) -> dict[str, Any]:
    return {
        "id": "accept",
        "type": "approve",
        "name": "受理",
        "who": [{"rule": "unit_head", "of": "starter"}],
        "on_empty": "admin",
        **more,
    }


def switch(*branches: Any, **more: Any) -> dict[str, Any]:
    return {"id": "way", "type": "switch", "name": "类型", "branches": list(branches), **more}


def flow(*blocks: Any, **more: Any) -> dict[str, Any]:
    return {"schema": 1, "flow": list(blocks), **more}


def faults(what: object, **more: Any) -> list[str]:
    return [str(fault) for fault in check(what, FIELDS, **more)]


BIG = {"name": "大额", "if": "form.amount > 10000", "flow": []}
ELSE = {"name": "其他", "flow": []}

GOOD = flow(
    approve(
        mode="any",
        who=[
            {"rule": "person", "numbers": ["20080011"]},
            {"rule": "role", "role": "it-duty", "unit": "owner"},
            {"rule": "unit_head", "of": "rsc", "level": 2, "rank": "any"},
            {"rule": "position", "name": "网络运维岗", "unit": "xxhglzx"},
            {"rule": "starter"},
            {"rule": "form_person", "field": "driver"},
        ],
        on_empty="person:20080011",
        same_person="adjacent",
        starter_is_approver="auto",
        fields={"amount": "edit", "photos": "hidden"},
        actions={"reject": True, "return": ["@fill"]},
    ),
    switch({**BIG, "flow": [approve(id="inner", on_empty="parent_head")]}, ELSE),
    {
        "id": "work",
        "type": "handle",
        "name": "办理",
        "who": [{"rule": "starter"}],
        "on_empty": "pass",
    },
    {"id": "tell", "type": "cc", "name": "抄送", "who": [{"rule": "starter"}]},
    fill={"fields": {"amount": "edit"}},
    withdraw="any",
)


def test_a_good_flow_has_no_faults() -> None:
    assert faults(GOOD, required=("place", "amount")) == []


@pytest.mark.parametrize(
    ("what", "fault"),
    [
        (None, "流程：应是一个对象"),
        ([], "流程：应是一个对象"),
        (flow(approve(), schema=2), "流程 › schema：应为 1"),
        (flow(), "流程 › flow：至少要有一个步骤"),
        (flow(approve(), flows=[]), "流程：不认识的设置「flows」"),
        (flow(approve(), withdraw="maybe"),
         "流程 › withdraw：可用 before_first_decision、any、never"),
        (flow(approve(), fill=[]), "填写申请：fill 应是一个对象"),
        (flow(approve(), fill={"fields": {"nope": "edit"}}),
         "填写申请 › fields：表单里没有字段「nope」"),
        (flow("x"), "流程 › 第 1 步：步骤应是一个对象"),
        (flow(approve(name="")), "流程 › 第 1 步 › name：每个步骤要有名称，不超过 30 字"),
        (flow(approve(id="A")),
         "流程 › 第 1 步「受理」 › id：应是小写字母开头的字母、数字、-、_，不超过 40 个"),
        (flow(approve(id="@fill")), "应是小写字母开头"),
        (flow(approve(), approve()), "流程 › 第 2 步「受理」 › id：编号「accept」重复"),
        (flow(approve(type="vote")), "没有这种步骤「vote」，可用 approve、handle、cc、switch"),
        (flow(approve(type=["approve"])), "没有这种步骤"),
        (flow(approve(whom=[])), "流程 › 第 1 步「受理」：不认识的设置「whom」"),
        (flow(approve(who=[])), "流程 › 第 1 步「受理」 › who：要有至少一条找人规则"),
        (flow(approve(who=[{"rule": "boss"}])), "找人规则 1：没有这种找人规则「boss」"),
        (flow(approve(who=["starter"])), "没有这种找人规则「None」"),
        (flow(approve(who=[{"rule": "starter", "x": 1}])), "不认识的设置「x」"),
        (flow(approve(who=[{"rule": "person", "numbers": []}])),
         "numbers 应列出 1 到 50 个工号或学号"),
        (flow(approve(who=[{"rule": "person", "numbers": [1]}])), "numbers 应列出"),
        (flow(approve(who=[{"rule": "role"}])), "role 应写角色的代码"),
        (flow(approve(who=[{"rule": "role", "role": "x", "unit": "%"}])), "部门写 owner"),
        (flow(approve(who=[{"rule": "unit_head", "level": 0}])), "level 应是 1 到 10 的整数"),
        (flow(approve(who=[{"rule": "unit_head", "level": True}])), "level 应是 1 到 10 的整数"),
        (flow(approve(who=[{"rule": "unit_head", "rank": "boss"}])), "rank 可用 head、deputy、any"),
        (flow(approve(who=[{"rule": "position"}])), "name 应写岗位名称"),
        (flow(approve(who=[{"rule": "form_person", "field": "x"}])), "表单里没有字段「x」"),
        (flow(approve(who=[{"rule": "form_person", "field": "amount"}])), "字段「amount」不是人员"),
        (flow(approve(on_empty=None)), "on_empty：必须写明找不到人时怎么办"),
        (flow(approve(on_empty="person:")), "on_empty：必须写明"),
        (flow(approve(mode="all")), "mode：可用 any"),
        (flow(approve(same_person=1)), "same_person：可用 none、adjacent、any"),
        (flow(approve(starter_is_approver="x")), "starter_is_approver：可用 normal、auto、head"),
        (flow(approve(fields=[])), "fields：应是一个对象"),
        (flow(approve(fields={"amount": "write"})),
         "fields › amount：可用 hidden、read、edit、required"),
        (flow(approve(actions=[])), "actions：应是一个对象"),
        (flow(approve(actions={"transfer": True})), "不认识的设置「transfer」"),
        (flow(approve(actions={"reject": "yes"})), "actions › reject：应为 true 或 false"),
        (flow(approve(actions={"return": ["accept"]})),
         "actions › return：应是列表，可退回到 @fill"),
        (flow(approve(actions={"return": "@fill"})), "actions › return：应是列表"),
        (flow(switch(ELSE)), "branches：应有 2 到 20 个分支"),
        (flow(switch(BIG, "x")), "分支 2：分支应是一个对象"),
        (flow(switch(BIG, BIG)), "分支 2：最后一个分支不写条件，其余情况都走它"),
        (flow(switch(ELSE, ELSE)), "分支 1 › if：条件不能为空"),
        (flow(switch({**BIG, "if": "form.amout > 1"}, ELSE)),
         "分支 1 › if：表单里没有字段「amout」（第 1 个字符）"),
        (flow(switch({**BIG, "if": ["x"]}, ELSE)), "分支 1 › if：条件不能为空"),
        (flow(switch({**BIG, "flow": None}, ELSE)), "分支 1：flow 应是步骤的列表"),
        (flow(switch({**BIG, "to": 1}, ELSE)), "分支 1：不认识的设置「to」"),
        (flow(switch({**BIG, "flow": [approve(on_empty="x")]}, ELSE)),
         "流程 › 第 1 步「类型」 › 分支 1 › 第 1 步「受理」 › on_empty"),
        ({"schema": 1, "flow": {}}, "流程：flow 应是步骤的列表"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(what: object, fault: str) -> None:
    assert any(fault in one for one in faults(what)), faults(what)


def test_every_fault_is_found_at_once() -> None:
    wrong = flow(approve(on_empty="x", mode="all"), approve(id="b", who=[]), withdraw="x")
    assert len(faults(wrong)) == 4


def test_copied_people_edit_nothing() -> None:
    copy = {"id": "c", "type": "cc", "name": "抄送", "who": [{"rule": "starter"}]}
    assert faults(flow({**copy, "fields": {"amount": "hidden"}})) == []
    assert "可用 hidden、read" in faults(flow({**copy, "fields": {"amount": "edit"}}))[0]


def test_a_form_that_could_never_be_sent_in_is_refused() -> None:
    later = flow(approve(fields={"amount": "required"}))
    assert "必填字段「amount」留给后面步骤填写" in faults(later, required=("amount",))[0]
    hidden = flow(approve(), fill={"fields": {"place": "hidden"}})
    assert "必填字段「place」在填写申请时不可编辑" in faults(hidden, required=("place",))[0]


def test_flows_have_bounds() -> None:
    deep: list[Any] = [approve()]
    for number in range(9):
        deep = [switch({**BIG, "flow": deep}, ELSE, id=f"s{number}")]
    assert any("分支嵌套过深" in one for one in faults(flow(*deep)))
    many = [approve(id=f"a{number}") for number in range(201)]
    assert any("步骤过多" in one for one in faults(flow(*many)))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


@given(st.data())
def test_no_damage_to_a_flow_makes_the_check_crash(data: st.DataObject) -> None:
    def damaged(value: Any) -> Any:
        if data.draw(st.integers(0, 12)) == 0:
            return data.draw(json_values)
        if isinstance(value, dict):
            return {key: damaged(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [damaged(inner) for inner in value]
        return value

    broken = damaged(GOOD)
    if not check(broken, FIELDS):
        compile_flow(broken, FIELDS)


@given(json_values)
def test_any_json_is_checked(value: Any) -> None:
    assert check(value, FIELDS)
