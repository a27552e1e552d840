"""Making a Viewer of a person."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from tongban.auth.models import Account
from tongban.orgs.models import OrgUnit
from tongban.permissions.cache import PermissionCache, permission_generation
from tongban.permissions.viewer import Viewer
from tongban.users.models import Person

_PERSON = (
    select(
        Person.id,
        func.coalesce(Account.id, 0),
        Person.number,
        Person.name,
        Person.kind,
        Person.unit_id,
        OrgUnit.name,
        OrgUnit.path,
        Person.title,
        func.coalesce(permission_generation(), 0),
    )
    .join(OrgUnit, OrgUnit.id == Person.unit_id)
    .outerjoin(Account, Account.person_id == Person.id)
    .where(Person.id == bindparam("person_id"), Person.status == "active")
)


def load_viewer(
    session: Session, person_id: int, cache: PermissionCache, *, session_public_id: str = ""
) -> Viewer | None:
    """Return an active person as a Viewer, or None if there is none or the person left.

    The account's state is not asked: that is for sign-in and sessions.
    """
    row = session.execute(_PERSON, {"person_id": person_id}).one_or_none()
    if row is None:
        return None
    permissions = cache.permissions_of(session, row[0], row[4], generation=row[-1])
    return Viewer(
        person_id=row[0],
        account_id=row[1],
        number=row[2],
        name=row[3],
        kind=row[4],
        unit_id=row[5],
        unit_name=row[6],
        unit_path=row[7],
        title=row[8],
        session_public_id=session_public_id,
        permissions=permissions,
    )
