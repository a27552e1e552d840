"""WF-6: a file field says what was chosen, and works without scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import SIZES, OpenPage, Size

PHOTO = {"name": "端口照片.txt", "mimeType": "text/plain", "buffer": b"2B-17"}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_a_chosen_file_is_named(size: Size, open_page: OpenPage) -> None:
    page = open_page(size, "student")
    page.goto("/apply/network-repair")
    field = page.get_by_label("照片或截图")
    field.set_input_files([PHOTO])
    drop = page.locator(".drop").filter(has=field)
    assert "已选择：端口照片.txt" in drop.inner_text()
    field.set_input_files([])
    assert "选择文件" in drop.inner_text()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_the_plain_control_shows_without_scripts(
    size: Size, open_page: OpenPage, picture: Callable[[Any, str], Path]
) -> None:
    page = open_page(size, "student", java_script_enabled=False)
    page.goto("/apply/network-repair")
    field = page.get_by_label("照片或截图")
    field.scroll_into_view_if_needed()
    picture(page, f"no-script-file-{size.name}")
    assert page.locator(".drop").filter(has=field).get_by_text("选择文件").count() == 1
    assert not page.get_by_text("选择文件").is_visible()
