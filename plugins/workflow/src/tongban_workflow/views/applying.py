"""/apply/{item_id}: the form of a service, its draft, sending it in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther

from tongban.toolkit import SIGNED_IN, reject
from tongban_workflow.applying import (
    Application,
    discard_draft,
    first_state,
    keep_draft,
    open_application,
    send_in,
    started_before,
)
from tongban_workflow.forms import FormState, mask_phone, show_form, summary, take_in
from tongban_workflow.paths import APPLY_PATTERN
from tongban_workflow.preview import preview
from tongban_workflow.views.requests import link, new_request_id, posted_of, text_of

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request


def form_page(request: Request) -> dict[str, Any]:
    """Show the form: empty, prefilled, or as the draft was left."""
    application = _application(request)
    return _page(request, application, first_state(request.db, application))


def form_posted(request: Request) -> Any:
    """Send the form in, keep or discard its draft, or show a part of it again."""
    application = _application(request)
    act = text_of(request, "act")
    if act == "discard":
        return _discard(request, application)
    request_id = text_of(request, "request_id")
    earlier = started_before(request.db, request.viewer, request_id)
    if act == "submit" and earlier is not None:
        return HTTPSeeOther(request.route_path("workflow.case", case_id=earlier))
    submits = act == "submit"
    taken = take_in(
        request.db,
        request.runtime.files,
        application.sheet,
        posted_of(request),
        complete=submits,
    )
    if act not in ("submit", "draft"):
        return _page(request, application, taken.unjudged())
    if taken.errors and (submits or set(taken.errors) & _file_fields(application)):
        reject(request)
        return _page(request, application, taken.state)
    if not submits:
        keep_draft(request.db, application, taken)
        request.flash_message("ok", "草稿已保存")
        return HTTPSeeOther(_here(request))
    outcome = send_in(request.db, application, taken, request_id)
    request.flash_message("ok", f"已提交，编号 {outcome.number}")
    return HTTPSeeOther(request.route_path("workflow.case", case_id=outcome.case_id))


def _application(request: Request) -> Application:
    return open_application(request.db, request.viewer, request.matchdict["item_id"])


def _discard(request: Request, application: Application) -> HTTPSeeOther:
    discard_draft(request.db, application)
    request.flash_message("ok", "已放弃填写")
    item = link(request, "hall.item", key=application.definition.item_id)
    return HTTPSeeOther(item or request.route_path("home"))


def _file_fields(application: Application) -> set[str]:
    return {one.name for one in application.form.fields.values() if one.widget.lookup == "file"}


def _here(request: Request) -> str:
    path: str = request.route_path("workflow.apply", item_id=request.matchdict["item_id"])
    return path


def _page(request: Request, application: Application, state: FormState) -> dict[str, Any]:
    definition, applicant = application.definition, application.applicant
    number = "学号" if applicant.kind == "student" else "工号"
    return {
        "nav": "hall",
        "tab": "items",
        "hide_tabs": True,
        "service_name": definition.name,
        "crumbs": [
            ("办事事项", link(request, "hall.items")),
            (definition.name, link(request, "hall.item", key=definition.item_id)),
            ("填写申请", None),
        ],
        "applicant": [
            ("姓名", applicant.name),
            (number, applicant.number),
            ("部门", applicant.unit_name),
            ("手机", mask_phone(applicant.phone) if applicant.phone else "未登记"),
        ],
        "form_sections": show_form(application.form, application.sheet.rights, state),
        "errors": summary(application.form, state.errors),
        "form_url": _here(request),
        "draft_at": application.draft.updated_at if application.draft else None,
        "steps": preview(request.db, definition, applicant, application.sheet.values),
        "duration_days": application.service.duration_days,
        "request_id": text_of(request, "request_id") or new_request_id(),
    }


def includeme(config: Configurator) -> None:
    """Add /apply/{item_id}."""
    config.add_route("workflow.apply", APPLY_PATTERN)
    shown = {
        "route_name": "workflow.apply",
        "renderer": "tongban_workflow:templates/apply.pt",
        "permission": SIGNED_IN,
    }
    config.add_view(form_page, request_method="GET", **shown)
    config.add_view(form_posted, request_method="POST", **shown)
