"""Who may see and edit which field at which step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tongban_workflow.definitions.nodes import EDITABLE


def every_block(blocks: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the blocks of a checked flow in the order written, inner ones after their outer."""
    for block in blocks:
        yield block
        for branch in block.get("branches", ()):
            yield from every_block(branch.get("flow", ()))


def own_fields(flow: Mapping[str, Any]) -> frozenset[str]:
    """Return the fields that some step fills in, which are not the starter's unless said so."""
    return frozenset(
        field
        for block in every_block(flow["flow"])
        for field, right in block.get("fields", {}).items()
        if right in EDITABLE
    )


def fill_rights(flow: Mapping[str, Any], form_fields: Mapping[str, str]) -> dict[str, str]:
    """Return the starter's rights at @fill: what `fill` says, else edit; read for a step's own."""
    said = flow.get("fill", {}).get("fields", {})
    own = own_fields(flow)
    return {field: said.get(field, "read" if field in own else "edit") for field in form_fields}


def step_rights(block: Mapping[str, Any], form_fields: Mapping[str, str]) -> dict[str, str]:
    """Return the rights at a step: what it says, else read."""
    said = block.get("fields", {})
    return {field: said.get(field, "read") for field in form_fields}
