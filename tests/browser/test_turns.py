"""WF-5: what turns an application back, seen from both sides: 退回, 重新提交, 撤回, 驳回."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import SIZES, OpenPage, Size

STEPS = re.compile("办件操作|申请操作")


def press(page: Any, name: str) -> None:
    """Press a button of the case's action bar and wait for what comes."""
    bar = page.get_by_role("group", name=STEPS)
    with page.expect_navigation():
        bar.get_by_role("button", name=name, exact=True).click()


def report(page: Any, detail: str) -> str:
    """Report a fault of the network; return the address of the case."""
    page.goto("/apply/network-repair")
    page.get_by_label("所在区域").select_option("teaching")
    page.get_by_label("故障地点").fill("第二教学楼 B104")
    page.get_by_label("有线不通").check()
    page.get_by_label("故障描述").fill(detail)
    page.get_by_label("联系电话").fill("13800002864")
    page.get_by_label("方便上门的时间").select_option("morning")
    press(page, "提交申请")
    page.wait_for_url(re.compile(r"/cases/"))
    return str(page.url)


def confirm(page: Any, name: str) -> None:
    """Open the dialog behind a link of the action bar and agree to what it says."""
    page.get_by_role("group", name=STEPS).get_by_role("link", name=name).click()
    with page.expect_navigation():
        page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


def shown(page: Any) -> str:
    """Return the state that a case's head shows."""
    return str(page.locator("#case-title + .tag").inner_text())


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_returned_corrected_and_refused(size: Size, open_page: OpenPage) -> None:
    student, centre = open_page(size, "student"), open_page(size, "operator")
    case = report(student, "讲台网口不通，笔记本无法联网。")

    centre.goto(case)
    press(centre, "退回")
    assert centre.get_by_role("alert").inner_text().count("退回") >= 1
    centre.locator("#opinion").fill("请写明墙面端口号。")
    press(centre, "退回")

    student.goto("/tasks")
    assert student.locator(f"a[href='{urlsplit(case).path}']:visible").count()
    student.goto(case)
    assert shown(student) == "待我修改"
    assert "请写明墙面端口号。" in student.get_by_label("办理记录").inner_text()
    student.get_by_label("网口编号").fill("2B-17")
    press(student, "重新提交")
    assert shown(student) == "办理中"

    centre.goto(case)
    assert "2B-17" in centre.locator("#main").inner_text()
    centre.locator("#opinion").fill("该教室本周停用改造，恢复使用后网络一并开通。")
    press(centre, "驳回")

    student.goto(case)
    assert shown(student) == "未通过"
    assert student.get_by_role("link", name="重新发起").is_visible()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_withdrawn_and_given_up(size: Size, open_page: OpenPage) -> None:
    student, centre = open_page(size, "student"), open_page(size, "operator")
    case = report(student, "投影机旁网口接触不良。")

    confirm(student, "撤回")
    assert shown(student) == "待我修改"
    centre.goto(case)
    assert centre.get_by_role("group", name=STEPS).count() == 0

    confirm(student, "取消申请")
    assert shown(student) == "已取消"
