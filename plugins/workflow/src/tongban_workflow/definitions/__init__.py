"""Flows as data: blocks, their checking, compiling and publishing."""

from __future__ import annotations

from tongban_workflow.definitions.checking import check
from tongban_workflow.definitions.compiling import compile_flow
from tongban_workflow.definitions.faults import DefinitionRefused, Fault
from tongban_workflow.definitions.form_facts import (
    check_title,
    form_fields,
    render_title,
    required_fields,
)
from tongban_workflow.definitions.nodes import (
    EDITABLE,
    FILL,
    RIGHTS,
    Branch,
    CompiledFlow,
    CopyStep,
    Node,
    PersonStep,
    SwitchStep,
)
from tongban_workflow.definitions.publishing import (
    Definition,
    DefinitionNotFound,
    DefinitionRow,
    check_definition,
    current_definition,
    load,
    publish,
    retire,
)
from tongban_workflow.definitions.references import missing_references

__all__ = [
    "EDITABLE",
    "FILL",
    "RIGHTS",
    "Branch",
    "CompiledFlow",
    "CopyStep",
    "Definition",
    "DefinitionNotFound",
    "DefinitionRefused",
    "DefinitionRow",
    "Fault",
    "Node",
    "PersonStep",
    "SwitchStep",
    "check",
    "check_definition",
    "check_title",
    "compile_flow",
    "current_definition",
    "form_fields",
    "load",
    "missing_references",
    "publish",
    "render_title",
    "required_fields",
    "retire",
]
