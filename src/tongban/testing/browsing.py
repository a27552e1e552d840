"""A browser without a browser: WebTest on the application."""

from __future__ import annotations

from typing import Any

from webtest import TestApp

from tongban.testing.factories import PASSWORD, MadePerson
from tongban.web.app import make_app
from tongban.web.runtime import Runtime


class Browser(TestApp):  # type: ignore[misc]  # WebTest is published without types
    """WebTest's TestApp with sign-in and sign-out; one instance is one browser."""

    def sign_in(self, person: MadePerson, password: str = PASSWORD) -> Any:
        """Sign in through the form and return the page one lands on."""
        form = self.get("/login").forms["sign-in"]
        form["username"] = person.number
        form["password"] = password
        return form.submit(status=303).follow()

    def sign_out(self) -> Any:
        """Sign out through the account menu's form."""
        return self.post("/logout", {"csrf_token": self.csrf_token()}, status=303)

    def csrf_token(self) -> str:
        """Return the token that pages of this browser carry."""
        page = self.get("/me/sessions")
        return str(page.html.find("meta", attrs={"name": "csrf-token"})["content"])

    def another(self) -> Browser:
        """Return a second browser, with its own cookies, on the same application."""
        return Browser(self.app, extra_environ=dict(self.extra_environ))


def make_test_app(runtime: Runtime) -> Browser:
    """Return a fresh browser on the runtime's application, which is made once."""
    app = runtime.extra.get("wsgi_app")
    if app is None:
        app = runtime.extra["wsgi_app"] = make_app(runtime)
    return Browser(app, extra_environ={"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost"})
