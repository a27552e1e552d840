"""Rows of results: a figure, what stands beside it, the budget; as a table and as JSON."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal
from unicodedata import east_asian_width

from harness.measuring import Sample, middle, middle_ratio

Measure = Literal["cpu", "wall"]


@dataclass(frozen=True)
class Budget:
    """The most that a figure may be: `ratio` times what stands beside it, or `seconds`."""

    limit: float
    unit: Literal["ratio", "seconds"] = "ratio"
    measure: Measure = "cpu"


@dataclass(frozen=True)
class Row:
    """One figure beside its floor or peer; medians of seconds for one action."""

    case: str
    what: str
    beside: str
    ours: Sample
    theirs: Sample
    ratio: Sample
    rounds: int
    budget: Budget | None = None

    @property
    def counted(self) -> float | None:
        """The figure that the budget limits."""
        if self.budget is None:
            return None
        source = self.ratio if self.budget.unit == "ratio" else self.ours
        return float(getattr(source, self.budget.measure))

    @property
    def kept(self) -> bool | None:
        """Whether the budget is kept; None without one."""
        return None if self.budget is None else (self.counted or 0.0) <= self.budget.limit


def compare(
    case: str,
    what: str,
    ours: list[Sample],
    beside: str,
    theirs: list[Sample],
    budget: Budget | None = None,
) -> Row:
    """Return the row for two lists of samples taken in turns."""
    return Row(
        case,
        what,
        beside,
        middle(ours),
        middle(theirs),
        middle_ratio(ours, theirs),
        len(ours),
        budget,
    )


# --- the table ---

_HEADINGS = ("case", "what", "cpu", "wall", "beside it", "cpu", "wall", "cpu ×", "wall ×", "budget")
_LEFT = {0, 1, 4, 9}


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a table for a terminal."""
    lines = [_HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(_HEADINGS))]
    return "\n".join(_line(cells, widths) for cells in lines)


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.case,
        row.what,
        duration(row.ours.cpu),
        duration(row.ours.wall),
        row.beside,
        duration(row.theirs.cpu),
        duration(row.theirs.wall),
        f"{row.ratio.cpu:.2f}",
        f"{row.ratio.wall:.2f}",
        _verdict(row),
    )


def _verdict(row: Row) -> str:
    if row.budget is None:
        return ""
    limit = f"{row.budget.limit:g}{' s' if row.budget.unit == 'seconds' else ' ×'}"
    return f"≤ {limit} {row.budget.measure}: {'kept' if row.kept else 'MISSED'}"


def duration(seconds: float) -> str:
    """Return a duration with three digits and its unit."""
    for factor, unit in ((1.0, "s"), (1e3, "ms")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = []
    for column, (text, width) in enumerate(zip(cells, widths, strict=True)):
        space = " " * (width - _width(text))
        padded.append(text + space if column in _LEFT else space + text)
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


# --- the file ---


def write_json(folder: Path, rows: Sequence[Row]) -> Path:
    """Write rows and machine to `<date>.json`; the day's other cases in it stay."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{time.strftime('%Y-%m-%d')}.json"
    earlier = json.loads(path.read_text(encoding="utf-8"))["rows"] if path.exists() else []
    anew = {row.case for row in rows}
    kept = [row for row in earlier if row["case"] not in anew]
    content = {"machine": _machine(), "rows": kept + [_plain(row) for row in rows]}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def _plain(row: Row) -> dict[str, Any]:
    plain = asdict(row)
    for name in ("ours", "theirs", "ratio"):
        plain[name] = getattr(row, name)._asdict()
    return plain | {"kept": row.kept, "at": time.strftime("%H:%M:%S")}


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "load": [round(load, 2) for load in os.getloadavg()],
        "python": platform.python_version(),
        "system": platform.platform(),
    }
