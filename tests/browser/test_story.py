"""The story: a student reports a broken network, the IT centre handles it, the student sees it.

WF-5, WF-7, HA-2, HA-8, KN-1: from signing in to 已办结, at a desk and on a phone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import SIZES, OpenPage, Size
from tongban.demo.accounts import DemoAccount

Accounts = dict[str, DemoAccount]
Picture = Callable[[Any, str], Path]


def sign_in(page: Any, account: DemoAccount) -> None:
    """Sign in on the page by hand, as a person does."""
    page.goto("/login")
    page.get_by_label("学号 / 工号").fill(account.number)
    page.get_by_label("密码", exact=True).fill(account.password)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/hall")


def press(page: Any, name: str) -> None:
    """Press a button of the case's action bar."""
    page.get_by_role("group", name="办件操作").get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_network_repair_from_end_to_end(
    size: Size, open_page: OpenPage, accounts: Accounts, picture: Picture
) -> None:
    student = open_page(size)
    sign_in(student, accounts["student"])
    picture(student, f"home-student-{size.name}")

    student.locator("[data-search]:visible").first.fill("wlbx")
    student.keyboard.press("Enter")
    student.get_by_role("link", name="网络报修", exact=True).first.click()
    picture(student, f"item-{size.name}")
    student.get_by_role("link", name="在线办理", exact=True).first.click()

    student.get_by_label("故障地点").fill("3 号公寓 412")
    student.get_by_label("故障描述").fill("晚上八点起，整间宿舍无线认证后无法打开网页。")
    student.get_by_label("联系电话").fill("13800002864")
    picture(student, f"apply-incomplete-{size.name}")
    student.get_by_label("所在区域").select_option("dormitory")
    student.get_by_label("无线不通").check()
    student.get_by_label("方便上门的时间").select_option("evening")
    picture(student, f"apply-{size.name}")
    student.get_by_role("button", name="提交申请").click()
    student.wait_for_url(re.compile(r"/cases/"))
    picture(student, f"case-submitted-{size.name}")
    number = re.search(r"BX-\d{8}-\d{4}", student.content())
    assert number is not None
    case = student.url

    centre = open_page(size)
    sign_in(centre, accounts["operator"])
    picture(centre, f"home-operator-{size.name}")
    centre.goto("/tasks")
    centre.get_by_placeholder("标题、编号或发起人").fill(number.group())
    centre.get_by_role("button", name="筛选").click()
    picture(centre, f"tasks-{size.name}")
    centre.locator("table a.title").first.click()
    centre.get_by_label("紧急").check()
    centre.locator("textarea[name=comment]").fill("已受理，今晚上门。")
    picture(centre, f"case-accept-{size.name}")
    press(centre, "同意")

    centre.goto(case)
    centre.get_by_label("故障原因").select_option("device")
    centre.get_by_label("处理结果").fill("更换楼层无线设备，测试正常。")
    press(centre, "办结")

    student.goto(case)
    assert "已办结" in student.content()
    assert "更换楼层无线设备" in student.content()
    picture(student, f"case-done-{size.name}")
    student.goto("/tasks?box=started")
    assert number.group() in student.content()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_it_works_without_javascript(size: Size, open_page: OpenPage, accounts: Accounts) -> None:
    page = open_page(size, java_script_enabled=False)
    sign_in(page, accounts["student"])
    page.goto("/items/network-repair")
    page.get_by_role("link", name="在线办理", exact=True).first.click()
    page.get_by_role("button", name="提交申请").click()
    assert page.locator("[role=alert]").count() >= 1
    assert "/apply/" in page.url
