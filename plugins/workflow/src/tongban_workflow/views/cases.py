"""/cases/{case_id}: a case with its form and record, and the acts on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPSeeOther

from tongban.toolkit import SIGNED_IN, Refusal, reject
from tongban_workflow.acting import (
    ACTS,
    DONE,
    LONGEST_OPINION,
    TAKES_FORM,
    Wish,
    came_with_form,
    carry_out,
    opinion_error,
    read_copies,
)
from tongban_workflow.cases import OpenedCase, open_case
from tongban_workflow.engine import open_tasks, timeline
from tongban_workflow.forms import FormState, TakenIn, lay_out, show_form, summary, take_in
from tongban_workflow.paths import CASE_PATTERN
from tongban_workflow.statuses import CASE_STATES
from tongban_workflow.timeline import entries
from tongban_workflow.views.requests import (
    case_id_of,
    link,
    new_request_id,
    number_of,
    posted_of,
    text_of,
    uuid_of,
)

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

_PHRASES = {
    "approve": ("同意", "同意，请按规定办理", "请补充材料"),
    "handle": ("已办理完成", "请补充材料"),
}


def case_page(request: Request) -> dict[str, Any]:
    """Show the case."""
    opened = open_case(request.db, request.viewer, case_id_of(request))
    return _page(request, opened, lay_out(request.db, opened.sheet))


def case_posted(request: Request) -> Any:
    """Carry out an act, or show a part of the form again."""
    opened = open_case(request.db, request.viewer, case_id_of(request))
    wish = _wish(request)
    if wish.act not in ACTS:
        return _looked(request, opened)
    taken = _take(request, opened, wish) if came_with_form(opened, wish) else None
    judged = taken if wish.act in TAKES_FORM else None
    opinion = opinion_error(wish)
    if opinion or (judged is not None and judged.errors):
        reject(request)
        return _page(request, opened, _state(request, opened, taken, judged), wish, opinion)
    outcome = carry_out(request.db, request.viewer, opened, wish, judged)
    request.flash_message("ok", DONE[wish.act])
    return HTTPSeeOther(request.route_path("workflow.case", case_id=outcome.case_id))


def copy_read(request: Request) -> Any:
    """Mark the viewer's copy as read."""
    opened = open_case(request.db, request.viewer, case_id_of(request))
    read_copies(request.db, request.viewer, opened)
    if request.headers.get("HX-Request") == "true":
        return {}
    return HTTPSeeOther(request.route_path("workflow.case", case_id=opened.case.id))


def _wish(request: Request) -> Wish:
    return Wish(
        act=text_of(request, "act"),
        task_id=uuid_of(text_of(request, "task_id")),
        request_id=text_of(request, "request_id"),
        comment=text_of(request, "comment"),
        form_rev=number_of(request, "form_rev"),
    )


def _take(request: Request, opened: OpenedCase, wish: Wish) -> TakenIn:
    return take_in(
        request.db,
        request.runtime.files,
        opened.sheet,
        posted_of(request),
        complete=wish.act != "save",
    )


def _state(
    request: Request, opened: OpenedCase, taken: TakenIn | None, judged: TakenIn | None
) -> FormState:
    """Return the form as it was typed, with its errors only for an act that takes it along."""
    if judged is not None:
        return judged.state
    return taken.unjudged() if taken is not None else lay_out(request.db, opened.sheet)


def _looked(request: Request, opened: OpenedCase) -> Any:
    posted = posted_of(request)
    if not {"look", "remove"} & set(posted.values):
        raise Refusal("请从页面上的按钮操作。")
    taken = take_in(request.db, request.runtime.files, opened.sheet, posted, complete=False)
    return _page(request, opened, taken.unjudged(), _wish(request))


def _page(
    request: Request,
    opened: OpenedCase,
    state: FormState,
    wish: Wish | None = None,
    opinion: str = "",
) -> dict[str, Any]:
    case, view = opened.case, opened.view
    errors = summary(opened.form, state.errors)
    current = open_tasks(request.db, [case.id]).get(case.id, [])
    events = timeline(request.db, case.id)
    return {
        "nav": "hall",
        "tab": "tasks",
        "hide_tabs": bool(set(view.acts) - {"read", "withdraw"}),
        "crumbs": [
            ("任务中心", link(request, "hall.tasks")),
            (case.service_name, None),
        ],
        "number": case.number,
        "service_name": case.service_name,
        "title": "" if case.title == case.service_name else case.title,
        "status": _status(opened),
        "starter": f"{case.starter_name}（{case.starter_unit}）",
        "started_at": case.created_at,
        "finished_at": case.finished_at,
        "due_at": case.due_at if case.status == "running" else None,
        "form_sections": show_form(opened.form, view.rights, state),
        "errors": errors + ([("opinion", opinion)] if opinion else []),
        "opinion_error": opinion,
        "opinion": wish.comment if wish else "",
        "longest_opinion": LONGEST_OPINION,
        "phrases": next((_PHRASES[act] for act in view.acts if act in _PHRASES), ()),
        "acts": view.acts,
        "decides": bool({"approve", "handle"} & set(view.acts)),
        "step": view.task.step if view.task else "",
        "task_id": str(view.task.id) if view.task else "",
        "form_rev": _form_rev(case.form_rev, wish),
        "form_url": request.route_path("workflow.case", case_id=case.id),
        "read_url": request.route_path("workflow.case_read", case_id=case.id),
        "again_url": _again_url(request, opened),
        "entries": entries(events, current, opened.definition, request.viewer.person_id),
        "request_id": _request_id(wish),
    }


def _form_rev(now: int, wish: Wish | None) -> int:
    """Keep the revision that the person saw first: what was changed meanwhile must be noticed."""
    return wish.form_rev if wish is not None and wish.form_rev is not None else now


def _request_id(wish: Wish | None) -> str:
    return wish.request_id if wish is not None and wish.request_id else new_request_id()


def _again_url(request: Request, opened: OpenedCase) -> str | None:
    ended = opened.case.status in ("rejected", "cancelled")
    if opened.view.part != "starter" or not ended:
        return None
    path: str = request.route_path("workflow.apply", item_id=opened.case.item_id)
    return path


def _status(opened: OpenedCase) -> tuple[str, str]:
    """Return the tag of the head: what waits for the viewer comes before the case's status."""
    acts = set(opened.view.acts)
    if "approve" in acts:
        return ("待我审批", "warn")
    if "handle" in acts:
        return ("待我办理", "warn")
    if "resubmit" in acts:
        return ("待我修改", "warn")
    state = CASE_STATES[opened.case.status]
    return (state.text, state.tone)


def includeme(config: Configurator) -> None:
    """Add /cases/{case_id} and /cases/{case_id}/read."""
    config.add_route("workflow.case_read", CASE_PATTERN + "/read")
    config.add_route("workflow.case", CASE_PATTERN)
    shown = {
        "route_name": "workflow.case",
        "renderer": "tongban_workflow:templates/case.pt",
        "permission": SIGNED_IN,
    }
    config.add_view(case_page, request_method="GET", **shown)
    config.add_view(case_posted, request_method="POST", **shown)
    config.add_view(
        copy_read,
        route_name="workflow.case_read",
        renderer="tongban_workflow:templates/copy_read.pt",
        permission=SIGNED_IN,
        request_method="POST",
    )
