"""Guides 办事指南: what an item's page says, and its description as safe markup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tongban_hall.models import ServiceItem

_markdown = MarkdownIt("js-default", {"html": False, "linkify": False}).enable("table")

# What a guide may contain; admin-written text gets no more than this.
_TAGS = {
    "p",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "a",
    "blockquote",
    "code",
    "br",
    "hr",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}

_GUIDE = select(
    ServiceItem.guide, ServiceItem.description, ServiceItem.for_staff, ServiceItem.for_student
).where(ServiceItem.id == bindparam("item_id"))


@dataclass(frozen=True)
class Guide:
    """An item's guide as its page shows it (manual §3.2(10))."""

    facts: list[tuple[str, str]]
    steps: list[str]
    materials: list[Mapping[str, Any]]
    questions: list[Mapping[str, str]]
    audience: list[str]
    description: str


def read_guide(session: Session, item_id: int, unit_name: str) -> Guide:
    """Return the guide of an item."""
    row = session.execute(_GUIDE, {"item_id": item_id}).one()
    guide: Mapping[str, Any] = row.guide
    audience = [name for name, on in (("教职工", row.for_staff), ("学生", row.for_student)) if on]
    return Guide(
        facts=_facts(guide, unit_name, "、".join(audience)),
        steps=list(guide.get("steps", ())),
        materials=list(guide.get("materials", ())),
        questions=list(guide.get("faq", ())),
        audience=audience,
        description=to_markup(row.description),
    )


def _facts(guide: Mapping[str, Any], unit_name: str, audience: str) -> list[tuple[str, str]]:
    days = guide.get("duration_days")
    found = [
        ("主办部门", unit_name),
        ("办理时限", f"{days} 个工作日" if days else ""),
        ("服务对象", guide.get("who") or audience),
        ("联系电话", guide.get("phone", "")),
        ("办理地点", guide.get("place", "")),
        ("收费标准", guide.get("fee", "")),
        ("办理依据", guide.get("basis", "")),
        ("相关岗位", "、".join(guide.get("posts", ()))),
    ]
    return [(label, text) for label, text in found if text]


@lru_cache(maxsize=256)
def to_markup(text: str) -> str:
    """Return Markdown as markup without anything that could act or look like the page itself."""
    return nh3.clean(
        _markdown.render(text),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )
