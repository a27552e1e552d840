"""HA-16: the badges change by themselves, and an unchanged answer costs a 304."""

from __future__ import annotations

from datetime import timedelta

from tests.browser.conftest import DESK, OpenPage
from tests.browser.test_turns import report

EVERY = timedelta(seconds=31)


def test_a_badge_changes_without_a_reload(open_page: OpenPage) -> None:
    centre = open_page(DESK, "operator")
    answers: list[int] = []
    centre.on(
        "response",
        lambda answer: answers.append(answer.status) if "/counters" in answer.url else None,
    )
    centre.clock.install()
    centre.goto("/tasks")
    badge = centre.get_by_label("快捷入口").locator("[data-count=tasks] b")
    before = int(badge.inner_text())
    centre.evaluate("window.isTheSamePage = true")

    def poll() -> None:
        with centre.expect_response("**/counters"):
            centre.clock.fast_forward(EVERY.seconds * 1000)

    poll()
    assert badge.inner_text() == str(before)
    poll()
    assert answers == [200, 304]

    report(open_page(DESK, "student"), "走廊无线信号弱，视频会议中断。")
    poll()
    badge.filter(has_text=str(before + 1)).wait_for()
    assert answers == [200, 304, 200]
    assert centre.evaluate("window.isTheSamePage")
