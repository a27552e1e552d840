"""The case page: what each person sees and may do, and what happens when they do it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from webtest import Upload

from tongban.testing.browsing import Browser
from tongban.testing.factories import MadePerson
from tongban_workflow.models import Case, Event, Task

from .conftest import World, fill

Browse = Callable[[MadePerson], Browser]
Apply = Callable[..., str]


def act(page: Any, name: str, status: int = 303, **values: Any) -> Any:
    """Press a button of the case's form, with `comment` and fields filled in."""
    form = page.forms["case-form"]
    fill(form, {key.replace("__", "."): value for key, value in values.items()})
    return form.submit("act", value=name, status=status)


def confirm(page: Any, name: str, status: int = 303) -> Any:
    """Press the button of a dialog."""
    form = page.html.find("dialog", id=f"{name}-case").find("form")
    values = {one["name"]: one["value"] for one in form.find_all("input")}
    return page.test_app.post(form["action"], values, status=status)


def case_of(db: Session) -> Case:
    db.expire_all()
    return db.scalars(select(Case)).one()


def accept(world: World, browse: Browse, path: str, **values: Any) -> None:
    act(browse(world.handler).get(path), "approve", **values)


def test_a_case_runs_from_end_to_end(
    world: World, browse: Browse, apply: Apply, db: Session
) -> None:
    """WF-5: apply, approve, handle, copied; everybody sees what happened."""
    path = apply()
    page = browse(world.handler).get(path)
    page.mustcontain("待我审批", "林小满（计算机学院）", "同意", "驳回", "退回", "处理中")
    page = act(page, "approve", comment="请尽快处理").follow()
    page.mustcontain("已同意", "请尽快处理", "待我办理")
    page = act(page, "handle", f__result="已更换面板").follow()
    page.mustcontain("已办结", "已更换面板")
    assert case_of(db).status == "done"
    browse(world.student).get(path).mustcontain("已办结", "已更换面板", "韩书言")
    copied = browse(world.head).get(path)
    copied.mustcontain("标为已阅", "A03 实训楼 402")
    assert "case-form" not in copied.forms


def test_reading_a_copy_needs_a_post(
    world: World, browse: Browse, apply: Apply, db: Session
) -> None:
    path = apply()
    accept(world, browse, path)
    act(browse(world.handler).get(path), "handle", f__result="好了")
    copy = select(Task.status).where(Task.kind == "cc")
    page = browse(world.head).get(path)
    assert db.scalar(copy) == "unread"
    page.forms["copy-read"].submit(status=303)
    assert db.scalar(copy) == "read"
    assert "标为已阅" not in browse(world.head).get(path)


def test_a_copy_is_marked_by_a_fragment_too(world: World, browse: Browse, apply: Apply) -> None:
    path = apply()
    accept(world, browse, path)
    act(browse(world.handler).get(path), "handle", f__result="好了")
    page = browse(world.head).get(path)
    answer = page.forms["copy-read"].submit(status=200, headers={"HX-Request": "true"})
    assert "已阅" in answer.text
    assert "<html" not in answer.text


def test_who_is_late_is_told_who_was_first(
    world: World, browse: Browse, apply: Apply, db: Session
) -> None:
    path = apply()
    late = browse(world.colleague).get(path)
    accept(world, browse, path)
    answer = act(late, "reject", status=409, comment="重复申请")
    answer.mustcontain("任务已被处理", "顾念之已同意")
    assert case_of(db).status == "running"


def test_a_double_click_is_harmless(
    world: World, browse: Browse, apply: Apply, db: Session
) -> None:
    page = browse(world.handler).get(apply())
    act(page, "approve", comment="一次")
    act(page, "approve", comment="一次")
    approvals = select(Event.id).where(Event.action == "approve")
    assert len(db.scalars(approvals).all()) == 1


def test_refusing_and_returning_need_a_reason(
    world: World, browse: Browse, apply: Apply, db: Session
) -> None:
    page = browse(world.handler).get(apply())
    for name, told in (("reject", "请填写驳回理由"), ("return", "请填写退回理由")):
        answer = act(page, name, status=422, f__secret="记下的话")
        assert told in answer.html.find(id="opinion-error").get_text()
        assert answer.forms["case-form"]["f.secret"].value == "记下的话"
    assert case_of(db).status == "running"


def test_an_opinion_has_a_limit(world: World, browse: Browse, apply: Apply) -> None:
    page = browse(world.handler).get(apply())
    act(page, "approve", status=422, comment="长" * 501).mustcontain("意见最多 500 个字")


def test_a_rejected_case_ends_and_may_be_started_anew(
    world: World, browse: Browse, apply: Apply, db: Session
) -> None:
    path = apply()
    act(browse(world.handler).get(path), "reject", comment="不属于校园网")
    browse(world.student).get(path).mustcontain("未通过", "不属于校园网", "重新发起")
    assert case_of(db).status == "rejected"


def test_a_returned_case_is_changed_and_sent_in_again(
    world: World, browse: Browse, apply: Apply, db: Session
) -> None:
    path = apply(**{"f.photos.new": [Upload("旧.txt", b"old")]})
    act(browse(world.handler).get(path), "return", comment="地点不清楚")
    page = browse(world.student).get(path)
    page.mustcontain("待我修改", "地点不清楚", "旧.txt")
    form = page.forms["case-form"]
    assert form["f.place"].value == "A03 实训楼 402"
    saved = act(page, "save", f__place="A03 实训楼 5").follow()
    assert case_of(db).status == "returned"
    removed = saved.forms["case-form"].submit(
        "remove", value=saved.html.find("button", attrs={"name": "remove"})["value"]
    )
    assert "旧.txt" not in removed.text
    act(removed, "resubmit", f__place="A03 实训楼 505",
        **{"f.photos.new": [Upload("新.txt", b"new")]})  # fmt: skip
    case = case_of(db)
    assert case.status == "running"
    assert case.form["place"] == "A03 实训楼 505"
    page = browse(world.handler).get(path)
    page.mustcontain("待我审批", "新.txt")
    assert "旧.txt" not in page.text


def test_a_form_sent_in_again_is_checked(
    world: World, browse: Browse, apply: Apply, db: Session
) -> None:
    path = apply()
    act(browse(world.handler).get(path), "return", comment="请补充")
    page = browse(world.student).get(path)
    answer = act(page, "resubmit", status=422, f__place="", f__cost="x")
    answer.mustcontain("故障地点：请填写", "预算金额：请填写数字")
    assert case_of(db).status == "returned"


def test_the_starter_takes_a_case_back_and_gives_it_up(
    world: World, browse: Browse, apply: Apply, db: Session
) -> None:
    path = apply()
    page = confirm(browse(world.student).get(path), "withdraw").follow()
    page.mustcontain("待我修改", "撤回申请")
    assert case_of(db).status == "withdrawn"
    browse(world.handler).get(path).mustcontain("已撤回")
    confirm(page, "cancel")
    assert case_of(db).status == "cancelled"


def test_nothing_is_taken_back_once_somebody_decided(
    world: World, browse: Browse, apply: Apply
) -> None:
    path = apply()
    before = browse(world.student).get(path)
    accept(world, browse, path)
    assert "withdraw-case" not in browse(world.student).get(path)
    confirm(before, "withdraw", status=409).mustcontain("不能再撤回")


def test_a_step_requires_its_own_field(
    world: World, browse: Browse, apply: Apply, db: Session
) -> None:
    path = apply()
    accept(world, browse, path)
    answer = act(browse(world.handler).get(path), "handle", status=422)
    assert "请填写" in answer.html.find(id="f-result-error").get_text()
    assert case_of(db).status == "running"


def test_a_form_changed_meanwhile_is_not_overwritten(
    world: World, browse: Browse, apply: Apply, db: Session
) -> None:
    path = apply()
    page = browse(world.handler).get(path)
    case = case_of(db)
    case.form_rev += 1
    db.commit()
    act(page, "approve", status=409, f__secret="x").mustcontain("表单已被修改")


def test_what_a_step_hides_is_nowhere_on_the_page(
    world: World, browse: Browse, apply: Apply
) -> None:
    path = apply()
    inside = {"f__secret": "此人多次误报", "f.report.new": [Upload("r.txt", b"r")]}
    accept(world, browse, path, **inside)
    browse(world.handler).get(path).mustcontain("此人多次误报")
    for person in (world.student, world.office_admin, world.operator):
        page = browse(person).get(path)
        assert "此人多次误报" not in page.text
        assert "内部意见" not in page.text
        assert "r.txt" not in page.text
    act(browse(world.handler).get(path), "handle", f__result="好了")
    assert "此人多次误报" not in browse(world.head).get(path)


def test_files_are_read_by_those_who_see_their_field(
    world: World, browse: Browse, apply: Apply, db: Session
) -> None:
    path = apply(**{"f.photos.new": [Upload("照片.txt", b"picture")]})
    accept(world, browse, path, **{"f.report.new": [Upload("r.txt", b"inside")]})
    page = browse(world.colleague).get(path)
    urls = re.findall(r'href="(/files/[^"]+)"', page.text)
    photo = next(url for url in urls if not url.endswith("r.txt"))
    report = next(url for url in urls if url.endswith("r.txt"))
    assert browse(world.colleague).get(photo).body == b"picture"
    assert browse(world.colleague).get(report).body == b"inside"
    assert browse(world.student).get(photo).body == b"picture"
    for person in (world.student, world.head, world.stranger, world.office_admin):
        browse(person).get(report, status=[403, 404])
    browse(world.stranger).get(photo, status=[403, 404])


def test_phones_are_for_those_who_have_to_call(world: World, browse: Browse, apply: Apply) -> None:
    path = apply()
    browse(world.handler).get(path).mustcontain("13912342864")
    page = browse(world.office_admin).get(path)
    page.mustcontain("139****2864")
    assert "13912342864" not in page.text


@pytest.mark.parametrize("who", ["stranger", "head", "other_admin"])
def test_a_case_is_nobody_elses_business(
    world: World, browse: Browse, apply: Apply, db: Session, who: str
) -> None:
    """Reading and every act, by people whom the case does not concern: there is no such case."""
    path = apply()
    case = case_of(db)
    task = db.scalars(select(Task).where(Task.status == "todo")).first()
    assert task is not None
    browser = browse(getattr(world, who))
    page = browser.get(path, status=404)
    assert case.number not in page.text
    token = browser.csrf_token()
    for name in ("approve", "handle", "reject", "return", "save", "resubmit", "withdraw", "cancel"):
        values = {"csrf_token": token, "act": name, "task_id": str(task.id), "comment": "x",
                  "request_id": "r" * 12, "form_rev": "1"}  # fmt: skip
        browser.post(path, values, status=404)
    browser.post(f"{path}/read", {"csrf_token": token}, status=404)
    assert case_of(db).status == "running"


@pytest.mark.parametrize("who", ["office_admin", "operator"])
def test_those_who_oversee_read_and_do_nothing(
    world: World, browse: Browse, apply: Apply, db: Session, who: str
) -> None:
    path = apply()
    task = db.scalars(select(Task).where(Task.status == "todo")).first()
    assert task is not None
    browser = browse(getattr(world, who))
    page = browser.get(path)
    page.mustcontain("办理中", "A03 实训楼 402")
    assert "case-form" not in page.forms
    values = {"csrf_token": browser.csrf_token(), "act": "approve", "task_id": str(task.id),
              "request_id": "r" * 12}  # fmt: skip
    browser.post(path, values, status=403)
    browser.post(path, {**values, "act": "withdraw"}, status=403)
    assert case_of(db).status == "running"


def test_the_starter_cannot_decide(world: World, browse: Browse, apply: Apply, db: Session) -> None:
    path = apply()
    task = db.scalars(select(Task).where(Task.status == "todo")).first()
    assert task is not None
    browser = browse(world.student)
    values = {"csrf_token": browser.csrf_token(), "act": "approve", "task_id": str(task.id),
              "request_id": "r" * 12}  # fmt: skip
    browser.post(path, values, status=403)


def test_there_is_no_case_of_that_name(world: World, browse: Browse) -> None:
    browser = browse(world.student)
    for address in ("0190b3c2-7c1e-7000-8000-00000000ffff", "nonsense", "1"):
        browser.get(f"/cases/{address}", status=404)
    browser.get("/cases/%00", status=400)


def test_the_page_prints_without_its_buttons(world: World, browse: Browse, apply: Apply) -> None:
    page = browse(world.handler).get(apply())
    assert page.html.find("button", attrs={"data-print": True}) is not None
    assert page.html.find(class_="letterhead") is not None


def test_people_are_told(world: World, browse: Browse, apply: Apply, db: Session) -> None:
    from tongban.notifications.models import Notification

    path = apply()
    act(browse(world.handler).get(path), "return", comment="请补充")
    act(browse(world.student).get(path), "resubmit")
    accept(world, browse, path)
    act(browse(world.handler).get(path), "handle", f__result="好了")
    told = db.execute(select(Notification.kind, Notification.title, Notification.link)).all()
    kinds = [row.kind for row in told]
    assert kinds.count("workflow.task") == 3
    assert {"workflow.returned", "workflow.copy", "workflow.finished"} <= set(kinds)
    assert {row.link for row in told} == {path}
    assert "您的「网络报修」被退回" in [row.title for row in told]
