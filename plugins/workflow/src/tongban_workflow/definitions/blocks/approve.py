"""approve 审批: people agree, refuse or send back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tongban_workflow.assignees import Policies
from tongban_workflow.definitions.blocks.people import check_actions, check_on_empty, returns_of
from tongban_workflow.definitions.nodes import FILL, PersonStep

if TYPE_CHECKING:
    from tongban_workflow.definitions.checking import Checker
    from tongban_workflow.definitions.compiling import Compiler

MODES = ("any",)
SAME_PERSON = ("none", "adjacent", "any")
STARTER_IS_APPROVER = ("normal", "auto", "head")


class Approve:
    """A step that approves. Mode `any` is 或签: the first decision counts."""

    keys = frozenset(
        {"mode", "who", "on_empty", "same_person", "starter_is_approver", "fields", "actions"}
    )

    def check(self, block: Mapping[str, object], place: str, checker: Checker, depth: int) -> None:
        """Check people, policies, fields and acts."""
        checker.choice(block, "mode", MODES, place)
        checker.who(block, place)
        check_on_empty(block, place, checker)
        checker.choice(block, "same_person", SAME_PERSON, place)
        checker.choice(block, "starter_is_approver", STARTER_IS_APPROVER, place)
        checker.fields(block, place)
        check_actions(block, place, checker, frozenset({"reject", "return"}))

    def compile(
        self,
        block: Mapping[str, Any],
        following: str | None,
        path: tuple[str, ...],
        compiler: Compiler,
    ) -> None:
        """Add the step. One whose fields must be filled in is never passed for a person."""
        must_fill = "required" in block.get("fields", {}).values()
        policies = Policies(
            who=compiler.rules(block),
            on_empty=block["on_empty"],
            same_person="none" if must_fill else block.get("same_person", "none"),
            starter_is_approver=_starter_policy(block, must_fill),
        )
        settings = PersonStep(
            policies=policies,
            mode=block.get("mode", "any"),
            reject=block.get("actions", {}).get("reject", True),
            returns=returns_of(block, (FILL,)),
        )
        compiler.add(block, following, path, settings)


def _starter_policy(block: Mapping[str, Any], must_fill: bool) -> str:
    policy: str = block.get("starter_is_approver", "head")
    return "head" if must_fill and policy == "auto" else policy
