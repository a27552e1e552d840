"""The hall's part of the demo campus: its connected systems."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from tongban.toolkit import spell
from tongban_hall.models import ConnectedSystem


def load(session: Session, campus: Any) -> None:
    """Connect the campus's systems."""
    rows = []
    for sort, system in enumerate(campus.systems):
        pinyin, initials = spell(system.name)
        rows.append(
            {
                "key": system.key,
                "name": system.name,
                "pinyin": pinyin,
                "initials": initials,
                "address": system.url,
                "icon": system.icon,
                "tone": system.tone,
                "for_staff": "staff" in system.audience,
                "for_student": "student" in system.audience,
                "sort": sort,
                "open": True,
            }
        )
    session.execute(insert(ConnectedSystem), rows)
