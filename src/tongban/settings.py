"""Settings: declared with a type, read from an ini file, overridden by the environment.

`[tongban]` holds everything. The environment wins: `database.url` is `TONGBAN_DATABASE_URL`.
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["text", "int", "bool", "list", "path"]

SECTION = "tongban"
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


class SettingsError(Exception):
    """A setting is unknown, missing or of the wrong kind; the message says which and how."""


@dataclass(frozen=True)
class Setting:
    """One declared setting. `secret` values never reach logs, pages or exports."""

    name: str
    kind: Kind
    default: Any
    doc: str
    secret: bool = False

    def parse(self, text: str) -> Any:
        """Return the typed value of `text`. Raises SettingsError."""
        try:
            return _PARSERS[self.kind](text)
        except ValueError as error:
            raise SettingsError(f"{self.name}: expected {self.kind}, got {text!r}") from error


def _parse_bool(text: str) -> bool:
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError(text)


_PARSERS: dict[Kind, Any] = {
    "text": str.strip,
    "int": int,
    "bool": _parse_bool,
    "list": str.split,
    "path": lambda text: Path(text.strip()),
}


KERNEL_SETTINGS = (
    Setting("database.url", "text", "sqlite:///var/tongban.db", "SQLAlchemy URL of the database."),
    Setting("database.pool_size", "int", 8, "Threads of a process that use the database at once."),
    Setting("crypto.keys_file", "path", Path(), "File made by `tongban keys`, if not here."),
    Setting("crypto.secret", "text", "", "32 bytes in hex: signs tokens and audit seals.", True),
    Setting("crypto.field_keys", "list", [], "Field keys, `1:<64 hex>` each, newest last.", True),
    Setting("crypto.hash_key", "text", "", "32 bytes in hex: keyed hash of ID numbers.", True),
    Setting("plugins", "list", [], "Ids of the code plugins to load, in order."),
    Setting("site.name", "text", "安阳工学院", "Name of the school."),
    Setting("site.name_en", "text", "ANYANG INSTITUTE OF TECHNOLOGY", "Its English name."),
    Setting("site.hall_name", "text", "网上办事大厅", "Name of the hall."),
    Setting("site.seal", "text", "安", "One character of the seal that stands for an emblem."),
    Setting("site.phone", "text", "0372-2909864", "Help desk telephone."),
    Setting("site.place", "text", "A12-211", "Help desk room."),
    Setting("site.operator", "text", "信息化管理中心", "Office that runs the platform."),
    Setting("site.timezone", "text", "Asia/Shanghai", "Zone in which times are shown."),
    Setting("web.theme", "text", "campus", "Name of the theme."),
    Setting("web.themes_dir", "path", Path("themes"), "Folder of the themes."),
    Setting("web.assets_dir", "path", Path("var/assets"), "Folder of the built assets."),
    Setting("web.template_cache", "path", Path(), "Folder of compiled templates; empty for none."),
    Setting("web.host", "text", "127.0.0.1", "Address that `tongban serve` listens on."),
    Setting("web.port", "int", 6543, "Port that `tongban serve` listens on."),
    Setting("web.threads", "int", 4, "Threads of `tongban serve`."),
    Setting("web.https", "bool", False, "Served over HTTPS: secure cookies and HSTS."),
    Setting("web.trusted_proxy", "text", "", "Address of the reverse proxy, if any."),
    Setting("web.reload_templates", "bool", False, "Look for changed templates (development)."),
    Setting(
        "web.slot_budget_ms", "int", 800, "Longest time one page fragment of a plugin may take."
    ),
    Setting("web.max_upload_mb", "int", 20, "Largest request body in MiB."),
    Setting("web.metrics_token", "text", "", "Bearer token that /metrics asks for.", True),
    Setting("auth.failures_before_lock", "int", 5, "Wrong passwords that lock an account."),
    Setting("auth.lock_minutes", "int", 15, "Minutes an account stays locked."),
    Setting("auth.address_failures", "int", 60, "Wrong passwords per address and window."),
    Setting("auth.address_window_minutes", "int", 15, "Length of that window."),
    Setting("auth.idle_minutes", "int", 120, "Minutes without a request that end a session."),
    Setting("auth.absolute_hours", "int", 12, "Hours after which a session ends in any case."),
    Setting("auth.keep_days", "int", 7, "Days of `在本机免登录`."),
    Setting("auth.password_min_length", "int", 8, "Fewest characters of a new password."),
    Setting("auth.argon2_memory_kib", "int", 19_456, "Memory of one password hash, in KiB."),
    Setting("auth.argon2_passes", "int", 2, "Passes over that memory."),
    Setting("auth.argon2_lanes", "int", 1, "Lanes computed in parallel."),
    Setting("files.folder", "path", Path("var/files"), "Folder of stored files."),
    Setting("files.s3_url", "text", "", "S3-compatible endpoint; empty stores in the folder."),
    Setting("files.s3_bucket", "text", "tongban", "Bucket of stored files."),
    Setting("files.s3_access_key", "text", "", "S3 access key.", True),
    Setting("files.s3_secret_key", "text", "", "S3 secret key.", True),
    Setting(
        "jobs.embedded_threads", "int", 2, "Job threads inside the web process; 0 turns it off."
    ),
    Setting("log.format", "text", "console", "`console` or `json`."),
    Setting("log.level", "text", "INFO", "Least level that is logged."),
    Setting("development", "bool", False, "Development only: shows what production must not."),
)


class Settings(Mapping[str, Any]):
    """Typed settings by name. Reading an undeclared one raises SettingsError."""

    def __init__(self, raw: Mapping[str, str], environ: Mapping[str, str] | None = None) -> None:
        self._raw = dict(raw)
        self._environ = os.environ if environ is None else environ
        self._declared: dict[str, Setting] = {}
        self._values: dict[str, Any] = {}
        self.declare(KERNEL_SETTINGS)

    def declare(self, settings: Iterable[Setting]) -> None:
        """Add declared settings and take their values. Raises SettingsError."""
        for setting in settings:
            if setting.name in self._declared:
                raise SettingsError(f"setting {setting.name} is declared twice")
            self._declared[setting.name] = setting
            text = self._environ.get(environment_name(setting.name), self._raw.get(setting.name))
            self._values[setting.name] = setting.default if text is None else setting.parse(text)

    def unknown(self) -> list[str]:
        """Return the names in the ini file that nobody declared."""
        return sorted(set(self._raw) - set(self._declared))

    def declared(self) -> list[Setting]:
        """Return every declaration, in the order they were made."""
        return list(self._declared.values())

    def __getitem__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise SettingsError(f"setting {name} is not declared") from None

    def __iter__(self) -> Any:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def environment_name(setting: str) -> str:
    """Return the environment variable that overrides `setting`."""
    return "TONGBAN_" + setting.upper().replace(".", "_").replace("-", "_")


def read_settings(path: Path | None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the `[tongban]` section of an ini file; `%(here)s` is its folder.

    `path` None takes defaults and the environment alone. Raises SettingsError.
    """
    raw = {} if path is None else _read_section(path)
    keys_file = environ_or_raw("crypto.keys_file", raw, environ)
    if keys_file and Path(keys_file).is_file():
        raw = {**_read_section(Path(keys_file)), **raw}
    return Settings(raw, environ)


def environ_or_raw(
    name: str, raw: Mapping[str, str], environ: Mapping[str, str] | None
) -> str | None:
    """Return a setting's text before it is parsed, the environment first."""
    return (os.environ if environ is None else environ).get(environment_name(name), raw.get(name))


def _read_section(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise SettingsError(f"no settings file at {path}")
    parser = configparser.ConfigParser(defaults={"here": str(path.resolve().parent)})
    try:
        parser.read_string(path.read_text(encoding="utf-8"), source=str(path))
    except configparser.Error as error:
        raise SettingsError(f"{path}: {error}") from error
    if not parser.has_section(SECTION):
        raise SettingsError(f"{path} has no section [{SECTION}]")
    return {name: value for name, value in parser.items(SECTION) if name != "here"}
