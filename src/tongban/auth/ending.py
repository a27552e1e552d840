"""Ending sessions: sign-out, one session or all others, with audit and the plugins told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from tongban.audit import services as audit
from tongban.auth import sessions
from tongban.auth.models import Account
from tongban.auth.sessions import EndedSession

if TYPE_CHECKING:
    from tongban.permissions.services import Viewer
    from tongban.pluginhost.host import PluginHost

log = structlog.get_logger("tongban.auth")


def sign_out(session: Session, host: PluginHost, viewer: Viewer) -> None:
    """End the viewer's own present session."""
    ended = sessions.end_session(session, viewer.account_id, viewer.session_public_id)
    tell_ended(session, host, ended, actor=viewer, why="sign_out")


def end_one(session: Session, host: PluginHost, viewer: Viewer, public_id: str) -> bool:
    """End one of the viewer's own sessions; False if it is not theirs or ended before."""
    ended = sessions.end_session(session, viewer.account_id, public_id)
    tell_ended(session, host, ended, actor=viewer, why="own")
    return bool(ended)


def end_others(session: Session, host: PluginHost, viewer: Viewer) -> int:
    """End the viewer's sessions on other devices and return how many there were."""
    ended = sessions.end_other_sessions(session, viewer.account_id, viewer.session_public_id)
    tell_ended(session, host, ended, actor=viewer, why="own")
    return len(ended)


def end_all(
    session: Session, host: PluginHost, account_id: int, *, actor: Viewer | None, why: str
) -> int:
    """End every session of an account and return how many there were."""
    ended = sessions.end_all_sessions(session, account_id)
    tell_ended(session, host, ended, actor=actor, why=why)
    return len(ended)


def tell_ended(
    session: Session,
    host: PluginHost,
    ended: Sequence[EndedSession],
    *,
    actor: Viewer | None,
    why: str,
) -> None:
    """Record ended sessions and tell the plugins, which end what they opened from them."""
    if not ended:
        return
    owners = _owners(session, {one.account_id for one in ended})
    action = "account.sign_out" if why == "sign_out" else "session.end"
    for one in ended:
        audit.record(
            session,
            action,
            actor=actor,
            object_type="session",
            object_id=one.public_id,
            detail={"why": why, "account": one.account_id},
        )
        host.emit(
            "tongban_signed_out",
            session,
            person_id=owners[one.account_id],
            session_public_id=one.public_id,
        )
    log.info("sessions ended", why=why, number=len(ended))


def _owners(session: Session, account_ids: set[int]) -> dict[int, int]:
    rows = session.execute(select(Account.id, Account.person_id).where(Account.id.in_(account_ids)))
    return dict(rows.all())
