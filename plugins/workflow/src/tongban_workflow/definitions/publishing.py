"""Publishing a version, and reading published ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from tongban.toolkit import NotFoundHere, clock, mark_changed, uuid7
from tongban_workflow.definitions.checking import check
from tongban_workflow.definitions.compiling import compile_flow
from tongban_workflow.definitions.faults import DefinitionRefused, Fault
from tongban_workflow.definitions.form_facts import check_title, form_fields, required_fields
from tongban_workflow.definitions.nodes import CompiledFlow
from tongban_workflow.models import FlowDefinition, Form


class DefinitionNotFound(NotFoundHere):
    """There is no such definition."""

    title = "没有找到该流程"


class DefinitionRow(NamedTuple):
    """A published version, as lists and choosers show it."""

    id: UUID
    item_id: str
    version: str
    name: str
    status: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A published version, ready to run."""

    id: UUID
    item_id: str
    version: str
    name: str
    owner_unit_id: int
    number_prefix: str
    form: Mapping[str, Any]
    flow: CompiledFlow


_COLUMNS = (
    FlowDefinition.id,
    FlowDefinition.item_id,
    FlowDefinition.version,
    FlowDefinition.name,
    FlowDefinition.status,
)
_CURRENT = select(*_COLUMNS).where(
    FlowDefinition.item_id == bindparam("item_id"), FlowDefinition.status == "published"
)
_SAME_VERSION = select(FlowDefinition.id, FlowDefinition.checksum, FlowDefinition.status).where(
    FlowDefinition.item_id == bindparam("item_id"),
    FlowDefinition.version == bindparam("version"),
)
_SAME_FORM = select(Form.id).where(
    Form.key == bindparam("key"), Form.checksum == bindparam("checksum")
)
_LOAD = (
    select(
        FlowDefinition.id,
        FlowDefinition.item_id,
        FlowDefinition.version,
        FlowDefinition.name,
        FlowDefinition.owner_unit_id,
        FlowDefinition.number_prefix,
        FlowDefinition.flow,
        Form.spec,
    )
    .join(Form, Form.id == FlowDefinition.form_id)
    .where(FlowDefinition.id == bindparam("definition_id"))
)
_RETIRE = (
    update(FlowDefinition)
    .where(FlowDefinition.item_id == bindparam("of_item"), FlowDefinition.status == "published")
    .values(status="retired")
)
_REVIVE = (
    update(FlowDefinition).where(FlowDefinition.id == bindparam("of_id")).values(status="published")
)


def publish(
    session: Session,
    *,
    item_id: str,
    version: str,
    name: str,
    owner_unit_id: int,
    number_prefix: str,
    flow: Mapping[str, Any],
    form: Mapping[str, Any],
) -> UUID:
    """Make this version the one that new cases run on, and return its id.

    The earlier version is retired; its cases run on. The same content again brings that version
    back. Raises DefinitionRefused with every fault, or when the version exists with other content.
    """
    faults = check_definition(flow, form)
    if faults:
        raise DefinitionRefused(faults)
    facts = {
        "item_id": item_id,
        "version": version,
        "name": name,
        "owner_unit_id": owner_unit_id,
        "number_prefix": number_prefix,
    }
    checksum = _checksum({**facts, "flow": flow, "form": form})
    existing = session.execute(_SAME_VERSION, {"item_id": item_id, "version": version}).first()
    if existing and existing.checksum != checksum:
        raise DefinitionRefused(
            [Fault("版本", f"版本 {version} 已发布且内容不同，请改用新的版本号")]
        )
    mark_changed(session)
    retire(session, item_id)
    if existing:
        session.execute(_REVIVE, {"of_id": existing.id})
        return UUID(str(existing.id))
    identifier = uuid7()
    session.execute(
        insert(FlowDefinition),
        [
            {
                **facts,
                "id": identifier,
                "flow": dict(flow),
                "form_id": _form(session, item_id, form),
                "checksum": checksum,
                "status": "published",
                "created_at": clock.now(),
            }
        ],
    )
    return identifier


def check_definition(flow: object, form: Mapping[str, Any]) -> list[Fault]:
    """Return every fault of a flow together with its form."""
    faults = check(flow, form_fields(form), required=required_fields(form))
    return faults + check_title(form)


def retire(session: Session, item_id: str) -> None:
    """Take the item's flow out of use: nothing new may be started, running cases go on."""
    mark_changed(session)
    session.execute(_RETIRE, {"of_item": item_id})


def current_definition(session: Session, item_id: str) -> DefinitionRow | None:
    """Return the version that new cases of the item run on, if it has one."""
    row = session.execute(_CURRENT, {"item_id": item_id}).first()
    return DefinitionRow(*row) if row else None


def _form(session: Session, key: str, form: Mapping[str, Any]) -> UUID:
    checksum = _checksum(form)
    found = session.scalar(_SAME_FORM, {"key": key, "checksum": checksum})
    if found is not None:
        return UUID(str(found))
    identifier = uuid7()
    session.execute(
        insert(Form),
        [
            {
                "id": identifier,
                "key": key,
                "checksum": checksum,
                "spec": dict(form),
                "created_at": clock.now(),
            }
        ],
    )
    return identifier


def _checksum(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


class _Cache:
    """Definitions of this process by id; they never change, so none is ever stale."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._known: dict[UUID, Definition] = {}

    def get(self, identifier: UUID) -> Definition | None:
        return self._known.get(identifier)

    def add(self, definition: Definition) -> None:
        with self._lock:
            if len(self._known) >= self._size:
                self._known.pop(next(iter(self._known)))
            self._known[definition.id] = definition


_cache = _Cache(512)


def load(session: Session, definition_id: UUID) -> Definition:
    """Return a published version, compiled; cached by its id. Raises DefinitionNotFound."""
    known = _cache.get(definition_id)
    if known is not None:
        return known
    row = session.execute(_LOAD, {"definition_id": definition_id}).first()
    if row is None:
        raise DefinitionNotFound("流程不存在或已被删除")
    definition = Definition(
        id=row.id,
        item_id=row.item_id,
        version=row.version,
        name=row.name,
        owner_unit_id=row.owner_unit_id,
        number_prefix=row.number_prefix,
        form=row.spec,
        flow=compile_flow(row.flow, form_fields(row.spec)),
    )
    _cache.add(definition)
    return definition
