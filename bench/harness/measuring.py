"""Samples of CPU and wall time, taken in turns, and what to make of them.

A shared machine is slower in one minute than in the next. So whatever is compared takes turns,
A B A B, each turn is compared with its neighbour, and the median of those ratios counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import NamedTuple


class Sample(NamedTuple):
    """Seconds that one action took: of the processor, and on the clock."""

    cpu: float
    wall: float


Turn = Callable[[], Sample]


def timed(action: Callable[[], object], times: int = 1) -> Sample:
    """Do an action some times in this process and return the mean of one."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(times):
        action()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Sample(cpu / times, wall / times)


def take_turns(turns: Mapping[str, Turn], rounds: int) -> dict[str, list[Sample]]:
    """Let each have its turn, round after round, after one round that does not count."""
    for turn in turns.values():
        turn()
    samples: dict[str, list[Sample]] = {name: [] for name in turns}
    for _ in range(rounds):
        for name, turn in turns.items():
            samples[name].append(turn())
    return samples


def middle(samples: list[Sample]) -> Sample:
    """Return the medians of CPU and wall time."""
    return Sample(median(one.cpu for one in samples), median(one.wall for one in samples))


def middle_ratio(ours: list[Sample], theirs: list[Sample]) -> Sample:
    """Return the medians of the ratios of neighbours: how many times `theirs` ours costs."""
    pairs = list(zip(ours, theirs, strict=True))
    return Sample(
        median(mine.cpu / other.cpu for mine, other in pairs),
        median(mine.wall / other.wall for mine, other in pairs),
    )
