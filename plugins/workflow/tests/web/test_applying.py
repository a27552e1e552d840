"""Applying for a service: the form, its draft, files, sending it in."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from webtest import Upload

from tongban.testing.browsing import Browser
from tongban.testing.factories import Campus, MadePerson
from tongban_workflow.definitions import retire
from tongban_workflow.models import Case, Draft, Task

from .conftest import GOOD, ITEM, World, fill, publish_service

Browse = Callable[[MadePerson], Browser]


def cases(db: Session) -> int:
    db.expire_all()
    return db.scalar(select(func.count()).select_from(Case)) or 0


def test_the_form_knows_who_applies(world: World, browse: Browse) -> None:
    """WF-6: the applicant block, prefilled fields, the way it will go, the promised time."""
    page = browse(world.student).get(f"/apply/{ITEM}")
    page.mustcontain("林小满", "计算机学院", "139****2864", "预计 2 个工作日办结")
    page.mustcontain("受理", "顾念之、魏长青　任一人", "上门处理", "韩书言")
    assert page.forms["application"]["f.phone"].value == "13912342864"
    assert "内部意见" not in page.text
    assert "处理结果" not in page.text


def test_a_good_form_becomes_a_case(world: World, browse: Browse, db: Session) -> None:
    form = browse(world.student).get(f"/apply/{ITEM}").forms["application"]
    fill(form, GOOD)
    page = form.submit("act", value="submit", status=303).follow()
    case = db.scalars(select(Case)).one()
    page.mustcontain(case.number, "A03 实训楼 402", "办理中", "已提交，编号")
    assert case.number.startswith("BX-")
    assert case.form == {
        "place": "A03 实训楼 402",
        "kind": "wired",
        "detail": "第一行\n第二行",
        "phone": "13912342864",
    }
    assert case.due_at is not None
    open_to = {task.assignee_id for task in db.scalars(select(Task).where(Task.status == "todo"))}
    assert open_to == {world.handler.id, world.colleague.id}


def test_a_double_click_makes_one_case(world: World, browse: Browse, db: Session) -> None:
    browser = browse(world.student)
    form = browser.get(f"/apply/{ITEM}").forms["application"]
    fill(form, GOOD)
    first = form.submit("act", value="submit", status=303)
    second = form.submit("act", value="submit", status=303)
    assert first.headers["Location"] == second.headers["Location"]
    assert cases(db) == 1


def test_mistakes_are_told_at_the_field_and_nothing_is_stored(
    world: World, browse: Browse, db: Session
) -> None:
    form = browse(world.student).get(f"/apply/{ITEM}").forms["application"]
    fill(form, {"f.place": "A", "f.cost": "一百", "f.detail": "保留的文字"})
    page = form.submit("act", value="submit", status=422)
    errors = page.html.find(id="error-summary").get_text()
    assert "故障地点：至少填写 2 个字" in errors
    assert "故障类型：请选择" in errors
    assert "预算金额：请填写数字" in errors
    again = page.forms["application"]
    assert again["f.detail"].value == "保留的文字"
    assert again["f.cost"].value == "一百"
    assert page.html.find(id="f-place-error") is not None
    assert cases(db) == 0


def test_a_conditional_field_is_kept_only_where_it_applies(
    world: World, browse: Browse, db: Session
) -> None:
    browser = browse(world.student)
    page = browser.get(f"/apply/{ITEM}")
    assert page.html.find(id="w-other").find("noscript") is not None
    form = page.forms["application"]
    fill(form, {**GOOD, "f.kind": "other"})
    looked = form.submit("look", value="1", status=200)
    assert looked.html.find(id="w-other").find("noscript") is None
    form = looked.forms["application"]
    form["f.other"] = "光纤断了"
    form.submit("act", value="submit", status=303)
    assert db.scalars(select(Case)).one().form["other"] == "光纤断了"


def test_a_file_survives_a_form_that_must_be_corrected(
    world: World, browse: Browse, db: Session
) -> None:
    form = browse(world.student).get(f"/apply/{ITEM}").forms["application"]
    fill(form, {"f.place": "A03", "f.photos.new": [Upload("说明.txt", "看不清".encode())]})
    page = form.submit("act", value="submit", status=422)
    page.mustcontain("说明.txt", "故障类型：请选择")
    form = page.forms["application"]
    form["f.kind"] = "wifi"
    case_page = form.submit("act", value="submit", status=303).follow()
    case_page.mustcontain("说明.txt")
    assert len(db.scalars(select(Case)).one().form["photos"]) == 1


def test_a_file_may_be_taken_out_again(world: World, browse: Browse, db: Session) -> None:
    form = browse(world.student).get(f"/apply/{ITEM}").forms["application"]
    fill(form, {**GOOD, "f.photos.new": [Upload("a.txt", b"abc"), Upload("b.txt", b"def")]})
    page = form.submit("look", value="1")
    first = page.html.find("button", attrs={"name": "remove"})
    page = page.forms["application"].submit("remove", value=first["value"])
    assert "a.txt" not in page.text
    page.forms["application"].submit("act", value="submit", status=303)
    assert len(db.scalars(select(Case)).one().form["photos"]) == 1


def test_a_wrong_file_is_refused_with_its_reason(world: World, browse: Browse, db: Session) -> None:
    for name, content, told in (
        ("a.exe", b"MZ", "格式不受支持"),
        ("a.png", b"no picture", "不符"),
        ("a.txt", b"x" * (5 * 1024 * 1024 + 1), "超过 5 MB"),
    ):
        form = browse(world.student).get(f"/apply/{ITEM}").forms["application"]
        fill(form, {**GOOD, "f.photos.new": [Upload(name, content)]})
        page = form.submit("act", value="submit", status=422)
        assert told in page.html.find(id="f-photos-error").get_text()
    assert cases(db) == 0


def test_somebody_elses_file_cannot_be_slipped_in(
    world: World, browse: Browse, apply: Callable[..., str], db: Session
) -> None:
    apply(**{"f.photos.new": [Upload("geheim.txt", b"abc")]})
    stolen = db.scalars(select(Case)).one().form["photos"][0]
    browser = browse(world.stranger)
    values = {**GOOD, "f.photos": stolen, "act": "submit", "request_id": "x" * 12}
    token = browser.csrf_token()
    page = browser.post(f"/apply/{ITEM}", {**values, "csrf_token": token}, status=422)
    page.mustcontain("有附件已失效，请重新上传")
    assert "geheim.txt" not in page.text


def test_a_person_is_found_without_scripts(
    world: World, campus: Campus, browse: Browse, db: Session
) -> None:
    twin = campus.person("顾念之", unit=world.faculty)
    form = browse(world.student).get(f"/apply/{ITEM}").forms["application"]
    fill(form, {**GOOD, "f.keeper.search": "顾念之"})
    page = form.submit("act", value="submit", status=422)
    page.mustcontain("找到多个人员，请选择其中一个", f"计算机学院 · 尾号 {twin.number[-4:]}")
    form = page.forms["application"]
    form["f.keeper"] = str(twin.id)
    form.submit("act", value="submit", status=303)
    assert db.scalars(select(Case)).one().form["keeper"] == twin.number


def test_a_unit_is_found_by_a_part_of_its_name(world: World, browse: Browse, db: Session) -> None:
    form = browse(world.student).get(f"/apply/{ITEM}").forms["application"]
    fill(form, {**GOOD, "f.unit.search": "计算机"})
    looked = form.submit("look", value="unit")
    assert looked.html.find(id="f-unit-found").find("input", attrs={"checked": True}) is not None
    looked.forms["application"].submit("act", value="submit", status=303).follow().mustcontain(
        "计算机学院"
    )
    assert db.scalars(select(Case)).one().form["unit"] == "jsjxy"


def test_a_draft_waits_as_it_was_typed(world: World, browse: Browse, db: Session) -> None:
    browser = browse(world.student)
    form = browser.get(f"/apply/{ITEM}").forms["application"]
    fill(form, {"f.place": "还没写完", "f.cost": "大约一百",
                "f.photos.new": [Upload("a.txt", b"abc")]})  # fmt: skip
    page = form.submit("act", value="draft", status=303).follow()
    page.mustcontain("草稿保存于", "a.txt")
    form = page.forms["application"]
    assert form["f.place"].value == "还没写完"
    assert form["f.cost"].value == "大约一百"
    fill(form, {**GOOD, "f.cost": "100"})
    form.submit("act", value="submit", status=303).follow().mustcontain("a.txt", "¥ 100.00")
    assert db.scalar(select(func.count()).select_from(Draft)) == 0


def test_a_draft_is_its_owners_alone(world: World, browse: Browse) -> None:
    form = browse(world.student).get(f"/apply/{ITEM}").forms["application"]
    form["f.place"] = "只给自己看"
    form.submit("act", value="draft", status=303)
    assert "只给自己看" not in browse(world.stranger).get(f"/apply/{ITEM}")


def test_a_draft_can_be_given_up(world: World, browse: Browse, db: Session) -> None:
    browser = browse(world.student)
    form = browser.get(f"/apply/{ITEM}").forms["application"]
    form["f.place"] = "不要了"
    page = form.submit("act", value="draft", status=303).follow()
    page.forms["application"].submit("act", value="discard", status=303)
    assert db.scalar(select(func.count()).select_from(Draft)) == 0
    assert "不要了" not in browser.get(f"/apply/{ITEM}")


def test_only_those_the_service_is_for_apply(world: World, browse: Browse, db: Session) -> None:
    from tongban_workflow.services import keep_service

    keep_service(db, ITEM, audience=("staff",), duration_days=0)
    db.commit()
    browse(world.student).get(f"/apply/{ITEM}", status=403).mustcontain("不面向学生")
    page = browse(world.head).get(f"/apply/{ITEM}")
    assert "个工作日办结" not in page.text


def test_a_retired_service_takes_no_more_applications(
    world: World, browse: Browse, db: Session
) -> None:
    browser = browse(world.student)
    form = browser.get(f"/apply/{ITEM}").forms["application"]
    retire(db, ITEM)
    db.commit()
    fill(form, GOOD)
    form.submit("act", value="submit", status=404)
    browser.get("/apply/no-such-service", status=404)
    assert cases(db) == 0


def test_strangers_are_asked_to_sign_in(world: World, app: Browser) -> None:
    answer = app.get(f"/apply/{ITEM}", status=303)
    assert "/login" in answer.headers["Location"]


def test_a_new_version_is_filled_in_at_once(world: World, browse: Browse, db: Session) -> None:
    browser = browse(world.student)
    form = browser.get(f"/apply/{ITEM}").forms["application"]
    publish_service(db, world.office, "1.1.0")
    fill(form, GOOD)
    form.submit("act", value="submit", status=303)
    assert cases(db) == 1
