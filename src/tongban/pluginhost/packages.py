"""Service packages: what one contains, as plain values, and what is wrong with one.

A package is a folder or zip of `service.toml`, `form.json`, `flow.json`, `guide.md` and `files/*`.
The kernel checks that it can be read and that its manifest is sound; what form and flow mean is
the business of the plugins that run them (`tongban_package_check`).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from tongban.pluginhost.manifests import MANIFEST, Fault, check_manifest, is_clean

__all__ = [
    "FLOW",
    "FORM",
    "GUIDE",
    "MANIFEST",
    "Fault",
    "PackageFacts",
    "PackageRefused",
    "ServicePackageContent",
    "facts_from",
    "make_content",
]

FORM = "form.json"
FLOW = "flow.json"
GUIDE = "guide.md"

_DEEPEST = 40
_LONGEST_FAULTS = 30


class PackageRefused(Exception):
    """A package that cannot be taken, with every fault that was found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)[:_LONGEST_FAULTS]
        super().__init__("；".join(str(fault) for fault in self.faults))


@dataclass(frozen=True)
class PackageFacts:
    """What a package's manifest says, without its guide, form and flow.

    `unit_code` is the owning unit's code and `unit_id` its id, 0 until the package is installed.
    `checksum` is the SHA-256 of the package's files in hex.
    """

    id: str
    version: str
    name: str
    summary: str
    unit_code: str
    unit_id: int = 0
    audience: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    icon: str = "file-text"
    tone: str = "brand"
    keywords: tuple[str, ...] = ()
    number_prefix: str = ""
    online: bool = True
    checksum: str = ""


@dataclass(frozen=True)
class ServicePackageContent:
    """A sound package: its facts, its whole manifest, and its files by path."""

    facts: PackageFacts
    manifest: Mapping[str, Any] = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)

    def text(self, name: str) -> str | None:
        """Return the text of a file, or None when the package has none of that name."""
        data = self.files.get(name)
        return None if data is None else data.decode("utf-8-sig")

    @cached_property
    def form(self) -> Mapping[str, Any] | None:
        """The form: JSON Schema, layout, title; None for an item that is not handled online."""
        return self._json(FORM)

    @cached_property
    def flow(self) -> Mapping[str, Any] | None:
        """The flow; None for an item that is not handled online."""
        return self._json(FLOW)

    @property
    def guide(self) -> str:
        """The guide's description, in Markdown."""
        return self.text(GUIDE) or ""

    def in_unit(self, unit_id: int) -> ServicePackageContent:
        """Return the same package with the id of its owning unit."""
        return replace(self, facts=replace(self.facts, unit_id=unit_id))

    def _json(self, name: str) -> Mapping[str, Any] | None:
        text = self.text(name)
        found: Mapping[str, Any] | None = None if text is None else json.loads(text)
        return found


def facts_from(
    manifest: Mapping[str, Any], *, unit_id: int = 0, checksum: str = ""
) -> PackageFacts:
    """Return the facts of a manifest that was checked."""
    return PackageFacts(
        id=manifest["id"],
        version=manifest["version"],
        name=manifest["name"],
        summary=manifest["summary"],
        unit_code=manifest["unit"],
        unit_id=unit_id,
        audience=tuple(manifest["audience"]),
        themes=tuple(manifest.get("themes", ())),
        stages=tuple(manifest.get("stages", ())),
        icon=manifest.get("icon", "file-text"),
        tone=manifest.get("tone", "brand"),
        keywords=tuple(manifest.get("keywords", ())),
        number_prefix=manifest.get("number_prefix", ""),
        online=manifest.get("online", True),
        checksum=checksum,
    )


def make_content(files: Mapping[str, bytes]) -> ServicePackageContent:
    """Check files that were read and return the package. Raises PackageRefused."""
    manifest, faults = _read_manifest(files)
    if manifest is not None:
        faults += check_manifest(manifest, files)
        faults += _check_files(files, online=manifest.get("online", True) is not False)
    if manifest is None or faults:
        raise PackageRefused(faults)
    return ServicePackageContent(
        facts=facts_from(manifest, checksum=checksum_of(files)),
        manifest=manifest,
        files=MappingProxyType(dict(sorted(files.items()))),
    )


def checksum_of(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of a package's files, the same for its folder and for any zip of it."""
    digest = sha256()
    for name, data in sorted(files.items()):
        digest.update(f"{name}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def _read_manifest(files: Mapping[str, bytes]) -> tuple[dict[str, Any] | None, list[Fault]]:
    data = files.get(MANIFEST)
    if data is None:
        return None, [Fault(MANIFEST, "包里没有这个文件")]
    text = _decode(data)
    if text is None:
        return None, [Fault(MANIFEST, "文字编码应为 UTF-8")]
    try:
        return tomllib.loads(text), []
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        return None, [Fault(MANIFEST, f"不是有效的 TOML：{_shown(error)}")]


def _check_files(files: Mapping[str, bytes], *, online: bool) -> Iterator[Fault]:
    yield from _check_guide(files)
    for name in (FORM, FLOW):
        if online and name not in files:
            yield Fault(name, "包里没有这个文件；不网上办理的事项请写 online = false")
        elif not online and name in files:
            yield Fault(name, "不网上办理的事项不应有这个文件")
        elif online:
            yield from _check_json(name, files[name])


def _check_guide(files: Mapping[str, bytes]) -> Iterator[Fault]:
    data = files.get(GUIDE)
    if data is None:
        yield Fault(GUIDE, "包里没有这个文件")
        return
    text = _decode(data)
    if text is None:
        yield Fault(GUIDE, "文字编码应为 UTF-8")
    elif not is_clean(text, lines=True):
        yield Fault(GUIDE, "含有不能使用的控制字符")


def _check_json(name: str, data: bytes) -> Iterator[Fault]:
    text = _decode(data)
    if text is None:
        yield Fault(name, "文字编码应为 UTF-8")
        return
    try:
        value = json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_refuse)
        if not isinstance(value, dict):
            yield Fault(name, "最外层应为对象，写在花括号里")
        else:
            _check_values(value)
    except (ValueError, RecursionError) as error:
        yield Fault(name, f"不是有效的 JSON：{_shown(error)}")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("同一对象里有重名的项目")
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(f"不能使用 {constant}")


def _check_values(value: Any, depth: int = 0) -> None:
    """Raise ValueError for what a database could not store."""
    if depth > _DEEPEST:
        raise ValueError(f"嵌套超过 {_DEEPEST} 层")
    if isinstance(value, str):
        if not is_clean(value, lines=True):
            raise ValueError("文字里有不能使用的控制字符")
    elif isinstance(value, float):
        if value in (float("inf"), float("-inf")):
            raise ValueError("数字过大")
    elif isinstance(value, int):
        if abs(value) >= 2**63:
            raise ValueError("数字过大")
    elif isinstance(value, dict):
        for key, one in value.items():
            _check_values(key, depth)
            _check_values(one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            _check_values(one, depth + 1)


def _decode(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _shown(error: Exception) -> str:
    text = str(error) or type(error).__name__
    return "".join(one if is_clean(one) else "?" for one in text)[:160]
