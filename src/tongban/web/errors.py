"""Error pages in house style. Each shows the request's number, which the log repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from pyramid.csrf import BadCSRFOrigin, BadCSRFToken
from pyramid.httpexceptions import HTTPException, HTTPForbidden, HTTPSeeOther

from tongban.web.refusals import Refusal

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

log = structlog.get_logger("tongban.web")

TEMPLATE = "tongban.web:templates/error.pt"

_TEXTS = {
    400: ("请求有误", "提交的内容无法识别。", "请返回上一页重试。"),
    403: ("没有权限", "您没有办理此操作的权限。", "如确需办理，请联系本部门信息管理员。"),
    404: ("没有找到该页面", "网址可能有误，或内容已被移除。", "请从首页重新查找。"),
    405: ("请求方式有误", "该网址不能直接打开。", "请从页面上的按钮进入。"),
    413: ("内容过大", "提交的内容超过了上限。", "请减少附件后重试。"),
}
_BROKEN = ("系统暂时无法处理", "问题已记录。", "请稍后重试；多次出现时，请告知下面的编号。")


def error_page(
    request: Request, status: int, title: str, happened: str, advice: str = ""
) -> dict[str, Any]:
    """Return the values of the error page and set the response's status."""
    request.response.status_int = status
    return {"status": status, "title": title, "happened": happened, "advice": advice}


def refusal(error: Refusal, request: Request) -> dict[str, Any]:
    """Show a refusal."""
    return error_page(request, error.status, error.title, error.text)


def not_found(request: Request) -> dict[str, Any]:
    """Show that there is no such page."""
    return error_page(request, 404, *_TEXTS[404])


def forbidden(error: HTTPForbidden, request: Request) -> Any:
    """Send strangers to the sign-in page, tell others which permission they lack."""
    if request.viewer is None:
        query = {"next": request.path_qs} if request.method == "GET" else {}
        return HTTPSeeOther(request.route_url("auth.login", _query=query))
    title, happened, advice = _TEXTS[403]
    denied = getattr(error.result, "missing_title", "")
    if denied:
        happened = f"此操作需要「{denied}」权限。"
    return error_page(request, 403, title, happened, advice)


def stale_form(error: BadCSRFToken, request: Request) -> dict[str, Any]:
    """Show that the form is out of date (cross-site or expired)."""
    log.warning("csrf refused", reason=str(error))
    return error_page(
        request,
        400,
        "页面已过期",
        "为保护账号安全，本次提交没有生效。",
        "请先复制已填写的内容，再返回上一页刷新后重新提交。",
    )


def http_error(error: HTTPException, request: Request) -> Any:
    """Show any other HTTP error; redirects and the like pass through."""
    if error.status_int < 400:
        return error
    return error_page(request, error.status_int, *_TEXTS.get(error.status_int, _TEXTS[400]))


def broken(error: Exception, request: Request) -> dict[str, Any]:
    """Log an unexpected error with its trace and show its number."""
    log.error("unexpected error", exc_info=error)
    return error_page(request, 500, *_BROKEN)


def includeme(config: Configurator) -> None:
    """Register the error pages."""
    shown = {"renderer": TEMPLATE}
    config.add_exception_view(refusal, context=Refusal, **shown)
    config.add_notfound_view(not_found, append_slash=False, **shown)
    config.add_forbidden_view(forbidden, **shown)
    for kind in (BadCSRFToken, BadCSRFOrigin):
        config.add_exception_view(stale_form, context=kind, **shown)
    config.add_exception_view(http_error, context=HTTPException, **shown)
    config.add_exception_view(broken, context=Exception, **shown)
