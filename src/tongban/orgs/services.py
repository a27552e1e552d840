"""What can be done with the org tree, under one name."""

from __future__ import annotations

from tongban.orgs.appointments import (
    AppointmentRow,
    appoint,
    appointments_of,
    end_all_appointments,
    end_appointment,
)
from tongban.orgs.heads import Leader, heads_of, nearest_heads
from tongban.orgs.positions import (
    RANK_TITLES,
    PositionRow,
    add_position,
    edit_position,
    list_positions,
    remove_position,
)
from tongban.orgs.tree import (
    KIND_TITLES,
    UnitFacts,
    UnitNode,
    find_unit,
    flatten,
    ids_of_path,
    read_tree,
    trail,
    unit_options,
)
from tongban.orgs.units import (
    UnitInput,
    add_unit,
    close_unit,
    edit_unit,
    move_unit,
    reopen_unit,
    reorder_unit,
)

__all__ = [
    "KIND_TITLES",
    "RANK_TITLES",
    "AppointmentRow",
    "Leader",
    "PositionRow",
    "UnitFacts",
    "UnitInput",
    "UnitNode",
    "add_position",
    "add_unit",
    "appoint",
    "appointments_of",
    "close_unit",
    "edit_position",
    "edit_unit",
    "end_all_appointments",
    "end_appointment",
    "find_unit",
    "flatten",
    "heads_of",
    "ids_of_path",
    "list_positions",
    "move_unit",
    "nearest_heads",
    "read_tree",
    "remove_position",
    "reopen_unit",
    "reorder_unit",
    "trail",
    "unit_options",
]
