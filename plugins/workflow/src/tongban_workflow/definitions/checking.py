"""Checking a flow before it is published: every fault at once, each with its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from tongban_workflow.assignees import RESOLVERS, Resolver
from tongban_workflow.definitions.blocks import BLOCK_KINDS
from tongban_workflow.definitions.faults import Fault
from tongban_workflow.definitions.nodes import EDITABLE, RIGHTS
from tongban_workflow.definitions.rights import fill_rights, own_fields
from tongban_workflow.expressions import ExpressionFault, compile_expression

MAX_BLOCKS = 200
MAX_DEPTH = 8
WITHDRAW_POLICIES = ("before_first_decision", "any", "never")

_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}\Z")
_FLOW_KEYS = frozenset({"schema", "flow", "fill", "withdraw"})
_COMMON_KEYS = frozenset({"id", "type", "name"})


def check(
    flow: object,
    form_fields: Mapping[str, str],
    resolvers: Mapping[str, Resolver] = RESOLVERS,
    *,
    required: Collection[str] = (),
) -> list[Fault]:
    """Return every fault of a flow; none means it can be compiled and run.

    `form_fields` maps the form's fields to their kinds; `required` are those its schema requires
    from the start.
    """
    checker = Checker(form_fields, resolvers)
    checker.flow(flow, required)
    return checker.faults


class Checker:
    """One check: knows the form and the resolvers, collects the faults."""

    def __init__(self, form_fields: Mapping[str, str], resolvers: Mapping[str, Resolver]) -> None:
        self.form_fields = form_fields
        self.resolvers = resolvers
        self.faults: list[Fault] = []
        self._ids: set[str] = set()
        self._count = 0

    def fault(self, place: str, message: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(place, message))

    def flow(self, flow: object, required: Collection[str]) -> None:
        """Check a whole flow."""
        if not isinstance(flow, Mapping):
            self.fault("流程", "应是一个对象")
            return
        self.keys(flow, _FLOW_KEYS, "流程")
        if flow.get("schema") != 1:
            self.fault("流程 › schema", "应为 1")
        if flow.get("withdraw", WITHDRAW_POLICIES[0]) not in WITHDRAW_POLICIES:
            self.choice(flow, "withdraw", WITHDRAW_POLICIES, "流程")
        before = len(self.faults)
        self._fill(flow.get("fill", {}))
        if not flow.get("flow"):
            self.fault("流程 › flow", "至少要有一个步骤")
        self.blocks(flow.get("flow"), "流程", 1)
        if len(self.faults) == before:
            self._fillable(flow, required)

    def _fill(self, fill: object) -> None:
        place = "填写申请"
        if not isinstance(fill, Mapping):
            self.fault(place, "fill 应是一个对象")
            return
        self.keys(fill, frozenset({"fields"}), place)
        self.fields(fill, place)

    def _fillable(self, flow: Mapping[str, object], required: Collection[str]) -> None:
        """A field the form requires at once must be one the starter can fill in."""
        rights = fill_rights(flow, self.form_fields)
        own = own_fields(flow)
        for field in required:
            if field in rights and rights[field] not in EDITABLE:
                why = "留给后面步骤填写" if field in own else "在填写申请时不可编辑"
                self.fault("填写申请", f"必填字段「{field}」{why}，申请将无法提交")

    def blocks(self, blocks: object, place: str, depth: int) -> None:
        """Check a sequence of blocks."""
        if not isinstance(blocks, list):
            self.fault(place, "flow 应是步骤的列表")
            return
        if depth > MAX_DEPTH:
            self.fault(place, f"分支嵌套过深，最多 {MAX_DEPTH} 层")
            return
        for number, block in enumerate(blocks, start=1):
            self._count += 1
            if self._count > MAX_BLOCKS:
                self.fault(place, f"步骤过多，最多 {MAX_BLOCKS} 个")
                return
            self._block(block, f"{place} › 第 {number} 步", depth)

    def _block(self, block: object, place: str, depth: int) -> None:
        if not isinstance(block, Mapping):
            self.fault(place, "步骤应是一个对象")
            return
        place = self._named(block, place)
        type_name = block.get("type")
        kind = BLOCK_KINDS.get(type_name) if isinstance(type_name, str) else None
        if kind is None:
            known = "、".join(BLOCK_KINDS)
            self.fault(place, f"没有这种步骤「{type_name}」，可用 {known}")
            return
        self.keys(block, _COMMON_KEYS | kind.keys, place)
        kind.check(block, place, self, depth)

    def _named(self, block: Mapping[str, object], place: str) -> str:
        name, identifier = block.get("name"), block.get("id")
        if isinstance(name, str) and 0 < len(name.strip()) <= 30:
            place = f"{place}「{name}」"
        else:
            self.fault(f"{place} › name", "每个步骤要有名称，不超过 30 字")
        if not isinstance(identifier, str) or not _ID.match(identifier):
            self.fault(f"{place} › id", "应是小写字母开头的字母、数字、-、_，不超过 40 个")
        elif identifier in self._ids:
            self.fault(f"{place} › id", f"编号「{identifier}」重复")
        else:
            self._ids.add(identifier)
        return place

    def keys(self, block: Mapping[str, object], allowed: frozenset[str], place: str) -> None:
        """Refuse keys nobody reads: a misspelt setting would be silently lost."""
        for key in block:
            if key not in allowed:
                self.fault(place, f"不认识的设置「{key}」")

    def choice(
        self, block: Mapping[str, object], key: str, allowed: Iterable[str], place: str
    ) -> None:
        """Check a setting that is one of a few words, when it is there."""
        value = block.get(key)
        if key in block and not (isinstance(value, str) and value in allowed):
            self.fault(f"{place} › {key}", "可用 " + "、".join(allowed))

    def condition(self, text: object, place: str) -> None:
        """Check an expression."""
        try:
            compile_expression(text if isinstance(text, str) else "", self.form_fields)
        except ExpressionFault as fault:
            self.fault(place, str(fault))

    def who(self, block: Mapping[str, object], place: str) -> None:
        """Check the rules that find people."""
        rules = block.get("who")
        if not isinstance(rules, list) or not rules:
            self.fault(f"{place} › who", "要有至少一条找人规则")
            return
        for number, rule in enumerate(rules, start=1):
            self._rule(rule, f"{place} › 找人规则 {number}")

    def _rule(self, rule: object, place: str) -> None:
        name = rule.get("rule") if isinstance(rule, Mapping) else None
        resolver = self.resolvers.get(name) if isinstance(name, str) else None
        if resolver is None or not isinstance(rule, Mapping):
            known = "、".join(self.resolvers)
            self.fault(place, f"没有这种找人规则「{name}」，可用 {known}")
            return
        self.keys(rule, resolver.keys | {"rule"}, place)
        for message in resolver.check(rule, self.form_fields):
            self.fault(place, message)

    def fields(
        self, block: Mapping[str, object], place: str, rights: Collection[str] = RIGHTS
    ) -> None:
        """Check the rights on form fields."""
        fields = block.get("fields", {})
        if not isinstance(fields, Mapping):
            self.fault(f"{place} › fields", "应是一个对象")
            return
        for field, right in fields.items():
            if field not in self.form_fields:
                self.fault(f"{place} › fields", f"表单里没有字段「{field}」")
            if not isinstance(right, str) or right not in rights:
                self.fault(f"{place} › fields › {field}", "可用 " + "、".join(rights))
