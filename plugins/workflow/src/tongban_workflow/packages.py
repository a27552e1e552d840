"""Service packages: checking their form and flow, publishing them, retiring them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from tongban.toolkit import Fault, PackageFacts, PackageRefused, ServicePackageContent
from tongban_workflow import definitions
from tongban_workflow.forms import check_form
from tongban_workflow.services import keep_service

FORM, FLOW = "form.json", "flow.json"

_LONGEST_FILE = 500_000


def check(package: ServicePackageContent) -> Iterator[Fault]:
    """Yield every fault of a package's form and flow, with its place."""
    if not _is_online(package):
        return
    form, form_fault = _read(package, FORM)
    flow, flow_fault = _read(package, FLOW)
    yield from (fault for fault in (form_fault, flow_fault) if fault is not None)
    if form is None or flow is None:
        return
    faults = check_form(form)
    yield from (Fault(f"{FORM}: {one.place}", one.message) for one in faults)
    if faults:
        return
    wrong = definitions.check_definition(flow, form)
    yield from (Fault(f"{FLOW}: {one.place}", one.message) for one in wrong)
    if wrong:
        return
    for field, step in _required_but_conditional(form, flow):
        told = f"步骤「{step}」要求填写「{field}」，但它有显示条件，可能无法填写"
        yield Fault(f"{FLOW}: 步骤「{step}」", told)


def install(session: Session, package: ServicePackageContent) -> None:
    """Publish a package's flow. Raises PackageRefused with every fault."""
    facts = package.facts
    if not _is_online(package):
        definitions.retire(session, facts.id)
        return
    form, form_fault = _read(package, FORM)
    flow, flow_fault = _read(package, FLOW)
    if form is None or flow is None:
        raise PackageRefused([fault for fault in (form_fault, flow_fault) if fault is not None])
    faults = check_form(form) or definitions.missing_references(session, flow)
    if faults:
        raise PackageRefused([Fault(f"{FLOW}: {one.place}", one.message) for one in faults])
    definitions.publish(
        session,
        item_id=facts.id,
        version=facts.version,
        name=facts.name,
        owner_unit_id=facts.unit_id,
        number_prefix=str(package.manifest.get("number_prefix", "")),
        flow=flow,
        form=form,
    )
    keep_service(
        session,
        facts.id,
        audience=package.manifest.get("audience", ()),
        duration_days=_duration(package.manifest),
    )


def retire(session: Session, facts: PackageFacts) -> None:
    """Take a package's flow out of use; its running cases go on."""
    definitions.retire(session, facts.id)


def _is_online(package: ServicePackageContent) -> bool:
    return bool(package.manifest.get("online", True))


def _read(
    package: ServicePackageContent, name: str
) -> tuple[Mapping[str, Any] | None, Fault | None]:
    text = package.text(name)
    if text is None:
        return None, Fault(name, "可在线办理的事项要有这个文件")
    if len(text) > _LONGEST_FILE:
        return None, Fault(name, f"文件过大，最多 {_LONGEST_FILE // 1000} KB")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        return None, Fault(name, f"不是可读的 JSON：{str(error)[:120]}")
    if not isinstance(content, dict):
        return None, Fault(name, "应是一个对象")
    return content, None


def _required_but_conditional(
    form: Mapping[str, Any], flow: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Yield (field, step): the engine waits for a required field, shown or not."""
    conditional = {item["field"] for item in form["layout"] if "show_if" in item}
    if not conditional:
        return
    steps = [("填写申请", flow.get("fill", {})), *_steps(flow["flow"])]
    for step, block in steps:
        for field, right in block.get("fields", {}).items():
            if right == "required" and field in conditional:
                yield field, step


def _steps(blocks: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for block in blocks:
        yield block["name"], block
        for branch in block.get("branches", ()):
            yield from _steps(branch["flow"])


def _duration(manifest: Mapping[str, Any]) -> int:
    guide = manifest.get("guide")
    days = guide.get("duration_days", 0) if isinstance(guide, Mapping) else 0
    return days if isinstance(days, int) and 0 <= days <= 3650 else 0
