"""Themes: a folder with `theme.toml`, static files and templates that override others.

`templates/kernel/<file>` overrides the kernel's web templates, `templates/kernel/<domain>/<file>`
those of a kernel domain, `templates/plugins/<id>/<file>` a plugin's.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from tongban.settings import SettingsError


@dataclass(frozen=True)
class Theme:
    """A theme as its folder describes it."""

    name: str
    title: str
    folder: Path
    color: str = ""

    @property
    def css(self) -> str:
        """Logical name of the theme's built style sheet."""
        return f"theme-{self.name}.css"

    def override_of(self, spec: str) -> Path | None:
        """Return the theme's file for a template's asset spec, or None."""
        path = self.folder / "templates" / override_path(spec)
        return path if path.is_file() else None


def load_theme(themes_dir: Path, name: str) -> Theme:
    """Read a theme's description. Raises SettingsError when there is none."""
    description = themes_dir / name / "theme.toml"
    if not description.is_file():
        known = sorted(path.parent.name for path in themes_dir.glob("*/theme.toml"))
        raise SettingsError(f"web.theme: no theme {name!r} in {themes_dir}; there are {known}")
    facts = tomllib.loads(description.read_text(encoding="utf-8"))
    return Theme(
        name, str(facts.get("title", name)), themes_dir / name, str(facts.get("color", ""))
    )


def override_path(spec: str) -> Path:
    """Return where a theme overrides the template with this asset spec."""
    package, _, path = spec.partition(":")
    within = Path(path).relative_to("templates") if path.startswith("templates/") else Path(path)
    if package == "tongban.web":
        return Path("kernel") / within
    if package.startswith("tongban."):
        return Path("kernel") / package.removeprefix("tongban.") / within
    return Path("plugins") / package.partition(".")[0].removeprefix("tongban_") / within


def template_path(spec: str, theme: Theme | None) -> Path:
    """Return the file to render for an asset spec, the theme's first."""
    override = theme.override_of(spec) if theme is not None else None
    if override is not None:
        return override
    package, _, path = spec.partition(":")
    return Path(str(files(package).joinpath(path)))
