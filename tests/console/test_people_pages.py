"""ID-13: people in the console: found, added, changed, marked as left."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.console.conftest import Scene, last_form, main_text

from tongban.testing.browsing import Browser
from tongban.testing.factories import Campus
from tongban.testing.statements import StatementCounter
from tongban.users.models import Person


def test_the_list_shows_the_unit_its_head_and_masked_phones(
    as_operator: Browser, scene: Scene
) -> None:
    page = as_operator.get(f"/console/people?unit={scene.library.id}")
    text = main_text(page)
    assert "2 人" in text
    assert "负责人 韩书言" in text
    assert "139****2864" in text
    assert "13900002864" not in page.text
    assert "顾念之" not in page.html.find("table").get_text()


def test_people_are_searched_by_name_number_pinyin_and_phone(
    as_operator: Browser, db: Session, scene: Scene
) -> None:
    db.execute(
        Person.__table__.update()  # type: ignore[attr-defined]  # a Table
        .where(Person.id == scene.stranger.id)
        .values(pinyin="gunianzhi", initials="gnz")
    )
    db.commit()
    for query in ("顾念之", "念之", "200", "gunian", "gnz"):
        table = as_operator.get("/console/people", {"q": query}).html.find("table")
        assert "顾念之" in table.get_text(), query
        assert "韩书言" not in table.get_text(), query
    assert "没有找到人员" in as_operator.get("/console/people", {"q": "查无此人"}).text


def test_the_list_costs_the_same_however_many_people_there_are(
    as_operator: Browser, campus: Campus, scene: Scene, statements: StatementCounter
) -> None:
    as_operator.get("/console/people")
    with statements.counted() as few:
        as_operator.get("/console/people")
    for _ in range(25):
        campus.person(unit=scene.office)
    with statements.counted() as many:
        as_operator.get("/console/people")
    assert many.number == few.number
    assert few.number <= 6, few.texts


def test_pages_of_the_list_follow_each_other(
    as_operator: Browser, campus: Campus, scene: Scene
) -> None:
    for number in range(25):
        campus.person(number=f"x{number:02}", unit=scene.office)
    first = as_operator.get(f"/console/people?unit={scene.office.id}")
    second = first.click("下一页")
    assert "x24" in second.text
    assert "x24" not in first.text
    assert main_text(second.click("上一页")) == main_text(first)


@pytest.mark.parametrize(
    "query",
    [
        "cursor=%00",
        "cursor=WzAsMV0",
        "unit=abc",
        "unit=99999999999999999999",
        "status=x",
        "q=%00",
        "q=%22",
        "q=" + "x" * 900,
        "cursor=%ff",
    ],
)
def test_no_address_breaks_the_list(as_operator: Browser, query: str) -> None:
    as_operator.get(f"/console/people?{query}", status=[200, 400])


def test_a_person_is_added_and_found(as_operator: Browser, scene: Scene) -> None:
    form = last_form(as_operator.get(f"/console/people/new?unit={scene.section.id}"))
    form["number"], form["name"] = "20240321", "欧阳若兰"
    form["document_number"] = "11010519491231002x"
    page = form.submit(status=303).follow()
    text = main_text(page)
    assert "欧阳若兰" in text
    assert "110***********002X" in text
    assert "待激活" in text
    found = as_operator.get("/console/people", {"q": "ouyangruolan"}).html.find("table")
    assert "欧阳若兰" in found.get_text()


def test_what_is_wrong_is_said_at_the_field_and_kept(
    as_operator: Browser, db: Session, scene: Scene
) -> None:
    form = last_form(as_operator.get("/console/people/new"))
    form["number"], form["name"], form["document_number"] = "100", "重名", "110105194912310021"
    page = form.submit(status=422)
    assert page.html.find(id="document_number-error") is not None
    assert page.html.find("input", id="name")["value"] == "重名"
    assert page.html.find(id="error-summary")["role"] == "alert"
    again = last_form(page)
    again["document_number"] = ""
    page = again.submit(status=422)
    assert "已存在" in page.html.find(id="number-error").get_text()
    assert db.scalar(select(Person.id).where(Person.name == "重名")) is None


def test_editing_keeps_what_is_not_shown(as_operator: Browser, db: Session, scene: Scene) -> None:
    form = last_form(as_operator.get(f"/console/people/{scene.mine.id}/edit"))
    form["title"] = "研究馆员"
    page = form.submit(status=303).follow()
    assert "研究馆员" in main_text(page)
    assert "139****2864" in main_text(page)


def test_leaving_is_asked_for_and_ends_the_sessions(app: Browser, scene: Scene) -> None:
    gone = app.another()
    gone.sign_in(scene.mine)
    app.sign_in(scene.operator)
    question = app.get(f"/console/people/{scene.mine.id}/leave")
    assert "账号立即停用" in main_text(question)
    page = last_form(question).submit(status=303).follow()
    assert "已离校" in main_text(page)
    assert "/login" in gone.get("/", status=303).location
    back = page.forms
    restored = next(form for form in back.values() if form.action.endswith("/readmit"))
    assert "待激活" in main_text(restored.submit(status=303).follow())


FIELDS = [
    "number",
    "name",
    "kind",
    "sex",
    "unit_id",
    "grade",
    "title",
    "email",
    "phone",
    "document_type",
    "document_number",
]


@given(values=st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=50)))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_input_breaks_the_form(
    as_operator: Browser, scene: Scene, values: dict[str, str]
) -> None:
    clean = {name: text.encode("utf-8", "ignore").decode() for name, text in values.items()}
    full = {"kind": "staff", "unit_id": str(scene.section.id), **clean}
    full["csrf_token"] = as_operator.csrf_token()
    as_operator.post("/console/people/new", full, status=[303, 422])
