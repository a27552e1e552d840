"""Service packages for tests: the demo campus's own."""

from __future__ import annotations

from pathlib import Path

from tongban.pluginhost.installing import install
from tongban.pluginhost.packages import read_package
from tongban.web.runtime import Runtime


def install_demo_packages(runtime: Runtime, folder: Path) -> list[str]:
    """Install every package below `folder` and return their ids."""
    installed = []
    for path in sorted(folder.iterdir()):
        if not (path / "service.toml").is_file():
            continue
        with runtime.unit_of_work() as session:
            installed.append(install(session, runtime.host, read_package(path), actor=None).id)
    runtime.refresh(now=True)
    return installed
