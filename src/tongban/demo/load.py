"""Loading the demo campus into an empty database, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from tongban.audit.services import record
from tongban.db import mark_changed
from tongban.demo.campus import DEFAULT_PEOPLE, Campus, build_campus
from tongban.demo.packages import install_packages
from tongban.demo.writing import SOURCE, write_campus
from tongban.orgs.models import OrgUnit
from tongban.pluginhost.host import PluginHost
from tongban.pluginhost.packages import PackageRefused
from tongban.users.models import Person


class DemoError(Exception):
    """The demo campus cannot be loaded; the message says why and what to do."""


def is_empty(session: Session) -> bool:
    """Say whether the database holds no units yet, and so no people."""
    return not session.scalar(select(exists().where(OrgUnit.id.is_not(None))))


def has_others(session: Session) -> bool:
    """Say whether the database holds people who are not of the demo campus."""
    return bool(session.scalar(select(exists().where(Person.source != SOURCE))))


def load(
    session: Session,
    people: int = DEFAULT_PEOPLE,
    *,
    host: PluginHost | None = None,
    packages: Sequence[Path] = (),
) -> Campus:
    """Write the campus; with a `host`, install `packages` (folders) and let plugins add their part.

    Returns the campus with its ids. Raises DemoError when the database is not empty, `people` is
    too few or a package is refused, PluginError when a plugin's part fails.
    """
    if not is_empty(session):
        raise DemoError("the database is not empty: the demo campus is loaded into a new one")
    campus = write_campus(session, _build(people))
    record(session, "demo.load", object_type="demo", detail={"people": len(campus.people)})
    if host is not None:
        _hand_over(session, host, campus, packages)
    mark_changed(session)
    return campus


def _build(people: int) -> Campus:
    try:
        return build_campus(people)
    except ValueError as error:
        raise DemoError(str(error)) from error
    except ImportError as error:
        raise DemoError("Faker is missing: pip install 'tongban[demo]'") from error


def _hand_over(
    session: Session, host: PluginHost, campus: Campus, packages: Sequence[Path]
) -> None:
    try:
        install_packages(session, host, packages)
    except PackageRefused as refused:
        raise DemoError(f"a service package of the demo was refused: {refused}") from refused
    host.require("tongban_demo_load", session, campus=campus)
