"""What people meet where their permissions end."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from pyramid.interfaces import ISecurityPolicy

from tongban.permissions.services import load_viewer
from tongban.testing.browsing import Browser
from tongban.testing.factories import Campus


def test_strangers_are_sent_to_sign_in_and_come_back(app: Browser) -> None:
    page = app.get("/me/sessions?cursor=x", status=303)
    assert page.location == "http://localhost/login?next=%2Fme%2Fsessions%3Fcursor%3Dx"


def test_a_stranger_s_post_is_not_replayed_after_signing_in(app: Browser) -> None:
    token = app.get("/login").forms["sign-in"]["csrf_token"].value
    page = app.post("/me/sessions/end-others", {"csrf_token": token}, status=303)
    assert page.location == "http://localhost/login"


def test_who_lacks_a_permission_is_told_which(app: Browser, campus: Campus) -> None:
    """KN-3: denials say what is missing."""
    app.sign_in(campus.person(kind="student"))
    page = app.get("/console", status=403)
    assert "此操作需要「进入管理控制台」权限。" in page


@pytest.mark.parametrize(
    ("granted_on", "asked_for", "allowed"),
    [("root", "faculty", True), ("faculty", "faculty", True), ("faculty", "office", False)],
)
def test_a_context_narrows_a_permission_to_its_unit(
    app: Browser, campus: Campus, granted_on: str, asked_for: str, allowed: bool
) -> None:
    units = {
        "root": campus.root,
        "faculty": campus.unit("计算机学院", kind="faculty"),
        "office": campus.unit("人事处"),
    }
    person = campus.person()
    campus.grant(person, campus.role("keeper", "users.view"), units[granted_on])
    app.sign_in(person)
    # The policy is asked as a view would ask it, for the request that the browser just made.
    policy = app.app.registry.getUtility(ISecurityPolicy)
    runtime = campus.runtime
    with runtime.sessions() as session:
        viewer = load_viewer(session, person.id, runtime.permission_cache)
    request = SimpleNamespace(viewer=viewer, runtime=runtime)
    context = SimpleNamespace(unit_path=units[asked_for].path)
    answer = policy.permits(request, context, "users.view")
    assert bool(answer) is allowed
    assert allowed or answer.missing_title == "查看人员"
