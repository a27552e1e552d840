"""Signing in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.csrf import check_csrf_token
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.security import NO_PERMISSION_REQUIRED, forget, remember

from tongban.auth import services, wording
from tongban.auth.cookies import session_token, signed_out_headers
from tongban.auth.csrf import LOGIN_ROUTE
from tongban.auth.forms import LoginForm
from tongban.auth.returning import safe_return_path
from tongban.web.forms import read_form, reject

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

TOO_MANY_REQUESTS = 429


def show_login(request: Request) -> Any:
    """Show the sign-in page; whoever is signed in goes where they wanted to."""
    wanted = safe_return_path(request.GET.get("next"))
    if request.viewer is not None:
        return HTTPSeeOther(_landing(request, wanted))
    notice = ""
    if session_token(request) is not None:
        notice = wording.EXPIRED
        request.response.headerlist.extend(signed_out_headers(request))
    return _login_page(request, LoginForm(data={"next": wanted or ""}), notice=notice)


def login(request: Request) -> Any:
    """Sign in, or say why not."""
    form = read_form(LoginForm, request)
    if not form.validate():
        reject(request)
        return _login_page(request, form)
    result = _sign_in(request, form)
    if result.done:
        headers = remember(request, result.token, keep=form.keep.data)
        return HTTPSeeOther(_landing(request, safe_return_path(form.next.data)), headers=headers)
    reject(request)
    if result.retry_after:
        request.response.status_int = TOO_MANY_REQUESTS
        request.response.headers["Retry-After"] = str(result.retry_after)
    return _login_page(request, form, failure=result.message)


def logout(request: Request) -> Any:
    """End the session; whoever has none any more just gets the sign-in page."""
    if request.viewer is not None:
        check_csrf_token(request)
        services.sign_out(request.db, request.runtime.host, request.viewer)
        request.flash_message("ok", "您已退出登录")
    return HTTPSeeOther(request.route_path(LOGIN_ROUTE), headers=forget(request))


def _sign_in(request: Request, form: Any) -> services.SignInResult:
    settings = request.runtime.settings
    with request.reader() as session:
        candidate = services.look_up(
            session,
            settings,
            form.username.data,
            request.remote_addr or "",
            request.user_agent or "",
        )
    examined = services.examine(settings, candidate, form.password.data)
    return services.conclude(
        request.db,
        settings,
        request.runtime.host,
        examined,
        keep=form.keep.data,
        replaces=session_token(request) or "",
    )


def _login_page(
    request: Request, form: Any, *, failure: str = "", notice: str = ""
) -> dict[str, Any]:
    request.response.cache_control = "no-store"
    settings = request.runtime.settings
    return {
        "main_class": "auth",
        "errors": form.summary(),
        "wrong": form.messages(),
        "failure": failure,
        "notice": notice,
        "username": form.username.data or "",
        "keep": bool(form.keep.data),
        "keep_days": settings["auth.keep_days"],
        "next_path": safe_return_path(form.next.data) or "",
        "activate_url": _url_if_there(request, "auth.activate"),
        "recover_url": _url_if_there(request, "auth.recover"),
    }


def _landing(request: Request, wanted: str | None) -> str:
    login_path = request.route_path(LOGIN_ROUTE)
    if wanted is None or wanted.partition("?")[0] == login_path:
        return str(request.route_path("home"))
    return wanted


def _url_if_there(request: Request, route: str) -> str | None:
    if route not in request.registry["tongban.route_names"]:
        return None
    return str(request.route_path(route))


def includeme(config: Configurator) -> None:
    """Add /login and /logout."""
    config.add_route(LOGIN_ROUTE, "/login")
    config.add_route("auth.logout", "/logout")
    open_to_all = {"permission": NO_PERMISSION_REQUIRED}
    page = {"route_name": LOGIN_ROUTE, "renderer": "tongban.auth:templates/login.pt"}
    config.add_view(show_login, request_method="GET", **page, **open_to_all)
    config.add_view(login, request_method="POST", **page, **open_to_all)
    # The view checks the token itself, for a session that is over has none.
    config.add_view(
        logout, route_name="auth.logout", request_method="POST", require_csrf=False, **open_to_all
    )
