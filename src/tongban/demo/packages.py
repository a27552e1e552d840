"""The service packages of the demo campus, installed like anybody's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

import tongban
from tongban.pluginhost.host import PluginHost
from tongban.pluginhost.installing import install
from tongban.pluginhost.manifests import MANIFEST
from tongban.pluginhost.package_files import read_package


def package_folders() -> list[Path]:
    """Return the folders of the checkout's packages by name; none where there is no checkout."""
    folder = Path(tongban.__file__).resolve().parents[2] / "plugins" / "services"
    return sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))


def install_packages(session: Session, host: PluginHost, folders: Sequence[Path]) -> None:
    """Install packages in the caller's transaction.

    Raises PackageRefused naming what is wrong, PluginError when a plugin cannot take one over.
    """
    for folder in folders:
        install(session, host, read_package(folder), None)
