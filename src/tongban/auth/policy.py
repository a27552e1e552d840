"""The security policy: permissions of views are those of the signed-in person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.interfaces import ISecurityPolicy
from pyramid.security import Allowed, Denied
from zope.interface import implementer

from tongban.auth.cookies import signed_in_headers, signed_out_headers

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

    from tongban.permissions.services import Viewer


class MissingPermission(Denied):  # type: ignore[misc]  # Pyramid is published without types
    """A denial that names what is missing, for the error page."""

    missing: str
    missing_title: str

    def __new__(cls, permission: str, title: str) -> MissingPermission:
        """Make one; Pyramid's results are numbers, so they are filled here."""
        denial: MissingPermission = super().__new__(cls, "missing permission %s", permission)
        denial.missing = permission
        denial.missing_title = title
        return denial


@implementer(ISecurityPolicy)
class SessionSecurityPolicy:
    """Identity by session row, permissions by grants."""

    def identity(self, request: Request) -> Viewer | None:
        """Return the signed-in person."""
        viewer: Viewer | None = request.viewer
        return viewer

    def authenticated_userid(self, request: Request) -> int | None:
        """Return the signed-in person's id."""
        viewer = self.identity(request)
        return None if viewer is None else viewer.person_id

    def permits(self, request: Request, context: Any, permission: str) -> Allowed | Denied:
        """Say whether the person may; a context with a `unit_path` narrows the question to it."""
        viewer = self.identity(request)
        if viewer is None:
            return Denied("nobody is signed in")
        if viewer.allows(permission, getattr(context, "unit_path", None)):
            return Allowed("%s has %s", viewer.number, permission)
        return MissingPermission(permission, request.runtime.permissions.title(permission))

    def remember(self, request: Request, userid: str, **kw: Any) -> list[tuple[str, str]]:
        """Return headers for a session just opened; `userid` is its token, `keep` may be said."""
        return signed_in_headers(request, userid, keep=bool(kw.get("keep", False)))

    def forget(self, request: Request, **_kw: Any) -> list[tuple[str, str]]:
        """Return headers that take the session from the browser."""
        return signed_out_headers(request)


def includeme(config: Configurator) -> None:
    """Set the policy."""
    config.set_security_policy(SessionSecurityPolicy())
