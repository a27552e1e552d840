"""Units, posts, roles, grants and the "why" page, as an operator and as an info admin use them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.console.conftest import Scene, last_form, main_text

from tongban.orgs.models import OrgUnit
from tongban.testing.browsing import Browser


def form_to(page: Any, ending: str) -> Any:
    return next(form for form in page.forms.values() if form.action.endswith(ending))


def test_an_info_admin_adds_a_unit_below_the_own(as_admin: Browser, scene: Scene) -> None:
    page = as_admin.get(f"/console/units/{scene.library.id}").click("添加下级")
    form = last_form(page)
    form["name"], form["kind"] = "流通部", "section"
    page = form.submit(status=303).follow()
    assert "流通部" in main_text(page)
    assert "ltb" in main_text(page)
    assert "流通部" in main_text(as_admin.get("/console/units"))


def test_units_are_moved_reordered_and_closed(
    as_operator: Browser, db: Session, scene: Scene
) -> None:
    page = as_operator.get(f"/console/units/{scene.section.id}")
    form = [form for form in page.forms.values() if form.action.endswith("/place")][-1]
    form["parent_id"] = str(scene.office.id)
    page = form.submit(status=303).follow()
    path = db.scalar(select(OrgUnit.path).where(OrgUnit.id == scene.section.id))
    assert path == f"{scene.office.path}{scene.section.id}/"
    refused = last_form(as_operator.get(f"/console/units/{scene.section.id}/close")).submit(
        status=400
    )
    assert "还有 1 名人员" in refused.text
    form_to(page, "/place").submit("step", value="up", status=303)


def test_a_post_is_made_given_and_taken_back(as_admin: Browser, scene: Scene) -> None:
    form = last_form(as_admin.get(f"/console/units/{scene.library.id}/positions/new"))
    form["name"], form["rank"] = "副馆长", "deputy"
    page = form.submit(status=303).follow()
    form = last_form(page.click(linkid=None, description="任命", index=1))
    form["number"] = "nobody"
    refused = form.submit(status=422)
    assert "没有找到该学号或工号" in refused.text
    form["number"] = scene.admin.number
    page = form.submit(status=303).follow()
    assert "许明澈" in main_text(page)
    question = page.click("免去", index=1)
    page = last_form(question).submit(status=303).follow()
    assert "空缺" in main_text(page)


def test_an_info_admin_gives_and_takes_back_a_role(as_admin: Browser, scene: Scene) -> None:
    form = last_form(as_admin.get(f"/console/grants/new?number=100&unit={scene.library.id}"))
    form["role"] = "unit_leader"
    page = form.submit(status=303).follow()
    assert "韩书言" in main_text(page)
    again = last_form(as_admin.get(f"/console/grants/new?number=100&unit={scene.library.id}"))
    again["role"] = "unit_leader"
    assert "已有「部门领导」角色" in again.submit(status=422).text
    page = last_form(page.click("收回")).submit(status=303).follow()
    assert "韩书言" not in page.html.find("main").get_text()


def test_more_than_one_has_is_refused_at_the_field(as_admin: Browser, scene: Scene) -> None:
    form = last_form(as_admin.get(f"/console/grants/new?number=100&unit={scene.library.id}"))
    form["role"] = "operator"
    page = form.submit(status=422)
    assert "您在该部门没有的权限" in page.html.find(id="role-error").get_text()


def test_a_role_is_given_to_a_post(as_operator: Browser, scene: Scene) -> None:
    form = last_form(as_operator.get(f"/console/grants/new?unit={scene.library.id}"))
    form["role"], form["position_id"] = "unit_leader", str(scene.my_post)
    page = form.submit(status=303).follow()
    assert "图书馆 · 馆长" in main_text(page)


def test_an_operator_makes_a_role_and_ticks_its_permissions(as_operator: Browser) -> None:
    form = last_form(as_operator.get("/console/roles-new"))
    form["name"], form["key"] = "干事", "clerk"
    page = form.submit(status=303).follow()
    boxes = form_to(page, "/permissions")
    next(box for box in boxes.fields["permission"] if box._value == "users.view").checked = True
    page = boxes.submit(status=303).follow()
    ticked = page.html.find_all("input", attrs={"name": "permission", "checked": True})
    assert [box["value"] for box in ticked] == ["users.view"]
    assert as_operator.get("/console/roles/none", status=404)


def test_a_built_in_role_keeps_what_it_has(as_operator: Browser) -> None:
    page = as_operator.get("/console/roles/unit_admin")
    page = form_to(page, "/permissions").submit(status=303).follow()
    box = page.html.find("input", attrs={"value": "users.edit"})
    assert box.has_attr("checked")
    assert box.has_attr("disabled")


class TestWhy:
    def test_says_which_grant_gives(self, as_operator: Browser, scene: Scene) -> None:
        page = as_operator.get(
            "/console/why",
            {"number": "adm", "permission": "users.edit", "unit": str(scene.section.id)},
        )
        text = main_text(page)
        assert "许明澈（adm）对采编部有「维护人员」权限" in text
        assert "给出该权限" in text

    def test_says_what_lacks(self, as_operator: Browser, scene: Scene) -> None:
        page = as_operator.get(
            "/console/why",
            {"number": "adm", "permission": "users.edit", "unit": str(scene.office.id)},
        )
        text = main_text(page)
        assert "没有「维护人员」权限" in text
        assert "但授权部门是图书馆，不包含教务处" in text
        assert "含有该权限的角色：平台管理员、信息管理员" in text

    def test_an_info_admin_asks_about_the_own_people_only(
        self, as_admin: Browser, scene: Scene
    ) -> None:
        page = as_admin.get(
            "/console/why", {"number": "200", "permission": "users.view", "unit": ""}
        )
        assert "没有找到该学号或工号" in page.text
        assert "顾念之" not in page.text

    @given(
        values=st.fixed_dictionaries(
            {}, optional={name: st.text(max_size=30) for name in ("number", "permission", "unit")}
        )
    )
    @settings(
        max_examples=30,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    def test_no_question_breaks_it(self, as_operator: Browser, values: dict[str, str]) -> None:
        clean = {name: text.encode("utf-8", "ignore").decode() for name, text in values.items()}
        as_operator.get("/console/why", clean, status=200)


ANY = st.text(max_size=40).map(lambda text: text.encode("utf-8", "ignore").decode())


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/console/units/new?parent={library}", "name short_name kind code phone place"),
        ("/console/units/{library}/edit", "name short_name kind code phone place"),
        ("/console/units/{section}/place", "step parent_id"),
        ("/console/units/{library}/positions/new", "name rank"),
        ("/console/positions/{post}", "name rank"),
        ("/console/positions/{post}/appoint", "number starts_on is_main"),
        ("/console/grants/new", "role number position_id unit_id reaches_subtree ends_on"),
        ("/console/roles-new", "name key description"),
        ("/console/roles/unit_admin/permissions", "permission"),
    ],
)
@given(data=st.data())
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_input_breaks_a_form(
    as_operator: Browser, scene: Scene, path: str, names: str, data: st.DataObject
) -> None:
    fields = st.dictionaries(st.sampled_from(names.split()), ANY)
    values = data.draw(fields)
    target = path.format(library=scene.library.id, section=scene.section.id, post=scene.my_post)
    token = as_operator.csrf_token()
    response = as_operator.post(target, {**values, "csrf_token": token}, expect_errors=True)
    assert response.status_int in (303, 400, 403, 404, 422)


def test_the_overview_counts_what_one_may_see(app: Browser, scene: Scene) -> None:
    app.sign_in(scene.operator)
    text = main_text(app.get("/console"))
    assert "人员 5" in text
    assert "插件异常" in text
    other = app.another()
    other.sign_in(scene.admin)
    text = main_text(other.get("/console"))
    assert "人员 2" in text
    assert "插件异常" not in text
