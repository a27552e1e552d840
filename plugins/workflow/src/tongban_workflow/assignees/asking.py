"""What a rule is asked, and whom it answers with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection


class Candidate(NamedTuple):
    """A person who can be given a task: active, by person.id and name."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The case a rule is asked about, and the transaction to look in; reads only."""

    connection: Connection
    starter_id: int
    starter_unit_id: int
    owner_unit_id: int
    form: Mapping[str, Any]
    now: datetime
    today: date
