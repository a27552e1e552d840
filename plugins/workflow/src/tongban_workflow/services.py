"""What service packages say of applying: who may, how long it takes; kept beside the flow."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tongban.toolkit import Viewer, clock
from tongban_workflow.models import FlowDefinition, Service


class ServiceFacts(NamedTuple):
    """A service that has a flow, as applying needs it."""

    item_id: str
    for_staff: bool
    for_student: bool
    duration_days: int

    def open_to(self, kind: str) -> bool:
        """Say whether people of a kind (`staff`, `student`) may apply."""
        return self.for_student if kind == "student" else self.for_staff


_SERVICE = select(
    Service.item_id, Service.for_staff, Service.for_student, Service.duration_days
).where(Service.item_id == bindparam("item_id"))
_STARTABLE = (
    select(Service.item_id, Service.for_staff, Service.for_student, Service.duration_days)
    .join(FlowDefinition, FlowDefinition.item_id == Service.item_id)
    .where(
        FlowDefinition.status == "published",
        Service.item_id.in_(bindparam("item_ids", expanding=True)),
    )
)


def read_service(session: Session, item_id: str) -> ServiceFacts | None:
    """Return what is known of a service, or None."""
    row = session.execute(_SERVICE, {"item_id": item_id}).first()
    return ServiceFacts(*row) if row else None


def keep_service(
    session: Session, item_id: str, *, audience: Collection[str], duration_days: int
) -> None:
    """Take over what a package says."""
    service = session.get(Service, item_id) or Service(item_id=item_id)
    service.for_staff = "staff" in audience
    service.for_student = "student" in audience
    service.duration_days = duration_days
    service.updated_at = clock.now()
    session.add(service)
    session.flush()


def startable_items(session: Session, viewer: Viewer, item_ids: Collection[str]) -> frozenset[str]:
    """Return those of the items that the viewer may apply for online now."""
    if not item_ids:
        return frozenset()
    rows = session.execute(_STARTABLE, {"item_ids": list(item_ids)})
    return frozenset(row.item_id for row in rows if ServiceFacts(*row).open_to(viewer.kind))
