"""The engine: commands on cases, each one transaction, and reading them.

Rules of every command: the case row is locked in a statement of its own; who acts is checked under
the lock; a repeated request gives the earlier result; each act leaves one event; at most eight
statements an approval. Commands never commit.
"""

from __future__ import annotations

from tongban_workflow.engine.copies import mark_read
from tongban_workflow.engine.deciding import approve, handle_done, reject, return_to_fill
from tongban_workflow.engine.errors import (
    ActNotOffered,
    AlreadyDecided,
    BadRequestId,
    BrokenEngine,
    CaseNotFound,
    Clash,
    EngineError,
    FieldsMissing,
    FormChanged,
    FormTooLarge,
    FormUnreadable,
    NobodyToAssign,
    NotAllowedNow,
    NotYours,
    OpinionRequired,
    OpinionTooLong,
    RequestReused,
    TaskNotFound,
)
from tongban_workflow.engine.filling import cancel, resubmit, save, withdraw
from tongban_workflow.engine.happenings import Actor, CaseHappening, Outcome
from tongban_workflow.engine.reading import (
    CaseView,
    EventFacts,
    TaskFacts,
    editable_fields,
    fill_rights,
    open_tasks,
    read_case,
    timeline,
    view_case,
)
from tongban_workflow.engine.starting import start_case
from tongban_workflow.engine.state import CaseState, TaskState

__all__ = [
    "ActNotOffered",
    "Actor",
    "AlreadyDecided",
    "BadRequestId",
    "BrokenEngine",
    "CaseHappening",
    "CaseNotFound",
    "CaseState",
    "CaseView",
    "Clash",
    "EngineError",
    "EventFacts",
    "FieldsMissing",
    "FormChanged",
    "FormTooLarge",
    "FormUnreadable",
    "NobodyToAssign",
    "NotAllowedNow",
    "NotYours",
    "OpinionRequired",
    "OpinionTooLong",
    "Outcome",
    "RequestReused",
    "TaskFacts",
    "TaskNotFound",
    "TaskState",
    "approve",
    "cancel",
    "editable_fields",
    "fill_rights",
    "handle_done",
    "mark_read",
    "open_tasks",
    "read_case",
    "reject",
    "resubmit",
    "return_to_fill",
    "save",
    "start_case",
    "timeline",
    "view_case",
    "withdraw",
]
