"""What a person wants to be told, where, and when not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from tongban.notifications.channels import ChannelRegistry
from tongban.notifications.models import Preference, QuietHours

Choice = tuple[str, str]


@dataclass(frozen=True)
class QuietTime:
    """Minutes after midnight, campus time; `start` later than `end` spans midnight."""

    start: int
    end: int


def wanted_choices(
    session: Session, person_id: int, registry: ChannelRegistry
) -> frozenset[Choice]:
    """Return the (kind, channel) pairs on which a person is told, chosen or by default."""
    stored = {
        (row.kind, row.channel): row.wanted
        for row in session.execute(
            select(Preference.kind, Preference.channel, Preference.wanted).where(
                Preference.person_id == person_id
            )
        )
    }
    return frozenset(
        (kind, channel.id)
        for kind in registry.kinds()
        for channel in registry.enabled()
        if stored.get((kind, channel.id), channel.default_on)
    )


def quiet_time(session: Session, person_id: int) -> QuietTime | None:
    """Return a person's quiet hours, or None."""
    row = session.execute(
        select(QuietHours.from_minute, QuietHours.to_minute).where(
            QuietHours.person_id == person_id
        )
    ).one_or_none()
    return None if row is None else QuietTime(*row)


def save(
    session: Session,
    person_id: int,
    registry: ChannelRegistry,
    wanted: Iterable[Choice],
    quiet: QuietTime | None,
) -> None:
    """Store a person's choices for every kind and channel that is on; others keep theirs."""
    kinds = list(registry.kinds())
    channels = [channel.id for channel in registry.enabled()]
    chosen = frozenset(wanted)
    session.execute(
        delete(Preference).where(
            Preference.person_id == person_id,
            Preference.kind.in_(kinds),
            Preference.channel.in_(channels),
        )
    )
    rows = [
        {
            "person_id": person_id,
            "kind": kind,
            "channel": channel,
            "wanted": (kind, channel) in chosen,
        }
        for kind in kinds
        for channel in channels
    ]
    if rows:
        session.execute(insert(Preference), rows)
    session.execute(delete(QuietHours).where(QuietHours.person_id == person_id))
    if quiet is not None:
        session.execute(
            insert(QuietHours).values(
                person_id=person_id, from_minute=quiet.start, to_minute=quiet.end
            )
        )
