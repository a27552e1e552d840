"""The signed-in person as plain values, and what they may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

EVERYWHERE = "/"


def is_root(path: str) -> bool:
    """Say whether a path is that of the root unit: `/1/`."""
    return path.count("/") == 2


@dataclass(frozen=True)
class Reach:
    """Where a permission holds: whole subtrees by path prefix, and single units by exact path."""

    subtrees: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()

    def covers(self, unit_path: str) -> bool:
        """Say whether a unit's path lies within."""
        return unit_path.startswith(self.subtrees) or unit_path in self.exact

    @property
    def everywhere(self) -> bool:
        """Whether it holds for the whole school."""
        return EVERYWHERE in self.subtrees

    @classmethod
    def of(cls, subtrees: Iterable[str], exact: Iterable[str]) -> Reach:
        """Make a reach without what another part of it already covers.

        The subtree of the root unit is the whole school.
        """
        kept: list[str] = []
        for path in sorted({EVERYWHERE if is_root(path) else path for path in subtrees}):
            if not path.startswith(tuple(kept)):
                kept.append(path)
        prefixes = tuple(kept)
        single = tuple(path for path in sorted(set(exact)) if not path.startswith(prefixes))
        return cls(prefixes, single)


NOWHERE = Reach()
WHOLE_SCHOOL = Reach((EVERYWHERE,))


class PermissionSet:
    """What somebody may and where: a frozen mapping of permission names to reaches."""

    __slots__ = ("_reaches",)

    def __init__(self, reaches: Mapping[str, Reach] | None = None) -> None:
        self._reaches = MappingProxyType(dict(reaches or {}))

    def allows(self, permission: str, unit_path: str | None = None) -> bool:
        """Say whether the permission holds for a unit's path; None asks for anywhere at all."""
        reach = self._reaches.get(permission)
        if reach is None:
            return False
        return unit_path is None or reach.covers(unit_path)

    def reach(self, permission: str) -> Reach:
        """Return where a permission holds, `NOWHERE` if not at all."""
        return self._reaches.get(permission, NOWHERE)

    def names(self) -> frozenset[str]:
        """Return the names of the permissions held anywhere."""
        return frozenset(self._reaches)


NO_PERMISSIONS = PermissionSet()


@dataclass(frozen=True)
class Viewer:
    """The signed-in person as plain values, and what they may.

    `unit_path` is the path of the home unit; `session_public_id` names the browser session and is
    empty where there is none (jobs, commands).
    """

    person_id: int
    account_id: int
    number: str
    name: str
    kind: str
    unit_id: int
    unit_name: str
    unit_path: str
    title: str = ""
    session_public_id: str = ""
    permissions: PermissionSet = field(default=NO_PERMISSIONS, repr=False, compare=False)

    @property
    def id(self) -> int:
        """The person's id, as templates call it."""
        return self.person_id

    def allows(self, permission: str, unit_path: str | None = None) -> bool:
        """Say whether the viewer may; None asks for anywhere at all, a path for that unit."""
        return self.permissions.allows(permission, unit_path)

    def reach(self, permission: str) -> tuple[str, ...]:
        """Return the path prefixes of the subtrees where a permission holds."""
        return self.permissions.reach(permission).subtrees

    def reach_exact(self, permission: str) -> tuple[str, ...]:
        """Return the paths of units where it holds without their subtree."""
        return self.permissions.reach(permission).exact
