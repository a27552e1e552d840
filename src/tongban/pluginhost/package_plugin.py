"""A service package as a plugin: an object that answers hooks from the manifest."""

from __future__ import annotations

from collections.abc import Sequence

from tongban.hookspecs import hookimpl
from tongban.pluginhost.packages import PackageFacts

# Ids of code plugins have no colon, so a package cannot take one's place.
_SPACE = "service:"


def host_id(package_id: str) -> str:
    """Return the id under which the host holds a package."""
    return f"{_SPACE}{package_id}"


class PackagePlugin:
    """Answers the hooks of an installed service package."""

    def __init__(self, facts: PackageFacts) -> None:
        self.facts = facts

    @hookimpl
    def tongban_service_items(self) -> Sequence[PackageFacts]:
        """Say which service item the package is."""
        return (self.facts,)
