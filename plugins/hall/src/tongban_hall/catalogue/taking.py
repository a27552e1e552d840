"""Taking service items from packages: what is wrong with one, and storing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tongban.toolkit import (
    Fault,
    PackageFacts,
    ServicePackageContent,
    advance_generation,
    clock,
    spell,
)
from tongban_hall.catalogue.items import GENERATION
from tongban_hall.catalogue.sorting import STAGE_KEYS, THEME_KEYS
from tongban_hall.models import ItemStage, ItemTheme, ServiceItem


def check(package: ServicePackageContent) -> Iterator[Fault]:
    """Yield what the hall cannot show of a package."""
    manifest = package.manifest
    yield from _unknown("themes", manifest.get("themes", ()), THEME_KEYS, "主题")
    yield from _unknown("stages", manifest.get("stages", ()), STAGE_KEYS, "轨迹")
    if not manifest.get("audience"):
        yield Fault("service.toml: audience", "服务对象不能为空，请填写 staff 或 student")


def _unknown(place: str, given: Iterable[str], known: frozenset[str], what: str) -> Iterator[Fault]:
    for key in given:
        if key not in known:
            yield Fault(f"service.toml: {place}", f"没有「{key}」这个{what}")


def take(session: Session, package: ServicePackageContent) -> int:
    """List a package's item, or bring the listed one up to date, and return its id."""
    manifest = package.manifest
    item = session.scalar(select(ServiceItem).where(ServiceItem.key == package.facts.id))
    if item is None:
        item = ServiceItem(key=package.facts.id, name="", unit_id=package.facts.unit_id)
        session.add(item)
    _fill(item, package, manifest)
    session.flush()
    _sort(session, item.id, manifest)
    advance_generation(session, GENERATION)
    return item.id


def retire(session: Session, facts: PackageFacts) -> None:
    """Take a package's item off the lists; its cases and figures stay."""
    item = session.scalar(select(ServiceItem).where(ServiceItem.key == facts.id))
    if item is not None:
        item.status = "retired"
        session.flush()
        advance_generation(session, GENERATION)


def _fill(item: ServiceItem, package: ServicePackageContent, manifest: Mapping[str, Any]) -> None:
    audience = manifest.get("audience", ())
    item.package_id = package.facts.id
    item.version = package.facts.version
    item.name = package.facts.name
    item.summary = manifest.get("summary", "")
    item.pinyin, item.initials = spell(package.facts.name)
    item.keywords = " ".join(manifest.get("keywords", ()))[:300]
    item.unit_id = package.facts.unit_id
    item.icon = manifest.get("icon", "file-text")
    item.tone = manifest.get("tone", "brand")
    item.for_staff = "staff" in audience
    item.for_student = "student" in audience
    item.online = bool(manifest.get("online", True))
    item.guide = manifest.get("guide", {})
    item.description = package.text("guide.md") or ""
    item.status = "listed"
    item.updated_at = clock.now()


def _sort(session: Session, item_id: int, manifest: Mapping[str, Any]) -> None:
    session.execute(delete(ItemTheme).where(ItemTheme.item_id == item_id))
    session.execute(delete(ItemStage).where(ItemStage.item_id == item_id))
    session.add_all(
        ItemTheme(item_id=item_id, theme=key) for key in dict.fromkeys(manifest.get("themes", ()))
    )
    session.add_all(
        ItemStage(item_id=item_id, stage=key) for key in dict.fromkeys(manifest.get("stages", ()))
    )
    session.flush()
