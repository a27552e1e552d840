"""Checking `service.toml`: what each entry must be, and what to tell whoever wrote it.

A rule takes a value and returns what is wrong with it, in Chinese, or None.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MANIFEST = "service.toml"
SCHEMA = 1

TONES = ("brand", "bronze", "green", "red", "plum")
AUDIENCES = ("staff", "student")

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
_SLUG = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*", re.ASCII)
_VERSION = re.compile(r"(0|[1-9][0-9]{0,4})\.(0|[1-9][0-9]{0,4})\.(0|[1-9][0-9]{0,4})", re.ASCII)
_PREFIX = re.compile(r"[A-Z]{1,6}", re.ASCII)
_FILE = re.compile(r"files/[^/]+")

_SLUG_TEXT = "由小写字母、数字和连字符组成"
_MOST_DAYS = 366


@dataclass(frozen=True)
class Fault:
    """Something wrong with a package: where, and what to do about it, in Chinese."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}：{self.message}"


Rule = Callable[[Any], str | None]


@dataclass(frozen=True)
class _Entry:
    """An entry of a table."""

    rule: Rule
    required: bool = False


# --- rules ----------------------------------------------------------------------------------------


def is_clean(text: str, *, lines: bool = False) -> bool:
    """Say whether a text holds no control characters, which databases and pages trip over."""
    allowed = "\n\t\r" if lines else ""
    return not any(unicodedata.category(one) in ("Cc", "Cs") and one not in allowed for one in text)


def _text(longest: int, *, lines: bool = False) -> Rule:
    def rule(value: Any) -> str | None:
        if not isinstance(value, str):
            return "应为文字，请加引号"
        if not value.strip():
            return "不能为空"
        if len(value) > longest:
            return f"不能超过 {longest} 字，现有 {len(value)} 字"
        return None if is_clean(value, lines=lines) else "含有不能使用的控制字符或换行"

    return rule


def _like(pattern: re.Pattern[str], longest: int, wanted: str, shortest: int = 1) -> Rule:
    def rule(value: Any) -> str | None:
        if not isinstance(value, str):
            return "应为文字，请加引号"
        if not shortest <= len(value) <= longest:
            return f"长度应为 {shortest} 至 {longest} 个字符"
        return None if pattern.fullmatch(value) else f"应{wanted}"

    return rule


def _one_of(*allowed: str) -> Rule:
    def rule(value: Any) -> str | None:
        return None if value in allowed else f"只能是 {'、'.join(allowed)} 之一"

    return rule


def _yes_or_no(value: Any) -> str | None:
    return None if isinstance(value, bool) else "只能是 true 或 false"


def _whole(least: int, most: int) -> Rule:
    def rule(value: Any) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            return f"应为 {least} 至 {most} 的整数"
        return None

    return rule


def _each(inner: Rule, most: int, *, least: int = 0) -> Rule:
    def rule(value: Any) -> str | None:
        if not isinstance(value, list):
            return "应为列表，写在方括号里"
        if not least <= len(value) <= most:
            return f"应有 {least} 至 {most} 项，现有 {len(value)} 项"
        for number, one in enumerate(value, 1):
            wrong = inner(one)
            if wrong:
                return f"第 {number} 项{wrong}"
        plain = [one for one in value if isinstance(one, str)]
        return "有重复的项" if len(set(plain)) != len(plain) else None

    return rule


def _schema(value: Any) -> str | None:
    return None if type(value) is int and value == SCHEMA else f"只支持格式版本 {SCHEMA}"


def _table(value: Any) -> str | None:
    return None if isinstance(value, dict) else "应为表，写作 [guide]"


def _tables(value: Any) -> str | None:
    good = isinstance(value, list) and all(isinstance(one, dict) for one in value)
    return None if good else "应为一组表，每项写作 [[…]]"


# --- the format -----------------------------------------------------------------------------------

_PACKAGE = {
    "schema": _Entry(_schema, required=True),
    "id": _Entry(_like(_ID, 40, f"{_SLUG_TEXT}，以字母开头，如 network-repair", 3), required=True),
    "version": _Entry(_like(_VERSION, 17, "写作三段数字，如 1.0.0"), required=True),
    "name": _Entry(_text(60), required=True),
    "summary": _Entry(_text(60), required=True),
    "unit": _Entry(_like(_SLUG, 40, f"为部门代码，{_SLUG_TEXT}"), required=True),
    "audience": _Entry(_each(_one_of(*AUDIENCES), 2, least=1), required=True),
    "themes": _Entry(_each(_like(_SLUG, 40, _SLUG_TEXT), 20)),
    "stages": _Entry(_each(_like(_SLUG, 40, _SLUG_TEXT), 20)),
    "icon": _Entry(_like(_SLUG, 40, f"为图标名，{_SLUG_TEXT}")),
    "tone": _Entry(_one_of(*TONES)),
    "keywords": _Entry(_each(_text(20), 20)),
    "number_prefix": _Entry(_like(_PREFIX, 6, "为 1 至 6 个大写字母")),
    "online": _Entry(_yes_or_no),
    "guide": _Entry(_table),
}
_GUIDE = {
    "who": _Entry(_text(100)),
    "duration_days": _Entry(_whole(0, _MOST_DAYS)),
    "fee": _Entry(_text(100)),
    "place": _Entry(_text(100)),
    "phone": _Entry(_text(60)),
    "basis": _Entry(_text(300)),
    "steps": _Entry(_each(_text(60), 30)),
    "posts": _Entry(_each(_text(60), 20)),
    "materials": _Entry(_tables),
    "faq": _Entry(_tables),
}
_MATERIAL = {
    "name": _Entry(_text(60), required=True),
    "required": _Entry(_yes_or_no),
    "note": _Entry(_text(200, lines=True)),
    "file": _Entry(_like(_FILE, 120, "写作 files/文件名")),
}
_QUESTION = {
    "q": _Entry(_text(100), required=True),
    "a": _Entry(_text(1000, lines=True), required=True),
}


def check_manifest(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[Fault]:
    """Yield what is wrong with a manifest; `files` are the package's, by path."""
    yield from _check_table(manifest, _PACKAGE, "")
    if manifest.get("online", True) is True and "number_prefix" not in manifest:
        yield _fault("number_prefix", "网上办理的事项必须填写编号前缀")
    guide = manifest.get("guide")
    if isinstance(guide, dict):
        yield from _check_guide(guide, files)


def _check_guide(guide: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[Fault]:
    yield from _check_table(guide, _GUIDE, "guide.")
    for place, table in _listed(guide, "materials"):
        yield from _check_table(table, _MATERIAL, f"{place}.")
        file = table.get("file")
        if isinstance(file, str) and file not in files:
            yield _fault(f"{place}.file", f"包里没有文件 {file}")
    for place, table in _listed(guide, "faq"):
        yield from _check_table(table, _QUESTION, f"{place}.")


def _listed(guide: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    tables = guide.get(name)
    for number, table in enumerate(tables if isinstance(tables, list) else (), 1):
        if isinstance(table, dict):
            yield f"guide.{name} 第 {number} 项", table


def _check_table(
    table: Mapping[str, Any], entries: Mapping[str, _Entry], place: str
) -> Iterator[Fault]:
    for name, entry in entries.items():
        if name not in table:
            if entry.required:
                yield _fault(f"{place}{name}", "必须填写")
            continue
        wrong = entry.rule(table[name])
        if wrong:
            yield _fault(f"{place}{name}", wrong)
    for name in table:
        if name not in entries:
            shown = name if is_clean(name) else "（不能显示的名称）"
            yield _fault(f"{place}{shown[:60]}", "没有这个项目，请检查拼写或删除")


def _fault(place: str, message: str) -> Fault:
    return Fault(f"{MANIFEST} › {place}", message)


def version_key(version: str) -> tuple[int, ...]:
    """Return what versions are compared by. Raises ValueError for a malformed one."""
    return tuple(int(part) for part in version.split("."))
