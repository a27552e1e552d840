"""From checked blocks to the flat node map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tongban_workflow.assignees import Rule
from tongban_workflow.definitions.blocks import BLOCK_KINDS
from tongban_workflow.definitions.checking import WITHDRAW_POLICIES
from tongban_workflow.definitions.nodes import FILL, CompiledFlow, Node
from tongban_workflow.definitions.rights import every_block, fill_rights, step_rights
from tongban_workflow.expressions import Expression, compile_expression


def compile_flow(flow: Mapping[str, Any], form_fields: Mapping[str, str]) -> CompiledFlow:
    """Compile a flow that `check` found no fault with."""
    compiler = Compiler(form_fields)
    first = compiler.sequence(flow["flow"], None, ())
    rights = {FILL: fill_rights(flow, form_fields)}
    for block in every_block(flow["flow"]):
        rights[block["id"]] = step_rights(block, form_fields)
    return CompiledFlow(
        first=first,
        nodes=compiler.nodes,
        order=tuple(block["id"] for block in every_block(flow["flow"])),
        withdraw=flow.get("withdraw", WITHDRAW_POLICIES[0]),
        step_rights=rights,
    )


class Compiler:
    """One compilation; block kinds add their nodes to it."""

    def __init__(self, form_fields: Mapping[str, str]) -> None:
        self.form_fields = form_fields
        self.nodes: dict[str, Node] = {}

    def sequence(
        self, blocks: list[Mapping[str, Any]], after: str | None, path: tuple[str, ...]
    ) -> str | None:
        """Compile blocks that follow each other, then `after`; return where they are entered."""
        entries: list[str | None] = [*(block["id"] for block in blocks), after]
        for block, following in zip(blocks, entries[1:], strict=True):
            BLOCK_KINDS[block["type"]].compile(block, following, path, self)
        return entries[0]

    def add(
        self,
        block: Mapping[str, Any],
        following: str | None,
        path: tuple[str, ...],
        settings: object,
    ) -> None:
        """Add the node of a block."""
        self.nodes[block["id"]] = Node(
            id=block["id"],
            kind=block["type"],
            name=block["name"].strip(),
            next=following,
            path=path,
            settings=settings,
        )

    def condition(self, text: str) -> Expression:
        """Compile a condition."""
        return compile_expression(text, self.form_fields)

    def rules(self, block: Mapping[str, Any]) -> tuple[Rule, ...]:
        """Return the rules of `who`."""
        return tuple(Rule(rule["rule"], rule) for rule in block["who"])
