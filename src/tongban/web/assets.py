"""Built assets: content-hashed files, found by their logical name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from pyramid.config import Configurator

log = structlog.get_logger("tongban.web")

PREFIX = "/assets/"
_YEAR_SECONDS = 31_536_000


class Assets:
    """Maps `app.css` to `/assets/app-1A2B3C.css` by the manifest that the build wrote."""

    def __init__(self, folder: Path) -> None:
        manifest = folder / "manifest.json"
        self.built = manifest.is_file()
        self._names: dict[str, str] = {}
        if self.built:
            self._names = json.loads(manifest.read_text(encoding="utf-8"))
        else:
            log.warning("assets are not built; run `node build.mjs`", folder=str(folder))

    def url(self, name: str) -> str:
        """Return the address of an asset; the plain name while nothing is built."""
        return PREFIX + self._names.get(name, name)

    def has(self, name: str) -> bool:
        """Say whether the build made an asset of that name."""
        return name in self._names


def includeme(config: Configurator) -> None:
    """Serve the folder of built assets; hashed names never change, so they are kept a year."""
    folder = config.registry["tongban.runtime"].settings["web.assets_dir"].resolve()
    config.registry["tongban.assets"] = Assets(folder)
    config.add_static_view("assets", str(folder), cache_max_age=_YEAR_SECONDS)
