"""Sharing a number of people out by weight."""

from __future__ import annotations

from collections.abc import Sequence


def apportion(total: int, weights: Sequence[int], floors: Sequence[int] | None = None) -> list[int]:
    """Return whole shares of `total` that add up to it, by largest remainder.

    Each share is at least its floor (0 unless given); ties go to the earlier one. Raises
    ValueError when the floors alone exceed the total.
    """
    shares = list(floors) if floors is not None else [0] * len(weights)
    rest = total - sum(shares)
    if rest < 0:
        raise ValueError(f"{total} cannot be shared out: the least shares take {sum(shares)}")
    whole = sum(weights)
    quotas = [divmod(rest * weight, whole) for weight in weights]
    shares = [share + quota for share, (quota, _) in zip(shares, quotas, strict=True)]
    by_remainder = sorted(range(len(weights)), key=lambda place: -quotas[place][1])
    for place in by_remainder[: total - sum(shares)]:
        shares[place] += 1
    return shares
